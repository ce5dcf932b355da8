//! Wide types: they nest as deep as the server allows, although each level needs so much stack that few would fit.
#![allow(clippy::large_enum_variant, clippy::struct_field_names, reason = "width is what is tested")]

use std::{collections::BTreeMap, mem::ManuallyDrop};

use odm::{
    __private::Raw,
    Embedded, Value, View,
    bson::{Bson, Document},
    error::codec::CodecError,
    geo::Geometry,
    model::Validate,
    value::Row,
};
use odm_integration::hostile::bytes_of;
use serde::{Deserialize, Serialize};

use super::{on_a_small_stack, outer};

/// A type with `$field`s of four values each, which contains itself in every possible way.
macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(Debug, Default, Clone, Embedded)]
        #[serde(default)]
        struct Wide {
            $(#[serde(skip_serializing_if = "is_empty")] $field: [Option<String>; 4],)*
            boxed: Option<Box<Wide>>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            listed: Vec<Wide>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            named: BTreeMap<String, Wide>,
            #[serde(skip_serializing_if = "Option::is_none")]
            pair: Option<(i32, Box<Wide>)>,
            #[serde(skip_serializing_if = "Option::is_none")]
            tuple: Option<Box<Tuple>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            external: Option<Box<External>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            internal: Option<Box<Internal>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            adjacent: Option<Box<Adjacent>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            untagged: Option<Box<Untagged>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            any: Option<Bson>,
            #[serde(skip_serializing_if = "Option::is_none")]
            place: Option<Geometry>,
            #[odm(serde)]
            #[serde(skip_serializing_if = "Option::is_none")]
            foreign: Option<Foreign>,
            #[odm(validate(length(max = 3)))]
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<String>,
        }

        #[derive(Debug, Clone, Value)]
        enum External {
            Held { $(#[serde(skip_serializing_if = "is_empty", default)] $field: [Option<String>; 4],)* boxed: Box<Wide> },
            Other(Box<Wide>),
        }

        #[derive(Debug, Clone, Value)]
        #[serde(tag = "kind")]
        enum Internal {
            Held { $(#[serde(skip_serializing_if = "is_empty", default)] $field: [Option<String>; 4],)* boxed: Box<Wide> },
            Flat(Box<Wide>),
        }

        #[derive(Debug, Clone, Value)]
        #[serde(tag = "kind", content = "of")]
        enum Adjacent {
            Held { $(#[serde(skip_serializing_if = "is_empty", default)] $field: [Option<String>; 4],)* boxed: Box<Wide> },
            Other(Box<Wide>, i32),
        }

        #[derive(Debug, Clone, Value)]
        #[serde(untagged)]
        enum Untagged {
            Held { $(#[serde(skip_serializing_if = "is_empty", default)] $field: [Option<String>; 4],)* boxed: Box<Wide> },
            Other { named: BTreeMap<String, Wide> },
        }

        #[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        struct Foreign {
            $(#[serde(skip_serializing_if = "is_empty")] $field: [Option<String>; 4],)*
            #[serde(skip_serializing_if = "Option::is_none")]
            foreign: Option<Box<Foreign>>,
        }
    };
}

wide! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9
}

#[derive(Debug, Clone, Value)]
struct Tuple([Option<String>; 4], Wide);

fn is_empty(texts: &[Option<String>; 4]) -> bool {
    texts.iter().all(Option::is_none)
}

/// The fields that lead from one `Wide` to the next: the number of levels that each adds, and the document around the
/// inner one.
const WAYS: &[(usize, &str, fn(&[u8]) -> Vec<u8>)] = &[
    (1, "boxed", |inner| outer(0x03, "boxed", inner)),
    (2, "listed", |inner| outer(0x04, "listed", &outer(0x03, "0", inner))),
    (2, "named", |inner| outer(0x03, "named", &outer(0x03, "x", inner))),
    (2, "pair", |inner| {
        outer(0x04, "pair", &joined(&[outer(0x10, "0", &[7, 0, 0, 0]), outer(0x03, "1", inner)]))
    }),
    (2, "tuple", |inner| {
        outer(0x04, "tuple", &joined(&[outer(0x04, "0", &nulls()), outer(0x03, "1", inner)]))
    }),
    (3, "external", |inner| outer(0x03, "external", &outer(0x03, "Held", &outer(0x03, "boxed", inner)))),
    (2, "external, other", |inner| outer(0x03, "external", &outer(0x03, "Other", inner))),
    (2, "internal", |inner| outer(0x03, "internal", &joined(&[kind("Held"), outer(0x03, "boxed", inner)]))),
    (1, "internal, flat", |inner| outer(0x03, "internal", &joined(&[kind("Flat"), inner.to_vec()]))),
    (3, "adjacent", |inner| {
        outer(0x03, "adjacent", &joined(&[kind("Held"), outer(0x03, "of", &outer(0x03, "boxed", inner))]))
    }),
    (2, "untagged", |inner| outer(0x03, "untagged", &outer(0x03, "boxed", inner))),
    (3, "untagged, other", |inner| outer(0x03, "untagged", &outer(0x03, "named", &outer(0x03, "x", inner)))),
];

/// Returns one document with the elements of all.
fn joined(documents: &[Vec<u8>]) -> Vec<u8> {
    let elements: Vec<u8> =
        documents.iter().flat_map(|document| document[4..document.len() - 1].iter().copied()).collect();
    let length = i32::try_from(elements.len() + 5).unwrap();
    [length.to_le_bytes().as_slice(), &elements, &[0]].concat()
}

fn kind(name: &str) -> Vec<u8> {
    let mut text = i32::try_from(name.len() + 1).unwrap().to_le_bytes().to_vec();
    text.extend_from_slice(name.as_bytes());
    text.push(0);
    outer(0x02, "kind", &text)
}

fn nulls() -> Vec<u8> {
    joined(&["0", "1", "2", "3"].map(|key| outer(0x0A, key, &[])))
}

/// Returns a document of about `levels` levels. The innermost one has a name that is too long.
fn nested(way: fn(&[u8]) -> Vec<u8>, levels: usize, of_each: usize) -> Vec<u8> {
    let mut bytes = outer(0x02, "name", &[6, 0, 0, 0, b'w', b'r', b'o', b'n', b'g', 0]);
    let mut made = 1;
    while made + of_each <= levels {
        bytes = way(&bytes);
        made += of_each;
    }
    bytes
}

fn is_too_deep(error: &CodecError) {
    assert_eq!((error.expected(), error.found()), ("at most 180 nested levels", "more"), "{error}");
}

#[test]
fn wide_types_nest_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        for &(levels, name, way) in WAYS {
            let bytes = nested(way, 179, levels);
            let read = |bytes: &[u8]| Wide::decode(Raw::document(bytes));
            let value = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            let written = bytes_of(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
            let value = read(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(bytes_of(&value).unwrap(), written, "{name}");
            let violations = value.validate().unwrap_err();
            assert_eq!(violations.iter().count(), 1, "{name}");
            assert!(violations.iter().all(|one| one.path().ends_with("name")), "{name}");
        }
    });
}

#[test]
fn a_hostile_depth_of_a_wide_type_is_an_error() {
    on_a_small_stack(|| {
        for &(levels, name, way) in WAYS {
            // A document that is flattened into its own enum adds no level: it is the enum's document.
            for depth in [500, 1_000, 3_000] {
                let error = Wide::decode(Raw::document(&nested(way, depth, levels))).expect_err(name);
                is_too_deep(&error);
            }
        }
    });
}

/// Each level leaves enough stack for values without a declared type, and for serde.
#[test]
fn values_inside_a_wide_type_nest_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        let boxed: fn(&[u8]) -> Vec<u8> = |inner| outer(0x03, "boxed", inner);
        let wrap = |mut bytes: Vec<u8>, times: usize| {
            for _ in 0..times {
                bytes = boxed(&bytes);
            }
            bytes
        };
        let inside = |key: &str, name: &str, times: usize| {
            let mut bytes = vec![5, 0, 0, 0, 0];
            for _ in 1..times {
                bytes = outer(0x03, name, &bytes);
            }
            outer(0x03, key, &bytes)
        };
        for outside in [0, 20, 60, 90, 150] {
            for key in ["any", "foreign"] {
                let bytes = wrap(inside(key, key, 170 - outside), outside);
                let value = Wide::decode(Raw::document(&bytes)).unwrap();
                let written = bytes_of(&value).unwrap();
                let again = Wide::decode(Raw::document(&written)).unwrap();
                assert_eq!(bytes_of(&again).unwrap(), written, "{key} {outside}");
                let too_deep = wrap(inside(key, key, 1_000), outside);
                is_too_deep(&Wide::decode(Raw::document(&too_deep)).unwrap_err());
            }
        }
    });
}

/// The value is made by the process itself, not decoded.
#[test]
fn a_wide_value_that_nests_too_deep_is_not_written() {
    on_a_small_stack(|| {
        let value = (0..1_000)
            .fold(Wide::default(), |inner, _| Wide { boxed: Some(Box::new(inner)), ..Wide::default() });
        let value = ManuallyDrop::new(value);
        is_too_deep(&bytes_of(&*value).unwrap_err());
        let violations = value.validate().unwrap_err();
        assert!(violations.iter().any(|one| one.message().contains("deeper than 180 levels")));
    });
}

#[derive(Debug, View)]
#[odm(of = Wide)]
#[allow(dead_code)] // used only by `Debug`
struct Looked {
    name: Option<String>,
    boxed: Option<Box<Looked>>,
    listed: Vec<Looked>,
}

#[test]
fn a_view_of_a_wide_type_nests_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        let read = |bytes: &[u8]| Looked::read_row(Raw::document(bytes)).map(|row| format!("{row:?}").len());
        for (levels, way) in
            WAYS.iter().filter(|(_, name, _)| ["boxed", "listed"].contains(name)).map(|way| (way.0, way.2))
        {
            assert!(read(&nested(way, 179, levels)).unwrap() > 179 / levels);
            is_too_deep(&read(&nested(way, 1_000, levels)).unwrap_err());
        }
    });
}

/// A newtype may contain itself without a document or an array in between. Decoding it must not loop.
#[test]
fn decoding_a_newtype_that_contains_itself_ends() {
    #[derive(Debug, Value)]
    struct Link(#[allow(dead_code)] Option<Box<Link>>);
    #[derive(Debug, Value)]
    struct Nodes(Vec<Nodes>);
    on_a_small_stack(|| {
        let read =
            |bytes: &[u8]| Link::decode(Raw::document(bytes)).map(|_| ()).map_err(|error| error.to_string());
        let expected = "expected a value of finite depth, found a type that contains itself without a document or an array in between";
        assert_eq!(read(&[5, 0, 0, 0, 0]), Err(expected.to_owned()));
        let mut nodes = vec![5, 0, 0, 0, 0];
        for _ in 1..179 {
            nodes = outer(0x04, "0", &nodes);
        }
        let whole = outer(0x04, "v", &nodes);
        let document: BTreeMap<String, Nodes> = Value::decode(Raw::document(&whole)).unwrap();
        assert_eq!(bytes_of(&document).unwrap(), whole);
        assert_eq!(document["v"].0.len(), 1);
        for _ in 0..1_000 {
            nodes = outer(0x04, "0", &nodes);
        }
        let whole = outer(0x04, "v", &nodes);
        is_too_deep(&BTreeMap::<String, Nodes>::decode(Raw::document(&whole)).unwrap_err());
        assert!(Document::decode(Raw::document(&whole)).is_err());
    });
}
