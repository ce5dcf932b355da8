//! Stored names: odm stores a field under the name that serde gives it.

use syn::{DeriveInput, parse_quote};

use crate::{
    ast::{Container, Data},
    ctxt::Ctxt,
    derive::Derive,
};

/// Returns the stored names of the fields or variants, and the errors.
fn names(derive: Derive, input: &DeriveInput) -> (Vec<String>, Vec<String>) {
    let cx = Ctxt::new();
    let container = Container::read(&cx, input, derive);
    let names = match &container.data {
        Data::Document(fields) => fields.iter().map(|field| field.stored.clone()).collect(),
        Data::Units(variants) | Data::Enum(_, variants) => {
            variants.iter().map(|variant| variant.stored.clone()).collect()
        }
        Data::Tuple(fields) => fields.iter().map(|field| field.stored.clone()).collect(),
        Data::Newtype(..) | Data::Unit | Data::Serde | Data::Unsupported => Vec::new(),
    };
    (names, cx.finish().iter().map(ToString::to_string).collect())
}

fn fields_named_by(rule: &str) -> Vec<String> {
    let input: DeriveInput = parse_quote! {
        #[serde(rename_all = #rule)]
        struct It { one_two: i32, r#type: i32, #[serde(rename = "As It Is")] three: i32 }
    };
    let (names, mistakes) = names(Derive::Embedded, &input);
    assert_eq!(mistakes, [""; 0]);
    names
}

fn variants_named_by(rule: &str) -> Vec<String> {
    let input: DeriveInput = parse_quote! {
        #[serde(rename_all = #rule)]
        enum It { OneTwo, Three, #[serde(rename = "As It Is")] Four }
    };
    names(Derive::Value, &input).0
}

#[test]
fn every_rule_for_fields() {
    assert_eq!(fields_named_by("camelCase"), ["oneTwo", "type", "As It Is"]);
    assert_eq!(fields_named_by("PascalCase"), ["OneTwo", "Type", "As It Is"]);
    assert_eq!(fields_named_by("snake_case"), ["one_two", "type", "As It Is"]);
    assert_eq!(fields_named_by("kebab-case"), ["one-two", "type", "As It Is"]);
    assert_eq!(fields_named_by("SCREAMING_SNAKE_CASE"), ["ONE_TWO", "TYPE", "As It Is"]);
    assert_eq!(fields_named_by("SCREAMING-KEBAB-CASE"), ["ONE-TWO", "TYPE", "As It Is"]);
    assert_eq!(fields_named_by("UPPERCASE"), ["ONE_TWO", "TYPE", "As It Is"]);
}

#[test]
fn every_rule_for_variants() {
    assert_eq!(variants_named_by("lowercase"), ["onetwo", "three", "As It Is"]);
    assert_eq!(variants_named_by("UPPERCASE"), ["ONETWO", "THREE", "As It Is"]);
    assert_eq!(variants_named_by("camelCase"), ["oneTwo", "three", "As It Is"]);
    assert_eq!(variants_named_by("snake_case"), ["one_two", "three", "As It Is"]);
    assert_eq!(variants_named_by("kebab-case"), ["one-two", "three", "As It Is"]);
    assert_eq!(variants_named_by("SCREAMING-KEBAB-CASE"), ["ONE-TWO", "THREE", "As It Is"]);
}

#[test]
fn the_id_is_stored_as_such_in_models_and_shapes_only() {
    let input: DeriveInput = parse_quote! {
        #[serde(rename_all = "UPPERCASE")]
        struct It { id: i32, key: i32 }
    };
    assert_eq!(names(Derive::Model, &input).0, ["_id", "KEY"]);
    assert_eq!(names(Derive::Shape, &input).0, ["_id", "KEY"]);
    assert_eq!(names(Derive::Embedded, &input).0, ["ID", "KEY"]);

    let input: DeriveInput = parse_quote! {
        struct It { id: i32, #[odm(id)] #[serde(rename = "other")] key: i32 }
    };
    assert_eq!(names(Derive::Model, &input).0, ["id", "_id"]);
}

#[test]
fn odm_renames_over_serde() {
    let input: DeriveInput = parse_quote! {
        #[serde(rename_all = "UPPERCASE")]
        struct It { #[odm(rename = "stored")] #[serde(rename = "shown")] one: i32 }
    };
    assert_eq!(names(Derive::Embedded, &input).0, ["stored"]);
}

#[test]
fn two_names_for_one_field_are_refused() {
    let input: DeriveInput = parse_quote! {
        struct It { #[serde(rename(serialize = "a", deserialize = "b"))] one: i32 }
    };
    let (_, mistakes) = names(Derive::Embedded, &input);
    assert_eq!(
        mistakes,
        ["odm stores a field under one name for writing and reading; to read an old name too, \
          use `#[serde(alias = \"..\")]`"]
    );
}
