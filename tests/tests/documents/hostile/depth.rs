//! Nesting: values that the server stores are read and written, deeper ones are errors, and neither needs more than
//! the stack of a tokio worker.

use std::collections::BTreeMap;

use odm::{
    __private::Raw,
    Embedded, Filter, Model, Value,
    bson::{Bson, Document, doc},
    error::codec::CodecError,
};
use odm_integration::hostile::bytes_of;
use serde::{Deserialize, Serialize};

use super::{on_a_small_stack, outer};

/// A model that contains itself in every possible way.
#[derive(Debug, Default, Model)]
#[odm(collection = "trees")]
#[serde(default)]
struct Tree {
    id: i32,
    boxed: Option<Box<Branch>>,
    listed: Vec<Branch>,
    named: BTreeMap<String, Branch>,
    #[odm(serde)]
    foreign: Option<Box<Foreign>>,
    #[odm(serde)]
    chain: Option<Chain>,
    raw: Document,
}

#[derive(Debug, Default, Embedded)]
#[serde(default)]
struct Branch {
    boxed: Option<Box<Branch>>,
    listed: Vec<Branch>,
    named: BTreeMap<String, Branch>,
    any: Option<Bson>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_field_names)]
struct Foreign {
    foreign: Option<Box<Foreign>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    listed: Vec<Foreign>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    named: BTreeMap<String, Foreign>,
    any: Option<Bson>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Chain {
    chain: Option<Box<Chain>>,
}

/// `{ key: { key: .. {} } }`
fn documents(key: &str, levels: usize) -> Vec<u8> {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 1..levels {
        bytes = outer(0x03, key, &bytes);
    }
    bytes
}

/// `{ key: [ { key: [ .. {} ] } ] }`: two levels for each array.
fn arrays(key: &str, arrays: usize) -> Vec<u8> {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 0..arrays {
        bytes = outer(0x04, key, &outer(0x03, "0", &bytes));
    }
    bytes
}

/// `{ key: { x: { key: { x: .. {} } } } }`: two levels for each map.
fn maps(key: &str, maps: usize) -> Vec<u8> {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 0..maps {
        bytes = outer(0x03, key, &outer(0x03, "x", &bytes));
    }
    bytes
}

/// Asserts that the document is read, written and read again. The lengths differ, because each level writes its own
/// fields.
#[track_caller]
fn there_and_back<V: Value>(bytes: &[u8]) {
    let value = V::decode(Raw::document(bytes)).unwrap();
    let written = bytes_of(&value).unwrap();
    let value = V::decode(Raw::document(&written)).unwrap();
    assert_eq!(bytes_of(&value).unwrap(), written);
}

#[track_caller]
fn too_deep<V: Value>(bytes: &[u8]) {
    let error = V::decode(Raw::document(bytes)).err().unwrap();
    is_too_deep(&error);
}

#[track_caller]
fn is_too_deep(error: &CodecError) {
    assert_eq!((error.expected(), error.found()), ("at most 180 nested levels", "more"), "{error}");
}

#[test]
fn untyped_values_nest_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        let bytes = documents("a", 179);
        there_and_back::<Document>(&bytes);
        there_and_back::<Bson>(&bytes);
        there_and_back::<BTreeMap<String, Bson>>(&bytes);
        there_and_back::<Document>(&arrays("a", 89));
        for bytes in [documents("a", 1_000), documents("a", 100_000), arrays("a", 500)] {
            too_deep::<Document>(&bytes);
            too_deep::<Bson>(&bytes);
            too_deep::<BTreeMap<String, Bson>>(&bytes);
        }
    });
}

#[test]
fn recursive_models_nest_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        // One level fewer if each level also writes its empty array.
        there_and_back::<Tree>(&documents("boxed", 178));
        there_and_back::<Tree>(&arrays("listed", 89));
        there_and_back::<Tree>(&maps("named", 89));
        there_and_back::<Tree>(&outer(0x03, "raw", &documents("x", 178)));
        there_and_back::<Tree>(&outer(0x03, "boxed", &documents("any", 178)));
        for levels in [500, 1_000, 10_000] {
            too_deep::<Tree>(&documents("boxed", levels));
            too_deep::<Tree>(&arrays("listed", levels));
            too_deep::<Tree>(&maps("named", levels));
            too_deep::<Tree>(&outer(0x03, "raw", &documents("x", levels)));
            too_deep::<Tree>(&outer(0x03, "boxed", &documents("any", levels)));
            assert!(odm::from_slice::<Tree>(&documents("boxed", levels)).unwrap_err().is_decode());
        }
    });
}

#[test]
fn fields_through_serde_nest_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        there_and_back::<Tree>(&documents("chain", 179));
        there_and_back::<Tree>(&documents("foreign", 178));
        there_and_back::<Tree>(&outer(0x03, "foreign", &arrays("listed", 88)));
        there_and_back::<Tree>(&outer(0x03, "foreign", &maps("named", 88)));
        there_and_back::<Tree>(&outer(0x03, "foreign", &documents("any", 177)));
        for levels in [500, 1_000, 10_000] {
            too_deep::<Tree>(&documents("foreign", levels));
            too_deep::<Tree>(&outer(0x03, "foreign", &arrays("listed", levels)));
            too_deep::<Tree>(&outer(0x03, "foreign", &maps("named", levels)));
            too_deep::<Tree>(&outer(0x03, "foreign", &documents("any", levels)));
        }
    });
}

#[test]
fn a_value_that_nests_too_deep_is_not_written() {
    on_a_small_stack(|| {
        let mut branch = Branch::default();
        for _ in 0..1_000 {
            branch = Branch { boxed: Some(Box::new(branch)), ..Branch::default() };
        }
        is_too_deep(&bytes_of(&branch).unwrap_err());
        let chain = (0..1_000).fold(Chain::default(), |inner, _| Chain { chain: Some(Box::new(inner)) });
        let tree = Tree { chain: Some(chain), ..Tree::default() };
        is_too_deep(&bytes_of(&tree).unwrap_err());
    });
}

/// Newtypes and options add no level, so the depth of the document does not limit a chain of them.
#[test]
fn a_chain_of_newtypes_through_serde_is_limited() {
    #[derive(Serialize, Deserialize)]
    struct Link(Option<Box<Link>>);
    #[derive(Embedded)]
    struct Held {
        #[odm(serde)]
        link: Link,
    }
    fn chain(links: usize) -> Held {
        Held { link: (1..links).fold(Link(None), |inner, _| Link(Some(Box::new(inner)))) }
    }
    on_a_small_stack(|| {
        assert_eq!(bytes_of(&chain(900)).unwrap(), bytes_of(&doc! { "link": Bson::Null }).unwrap());
        // Rust itself would overflow the stack when it drops such a long chain.
        let chain = std::mem::ManuallyDrop::new(chain(100_000));
        let error = bytes_of(&*chain).unwrap_err();
        let expected = "`link`: expected at most 1800 newtypes and options inside each other, found more";
        assert_eq!(error.to_string(), expected);
    });
}

/// The scope of code counts as a level.
#[test]
fn the_scope_of_code_counts_as_a_level() {
    fn scopes(levels: usize) -> Vec<u8> {
        let mut bytes = vec![5, 0, 0, 0, 0];
        for _ in 1..levels {
            let mut code = i32::try_from(bytes.len() + 9).unwrap().to_le_bytes().to_vec();
            code.extend_from_slice(&[1, 0, 0, 0, 0]);
            code.extend_from_slice(&bytes);
            bytes = outer(0x0F, "any", &code);
        }
        bytes
    }
    on_a_small_stack(|| {
        there_and_back::<Document>(&scopes(179));
        there_and_back::<Tree>(&outer(0x03, "foreign", &scopes(170)));
        too_deep::<Document>(&scopes(1_000));
        too_deep::<Tree>(&outer(0x03, "foreign", &scopes(1_000)));
    });
}

fn nested(levels: usize) -> Document {
    (1..levels).fold(doc! {}, |inner, _| doc! { "a": inner })
}

#[test]
fn operands_nest_as_deep_as_the_server_allows() {
    on_a_small_stack(|| {
        let t = Tree::fields();
        for levels in [179, 1_000] {
            let filter: odm::Result<Document> = t.raw().eq(nested(levels)).into_document();
            let update = t.raw().set(nested(levels)).into_parts();
            if levels == 179 {
                assert!(filter.is_ok() && update.is_ok());
            } else {
                assert!(filter.unwrap_err().is_not_sent());
                assert!(update.unwrap_err().is_not_sent());
            }
        }
        let _: Filter<Tree> = Filter::raw(doc! {});
    });
}
