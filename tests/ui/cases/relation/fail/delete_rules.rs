use odm::{Embedded, Id, Model, Shape, Value, View};
use odm_integration::story::{Customer, Order};

#[derive(Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    #[odm(on_delete = "delete")]
    order: Id<Order>,
    #[odm(on_delete)]
    customer: Id<Customer>,
    #[odm(on_delete = "cascade", on_delete = "restrict")]
    other: Id<Customer>,
}

#[derive(Model)]
#[odm(collection = "texts", on_delete = "cascade")]
struct Text {
    id: Id<Text>,
}

#[derive(Embedded)]
struct Part {
    #[odm(ondelete = "cascade")]
    order: Id<Order>,
}

#[derive(Shape)]
struct Row {
    #[odm(on_delete = "cascade")]
    order: Id<Order>,
}

#[derive(View)]
#[odm(of = Order)]
struct Label {
    #[odm(on_delete = "cascade")]
    customer: Id<Customer>,
}

#[derive(Value)]
struct Reference(#[odm(on_delete = "cascade")] Id<Order>);

fn main() {}
