#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[odm(serde)]
    #[serde(with = "somewhere")]
    name: String,
}

mod somewhere {
    pub fn serialize<S: serde::Serializer>(_: &String, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_none()
    }
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(_: D) -> Result<String, D::Error> {
        Ok(String::new())
    }
}

fn main() {}
