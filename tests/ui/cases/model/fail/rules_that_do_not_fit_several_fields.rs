#[derive(odm::Model)]
#[odm(collection = "events")]
#[odm(validate(compare(name < size), compare(size < weight), required_together(name, remark)))]
struct Event {
    id: odm::Id<Event>,
    name: String,
    remark: Option<String>,
    size: i32,
    weight: f64,
    #[odm(validate(one_of = ["a"], multiple_of = 5))]
    ratio: f64,
    #[odm(validate(unique_items))]
    code: String,
}

fn main() {}
