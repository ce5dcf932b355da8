//! Filters.

use odm::{
    Embedded, Filter, Id, Model, Pipeline, Shape, Value,
    bson::{Binary, Bson, doc, spec::BinarySubtype},
    geo::{BigPolygon, Point, Polygon},
    pipeline::sum,
};

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    let mut all = vec![
        comment_0(),
        elem_match_1(),
        geo_intersects_0(),
        geo_within_1(),
        in_1(),
        json_schema_0(),
        near_sphere_0(),
        not_1(),
    ];
    all.extend(inventory());
    all.extend(bits());
    all.extend(eq());
    all
}

/// `$and`, `$lt`, `$lte` and `$nor`, whose examples have the same documents.
fn inventory() -> [Case; 6] {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory")]
    struct Item {
        id: Id<Item>,
        price: f64,
        qty: Option<i32>,
        quantity: Option<i32>,
        sale: bool,
        tags: Vec<String>,
    }

    let case =
        |id, filter: Filter<Item>| Case::pipeline::<Item, Item>(id, Pipeline::new().matching(|_| filter));
    let i = Item::fields();
    [
        case("query/and/0", i.price().ne(1.99) & i.price().exists(true)),
        case("query/and/1", (i.qty().lt(10) | i.qty().gt(50)) & (i.sale().eq(true) | i.price().lt(5))),
        case("query/lt/0", i.qty().lt(20)),
        case("query/lte/0", i.qty().lte(20)),
        case("query/nor/0", Filter::none_of([i.price().eq(1.99), i.sale().eq(true)])),
        case("query/nor/1", Filter::none_of([i.price().eq(1.99), i.qty().lt(20), i.sale().eq(true)])),
    ]
}

/// The bitwise operators.
fn bits() -> [Case; 7] {
    /// `a` is a number or binary data.
    #[derive(Debug, Model)]
    #[odm(collection = "collection")]
    struct Flags {
        id: i32,
        a: Bson,
        #[serde(rename = "binaryValueofA")]
        binary_value_of_a: String,
    }

    let case =
        |id, filter: Filter<Flags>| Case::pipeline::<Flags, Flags>(id, Pipeline::new().matching(|_| filter));
    let mask = || Binary { subtype: BinarySubtype::Generic, bytes: b"0".to_vec() };
    let f = Flags::fields();
    [
        case("query/bitsAllClear/0", f.a().bits_all_clear([1, 5])),
        case("query/bitsAllSet/2", f.a().bits_all_set(mask())),
        case("query/bitsAnyClear/0", f.a().bits_any_clear([1, 5])),
        case("query/bitsAnyClear/1", f.a().bits_any_clear(35)),
        case("query/bitsAnyClear/2", f.a().bits_any_clear(mask())),
        case("query/bitsAnySet/1", f.a().bits_any_set(35)),
        case("query/bitsAnySet/2", f.a().bits_any_set(mask())),
    ]
}

fn comment_0() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "myDatabase")]
    struct Entry {
        id: Id<Entry>,
        x: i32,
    }
    #[derive(Debug, Shape)]
    struct Totals {
        #[odm(id)]
        remainder: i64,
        total: i64,
    }

    let pipeline = Pipeline::<Entry>::new()
        .matching(|e| e.x().gt(0).comment("Don't allow negative inputs."))
        .group(|e| TotalsOf { remainder: e.x() % 2, total: sum(e.x()) });
    Case::pipeline::<Entry, Totals>("query/comment/0", pipeline)
}

fn elem_match_1() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "survey")]
    struct Survey {
        id: i32,
        results: Vec<Outcome>,
    }
    #[derive(Debug, Embedded)]
    struct Outcome {
        product: String,
        score: i32,
    }

    let pipeline = Pipeline::<Survey>::new()
        .matching(|s| s.results().any(|result| result.product().eq("xyz") & result.score().gte(8)));
    Case::pipeline::<Survey, Survey>("query/elemMatch/1", pipeline)
}

fn eq() -> [Case; 2] {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory")]
    struct Item {
        id: i32,
        item: Product,
        qty: i32,
        tags: Vec<Tag>,
    }
    #[derive(Debug, Embedded)]
    struct Product {
        name: String,
        code: String,
    }
    #[derive(Debug, Value)]
    #[serde(untagged)]
    enum Tag {
        One(String),
        Several(Vec<String>),
    }

    let tag = |text: &str| Tag::One(text.into());
    [
        Case::pipeline::<Item, Item>(
            "query/eq/1",
            Pipeline::<Item>::new().matching(|i| i.item().name().eq("ab")),
        ),
        Case::pipeline::<Item, Item>(
            "query/eq/2",
            Pipeline::<Item>::new().matching(|i| i.tags().eq([tag("A"), tag("B")])),
        ),
    ]
}

fn geo_intersects_0() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "places")]
    struct Place {
        id: Id<Place>,
        loc: Polygon,
    }

    let triangle = Polygon::from(vec![vec![[0.0, 0.0], [3.0, 6.0], [6.0, 1.0], [0.0, 0.0]]]);
    let pipeline = Pipeline::<Place>::new().matching(|p| p.loc().geo_intersects(triangle));
    Case::pipeline::<Place, Place>("query/geoIntersects/0", pipeline)
}

fn geo_within_1() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "places")]
    struct Place {
        id: Id<Place>,
        loc: Polygon,
    }

    let ring =
        vec![[-100.0, 60.0], [-100.0, 0.0], [-100.0, -60.0], [100.0, -60.0], [100.0, 60.0], [-100.0, 60.0]];
    let pipeline = Pipeline::<Place>::new()
        .matching(|p| p.loc().geo_within(BigPolygon::from(Polygon::from(vec![ring]))));
    Case::pipeline::<Place, Place>("query/geoWithin/1", pipeline)
}

fn in_1() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "inventory")]
    struct Item {
        id: Id<Item>,
        tags: Vec<String>,
    }

    let pipeline = Pipeline::<Item>::new().matching(|i| i.tags().in_regex([("^be", ""), ("^st", "")]));
    Case::pipeline::<Item, Item>("query/in/1", pipeline)
}

fn json_schema_0() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "TestCollection")]
    struct Student {
        id: Id<Student>,
        name: String,
        major: String,
        gpa: f64,
        address: Address,
    }
    #[derive(Debug, Embedded)]
    struct Address {
        street: String,
        zipcode: String,
    }

    let schema = doc! {
        "required": ["name", "major", "gpa", "address"],
        "properties": {
            "name": { "bsonType": "string", "description": "must be a string and is required" },
            "address": {
                "bsonType": "object",
                "required": ["zipcode"],
                "properties": { "street": { "bsonType": "string" }, "zipcode": { "bsonType": "string" } },
            },
        },
    };
    let pipeline = Pipeline::<Student>::new().matching(|_| Filter::json_schema(schema));
    Case::pipeline::<Student, Student>("query/jsonSchema/0", pipeline)
}

fn near_sphere_0() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "places")]
    struct Place {
        id: Id<Place>,
        location: Point,
    }

    let pipeline = Pipeline::<Place>::new()
        .matching(|p| p.location().near_sphere(Point::new(-73.9667, 40.78), 1000..=5000));
    Case::pipeline::<Place, Place>("query/nearSphere/0", pipeline)
        .not_run("the server accepts `$nearSphere` in `find`, not in a pipeline")
}

fn not_1() -> Case {
    /// The example looks for strings among the prices.
    #[derive(Debug, Model)]
    #[odm(collection = "inventory")]
    struct Item {
        id: Id<Item>,
        price: Bson,
        qty: Option<i32>,
        quantity: Option<i32>,
        sale: bool,
        tags: Vec<String>,
    }
    let pipeline = Pipeline::<Item>::new().matching(|i| !i.price().regex("^p.*", ""));
    Case::pipeline::<Item, Item>("query/not/1", pipeline)
}
