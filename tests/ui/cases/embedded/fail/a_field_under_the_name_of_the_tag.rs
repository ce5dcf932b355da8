#[derive(odm::Embedded)]
#[serde(tag = "kind")]
struct Stored {
    kind: String,
}

#[derive(odm::Embedded)]
#[serde(tag = "kind")]
struct ReadBesides {
    #[serde(alias = "kind")]
    number: String,
}

#[derive(odm::Embedded)]
#[serde(tag = "$kind")]
struct AnOperator {
    number: String,
}

#[derive(odm::Embedded)]
#[serde(tag = "v")]
#[odm(schema_version(1, name = "v"))]
struct TheVersion {
    number: String,
}

fn main() {}
