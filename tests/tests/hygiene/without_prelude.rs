//! Without a prelude and imports, beside other items under names of the prelude: enums in every representation,
//! tuples, flattened fields, and fields with another encoding.
// This code is odd on purpose. The lints check the code that the derives generate.
#![allow(missing_debug_implementations, dead_code, non_camel_case_types, non_upper_case_globals)]

macro_rules! hostile {
    ($($name:ident)*) => { $(
        /// Not the item of the prelude.
        pub struct $name;
    )* };
}
hostile!(Option Some None Result Ok Err Vec String Box Self_ Clone Default Into From Iterator Send Sync);
hostile!(Context Path Value Model Doc Key Writer Raw Elements CodecError UnclaimedElements VariantTest Narrows);
hostile!(NarrowsUntagged HasField Flatten ReadsFrom PhantomData);
// If a pattern contains the name of a unit struct or a constant, it is not a variable.
hostile!(at base writer raw value item ok document given name elements types key inside filled);
/// Not a variable.
pub const check: i32 = 0;
/// Not a variable.
pub static fields: i32 = 0;

/// Externally tagged.
#[derive(::odm::Value)]
pub enum External {
    /// Nothing.
    Cash,
    /// One value.
    Transfer(#[odm(unit = "s")] ::core::time::Duration),
    /// Several.
    Pair(i32, #[serde(default)] ::core::option::Option<Size>),
    /// A document.
    Card {
        /// Four digits.
        #[serde(default, alias = "digits")]
        last4: ::std::string::String,
        /// Bytes.
        #[odm(binary)]
        bytes: ::std::vec::Vec<u8>,
    },
    /// Anything else.
    #[serde(other)]
    Unknown,
}

/// Internally tagged.
#[derive(::odm::Value)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum Internal {
    /// Nothing.
    Cash,
    /// A document.
    Transfer(Part),
    /// A document.
    Card {
        /// Four digits.
        #[odm(validate(length(equal = 4)))]
        last4: ::std::string::String,
        /// The rest.
        #[serde(flatten)]
        rest: ::std::collections::BTreeMap<::std::string::String, i32>,
    },
}

/// Adjacently tagged.
#[derive(::odm::Value)]
#[serde(tag = "kind", content = "of")]
pub enum Adjacent {
    /// Nothing.
    Cash,
    /// One value.
    Transfer(Size),
    /// Several.
    Pair(i32, i32),
    /// A document.
    Card {
        /// Four digits.
        last4: ::std::string::String,
    },
    /// Not stored.
    #[serde(skip)]
    Hidden,
}

/// Untagged.
#[derive(::odm::Value)]
#[serde(untagged)]
pub enum Untagged {
    /// A document.
    Card {
        /// Four digits.
        last4: ::std::string::String,
    },
    /// One value.
    Transfer(Part),
    /// Several.
    Pair(i32, i32),
    /// Nothing.
    Cash,
}

/// A document.
#[derive(::odm::Embedded)]
#[odm(schema_version(2, name = "v"), upgrade(1 = self::renamed))]
pub struct Part {
    /// Its identity.
    #[odm(rename = "_id")]
    pub id: ::odm::Id<Kinds>,
    /// One of each.
    #[serde(default)]
    pub external: ::core::option::Option<External>,
    /// One of each.
    pub untagged: ::std::vec::Vec<Untagged>,
    /// A flattened field.
    #[serde(flatten)]
    pub adjacent: Adjacent,
    /// An optional flattened field.
    #[serde(flatten)]
    pub size: ::core::option::Option<Size>,
}

fn renamed(_: &mut ::odm::bson::Document) {}

/// A flattened document.
#[derive(::odm::Embedded)]
pub struct Size {
    /// How long it takes.
    #[odm(unit = "ms")]
    pub length: ::core::option::Option<::core::time::Duration>,
    /// How it looks.
    #[odm(binary)]
    #[serde(default = "self::nothing", skip_serializing_if = "::std::vec::Vec::is_empty")]
    pub looks: ::std::vec::Vec<u8>,
}

fn nothing() -> ::std::vec::Vec<u8> {
    ::std::vec::Vec::new()
}

/// An array.
#[derive(::odm::Value)]
pub struct Items(pub i32, #[serde(default)] pub ::core::option::Option<i32>, #[serde(skip)] i32);

/// Nothing.
#[derive(::odm::Value)]
pub struct Unit;

/// A newtype.
#[derive(::odm::Value)]
pub struct Length(#[odm(unit = "s")] pub ::core::time::Duration);

/// A model with several variants.
#[derive(::odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "kinds")]
pub enum Kinds {
    /// One.
    First {
        /// Its identity.
        id: ::odm::Id<Self>,
        /// What it holds.
        items: Items,
    },
    /// Another.
    Second(Part),
}

/// A generic type whose parameters are named like those of the expansion.
#[derive(::odm::Value)]
#[serde(tag = "t")]
pub enum Generic<A: ::core::marker::Send, T, E, __p, const N: usize>
where
    A: ::core::marker::Sync,
    T: ::odm::value::Flatten,
{
    /// A field of each type.
    One {
        /// A field of each type.
        a: A,
        /// A field of each type.
        e: ::std::vec::Vec<E>,
        /// A field of each type.
        p: ::core::option::Option<__p>,
    },
    /// A newtype variant.
    Two(T),
}
