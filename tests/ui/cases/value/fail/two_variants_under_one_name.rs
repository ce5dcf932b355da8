#[derive(odm::Value)]
#[serde(rename_all = "lowercase")]
enum Status {
    Open,
    #[serde(rename = "open")]
    Opened,
    #[odm(rename = "done")]
    Paid,
    #[serde(alias = "done")]
    Closed,
}

fn main() {}
