//! For wrong input, a derive returns errors and placeholder implementations, and does not panic.

use proc_macro2::TokenStream;
use quote::quote;

use super::expanded;
use crate::derive::Derive;

const DERIVES: [Derive; 5] = [Derive::Model, Derive::Embedded, Derive::Shape, Derive::View, Derive::Value];

#[allow(clippy::too_many_lines)] // a list
fn mistaken() -> Vec<TokenStream> {
    vec![
        quote!(
            #[odm]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm = "x"]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm(,)]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm("x", 5, {}, collection = )]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm(index(a. ), index(a.b = -), index(5), index(= 1))]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm(validate(custom =), key =, crate =)]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm(schema_version, upgrade, schema_version(), schema_version("x"), schema_version(1, 2))]
            #[odm(upgrade(), upgrade(1), upgrade(1 =), upgrade(2147483647 = a), schema_version = 99999999999)]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[odm(collection = "a", schema_version(2, name = "id", name = ""), upgrade(5 = a, 1 = b))]
            struct A {
                id: i32,
            }
        ),
        quote!(
            #[serde]
            #[serde(rename_all)]
            #[serde(default = 5)]
            struct A {
                id: i32,
            }
        ),
        quote!(
            struct A {
                #[odm(validate(length(min = 99999999999999999999999)))]
                id: i32,
            }
        ),
        quote!(
            struct A {
                #[odm(validate(range(min = ), pattern = "[", email()))]
                id: i32,
            }
        ),
        quote!(
            struct A {
                #[serde(with)]
                a: i32,
                #[serde(skip)]
                id: i32,
            }
        ),
        quote!(
            struct A;
        ),
        quote!(
            struct A();
        ),
        quote!(
            struct A(i32, i32);
        ),
        quote!(
            enum A {}
        ),
        quote!(
            enum A {
                B(i32),
                C { d: i32 },
            }
        ),
        quote!(
            #[serde(tag = "b")]
            enum A {
                B {
                    b: i32,
                    id: i32,
                },
                C(i32, #[serde(flatten)] i32),
                #[serde(untagged, with = "x")]
                D {},
            }
        ),
        quote!(
            #[serde(tag = "", content = "$c", into = "B", from = "B")]
            struct A {
                #[serde(flatten, with = "x")]
                #[odm(index)]
                a: i32,
            }
        ),
        quote!(union A { b: i32 }),
        quote!(
            struct A<'a, T: 'a> {
                id: &'a T,
            }
        ),
        quote!(
            struct r#type {
                r#id: i32,
                r#struct: i32,
            }
        ),
    ]
}

#[test]
fn every_mistake_gives_code_that_parses() {
    for input in mistaken() {
        for derive in DERIVES {
            assert!(!expanded(derive, input.clone()).is_empty());
        }
    }
}

#[test]
fn the_stand_in_keeps_the_accessors() {
    let code = expanded(
        Derive::Model,
        quote!(
            struct A {
                name: String,
            }
        ),
    );
    assert!(code.contains("has no id"), "{code}");
    assert!(code.contains("pub fn name(&self)"), "{code}");
    assert!(code.contains("::Model for A"), "{code}");
}
