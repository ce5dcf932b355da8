//! One snapshot for each derive.

use quote::quote;

use super::expanded;
use crate::ast::Derive;

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
