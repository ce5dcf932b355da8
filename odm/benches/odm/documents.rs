//! The documents of the "MongoDB ODM Performance Benchmark": its fields and sizes, with texts of our own. Each type has
//! our derives and those of serde.

use odm::{Embedded, Id, Keyed, Model, bson::oid::ObjectId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A model that both sides support.
pub(crate) trait Sample:
    Model<Id = Id<Self>> + Keyed<Key = ObjectId> + Serialize + DeserializeOwned + Send + Sync + Unpin
{
    /// Returns the document with this number and a new id. All documents of a model have the same size.
    fn numbered(number: u32) -> Self;
}

/// Declares a flat model of texts and integers, and of fields with a type and a value.
macro_rules! flat {
    (
        $(#[$attribute:meta])* $model:ident: $($text:ident)*; $($integer:ident)*;
        $($field:ident: $type:ty = $value:expr;)*
    ) => {
        #[derive(Debug, Clone, Serialize, Deserialize, Model)]
        $(#[$attribute])*
        pub(crate) struct $model {
            #[serde(rename = "_id")]
            pub(crate) id: Id<$model>,
            $(pub(crate) $text: String,)*
            $(pub(crate) $integer: i32,)*
            $(pub(crate) $field: $type,)*
        }

        impl Sample for $model {
            fn numbered(number: u32) -> Self {
                let length = Self::TEXT;
                Self {
                    id: Id::new(),
                    $($text: text(stringify!($text), number, length),)*
                    $($integer: integer(stringify!($integer), number),)*
                    $($field: $value,)*
                }
            }
        }
    };
}

flat! {
    /// A small document of 13 fields.
    #[odm(collection = "small")]
    Small:
    field1 field2 field3 field4 field5 field6 field7; field8 field9 field10 field11 field12 field13;
}

flat! {
    /// A small document with a reference.
    #[odm(collection = "referring")]
    Referring:
    field1 field2 field3 field4 field5 field6 field7; field8 field9 field10 field11 field12 field13;
    field_fk: Id<Referred> = Id::new();
}

/// The document of a reference.
#[derive(Debug, Serialize, Deserialize, Model)]
#[odm(collection = "referred")]
pub(crate) struct Referred {
    #[serde(rename = "_id")]
    id: Id<Referred>,
    name: String,
}

impl Small {
    const TEXT: usize = 8;
}

impl Referring {
    const TEXT: usize = 8;

    /// Returns the id of the referred document.
    pub(crate) fn key(&self) -> Id<Referred> {
        self.field_fk
    }
}

/// A large document of embedded documents: seven with 15 texts, two of them in an array, and seven with 15 integers.
#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[odm(collection = "nested")]
pub(crate) struct Nested {
    #[serde(rename = "_id")]
    pub(crate) id: Id<Nested>,
    pub(crate) embedded_str_doc_1: Texts,
    embedded_str_doc_2: Texts,
    embedded_str_doc_3: Texts,
    embedded_str_doc_4: Texts,
    embedded_str_doc_5: Texts,
    pub(crate) embedded_str_doc_array: Vec<Texts>,
    embedded_int_doc_8: Integers,
    embedded_int_doc_9: Integers,
    embedded_int_doc_10: Integers,
    embedded_int_doc_11: Integers,
    embedded_int_doc_12: Integers,
    embedded_int_doc_13: Integers,
    embedded_int_doc_14: Integers,
}

impl Nested {
    /// Returns the unique id in the first embedded document.
    pub(crate) fn first(&self) -> ObjectId {
        self.embedded_str_doc_1.unique_id
    }

    /// Returns the unique id in the first document of the array.
    pub(crate) fn first_of_array(&self) -> ObjectId {
        self.embedded_str_doc_array.first().map_or_else(ObjectId::new, |texts| texts.unique_id)
    }
}

impl Sample for Nested {
    fn numbered(number: u32) -> Self {
        let (texts, integers) = (|| Texts::numbered(number), || Integers::numbered(number));
        Self {
            id: Id::new(),
            embedded_str_doc_1: texts(),
            embedded_str_doc_2: texts(),
            embedded_str_doc_3: texts(),
            embedded_str_doc_4: texts(),
            embedded_str_doc_5: texts(),
            embedded_str_doc_array: vec![texts(), texts()],
            embedded_int_doc_8: integers(),
            embedded_int_doc_9: integers(),
            embedded_int_doc_10: integers(),
            embedded_int_doc_11: integers(),
            embedded_int_doc_12: integers(),
            embedded_int_doc_13: integers(),
            embedded_int_doc_14: integers(),
        }
    }
}

/// Declares an embedded document of 15 fields of one type.
macro_rules! embedded {
    ($name:ident: $type:ty = $value:expr; $($field:ident)*) => {
        #[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
        pub(crate) struct $name {
            pub(crate) unique_id: ObjectId,
            $(pub(crate) $field: $type,)*
        }

        impl $name {
            fn numbered(number: u32) -> Self {
                let value: fn(&str, u32) -> $type = $value;
                Self { unique_id: ObjectId::new(), $($field: value(stringify!($field), number),)* }
            }
        }
    };
}

embedded! {
    Texts: String = |field, number| text(field, number, 45);
    field1 field2 field3 field4 field5 field6 field7 field8 field9 field10 field11 field12 field13 field14 field15
}

embedded! {
    Integers: i32 = integer;
    field1 field2 field3 field4 field5 field6 field7 field8 field9 field10 field11 field12 field13 field14 field15
}

/// Returns a text of this length, which depends on the field and the number.
fn text(field: &str, number: u32, length: usize) -> String {
    let mut state = integer(field, number).unsigned_abs();
    let letters = std::iter::from_fn(|| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        char::from_digit((state >> 16) % 36, 36)
    });
    letters.take(length).collect()
}

/// Returns an integer of up to three digits, which depends on the field and the number.
fn integer(field: &str, number: u32) -> i32 {
    let sum = field.bytes().fold(number, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    i32::try_from(sum % 1_000).unwrap_or_default()
}
