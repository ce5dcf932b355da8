use odm::{Id, Model, bson::DateTime};

#[derive(Model)]
#[odm(collection = "orders", pre_save, database = "shop", discriminator = "kind", unique_together, tag = "kind")]
#[odm(index(name, partial_filter = 1), index(age, background))]
struct Order {
    #[odm(primary_key)]
    id: Id<Order>,
    #[odm(created_date)]
    created: DateTime,
    #[odm(last_modified)]
    changed: DateTime,
    #[odm(expires = "90d", index(expire_after_seconds = 3600))]
    until: DateTime,
    #[odm(min_length = 1, choices = "a", email, url, default_value = "a")]
    name: String,
    #[odm(validate(not_empty, regex = "a", choices = "a"))]
    text: String,
    #[odm(min = 1, validate(positive), index(partial_filter = 1, background))]
    age: i32,
}

fn main() {}
