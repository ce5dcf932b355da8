//! `server-answers.ndjson.gz`: on each line a filter, a document, and whether MongoDB 6.0.5 found the document.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use std::{
    collections::BTreeMap,
    fmt,
    io::{BufRead, BufReader},
};

use flate2::read::GzDecoder;
use odm::{
    Filter, Id, Model,
    bson::{
        Binary, Bson, DateTime, Document, JavaScriptCodeWithScope, Regex, Timestamp, oid::ObjectId,
        serialize_to_raw_document_buf, spec::BinarySubtype,
    },
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

const ANSWERS: &[u8] = include_bytes!("server-answers.ndjson.gz");

/// The operators that only the server evaluates, and how many of the filters contain one. They compute on a sphere.
const REFUSED: [(&str, usize); 3] = [
    ("`$geoIntersects`", 243),
    ("`$geoWithin` with `$centerSphere`", 79),
    ("`$geoWithin` with `$geometry`", 83),
];

#[derive(Model)]
#[odm(collection = "any")]
struct Any {
    #[allow(dead_code)]
    id: Id<Any>,
}

#[test]
fn each_answer_is_that_of_the_server() {
    let (mut wrong, mut refused, mut agreed) = (Vec::new(), BTreeMap::<&str, usize>::new(), 0);
    for line in BufReader::new(GzDecoder::new(ANSWERS)).lines() {
        let line = line.unwrap();
        let Json::Object(parts) = serde_json::from_str(&line).unwrap() else { panic!("{line}") };
        let part = |name: &str| parts.iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap();
        let (Bson::Document(filter), Bson::Document(document)) =
            (part("filter").to_bson(), part("document").to_bson())
        else {
            panic!("{line}")
        };
        let expected = matches!(part("matches"), Json::Bool(true));
        let matcher = match Filter::<Any>::raw(filter).matcher() {
            Ok(matcher) => matcher,
            Err(error) => match REFUSED.iter().find(|(name, _)| error.to_string().contains(name)) {
                Some((name, _)) => {
                    *refused.entry(name).or_default() += 1;
                    continue;
                }
                None => panic!("{error}: {line}"),
            },
        };
        let document = serialize_to_raw_document_buf(&document).unwrap();
        if matcher.matches_raw(&document).unwrap() == expected {
            agreed += 1;
        } else {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(refused, REFUSED.into());
    assert_eq!(agreed, 5595);
}

/// JSON whose objects keep their order.
enum Json {
    Null,
    Bool(bool),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn text(&self) -> &str {
        let Self::Text(text) = self else { panic!("not a text") };
        text
    }

    fn get(&self, name: &str) -> &Self {
        let Self::Object(members) = self else { panic!("not an object") };
        &members.iter().find(|(key, _)| key == name).unwrap().1
    }

    /// Reads canonical extended JSON. Objects like `{ $regex: .. }` of the older format are operators.
    fn to_bson(&self) -> Bson {
        let members = match self {
            Self::Null => return Bson::Null,
            Self::Bool(value) => return Bson::Boolean(*value),
            Self::Text(text) => return Bson::String(text.clone()),
            Self::Array(items) => return Bson::Array(items.iter().map(Self::to_bson).collect()),
            Self::Object(members) => members,
        };
        let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
        match (names.as_slice(), members.first().map(|(_, value)| value)) {
            (["$numberInt"], Some(value)) => Bson::Int32(value.text().parse().unwrap()),
            (["$numberLong"], Some(value)) => Bson::Int64(value.text().parse().unwrap()),
            (["$numberDouble"], Some(value)) => Bson::Double(match value.text() {
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                "NaN" => f64::NAN,
                text => text.parse().unwrap(),
            }),
            (["$numberDecimal"], Some(value)) => Bson::Decimal128(value.text().parse().unwrap()),
            (["$oid"], Some(value)) => Bson::ObjectId(ObjectId::parse_str(value.text()).unwrap()),
            (["$date"], Some(value)) => {
                let Bson::Int64(millis) = value.to_bson() else { panic!("not a canonical date") };
                Bson::DateTime(DateTime::from_millis(millis))
            }
            (["$timestamp"], Some(value)) => {
                let number = |name: &str| match value.get(name) {
                    Self::Text(text) => text.parse().unwrap(),
                    _ => panic!("not a number"),
                };
                Bson::Timestamp(Timestamp { time: number("t"), increment: number("i") })
            }
            (["$binary"], Some(value)) => {
                let subtype = u8::from_str_radix(value.get("subType").text(), 16).unwrap();
                let subtype = BinarySubtype::from(subtype);
                Bson::Binary(Binary::from_base64(value.get("base64").text(), subtype).unwrap())
            }
            (["$regularExpression"], Some(value)) => {
                Bson::RegularExpression(regex(value.get("pattern").text(), value.get("options").text()))
            }
            (["$symbol"], Some(value)) => Bson::Symbol(value.text().to_owned()),
            (["$undefined"], _) => Bson::Undefined,
            (["$minKey"], _) => Bson::MinKey,
            (["$maxKey"], _) => Bson::MaxKey,
            (["$code"], Some(value)) => Bson::JavaScriptCode(value.text().to_owned()),
            (["$code", "$scope"], Some(value)) => {
                let Bson::Document(scope) = self.get("$scope").to_bson() else { panic!("not a scope") };
                Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
                    code: value.text().to_owned(),
                    scope,
                })
            }
            _ => Bson::Document(
                members.iter().map(|(name, value)| (name.clone(), value.to_bson())).collect::<Document>(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::Text(value.to_owned()))
            }
            // Only the parts of timestamps, and the numbers of min and max keys.
            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Text(value.to_string()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut array = Vec::new();
                while let Some(item) = items.next_element()? {
                    array.push(item);
                }
                Ok(Json::Array(array))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
                let mut object = Vec::new();
                while let Some(member) = members.next_entry()? {
                    object.push(member);
                }
                Ok(Json::Object(object))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A regular expression. BSON cannot store a zero in it.
fn regex(pattern: &str, options: &str) -> Regex {
    Regex { pattern: pattern.try_into().unwrap(), options: options.try_into().unwrap() }
}
