use odm::{Collection, Filter, Id, Model, Value};
use odm_integration::story::{Customer, Order};

#[derive(Value)]
#[serde(untagged)]
enum Subject {
    Order(Id<Order>),
    Name(String),
}

#[derive(Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    about: Subject,
    by: Id<Customer>,
}

async fn f(notes: Collection<Note>) -> odm::Result<()> {
    let found = notes.find(Filter::all()).include(|n| n.about().order()).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {}
