//! One snapshot for each construct.

use quote::quote;

use super::expanded;
use crate::derive::Derive;

#[test]
fn model() {
    insta::assert_snapshot!(expanded(
        Derive::Model,
        quote! {
            #[serde(rename_all = "camelCase")]
            #[odm(collection = "orders", index(placed_at = -1, ship_to.city, unique), validate(custom = in_time))]
            pub struct Order {
                id: Id<Self>,
                /// What the customer calls it.
                #[odm(validate(pattern = "^[A-Z]+$", length(max = 9)), index(ttl = "90d"))]
                #[serde(alias = "ref", default)]
                placed_at: DateTime,
                ship_to: Option<Address>,
                #[serde(skip)]
                cached: Cell<u8>,
            }
        }
    ));
}

#[test]
fn model_with_references_policies_and_hooks() {
    insta::assert_snapshot!(expanded(
        Derive::Model,
        quote! {
            #[odm(collection = "comments", hooks)]
            struct Comment {
                id: Id<Comment>,
                #[odm(on_delete = "cascade")]
                post: Id<Post>,
                #[odm(on_delete = "nullify")]
                answers: Option<Id<Comment>>,
                #[odm(version)]
                version: i64,
                #[odm(deleted_at)]
                deleted_at: Option<DateTime>,
            }
        }
    ));
}

#[test]
fn embedded() {
    insta::assert_snapshot!(expanded(
        Derive::Embedded,
        quote! {
            #[serde(default, deny_unknown_fields)]
            struct Line {
                #[serde(with = "cents", skip_serializing_if = "is_zero")]
                price: i64,
                #[odm(serde)]
                payment: Payment,
            }
        }
    ));
}

#[test]
fn patch() {
    insta::assert_snapshot!(expanded(
        Derive::Patch,
        quote! {
            #[odm(of = Order)]
            #[serde(default)]
            struct OrderPatch {
                reference: Member<String>,
                #[odm(to = note)]
                remark: Member<Option<String>>,
            }
        }
    ));
}

#[test]
fn versioned() {
    insta::assert_snapshot!(expanded(
        Derive::Model,
        quote! {
            #[serde(deny_unknown_fields)]
            #[odm(collection = "contacts", schema_version(3, name = "v"), upgrade(1 = into_a_list, 2 = steps::apart))]
            struct Contact {
                id: Id<Self>,
                phones: Vec<String>,
            }
        }
    ));
}

#[test]
fn shape() {
    insta::assert_snapshot!(expanded(
        Derive::Shape,
        quote! {
            pub struct Revenue {
                #[odm(id)]
                customer: Id<Customer>,
                total: f64,
            }
        }
    ));
}

#[test]
fn view() {
    insta::assert_snapshot!(expanded(
        Derive::View,
        quote! {
            #[odm(of = Order)]
            struct Label<'a, T: Clone> {
                reference: &'a str,
                #[odm(from = ship_to)]
                place: Option<City<T>>,
                #[odm(text_score)]
                score: f64,
            }
        }
    ));
}

#[test]
fn generic() {
    insta::assert_snapshot!(expanded(
        Derive::Embedded,
        quote! {
            struct Page<T: Clone, const N: usize> where T: Send {
                items: Vec<T>,
            }
        }
    ));
}

#[test]
fn value_of_names() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            #[serde(rename_all = "lowercase")]
            enum Status {
                Open,
                #[serde(alias = "done")]
                Paid,
                #[serde(skip)]
                Hidden,
            }
        }
    ));
}

#[test]
fn value_of_one_value() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote!(
            struct Email(String);
        )
    ));
}

#[test]
fn value_of_variants() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            #[serde(tag = "kind", rename_all = "snake_case")]
            enum Payment {
                Cash,
                Card { last4: String },
                Invoice(Invoice),
            }
        }
    ));
}

#[test]
fn value_of_untagged_variants() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            #[serde(untagged)]
            enum Rating {
                Stars(f64),
                Pair(i32, i32),
            }
        }
    ));
}

#[test]
fn flattened() {
    insta::assert_snapshot!(expanded(
        Derive::Embedded,
        quote! {
            struct Page {
                title: String,
                #[serde(flatten)]
                audit: Audit,
            }
        }
    ));
}

#[test]
fn model_of_variants() {
    insta::assert_snapshot!(expanded(
        Derive::Model,
        quote! {
            #[serde(tag = "kind")]
            #[odm(collection = "vehicles", index(id))]
            enum Vehicle {
                Car {
                    id: Id<Self>,
                    doors: u8,
                },
                Bike(Bike),
            }
        }
    ));
}

#[test]
fn value_of_variants_under_their_names() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            enum Payment {
                Cash,
                #[serde(alias = "Account")]
                Transfer(Account),
                Pair(i32, #[serde(default)] i32),
                #[serde(other)]
                Unknown,
            }
        }
    ));
}

#[test]
fn value_of_variants_beside_their_tag() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            #[serde(tag = "kind", content = "of", deny_unknown_fields)]
            enum Payment {
                Cash,
                Card {
                    last4: String,
                },
                #[serde(skip)]
                Hidden(Cell<u8>),
            }
        }
    ));
}

#[test]
fn value_of_items() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            struct Place(f64, #[serde(default)] Option<f64>, #[serde(skip)] Cell<u8>);
        }
    ));
}

#[test]
fn value_of_nothing() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote!(
            struct Marker;
        )
    ));
}

#[test]
fn value_through_serde() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            #[serde(try_from = "String", into = "String")]
            struct Email(String);
        }
    ));
}

#[test]
fn value_of_a_field_through_functions() {
    insta::assert_snapshot!(expanded(
        Derive::Value,
        quote! {
            #[serde(transparent)]
            struct Cents<T> {
                #[serde(with = "cents")]
                amount: i64,
                #[serde(skip)]
                of: PhantomData<T>,
            }
        }
    ));
}

#[test]
fn stored_in_another_way() {
    insta::assert_snapshot!(expanded(
        Derive::Embedded,
        quote! {
            struct Film {
                #[odm(binary)]
                poster: Option<Vec<u8>>,
                #[odm(unit = "ms")]
                #[serde(default)]
                length: Duration,
            }
        }
    ));
}
