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
    /// A large document of 250 fields.
    #[odm(collection = "large")]
    Large:
    field1 field2 field3 field4 field5 field6 field7 field8 field9 field10 field11 field12 field13 field14
    field15 field16 field17 field18 field19 field20 field21 field22 field23 field24 field25 field26 field27
    field28 field29 field30 field31 field32 field33 field34 field35 field36 field37 field38 field39 field40
    field41 field42 field43 field44 field45 field46 field47 field48 field49 field50 field51 field52 field53
    field54 field55 field56 field57 field58 field59 field60 field61 field62 field63 field64 field65 field66
    field67 field68 field69 field70 field71 field72 field73 field74 field75 field76 field77 field78 field79
    field80 field81 field82 field83 field84 field85 field86 field87 field88 field89 field90 field91 field92
    field93 field94 field95 field96 field97 field98 field99 field100 field101 field102 field103 field104
    field105 field106 field107 field108 field109 field110 field111 field112 field113 field114 field115
    field116 field117 field118 field119 field120 field121 field122 field123 field124 field125;
    field126 field127 field128 field129 field130 field131 field132 field133 field134 field135 field136
    field137 field138 field139 field140 field141 field142 field143 field144 field145 field146 field147
    field148 field149 field150 field151 field152 field153 field154 field155 field156 field157 field158
    field159 field160 field161 field162 field163 field164 field165 field166 field167 field168 field169
    field170 field171 field172 field173 field174 field175 field176 field177 field178 field179 field180
    field181 field182 field183 field184 field185 field186 field187 field188 field189 field190 field191
    field192 field193 field194 field195 field196 field197 field198 field199 field200 field201 field202
    field203 field204 field205 field206 field207 field208 field209 field210 field211 field212 field213
    field214 field215 field216 field217 field218 field219 field220 field221 field222 field223 field224
    field225 field226 field227 field228 field229 field230 field231 field232 field233 field234 field235
    field236 field237 field238 field239 field240 field241 field242 field243 field244 field245 field246
    field247 field248 field249 field250;
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

impl Large {
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
