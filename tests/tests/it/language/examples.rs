//! The examples in the manual of queries and updates, as typed filters and updates.
//!
//! The rendered BSON is equivalent but uses one form where the manual has several: operators are explicit
//! (`{ $eq: v }`, `{ $regex: .. }`), numbers have the type of their field, and conditions that must all hold share a
//! document.

use odm::{
    Embedded, Filter, Id, Model, Shape, Update,
    bson::{Binary, Bson, Document, Regex, doc, spec::BinarySubtype},
    geo::{BigPolygon, Point, Polygon},
    mongodb::options::UpdateModifications,
    pipeline::{Pipeline, sum},
};

#[derive(Debug, Model)]
#[odm(collection = "inventory")]
struct Stock {
    id: i32,
    item: Name,
    price: f64,
    qty: Option<i32>,
    sale: bool,
    tags: Vec<String>,
}

#[derive(Debug, Embedded)]
struct Name {
    name: String,
}

#[derive(Debug, Model)]
#[odm(collection = "prices")]
struct Priced {
    id: i32,
    price: String,
}

#[derive(Debug, Model)]
#[odm(collection = "collection")]
struct Flags {
    id: i32,
    a: Option<i32>,
}

#[derive(Debug, Model)]
#[odm(collection = "collection")]
struct BinaryFlags {
    id: i32,
    a: Binary,
}

#[derive(Debug, Model)]
#[odm(collection = "survey")]
struct Survey {
    id: i32,
    results: Vec<Answer>,
}

#[derive(Debug, Embedded)]
struct Answer {
    product: String,
    score: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "places")]
struct Place {
    id: Id<Place>,
    loc: Polygon,
    location: Point,
}

#[derive(Debug, Model)]
#[odm(collection = "records")]
struct Reading {
    id: i32,
    x: i32,
}

#[derive(Debug, Shape)]
struct Parity {
    #[odm(id)]
    odd: i64,
    total: i64,
}

#[derive(Debug, Model)]
#[odm(collection = "students")]
struct Student {
    id: i32,
    name: String,
}

#[derive(Debug, Model)]
#[odm(collection = "all")]
struct All {
    id: i32,
    tags: Vec<String>,
    scores: Vec<i32>,
    fruits: Vec<String>,
    vegetables: Vec<String>,
    nickname: Option<String>,
    alias: Option<String>,
    cell: Option<String>,
    mobile: Option<String>,
    item: String,
    #[serde(rename = "defaultQty")]
    default_qty: i32,
}

fn sent<M>(filter: Filter<M>) -> Document {
    filter.into_document().unwrap()
}

fn changed(update: Update<All>) -> Document {
    match update.into_parts().unwrap() {
        (UpdateModifications::Document(operators), filters) if filters.is_empty() => operators,
        other => panic!("not operators alone: {other:?}"),
    }
}

fn pattern(pattern: &str) -> Regex {
    Regex { pattern: pattern.try_into().unwrap(), options: "".try_into().unwrap() }
}

fn mask() -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: vec![0x30] }
}

/// Returns the conditions of a filter, regardless of its form: `(name, operator, value)` for each, sorted.
fn conditions(document: &Document) -> Bson {
    let mut all = Vec::new();
    gather(document, &mut all);
    all.sort_by_key(Bson::to_string);
    all.into()
}

fn gather(document: &Document, all: &mut Vec<Bson>) {
    for (name, value) in document {
        match (name.as_str(), value) {
            ("$and", Bson::Array(branches)) => {
                for branch in branches {
                    gather(branch.as_document().unwrap(), all);
                }
            }
            ("$or" | "$nor", Bson::Array(branches)) => {
                let branches: Vec<Bson> =
                    branches.iter().map(|branch| conditions(branch.as_document().unwrap())).collect();
                all.push(doc! { name: branches }.into());
            }
            (name, value) if name.starts_with('$') => all.push(doc! { name: values(value) }.into()),
            (name, value) => all.extend(tests(value).into_iter().map(|test| doc! { name: test }.into())),
        }
    }
}

/// Returns the tests of one field.
fn tests(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(tests) if tests.keys().all(|key| key.starts_with('$')) && !tests.is_empty() => {
            if let Some(pattern) = tests.get("$regex") {
                return vec![doc! { "$regex": pattern, "$options": tests.get("$options").cloned() }.into()];
            }
            tests
                .iter()
                .map(|(operator, value)| match (operator.as_str(), value) {
                    ("$elemMatch", Bson::Document(inner)) => doc! { operator: conditions(inner) }.into(),
                    ("$not", inner) => doc! { operator: self::tests(inner) }.into(),
                    _ => doc! { operator: values(value) }.into(),
                })
                .collect()
        }
        Bson::RegularExpression(regex) => {
            vec![doc! { "$regex": regex.pattern.as_str(), "$options": None::<String> }.into()]
        }
        value => vec![doc! { "$eq": values(value) }.into()],
    }
}

/// Converts numbers to one type.
fn values(value: &Bson) -> Bson {
    match value {
        Bson::Int32(number) => Bson::Double((*number).into()),
        Bson::Int64(number) => Bson::Double(i32::try_from(*number).unwrap().into()),
        Bson::Array(items) => items.iter().map(values).collect::<Vec<_>>().into(),
        Bson::Document(document) => {
            document.iter().map(|(name, value)| (name.clone(), values(value))).collect::<Document>().into()
        }
        other => other.clone(),
    }
}

fn schema() -> Document {
    doc! { "required": ["name", "major", "gpa", "address"], "properties": {
        "name": { "bsonType": "string", "description": "must be a string and is required" },
        "address": { "bsonType": "object", "required": ["zipcode"], "properties": {
            "street": { "bsonType": "string" }, "zipcode": { "bsonType": "string" },
        } },
    } }
}

fn queries() -> Vec<(&'static str, Document, Document)> {
    let (i, priced) = (Stock::fields(), Priced::fields());
    let (flags, data) = (Flags::fields(), BinaryFlags::fields());
    let (s, l) = (Survey::fields(), Place::fields());
    let triangle = vec![[0.0, 0.0], [3.0, 6.0], [6.0, 1.0], [0.0, 0.0]];
    let big =
        vec![[-100.0, 60.0], [-100.0, 0.0], [-100.0, -60.0], [100.0, -60.0], [100.0, 60.0], [-100.0, 60.0]];
    vec![
        (
            "both about one field",
            sent(i.price().ne(1.99) & i.price().exists(true)),
            doc! { "$and": [{ "price": { "$ne": 1.99 } }, { "price": { "$exists": true } }] },
        ),
        (
            "two alternatives at once",
            sent((i.qty().lt(10) | i.qty().gt(50)) & (i.sale().eq(true) | i.price().lt(5))),
            doc! { "$and": [
                { "$or": [{ "qty": { "$lt": 10 } }, { "qty": { "$gt": 50 } }] },
                { "$or": [{ "sale": true }, { "price": { "$lt": 5 } }] },
            ] },
        ),
        (
            "clear bits by position",
            sent(flags.a().bits_all_clear([1, 5])),
            doc! { "a": { "$bitsAllClear": [1, 5] } },
        ),
        ("set bits by data", sent(data.a().bits_all_set(mask())), doc! { "a": { "$bitsAllSet": mask() } }),
        (
            "a clear bit by position",
            sent(flags.a().bits_any_clear([1, 5])),
            doc! { "a": { "$bitsAnyClear": [1, 5] } },
        ),
        ("a clear bit by mask", sent(flags.a().bits_any_clear(35)), doc! { "a": { "$bitsAnyClear": 35 } }),
        (
            "a clear bit by data",
            sent(data.a().bits_any_clear(mask())),
            doc! { "a": { "$bitsAnyClear": mask() } },
        ),
        ("a set bit by mask", sent(flags.a().bits_any_set(35)), doc! { "a": { "$bitsAnySet": 35 } }),
        ("a set bit by data", sent(data.a().bits_any_set(mask())), doc! { "a": { "$bitsAnySet": mask() } }),
        (
            "one element at once",
            sent(s.results().any(|r| r.product().eq("xyz") & r.score().gte(8))),
            doc! { "results": { "$elemMatch": { "product": "xyz", "score": { "$gte": 8 } } } },
        ),
        ("a field of a document", sent(i.item().name().eq("ab")), doc! { "item.name": { "$eq": "ab" } }),
        ("a whole array", sent(i.tags().eq(["A", "B"])), doc! { "tags": { "$eq": ["A", "B"] } }),
        (
            "a polygon that is touched",
            sent(l.loc().geo_intersects(Polygon::from(vec![triangle]))),
            doc! { "loc": { "$geoIntersects": { "$geometry": {
                "type": "Polygon", "coordinates": [[[0, 0], [3, 6], [6, 1], [0, 0]]],
            } } } },
        ),
        (
            "inside more than half of the earth",
            sent(l.loc().geo_within(BigPolygon::from(Polygon::from(vec![big])))),
            doc! { "loc": { "$geoWithin": { "$geometry": {
                "type": "Polygon",
                "coordinates": [[[-100, 60], [-100, 0], [-100, -60], [100, -60], [100, 60], [-100, 60]]],
                "crs": { "type": "name", "properties": { "name": "urn:x-mongodb:crs:strictwinding:EPSG:4326" } },
            } } } },
        ),
        (
            "one of several patterns",
            sent(i.tags().in_regex([("^be", ""), ("^st", "")])),
            doc! { "tags": { "$in": [pattern("^be"), pattern("^st")] } },
        ),
        ("a schema", sent(Filter::<Student>::json_schema(schema())), doc! { "$jsonSchema": schema() }),
        ("less", sent(i.qty().lt(20)), doc! { "qty": { "$lt": 20 } }),
        ("at most", sent(i.qty().lte(20)), doc! { "qty": { "$lte": 20 } }),
        (
            "near on the sphere",
            sent(l.location().near_sphere(Point::new(-73.9667, 40.78), 1000.0..=5000.0)),
            doc! { "location": { "$nearSphere": {
                "$geometry": { "type": "Point", "coordinates": [-73.9667, 40.78] },
                "$minDistance": 1000, "$maxDistance": 5000,
            } } },
        ),
        (
            "neither",
            sent(Filter::none_of([i.price().eq(1.99), i.sale().eq(true)])),
            doc! { "$nor": [{ "price": 1.99 }, { "sale": true }] },
        ),
        (
            "none of three",
            sent(Filter::none_of([i.price().eq(1.99), i.qty().lt(20), i.sale().eq(true)])),
            doc! { "$nor": [{ "price": 1.99 }, { "qty": { "$lt": 20 } }, { "sale": true }] },
        ),
        (
            "not a pattern",
            sent(!priced.price().regex("^p.*", "")),
            doc! { "price": { "$not": pattern("^p.*") } },
        ),
    ]
}

#[test]
fn typed_filters_equal_the_queries_of_the_manual() {
    let queries = queries();
    assert_eq!(queries.len() + 1, 23, "with the one that is a pipeline");
    for (about, ours, manuals) in queries {
        assert_eq!(conditions(&ours), conditions(&manuals), "{about}");
    }
}

#[test]
fn a_typed_pipeline_equals_the_commented_pipeline_of_the_manual() {
    let stages = Pipeline::<Reading>::new()
        .matching(|r| r.x().gt(0).comment("Don't allow negative inputs."))
        .group(|r| ParityOf { odd: r.x() % 2, total: sum(r.x()) });
    assert_eq!(
        stages.into_stages().unwrap(),
        [
            doc! { "$match": { "x": { "$gt": 0 }, "$comment": "Don't allow negative inputs." } },
            doc! { "$group": { "_id": { "$mod": ["$x", 2] }, "total": { "$sum": "$x" } } },
        ],
    );
}

#[test]
fn typed_updates_equal_the_updates_of_the_manual() {
    let a = All::fields();
    let updates = [
        (
            changed(a.tags().add_to_set_each(["camera", "electronics", "accessories"])),
            doc! { "$addToSet": { "tags": { "$each": ["camera", "electronics", "accessories"] } } },
        ),
        (changed(a.scores().pop_first()), doc! { "$pop": { "scores": -1 } }),
        (changed(a.scores().pull_all([0, 5])), doc! { "$pullAll": { "scores": [0, 5] } }),
        (changed(a.scores().push(89)), doc! { "$push": { "scores": 89 } }),
        (changed(a.scores().push(95)), doc! { "$push": { "scores": 95 } }),
        (
            changed(a.nickname().rename(a.alias()) + a.cell().rename(a.mobile())),
            doc! { "$rename": { "nickname": "alias", "cell": "mobile" } },
        ),
        (
            changed(a.item().set("apple") + a.default_qty().set_on_insert(100)),
            doc! { "$set": { "item": "apple" }, "$setOnInsert": { "defaultQty": 100 } },
        ),
    ];
    for (ours, manuals) in updates {
        assert_eq!(ours, manuals);
    }
    // A condition, and an element to compare with.
    let pulled =
        changed(a.fruits().pull_where(|f| f.in_(["apples", "oranges"])) + a.vegetables().pull("carrots"));
    let manuals = doc! { "fruits": { "$in": ["apples", "oranges"] }, "vegetables": "carrots" };
    assert_eq!(conditions(pulled.get_document("$pull").unwrap()), conditions(&manuals));
    assert_eq!(sent(a.id().eq(1)), doc! { "_id": 1 });
}
