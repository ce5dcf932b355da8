//! Every query operator: what it renders, and that the server finds the same with it as with a hand-written query.
//! The test documents lack fields, or contain null, other types or nested arrays.

use odm::{
    Database, Embedded, Filter, Model,
    bson::{
        Binary, Document, Regex, doc,
        spec::{BinarySubtype, ElementType},
    },
    geo::{Area, BigPolygon, Point, Polygon},
    pipeline::rand,
};

use super::unused;

/// The query operators of the manual.
const OPERATORS: &[&str] = &[
    // comparison
    "$eq",
    "$gt",
    "$gte",
    "$in",
    "$lt",
    "$lte",
    "$ne",
    "$nin",
    // logical
    "$and",
    "$nor",
    "$not",
    "$or",
    // element
    "$exists",
    "$type",
    // evaluation
    "$expr",
    "$jsonSchema",
    "$mod",
    "$regex",
    "$text",
    "$where",
    // geospatial, and the operators in their arguments
    "$geoIntersects",
    "$geoWithin",
    "$near",
    "$nearSphere",
    "$box",
    "$center",
    "$centerSphere",
    "$geometry",
    "$maxDistance",
    "$minDistance",
    "$polygon",
    // array
    "$all",
    "$elemMatch",
    "$size",
    // bitwise
    "$bitsAllClear",
    "$bitsAllSet",
    "$bitsAnyClear",
    "$bitsAnySet",
    // miscellaneous
    "$comment",
    "$rand",
    "$sampleRate",
];

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "things")]
struct Thing {
    id: i32,
    name: Option<String>,
    number: Option<i32>,
    other: Option<i32>,
    words: Vec<String>,
    parts: Vec<Part>,
    place: Option<Point>,
    data: Option<Binary>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Part {
    sku: String,
    qty: i32,
}

fn binary(byte: u8) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: vec![byte] }
}

/// Documents that do not fit the model.
fn mixed() -> Vec<Document> {
    let point =
        |longitude: f64, latitude: f64| doc! { "type": "Point", "coordinates": [longitude, latitude] };
    vec![
        doc! {
            "_id": 1, "name": "Crab", "number": 5, "other": 3, "words": ["red", "crab"], "data": binary(0b0101),
            "parts": [{ "sku": "a", "qty": 5 }, { "sku": "b", "qty": 1 }], "place": point(10.75, 59.91),
        },
        doc! {
            "_id": 2, "name": "crab\ncake", "number": 6, "other": 9, "words": ["Cake"], "data": binary(0b0010),
            "parts": [{ "sku": "a", "qty": 1 }], "place": point(5.32, 60.39),
        },
        doc! { "_id": 3, "name": null, "number": null, "other": null, "words": [], "parts": [], "place": null },
        doc! { "_id": 4, "words": [["red"]], "parts": [[{ "sku": "a", "qty": 9 }]] },
        doc! { "_id": 5, "name": 7, "number": "5", "other": 5.5, "words": "red", "parts": { "sku": "a", "qty": 7 } },
        doc! { "_id": 6, "name": ["Crab", 1], "number": [4, 10], "other": [1], "words": null, "parts": null },
        doc! {
            "_id": 7, "name": "a.b$c", "number": -1_i64, "other": -1, "words": ["a.b$c", "red"],
            "parts": [{ "sku": "b" }, { "qty": 20 }], "place": point(0.0, 0.0),
        },
        doc! { "_id": 8, "name": "", "number": 5.0, "words": ["red", "red"] },
    ]
}

/// A filter, what it renders, an equivalent hand-written query, and the documents that both find.
type Case = (Filter<Thing>, Document, Document, &'static [i32]);

fn comparison_and_logic() -> Vec<Case> {
    let t = Thing::fields();
    vec![
        (t.name().eq("Crab"), doc! { "name": { "$eq": "Crab" } }, doc! { "name": "Crab" }, &[1, 6]),
        (t.number().eq(5), doc! { "number": { "$eq": 5 } }, doc! { "number": 5 }, &[1, 8]),
        (
            t.number().ne(5),
            doc! { "number": { "$ne": 5 } },
            doc! { "number": { "$not": { "$eq": 5 } } },
            &[2, 3, 4, 5, 6, 7],
        ),
        (t.number().gt(5), doc! { "number": { "$gt": 5 } }, doc! { "number": { "$gt": 5.0 } }, &[2, 6]),
        (
            t.number().gte(5),
            doc! { "number": { "$gte": 5 } },
            doc! { "number": { "$gte": 5_i64 } },
            &[1, 2, 6, 8],
        ),
        (t.number().lt(5), doc! { "number": { "$lt": 5 } }, doc! { "number": { "$lt": 5 } }, &[6, 7]),
        (
            t.number().lte(5),
            doc! { "number": { "$lte": 5 } },
            doc! { "number": { "$lte": 5 } },
            &[1, 6, 7, 8],
        ),
        (
            t.name().in_(["Crab", ""]),
            doc! { "name": { "$in": ["Crab", ""] } },
            doc! { "$or": [{ "name": "Crab" }, { "name": "" }] },
            &[1, 6, 8],
        ),
        (
            t.name().nin(["Crab", ""]),
            doc! { "name": { "$nin": ["Crab", ""] } },
            doc! { "$nor": [{ "name": "Crab" }, { "name": "" }] },
            &[2, 3, 4, 5, 7],
        ),
        (
            t.parts().qty().gt(6),
            doc! { "parts.qty": { "$gt": 6 } },
            doc! { "parts.qty": { "$gt": 6 } },
            &[5, 7],
        ),
        (t.parts().at(0).qty().eq(5), doc! { "parts.0.qty": { "$eq": 5 } }, doc! { "parts.0.qty": 5 }, &[1]),
        (
            t.number().gt(4) & t.number().lt(6),
            doc! { "number": { "$gt": 4, "$lt": 6 } },
            doc! { "$and": [{ "number": { "$gt": 4 } }, { "number": { "$lt": 6 } }] },
            &[1, 6, 8],
        ),
        (
            t.words().contains("red") & t.words().contains("crab"),
            doc! { "words": { "$eq": "red" }, "$and": [{ "words": { "$eq": "crab" } }] },
            doc! { "$and": [{ "words": "red" }, { "words": "crab" }] },
            &[1],
        ),
        (
            t.number().eq(6) | t.name().eq(""),
            doc! { "$or": [{ "number": { "$eq": 6 } }, { "name": { "$eq": "" } }] },
            doc! { "$or": [{ "number": 6 }, { "name": "" }] },
            &[2, 8],
        ),
        (
            !t.number().gt(5),
            doc! { "number": { "$not": { "$gt": 5 } } },
            doc! { "$nor": [{ "number": { "$gt": 5 } }] },
            &[1, 3, 4, 5, 7, 8],
        ),
        (
            Filter::none_of([t.number().eq(5), t.name().is_null_or_missing()]),
            doc! { "$nor": [{ "number": { "$eq": 5 } }, { "name": { "$eq": null } }] },
            doc! { "$nor": [{ "number": 5 }, { "name": null }] },
            &[2, 5, 6, 7],
        ),
    ]
}

fn elements_and_arrays() -> Vec<Case> {
    let t = Thing::fields();
    vec![
        (
            t.name().exists(true),
            doc! { "name": { "$exists": true } },
            doc! { "name": { "$exists": 1 } },
            &[1, 2, 3, 5, 6, 7, 8],
        ),
        (
            t.name().exists(false),
            doc! { "name": { "$exists": false } },
            doc! { "name": { "$exists": 0 } },
            &[4],
        ),
        (t.name().is_null(), doc! { "name": { "$type": 10 } }, doc! { "name": { "$type": "null" } }, &[3]),
        (t.name().is_null_or_missing(), doc! { "name": { "$eq": null } }, doc! { "name": null }, &[3, 4]),
        (
            t.name().is_present(),
            doc! { "name": { "$ne": null } },
            doc! { "name": { "$ne": null } },
            &[1, 2, 5, 6, 7, 8],
        ),
        (
            t.number().type_(ElementType::String),
            doc! { "number": { "$type": 2 } },
            doc! { "number": { "$type": "string" } },
            &[5],
        ),
        (
            t.number().type_([ElementType::Int64, ElementType::Double]),
            doc! { "number": { "$type": [18, 1] } },
            doc! { "number": { "$type": ["long", "double"] } },
            &[7, 8],
        ),
        (
            t.words().contains("red"),
            doc! { "words": { "$eq": "red" } },
            doc! { "words": "red" },
            &[1, 5, 7, 8],
        ),
        (
            t.words().eq(["red", "red"]),
            doc! { "words": { "$eq": ["red", "red"] } },
            doc! { "words": ["red", "red"] },
            &[8],
        ),
        (
            t.words().all(["red", "crab"]),
            doc! { "words": { "$all": ["red", "crab"] } },
            doc! { "$and": [{ "words": "red" }, { "words": "crab" }] },
            &[1],
        ),
        (
            t.words().size(2),
            doc! { "words": { "$size": 2_i64 } },
            doc! { "words": { "$size": 2 } },
            &[1, 7, 8],
        ),
        (
            t.parts().any(|p| p.sku().eq("a") & p.qty().gte(5)),
            doc! { "parts": { "$elemMatch": { "sku": { "$eq": "a" }, "qty": { "$gte": 5 } } } },
            doc! { "parts": { "$elemMatch": { "sku": "a", "qty": { "$gte": 5 } } } },
            &[1],
        ),
        (
            t.words().any(|w| w.gte("c") & w.lt("d")),
            doc! { "words": { "$elemMatch": { "$gte": "c", "$lt": "d" } } },
            doc! { "words": { "$elemMatch": { "$lt": "d", "$gte": "c" } } },
            &[1],
        ),
    ]
}

fn evaluation() -> Vec<Case> {
    let t = Thing::fields();
    let schema = || doc! { "required": ["number"], "properties": { "number": { "bsonType": "int" } } };
    vec![
        (
            t.name().regex("^CRAB$", "im"),
            doc! { "name": { "$regex": "^CRAB$", "$options": "im" } },
            doc! { "name": Regex { pattern: "^CRAB$".try_into().unwrap(), options: "im".try_into().unwrap() } },
            &[1, 2, 6],
        ),
        (
            t.words().regex("^cr", ""),
            doc! { "words": { "$regex": "^cr" } },
            doc! { "words": { "$regex": "^cr" } },
            &[1],
        ),
        (
            t.words().in_regex([("^cr", ""), ("^CA", "i")]),
            doc! { "words": { "$in": [
                Regex { pattern: "^cr".try_into().unwrap(), options: "".try_into().unwrap() },
                Regex { pattern: "^CA".try_into().unwrap(), options: "i".try_into().unwrap() },
            ] } },
            doc! { "$or": [{ "words": { "$regex": "^cr" } }, { "words": { "$regex": "^CA", "$options": "i" } }] },
            &[1, 2],
        ),
        (
            t.name().starts_with("a.b$"),
            doc! { "name": { "$regex": "^a\\.b\\$" } },
            doc! { "name": { "$regex": "^a[.]b[$]" } },
            &[7],
        ),
        (
            t.number().mod_(5, 0),
            doc! { "number": { "$mod": [5_i64, 0_i64] } },
            doc! { "number": { "$mod": [5, 0] } },
            &[1, 6, 8],
        ),
        (
            Filter::<Thing>::expr(|t| t.number().gt(t.other())),
            doc! { "$expr": { "$gt": ["$number", "$other"] } },
            doc! { "$expr": { "$lt": ["$other", "$number"] } },
            &[1, 5, 6, 8],
        ),
        (
            Filter::<Thing>::expr(|_| rand().gte(0)),
            doc! { "$expr": { "$gte": [{ "$rand": {} }, 0.0] } },
            doc! {},
            &[1, 2, 3, 4, 5, 6, 7, 8],
        ),
        (
            Filter::json_schema(schema()),
            doc! { "$jsonSchema": schema() },
            doc! { "number": { "$type": "int", "$not": { "$type": "array" } } },
            &[1, 2],
        ),
        (
            Filter::where_("this.number === 5"),
            doc! { "$where": "this.number === 5" },
            doc! { "number": 5 },
            &[1, 8],
        ),
        (Filter::text("cakes"), doc! { "$text": { "$search": "cakes" } }, doc! { "words": "Cake" }, &[2]),
        (
            t.number().eq(6).comment("why"),
            doc! { "number": { "$eq": 6 }, "$comment": "why" },
            doc! { "number": 6 },
            &[2],
        ),
        (Filter::sample_rate(1.0), doc! { "$sampleRate": 1.0 }, doc! {}, &[1, 2, 3, 4, 5, 6, 7, 8]),
    ]
}

fn bits() -> Vec<Case> {
    let t = Thing::fields();
    vec![
        (
            t.number().bits_all_set([0, 2]),
            doc! { "number": { "$bitsAllSet": [0, 2] } },
            doc! { "number": { "$bitsAllSet": 5 } },
            &[1, 7, 8],
        ),
        (
            t.number().bits_all_clear([0, 3]),
            doc! { "number": { "$bitsAllClear": [0, 3] } },
            doc! { "number": { "$bitsAllClear": 9 } },
            &[2, 6],
        ),
        (
            t.number().bits_any_set(0b1010),
            doc! { "number": { "$bitsAnySet": 10_i64 } },
            doc! { "number": { "$bitsAnySet": [1, 3] } },
            &[2, 6, 7],
        ),
        (
            t.number().bits_any_clear([0]),
            doc! { "number": { "$bitsAnyClear": [0] } },
            doc! { "number": { "$bitsAnyClear": 1 } },
            &[2, 6],
        ),
        (
            t.data().bits_all_set(binary(0b0100)),
            doc! { "data": { "$bitsAllSet": binary(0b0100) } },
            doc! { "data": { "$bitsAllSet": [2] } },
            &[1],
        ),
        (
            t.data().bits_any_set(vec![1]),
            doc! { "data": { "$bitsAnySet": [1] } },
            doc! { "data": { "$bitsAnySet": 2 } },
            &[2],
        ),
    ]
}

fn geometry() -> Vec<Case> {
    let t = Thing::fields();
    let ring = || vec![[4.0, 58.0], [12.0, 58.0], [12.0, 62.0], [4.0, 62.0], [4.0, 58.0]];
    let coordinates = || doc! { "type": "Polygon", "coordinates": [ring().iter().map(|it| it.to_vec()).collect::<Vec<_>>()] };
    let crs = doc! { "type": "name", "properties": { "name": "urn:x-mongodb:crs:strictwinding:EPSG:4326" } };
    let mut strict = coordinates();
    strict.insert("crs", crs);
    let oslo = || doc! { "type": "Point", "coordinates": [10.75, 59.91] };
    let north = || Polygon::from(vec![ring()]);
    vec![
        (
            t.place().geo_within(north()),
            doc! { "place": { "$geoWithin": { "$geometry": coordinates() } } },
            doc! { "_id": { "$in": [1, 2] } },
            &[1, 2],
        ),
        (
            t.place().geo_within(BigPolygon::from(north())),
            doc! { "place": { "$geoWithin": { "$geometry": strict } } },
            doc! { "_id": { "$in": [1, 2] } },
            &[1, 2],
        ),
        (
            t.place().geo_intersects(north()),
            doc! { "place": { "$geoIntersects": { "$geometry": coordinates() } } },
            doc! { "_id": { "$in": [1, 2] } },
            &[1, 2],
        ),
        (
            t.place().geo_within(Area::rectangle([10.0, 59.0], [11.0, 60.0])),
            doc! { "place": { "$geoWithin": { "$box": [[10.0, 59.0], [11.0, 60.0]] } } },
            doc! { "_id": 1 },
            &[1],
        ),
        (
            t.place().geo_within(Area::polygon(&[[-1.0, -1.0], [1.0, -1.0], [0.0, 1.0]])),
            doc! { "place": { "$geoWithin": { "$polygon": [[-1.0, -1.0], [1.0, -1.0], [0.0, 1.0]] } } },
            doc! { "_id": 7 },
            &[7],
        ),
        (
            t.place().geo_within(Area::circle([0.0, 0.0], 1.0)),
            doc! { "place": { "$geoWithin": { "$center": [[0.0, 0.0], 1.0] } } },
            doc! { "_id": 7 },
            &[7],
        ),
        (
            t.place().geo_within(Area::circle_on_sphere([10.0, 60.0], 0.05)),
            doc! { "place": { "$geoWithin": { "$centerSphere": [[10.0, 60.0], 0.05] } } },
            doc! { "_id": { "$in": [1, 2] } },
            &[1, 2],
        ),
        (
            t.place().near(Point::new(10.75, 59.91), ..500_000.0),
            doc! { "place": { "$near": { "$geometry": oslo(), "$maxDistance": 500_000.0 } } },
            doc! { "_id": { "$in": [1, 2] } },
            &[1, 2],
        ),
        (
            t.place().near_sphere(Point::new(10.75, 59.91), 1000.0..),
            doc! { "place": { "$nearSphere": { "$geometry": oslo(), "$minDistance": 1000.0 } } },
            doc! { "_id": { "$in": [2, 7] } },
            &[2, 7],
        ),
    ]
}

fn cases() -> Vec<Case> {
    [comparison_and_logic(), elements_and_arrays(), evaluation(), bits(), geometry()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_query_operator_has_a_test_case() {
    assert_eq!(OPERATORS.len(), 41);
    let sent = cases().into_iter().map(|(filter, ..)| filter.into_document().unwrap());
    assert_eq!(unused(OPERATORS, sent), [""; 0]);
}

#[test]
fn each_filter_renders_as_in_the_manual() {
    for (filter, rendered, ..) in cases() {
        assert_eq!(filter.into_document().unwrap(), rendered);
    }
}

async fn found(db: &Database, filter: Document) -> Vec<i32> {
    let things = db.driver().collection::<Document>("things");
    let rows = if filter.contains_key("$sampleRate") {
        things.aggregate([doc! { "$match": filter }]).await
    } else {
        things.find(filter).await
    };
    let mut rows = rows.unwrap();
    let mut ids = Vec::new();
    while rows.advance().await.unwrap() {
        ids.push(rows.current().get_i32("_id").unwrap());
    }
    ids.sort_unstable();
    ids
}

#[odm_test::test]
async fn each_filter_finds_the_same_as_a_hand_written_query(db: Database) {
    db.driver().collection("things").insert_many(mixed()).await.unwrap();
    let indexes = [
        doc! { "key": { "place": "2dsphere" }, "name": "place" },
        doc! { "key": { "words": "text" }, "name": "words" },
    ];
    db.driver().run_command(doc! { "createIndexes": "things", "indexes": indexes.to_vec() }).await.unwrap();
    for (filter, _, by_hand, expected) in cases() {
        let rendered_filter = filter.to_string();
        assert_eq!(found(&db, filter.into_document().unwrap()).await, expected, "{rendered_filter}");
        assert_eq!(found(&db, by_hand.clone()).await, expected, "{by_hand}, like {rendered_filter}");
    }
}

#[test]
fn a_similar_condition_is_not_dropped() {
    let t = Thing::fields();
    assert_eq!(
        (t.name().regex("a", "i") & t.name().regex("a", "")).into_document().unwrap(),
        doc! { "name": { "$regex": "a", "$options": "i" }, "$and": [{ "name": { "$regex": "a" } }] },
    );
    assert_eq!(
        (t.name().eq("a") & t.name().eq("a")).into_document().unwrap(),
        doc! { "name": { "$eq": "a" } }
    );
}

#[test]
fn filters_that_the_server_would_refuse_are_not_sent() {
    let t = Thing::fields();
    for (filter, expected) in [
        (
            t.name().regex("a", "ig"),
            "`name`: expected the options `i`, `m`, `s`, `x` of a regular expression, found another",
        ),
        (t.name().regex("a\0", ""), "`name`: expected a regular expression without NUL, found one with NUL"),
        (t.number().mod_(0, 1), "`number`: expected a divisor other than zero, found zero"),
        (Filter::sample_rate(1.5), "`$sampleRate`: expected a share from 0 to 1, found another number"),
        (
            t.number().type_([] as [ElementType; 0]),
            "`number`: expected at least one BSON type, found an empty list",
        ),
        (t.number().bits_any_set(-1), "`number`: expected a mask of zero or more, found a negative number"),
        (
            t.words().in_regex([("a", ""), ("b", "z")]),
            "`words`: expected the options `i`, `m`, `s`, `x` of a regular expression, found another",
        ),
        (
            Filter::none_of([t.number().mod_(0, 1)]),
            "`number`: expected a divisor other than zero, found zero",
        ),
    ] {
        let error = filter.into_document().unwrap_err();
        assert_eq!(error.to_string(), format!("cannot be sent: {expected}; nothing was sent"));
        assert!(error.is_not_sent());
    }
}
