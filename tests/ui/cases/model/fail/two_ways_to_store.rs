use std::time::Duration;

#[derive(odm::Model)]
#[odm(collection = "films")]
struct Film {
    id: odm::Id<Self>,
    #[odm(unit = "ms", binary)]
    length: Duration,
    #[odm(unit = "ms", serde)]
    intro: Duration,
    #[odm(binary)]
    #[serde(with = "somewhere")]
    poster: Vec<u8>,
    #[odm(unit = "fortnights")]
    credits: Duration,
    #[odm(unit = 5, binary = true)]
    outro: Duration,
    #[odm(unit = "ms", unit = "s")]
    trailer: Duration,
}

#[derive(odm::Model)]
#[odm(collection = "thumbs")]
struct Thumb {
    #[odm(binary)]
    id: Vec<u8>,
}

#[derive(odm::Value)]
struct Runtime(#[odm(unit = "ms", binary)] Duration);

fn main() {}
