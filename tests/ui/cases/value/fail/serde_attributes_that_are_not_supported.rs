use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, odm::Value)]
#[serde(tag = "type")]
enum Tagged {
    A,
}

#[derive(Serialize, Deserialize, odm::Value)]
#[serde(untagged)]
enum Untagged {
    A,
}

#[derive(Clone, Serialize, Deserialize, odm::Value)]
#[serde(try_from = "String", into = "String")]
struct Email(String);

impl TryFrom<String> for Email {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Ok(Self(text))
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

fn main() {}
