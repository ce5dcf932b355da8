use std::time::SystemTime;

use odm::Model;

#[derive(Model)]
#[odm(collection = "visits")]
struct Visit {
    id: i32,
    #[odm(serde)]
    at: SystemTime,
}

fn main() {
    let _ = Visit::fields().at().gte(SystemTime::now());
}
