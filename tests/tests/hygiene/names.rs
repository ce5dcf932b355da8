//! Fields, variants and parameters whose names the runtime, the prelude or the expansion also use.
#![allow(non_snake_case, non_camel_case_types, missing_debug_implementations, missing_docs, dead_code)]

use odm::{Embedded, Id, Model, Value};

/// Variants whose accessors, keys and documents could have names of the expansion, or of each other.
#[derive(Value)]
pub enum External {
    Ok,
    Err(i32),
    Some { __content: i32, __id: i32, at: i32, base: i32, types: i32, r#type: i32 },
    SomeFields { a: i32 },
    None(i32, i32),
    Self_ { self_: i32, __raw: i32, __name: i32, __elements: i32, __error: i32 },
    Deref,
    Clone,
    r#Fn(i32),
    r#type { r#fn: i32 },
    External { External: i32 },
    external { external: i32 },
}

/// The same, with a tag.
#[derive(Value)]
#[serde(tag = "tag")]
pub enum Internal {
    Ok,
    Err(Leaf),
    Some { __content: i32, __tagged: i32, kind: i32, writer: i32 },
    SomeFields { a: i32 },
    Tag { name: i32 },
    Id { id: i32, _id: i32 },
    Eq { eq: i32 },
}

/// The same, untagged.
#[derive(Value)]
#[serde(untagged)]
pub enum Untagged {
    Ok { __content: i32, eq: i32, id: i32 },
    Err(Inner),
    None { eq: i32, id: i32 },
}

#[derive(Embedded)]
pub struct Leaf {
    pub eq: i32,
    pub set: i32,
}

#[derive(Embedded)]
pub struct Inner {
    #[odm(rename = "_id")]
    pub id: Id<Kinds>,
    pub eq: i32,
    #[serde(flatten)]
    pub set: Internal,
    pub at: External,
    pub r#type: Vec<Untagged>,
}

/// A model with variants that are named like the key of its id.
#[derive(Model)]
#[serde(tag = "is")]
#[odm(collection = "kinds")]
pub enum Kinds {
    __id {
        #[odm(id)]
        __content: Id<Self>,
    },
    Id {
        id: Id<Self>,
    },
    Model(Inner),
}

/// Parameters that are named like those of the expansion and like types of the prelude.
#[derive(Value)]
pub enum Generic<A, B, T, E, R, __p, Option, Vec> {
    A(A),
    B { b: B, t: T },
    T(E, R),
    Option(Option),
    Vec { vec: Vec, p: __p },
}

#[derive(Value)]
pub struct Items<A, B, const T: usize>(A, Vec<B>, [A; T]);

/// Defaults, clauses and constants.
#[derive(Embedded)]
pub struct Page<T = String, const N: usize = 3>
where
    T: Clone,
    Vec<T>: Send,
{
    pub items: Vec<T>,
    pub first: [T; N],
}

/// It contains itself.
#[derive(Embedded)]
pub struct Tree {
    pub name: String,
    pub children: Vec<Tree>,
    pub parent: Option<Box<Tree>>,
    pub leaf: Option<Box<Node>>,
}

#[derive(Value)]
#[serde(tag = "kind")]
pub enum Node {
    Tree(Tree),
    Both { left: Box<Node>, right: Box<Node> },
}

/// Types with restricted visibility.
pub mod restricted {
    pub mod inner {
        #[derive(odm::Embedded)]
        pub(in crate::names::restricted) struct Seen {
            pub(in crate::names) a: i32,
            pub(super) b: i32,
            pub(self) c: i32,
            d: super::super::External,
        }

        #[derive(odm::Value)]
        pub(in super::super) enum Kind {
            One { a: i32 },
            Two(i32),
        }
    }

    pub(super) fn names() -> Vec<String> {
        #[derive(odm::Model)]
        #[odm(collection = "seen")]
        #[allow(clippy::struct_field_names)]
        struct Seen {
            id: odm::Id<Self>,
            seen: inner::Seen,
            kind: inner::Kind,
        }
        use odm::Model as _;
        let s = Seen::fields();
        vec![s.seen().a().name().to_owned(), s.kind().one().a().name().to_owned()]
    }
}

/// Types that macros generate: their types, names and attributes are groups of tokens.
macro_rules! written {
    ($(#[$attribute:meta])* $vis:vis $name:ident, $ty:ty, $field:ident, $path:path, $stored:literal, $variant:ident) => {
        $(#[$attribute])*
        #[derive(Model)]
        #[odm(collection = $stored)]
        $vis struct $name {
            id: Id<$name>,
            #[odm(index(unique))]
            $field: $ty,
            #[serde(default = $stored)]
            optional: Option<$ty>,
            #[odm(unit = "s")]
            length: Option<std::time::Duration>,
        }

        #[derive(Value)]
        #[serde(tag = "kind")]
        $vis enum $variant {
            $name { $field: $ty },
            Other($path),
        }
    };
}

fn number() -> Option<i32> {
    None
}

written!(
    /// Documented.
    #[derive(Debug)]
    pub(crate) Written, i32, value, Part, "number", Kind
);

#[derive(Embedded)]
pub struct Part {
    pub a: i32,
}

#[test]
fn derives_work_for_types_from_macros() {
    let _ = number;
    assert_eq!(Written::COLLECTION, "number");
    assert_eq!(Written::fields().value().name(), "value");
}

#[test]
fn derives_work_for_types_with_restricted_visibility() {
    assert_eq!(restricted::names(), ["seen.a", "kind.One.a"]);
}

#[test]
fn variants_of_every_name_have_accessors() {
    #[derive(Model)]
    #[odm(collection = "all")]
    struct All {
        id: Id<Self>,
        external: External,
        internal: Internal,
        tree: Tree,
    }
    let a = All::fields();
    assert_eq!(a.external().some().__content().name(), "external.Some.__content");
    assert_eq!(a.external().some_fields().a().name(), "external.SomeFields.a");
    assert_eq!(a.external().self_().self_().name(), "external.Self_.self_");
    assert_eq!(a.external().r#type().r#fn().name(), "external.type.fn");
    assert_eq!(a.internal().some().__content().name(), "internal.__content");
    assert_eq!(a.internal().err().eq().name(), "internal.eq");
    assert_eq!(
        a.tree().children().parent().leaf().both().left().tree().name().name(),
        "tree.children.parent.leaf.left.name"
    );
}
