pub mod collection_9_lives {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "9 lives")]
    pub struct Type9Live {
        pub id: i32,
        #[serde(rename = "9")]
        pub field_9: Type9,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Type9 {
        #[serde(rename = "9 lives")]
        pub field_9_lives: i32,
        pub x: i32,
    }
}

pub mod almost_camel {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "almostCamel")]
    pub struct AlmostCamel {
        pub id: i32,
        #[serde(rename = "firstName")]
        pub first_name: String,
        #[serde(rename = "ShipTo")]
        pub ship_to: i32,
        #[serde(rename = "x1Y")]
        pub x1_y: i32,
        #[serde(rename = "aBC")]
        pub a_bc: i32,
        pub a1b: i32,
        #[serde(rename = "first_name")]
        pub first_name_: String,
    }
}

pub mod arrays {
    use odm::{Embedded, Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "arrays")]
    pub struct Array {
        pub id: i32,
        // unsure: values of several types: int32, string, document, array
        pub mixed: Vec<Option<Bson>>,
        // unsure: only null
        pub nulls: Vec<Option<Bson>>,
        pub some_null: Vec<Option<i32>>,
        // unsure: only empty arrays
        pub empty: Vec<Bson>,
        pub of: Vec<Of>,
        pub of_arrays: Vec<Vec<Option<i32>>>,
        // unsure: doubles and integers: all are written as doubles
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub numbers: Option<Vec<f64>>,
        // unsure: int32 and int64: all are written as int64
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub longs: Option<Vec<i64>>,
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub of_nulls: Option<Vec<OfNull>>,
        // unsure: values of several types: document, array
        pub or_document: Bson,
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub late: Option<Vec<Late>>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Of {
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub a: Option<i32>,
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub b: Option<String>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct OfNull {
        pub x: Option<i32>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Late {
        // unsure: only empty arrays
        pub x: Vec<Bson>,
    }
}

pub mod camel_case {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[serde(rename_all = "camelCase")]
    #[odm(collection = "camelCase")]
    pub struct CamelCase {
        pub id: i32,
        pub first_name: String,
        pub ship_to: ShipTo,
        pub url: String,
    }

    #[derive(Debug, Clone, Embedded)]
    #[serde(rename_all = "camelCase")]
    pub struct ShipTo {
        pub city_name: String,
        pub street2: i32,
    }
}

pub mod deep {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "deep")]
    pub struct Deep {
        pub id: i32,
        pub ten: Ten,
        pub list: Vec<Vec<Vec<Vec<Vec<List>>>>>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Ten {
        pub inner: Inner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct List {
        pub deep: Vec<Vec<i32>>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Inner {
        pub inner: InnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInner {
        pub inner: InnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInner {
        pub inner: InnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub end: i32,
    }
}

pub mod documents {
    use odm::{Embedded, Model, bson::Document};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "documents")]
    pub struct DocumentDocument {
        pub id: i32,
        // unsure: only empty documents
        pub empty: Document,
        pub sometimes: Sometime,
        // unsure: documents whose fields cannot be declared
        pub undeclarable: Document,
        pub partly: Partly,
        pub same: Same,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Sometime {
        // missing in 1 of 2 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub x: Option<i32>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Partly {
        pub y: i32,
        // unsure: a field cannot be declared as "$x", so it is not read
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Same {
        pub same: SameSame,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct SameSame {
        pub same: i32,
    }
}

pub mod each_type {
    use odm::{Embedded, Model, bson::{Binary, Bson, DateTime, Decimal128, Regex, Timestamp, oid::ObjectId}};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "each type")]
    pub struct EachType {
        pub id: i32,
        pub double: f64,
        pub string: String,
        pub object: Object,
        pub array: Vec<i32>,
        pub binary: Binary,
        pub uuid: Binary,
        // unsure: a type of BSON that has no type of its own here
        pub undefined: Bson,
        pub object_id: ObjectId,
        pub bool: bool,
        pub date: DateTime,
        // unsure: only null
        pub null: Option<Bson>,
        pub regex: Regex,
        // unsure: a type of BSON that has no type of its own here
        pub symbol: Bson,
        // unsure: a type of BSON that has no type of its own here
        pub code: Bson,
        // unsure: a type of BSON that has no type of its own here
        pub scope: Bson,
        pub int: i32,
        pub timestamp: Timestamp,
        pub long: i64,
        pub decimal: Decimal128,
        // unsure: a type of BSON that has no type of its own here
        pub min_key: Bson,
        // unsure: a type of BSON that has no type of its own here
        pub max_key: Bson,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Object {
        pub a: i32,
    }
}

pub mod ids_binary {
    use odm::{Model, bson::Binary};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids binary")]
    pub struct IdsBinary {
        pub id: Binary,
        pub n: i32,
    }
}

pub mod ids_bool {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids bool")]
    pub struct IdsBool {
        pub id: bool,
        pub n: i32,
    }
}

pub mod ids_code {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids code")]
    pub struct IdsCode {
        // unsure: a type of BSON that has no type of its own here
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_date {
    use odm::{Model, bson::DateTime};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids date")]
    pub struct IdsDate {
        pub id: DateTime,
        pub n: i32,
    }
}

pub mod ids_decimal {
    use odm::{Model, bson::Decimal128};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids decimal")]
    pub struct IdsDecimal {
        pub id: Decimal128,
        pub n: i32,
    }
}

pub mod ids_deep_document {
    use odm::{Embedded, Model, bson::oid::ObjectId};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids deep document")]
    pub struct IdsDeepDocument {
        pub id: IdsDeepDocumentId,
        pub n: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct IdsDeepDocumentId {
        pub of: Of,
        pub list: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Of {
        pub shop: ObjectId,
        pub at: At,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct At {
        pub year: i32,
    }
}

pub mod ids_document {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids document")]
    pub struct IdsDocument {
        pub id: IdsDocumentId,
        pub n: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct IdsDocumentId {
        pub shop: i32,
        pub number: String,
    }
}

pub mod ids_double {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids double")]
    pub struct IdsDouble {
        pub id: f64,
        pub n: i32,
    }
}

pub mod ids_empty_document {
    use odm::{Model, bson::Document};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids empty document")]
    pub struct IdsEmptyDocument {
        // unsure: only empty documents
        pub id: Document,
        pub n: i32,
    }
}

pub mod ids_inner_null {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids inner null")]
    pub struct IdsInnerNull {
        pub id: IdsInnerNullId,
        pub n: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct IdsInnerNullId {
        pub a: Option<i32>,
    }
}

pub mod ids_int {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids int")]
    pub struct IdsInt {
        pub id: i32,
        pub n: i32,
    }
}

pub mod ids_keys {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids keys")]
    pub struct IdsKey {
        // unsure: a type of BSON that has no type of its own here
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_long {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids long")]
    pub struct IdsLong {
        pub id: i64,
        pub n: i32,
    }
}

pub mod ids_map {
    use odm::{Model, bson::Document};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids map")]
    pub struct IdsMap {
        // unsure: documents with other names, or with the same in another order
        pub id: Document,
        pub n: i32,
    }
}

pub mod ids_null {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids null")]
    pub struct IdsNull {
        // unsure: null is one of the ids
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_numbers {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids numbers")]
    pub struct IdsNumber {
        // unsure: doubles and integers: all are written as doubles
        pub id: f64,
        pub n: i32,
    }
}

pub mod ids_object_id {
    use odm::{Id, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids object id")]
    pub struct IdsObjectId {
        pub id: Id<IdsObjectId>,
        pub n: i32,
    }
}

pub mod ids_of_all_types {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids of all types")]
    pub struct IdsOfAllType {
        // unsure: values of several types: int32, string, binary data, ObjectId, boolean, document
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_only_null {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids only null")]
    pub struct IdsOnlyNull {
        // unsure: null is one of the ids
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_other_names {
    use odm::{Model, bson::Document};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids other names")]
    pub struct IdsOtherName {
        // unsure: documents with other names, or with the same in another order
        pub id: Document,
        pub n: i32,
    }
}

pub mod ids_other_order {
    use odm::{Model, bson::Document};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids other order")]
    pub struct IdsOtherOrder {
        // unsure: documents with other names, or with the same in another order
        pub id: Document,
        pub n: i32,
    }
}

pub mod ids_string {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids string")]
    pub struct IdsString {
        pub id: String,
        pub n: i32,
    }
}

pub mod ids_symbol {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids symbol")]
    pub struct IdsSymbol {
        // unsure: a type of BSON that has no type of its own here
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_text_or_number {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids text or number")]
    pub struct IdsTextOrNumber {
        // unsure: values of several types: int32, string
        pub id: Bson,
        pub n: i32,
    }
}

pub mod ids_timestamp {
    use odm::{Model, bson::Timestamp};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids timestamp")]
    pub struct IdsTimestamp {
        pub id: Timestamp,
        pub n: i32,
    }
}

pub mod ids_uuid {
    use odm::{Model, bson::Binary};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "ids uuid")]
    pub struct IdsUuid {
        pub id: Binary,
        pub n: i32,
    }
}

pub mod keys {
    use std::collections::HashMap;

    use odm::{Embedded, Model, Value};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "keys")]
    pub struct Key {
        pub id: i32,
        // unsure: a map: its names look like keys
        pub numbers: HashMap<String, Number>,
        // unsure: a map: its names look like keys
        pub lists: HashMap<String, Vec<Option<i32>>>,
        // unsure: a map: its names look like keys
        pub nulls: HashMap<String, Option<i32>>,
        // unsure: a map: its names look like keys
        // unsure: values of several types: int32, string
        pub mixed: HashMap<String, Option<Mixed>>,
        // unsure: a map: its names look like keys
        pub uuids: HashMap<String, i32>,
        pub odd: Odd,
        // unsure: a map: its names look like keys
        pub many: HashMap<String, i32>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Number {
        pub n: i32,
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    pub enum Mixed {
        Number(i32),
        Text(String),
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Odd {
        // missing in 1 of 2 documents
        #[serde(rename = "1")]
        #[serde(skip_serializing_if = "Option::is_none")]
        pub field_1: Option<i32>,
        // unsure: a field cannot be declared as "$x", so it is not read
        // unsure: a field cannot be declared as "a.b", so it is not read
        // unsure: a field cannot be declared as "", so it is not read
    }
}

pub mod r#match {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "match")]
    pub struct Match {
        pub id: i32,
        pub r#match: MatchMatch,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct MatchMatch {
        pub r#match: i32,
    }
}

pub mod mixed_values {
    use odm::{Model, Value, bson::{Bson, oid::ObjectId}};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "mixed values")]
    pub struct MixedValue {
        pub id: i32,
        // unsure: values of several types: int32, string, another type, regular expression, timestamp, document, array
        pub of_all: Bson,
        // unsure: values of several types: int32, string
        // missing in 8 of 12 documents
        pub a: Option<A>,
        // unsure: values of several types: string, boolean, document
        // missing in 8 of 12 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub b: Option<Bson>,
        // unsure: values of several types: string, document, array
        // missing in 8 of 12 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub c: Option<Bson>,
        // unsure: values of several types: double, boolean
        // missing in 9 of 12 documents
        pub d: Option<D>,
        // unsure: values of several types: int64, string, date, decimal128
        // missing in 8 of 12 documents
        #[serde(skip_serializing_if = "Option::is_none")]
        pub e: Option<Bson>,
        // unsure: values of several types: string, ObjectId
        // missing in 9 of 12 documents
        pub f: Option<F>,
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    pub enum A {
        Number(i32),
        Text(String),
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    pub enum D {
        Number(f64),
        Flag(bool),
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    pub enum F {
        Text(String),
        Id(ObjectId),
    }
}

pub mod names {
    use odm::Model;

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "names")]
    pub struct Name {
        pub id: i32,
        #[serde(rename = "id")]
        pub id_: i32,
        #[serde(rename = "Id")]
        pub id_2: i32,
        #[serde(rename = "ID")]
        pub id_3: i32,
        #[serde(rename = "_id_")]
        pub id_4: i32,
        #[serde(rename = " ")]
        pub field: i32,
        pub r#type: i32,
        #[serde(rename = "self")]
        pub self_: i32,
        #[serde(rename = "Self")]
        pub self__: i32,
        #[serde(rename = "crate")]
        pub crate_: i32,
        #[serde(rename = "super")]
        pub super_: i32,
        #[serde(rename = "2nd")]
        pub field_2nd: i32,
        #[serde(rename = "a b")]
        pub a_b: i32,
        #[serde(rename = "a_b")]
        pub a_b_: i32,
        #[serde(rename = "aB")]
        pub a_b_2: i32,
        #[serde(rename = "AB")]
        pub ab: i32,
        #[serde(rename = "a-b")]
        pub a_b_3: i32,
        #[serde(rename = "größe")]
        pub gr_e: i32,
        #[serde(rename = "名前")]
        pub field_: i32,
        #[serde(rename = "名")]
        pub field_2: i32,
        #[serde(rename = "_")]
        pub field_3: i32,
        #[serde(rename = "__")]
        pub field_4: i32,
        pub r#async: i32,
        pub r#gen: i32,
        pub r#union: i32,
        #[serde(rename = "a\"quote")]
        pub a_quote: i32,
        #[serde(rename = "back\\slash")]
        pub back_slash: i32,
        #[serde(rename = "{brace}")]
        pub brace: i32,
        #[serde(rename = "new\nline")]
        pub new_line: i32,
        #[serde(rename = "😀")]
        pub field_5: i32,
        #[serde(rename = "r#type")]
        pub r_type: i32,
        #[serde(rename = "id_")]
        pub id_5: i32,
        #[serde(rename = "0")]
        pub field_0: i32,
        #[serde(rename = "field")]
        pub field_6: i32,
        #[serde(rename = "field_")]
        pub field_7: i32,
        pub r#true: i32,
        // unsure: a field cannot be declared as "$dollar", so it is not read
        // unsure: a field cannot be declared as "$", so it is not read
        // unsure: a field cannot be declared as "dotted.name", so it is not read
        // unsure: a field cannot be declared as ".", so it is not read
        // unsure: a field cannot be declared as "", so it is not read
    }
}

pub mod nulls {
    use odm::{Embedded, Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "nulls")]
    pub struct Null {
        pub id: i32,
        // unsure: only null
        pub never: Option<Bson>,
        pub at_first: Option<String>,
        pub later: Option<i32>,
        // missing in 1 of 3 documents
        pub both: Option<i32>,
        pub inside: Option<Inside>,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Inside {
        pub x: Option<i32>,
    }
}

pub mod numbers {
    use odm::{Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "numbers")]
    pub struct Number {
        pub id: i32,
        // unsure: int32 and int64: all are written as int64
        pub int_long: i64,
        // unsure: doubles and integers: all are written as doubles
        pub int_double: f64,
        // unsure: doubles and integers: all are written as doubles
        pub long_double: f64,
        // unsure: doubles and integers: all are written as doubles
        pub all: f64,
        // unsure: doubles, and integers that a double does not hold
        pub large: Bson,
        // unsure: values of several types: double, decimal128
        pub with_decimal: Bson,
        pub special: f64,
    }
}

pub mod only_ids {
    use odm::{Id, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "only ids")]
    pub struct OnlyId {
        pub id: Id<OnlyId>,
    }
}

pub mod too_deep {
    use odm::{Embedded, Model, bson::Bson};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "too deep")]
    pub struct TooDeep {
        pub id: i32,
        pub thirty: Thirty,
        pub hundred: Hundred,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Thirty {
        pub inner: Inner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Hundred {
        pub inner: HundredInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Inner {
        pub inner: InnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInner {
        pub inner: HundredInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInner {
        pub inner: InnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInner {
        pub inner: HundredInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInner {
        pub inner: InnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInner {
        pub inner: HundredInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        pub inner: HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct InnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        // unsure: documents nest deeper than 16 levels
        pub inner: Bson,
        pub level: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct HundredInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInnerInner {
        // unsure: documents nest deeper than 16 levels
        pub inner: Bson,
        pub level: String,
    }
}

pub mod types {
    use std::collections::HashMap;

    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "types")]
    pub struct Type {
        pub id: i32,
        pub option: TypeOption,
        pub vec: TypeVec,
        pub string: TypeString,
        #[serde(rename = "id")]
        pub id_: TypeId,
        pub model: TypeModel,
        pub bson: TypeBson,
        pub r#box: TypeBox,
        pub ok: TypeOk,
        pub r#type: TypeType,
        pub types: TypeType2,
        pub embedded: Vec<TypeEmbedded>,
        pub default: TypeDefault,
        pub clone: TypeClone,
        pub i32: I32,
        pub bool: Bool,
        pub str: Str,
        pub f64: F64,
        // unsure: a map: its names look like keys
        pub hash_map: HashMap<String, TypeHashMap>,
        pub encode: Encode,
        pub decode: Decode,
        pub partial_eq: PartialEq,
        pub send: TypeSend,
        pub type_document: TypeDocument,
        pub from: From,
        pub to_string: ToString,
        pub size: i32,
        pub count: i32,
        pub eq: i32,
        pub set: i32,
        pub fields: i32,
        pub new: i32,
        pub exists: i32,
        pub inc: Inc,
        #[serde(rename = "COLLECTION")]
        pub collection: i32,
        #[serde(rename = "META")]
        pub meta: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeOption {
        pub some: TypeOptionSome,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeVec {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeString {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeId {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeModel {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeBson {
        pub document: TypeBsonDocument,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeBox {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeOk {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeType {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeType2 {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeEmbedded {
        pub value: TypeEmbeddedValue,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeDefault {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeClone {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct I32 {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Bool {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Str {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct F64 {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeHashMap {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Encode {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Decode {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct PartialEq {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeSend {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeDocument {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct From {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct ToString {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Inc {
        pub set: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeOptionSome {
        pub x: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeBsonDocument {
        pub bson: i32,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeEmbeddedValue {
        pub x: i32,
    }
}

pub mod zips {
    use odm::{Embedded, Id, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "zips")]
    pub struct Zip {
        pub id: Id<Zip>,
        pub city: String,
        pub zip: String,
        pub loc: Loc,
        pub pop: i32,
        pub state: String,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct Loc {
        pub y: f64,
        pub x: f64,
    }
}

pub mod collection {
    use odm::{Embedded, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "名前")]
    pub struct Type {
        pub id: i32,
        #[serde(rename = "名前")]
        pub field: TypeType,
    }

    #[derive(Debug, Clone, Embedded)]
    pub struct TypeType {
        #[serde(rename = "名前")]
        pub field: i32,
        pub x: i32,
    }
}
