//! The types that the API states for operators, where the server's answer depends on the values.

use odm::{
    Collection, Database, Embedded, Model, Pipeline, Shape,
    bson::{Bson, Decimal128, Document, doc},
    decimal,
    expr::{get_field, if_null, max_of, pow, set_equals_of, set_field, unset_field, zip},
    pipeline::{
        Bounds, Current, Densify, Expr, Granularity, auto_bounds, cond, count, first_n, lit, rank, shift_or,
        sort_by, sum, switch,
    },
};

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Maker {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "goods")]
struct Good {
    id: i32,
    small: i32,
    large: i64,
    weight: f64,
    price: Decimal128,
    rebate: Option<Decimal128>,
    exact: Option<rust_decimal::Decimal>,
    names: Vec<String>,
    codes: Vec<Option<i32>>,
    code: Option<i32>,
    maker: Maker,
}

const BEYOND: i64 = (1 << 53) + 1;

fn good(id: i32) -> Good {
    Good {
        id,
        small: id,
        large: id.into(),
        weight: 0.5,
        price: decimal!(1.50),
        rebate: None,
        exact: None,
        names: Vec::new(),
        codes: Vec::new(),
        code: None,
        maker: Maker { name: "odm".to_owned() },
    }
}

async fn goods(db: &Database, all: &[Good]) -> odm::Result<Collection<Good>> {
    let goods = db.collection::<Good>();
    goods.insert_many(all).await?;
    Ok(goods)
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Sums {
    rebate: Decimal128,
    exact: rust_decimal::Decimal,
    each: Decimal128,
}

#[odm_test::test]
async fn the_sum_of_no_decimals_is_zero(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[good(1), good(2)]).await?;
    let rows: Vec<Sums> = goods
        .aggregate()
        .group(|g| SumsOf {
            rebate: sum(g.rebate()),
            exact: sum(g.exact()),
            each: sum(lit(None::<Decimal128>)),
        })
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows, [Sums { rebate: decimal!(0), exact: 0.into(), each: decimal!(0) }]);

    let as_stored: Vec<Document> = goods
        .aggregate()
        .group(|g| SumsOf {
            rebate: sum(g.rebate()),
            exact: sum(g.exact()),
            each: sum(lit(None::<Decimal128>)),
        })
        .as_documents()
        .await?
        .try_collect()
        .await?;
    assert_eq!(as_stored[0].get("rebate"), Some(&Bson::Int32(0)), "the server returns an integer");
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Branches {
    #[odm(id)]
    id: i32,
    either: Decimal128,
    instead: Decimal128,
    case: Decimal128,
    most: Decimal128,
}

#[odm_test::test]
async fn an_integer_in_a_branch_of_decimals_is_read_as_a_decimal(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[Good { large: i64::MAX, ..good(1) }]).await?;
    let rows: Vec<Branches> = goods
        .aggregate()
        .project(|g| BranchesOf {
            id: g.id(),
            either: cond(g.id().gt(0), g.large(), g.price()),
            instead: if_null((g.rebate(), g.large(), g.price())),
            case: switch(g.id().gt(5), g.price()).default(g.small()),
            most: max_of((g.price(), g.small(), g.large())),
        })
        .await?
        .try_collect()
        .await?;
    let large = i64::MAX.to_string().parse().unwrap();
    let row = Branches { id: 1, either: large, instead: large, case: decimal!(1), most: large };
    assert_eq!(rows, [row]);
    Ok(())
}

/// The only row of a pipeline, or the message of the error.
macro_rules! value {
    ($goods:expr, $type:ty, |$row:ident| $value:expr) => {{
        #[derive(Debug, Clone, PartialEq, Shape)]
        struct Row {
            value: $type,
        }
        let cursor = $goods.aggregate().project(|$row| RowOf { value: $value }).await?;
        let rows: odm::Result<Vec<Row>> = cursor.try_collect().await;
        rows.map(|rows| rows[0].value.clone()).map_err(|error| error.to_string())
    }};
}

fn assert_found<T: std::fmt::Debug>(value: Result<T, String>, problem: &str) {
    let message = value.unwrap_err();
    assert!(message.contains("`value`") && message.contains(problem), "{message}");
}

#[odm_test::test]
async fn an_integer_that_a_double_cannot_hold_is_an_error(db: Database) -> odm::Result<()> {
    const PROBLEM: &str = "expected a double, or an integer of at most 2^53, found an integer beyond that";
    let goods = goods(&db, &[Good { large: BEYOND, ..good(3) }]).await?;
    assert_found(value!(goods, f64, |g| cond(g.id().gt(0), g.large(), g.weight())), PROBLEM);
    assert_found(value!(goods, f64, |g| max_of((g.large(), g.weight()))), PROBLEM);
    let rounded = value!(goods, f64, |g| cond(g.id().gt(0), g.large().to_double(), g.weight()));
    assert_eq!(rounded, Ok(9_007_199_254_740_992.0));

    assert_eq!(value!(goods, f64, |g| pow(g.id(), 2)), Ok(9.0));
    assert_eq!(value!(goods, f64, |g| pow(g.id(), -1)), Ok(1.0 / 3.0));
    assert_found(value!(goods, f64, |g| pow(g.id(), 35)), PROBLEM);
    assert_eq!(value!(goods, f64, |g| pow(g.id(), 35).to_double()), Ok(50_031_545_098_999_707.0));
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Total {
    value: i64,
}

#[odm_test::test]
async fn a_number_that_the_integer_cannot_hold_is_an_error(db: Database) -> odm::Result<()> {
    const DOUBLE: &str = "expected an integer, found a double with a fraction or beyond 2^53";
    let goods = goods(&db, &[Good { small: i32::MIN, large: i64::MAX, ..good(1) }]).await?;
    assert_found(value!(goods, i32, |g| g.small().abs()), "expected an integer that fits i32");
    assert_found(value!(goods, i64, |g| g.large() + g.large()), DOUBLE);
    assert_found(value!(goods, i64, |g| g.large() * 2), DOUBLE);
    goods.insert_one(&Good { large: 1, ..good(2) }).await?;
    let total = goods.aggregate().group(|g| TotalOf { value: sum(g.large()) }).await?;
    let total: odm::Result<Vec<Total>> = total.try_collect().await;
    assert_found(total.map_err(|error| error.to_string()), DOUBLE);
    Ok(())
}

#[odm_test::test]
async fn a_reduced_value_is_of_the_kind_of_the_initial_one(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[Good { codes: vec![Some(1), Some(2)], ..good(1) }]).await?;
    let last = value!(goods, Bson, |g| g.codes().reduce(0.5, |_, code| code.if_null(0)).as_bson());
    assert_eq!(last, Ok(Bson::Double(2.0)));
    Ok(())
}

#[odm_test::test]
async fn a_missing_default_of_zip_is_null(db: Database) -> odm::Result<()> {
    let stored = Good { names: vec!["a".to_owned(), "b".to_owned()], codes: vec![Some(1)], ..good(1) };
    let goods = goods(&db, &[stored]).await?;
    goods
        .driver()
        .update_one(doc! {}, doc! { "$unset": { "code": "" } })
        .await
        .map_err(odm::Error::from_driver)?;
    let zipped =
        value!(goods, Vec<(Option<i32>, String)>, |g| zip((g.codes(), g.names())).defaults((g.code(), "")));
    assert_eq!(zipped, Ok(vec![(Some(1), "a".to_owned()), (None, "b".to_owned())]));
    Ok(())
}

#[test]
fn a_list_that_is_too_short_is_not_sent() {
    fn refused<T: odm::Value>(value: &Expr<Good, T>, problem: &str) {
        let value = value.as_bson();
        let error = Pipeline::<Good>::new().sort_by_count(|_| value).into_stages().unwrap_err();
        assert!(error.is_not_sent());
        assert_eq!(error.to_string(), format!("cannot be sent: `$sortByCount`: {problem}; nothing was sent"));
    }
    let none = || Vec::<i32>::new();
    refused(&if_null(vec![lit::<_, i32>(1)]), "expected a list of at least 2, found a list of 1");
    refused(&max_of(none()), "expected a list of at least 1, found a list of 0");
    refused(&odm::expr::avg_of(none()), "expected a list of at least 1, found a list of 0");
    refused(
        &zip(Vec::<Expr<Good, Vec<i32>>>::new()).as_bson(),
        "expected a list of at least 1, found a list of 0",
    );
    refused(&set_equals_of([lit(vec![1])]), "expected a list of at least 2, found a list of 1");
    assert!(Pipeline::<Good>::new().sort_by_count(|_| odm::expr::sum_of(none())).into_stages().is_ok());
    let few = Pipeline::<Good>::new().bucket([0], |g| ByIdOf { id: g.id(), rows: count() }).into_stages();
    assert_eq!(
        few.unwrap_err().to_string(),
        "cannot be sent: `$bucket.boundaries`: expected a list of at least 2, found a list of 1; nothing was sent"
    );
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct ById {
    id: i32,
    rows: i64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct ByBounds {
    id: Bounds<f64>,
    rows: i64,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Pair {
    small: i32,
    code: Option<i32>,
}

#[odm_test::test]
async fn rows_are_grouped_by_ranges_of_the_declared_type(db: Database) -> odm::Result<()> {
    let all: Vec<Good> = (1..=5).map(good).collect();
    let goods = goods(&db, &all).await?;
    let rows: Vec<ById> = goods
        .aggregate()
        .bucket([0, 3, 10], |g| ByIdOf { id: g.small(), rows: count() })
        .sort(|row| row.id().asc())
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows, [ById { id: 0, rows: 2 }, ById { id: 3, rows: 3 }]);

    let rows: Vec<ById> = goods
        .aggregate()
        .bucket_or([0, 3], 100, |g| ByIdOf { id: g.small(), rows: count() })
        .sort(|row| row.id().asc())
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows, [ById { id: 0, rows: 2 }, ById { id: 100, rows: 3 }]);

    let constant: Vec<ById> =
        goods.aggregate().bucket([0, 10], |_| ByIdOf { id: 5, rows: count() }).await?.try_collect().await?;
    assert_eq!(constant, [ById { id: 0, rows: 5 }]);

    let rows: Vec<ByBounds> = goods
        .aggregate()
        .bucket_auto_by(2, Granularity::R5, |g| ByBoundsOf {
            id: auto_bounds(g.small().to_double()),
            rows: count(),
        })
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows.iter().map(|row| row.rows).sum::<i64>(), 5);
    assert!((rows[0].id.min - 0.63).abs() < 1e-9, "{rows:?}");
    Ok(())
}

#[odm_test::test]
async fn rows_are_counted_by_constants_and_literals(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[good(1), good(2)]).await?;
    let by_constant: Vec<odm::pipeline::ByCount<i32>> =
        goods.aggregate().sort_by_count(|_| 7).await?.try_collect().await?;
    assert_eq!((by_constant[0].id, by_constant[0].count), (7, 2));
    let by_pair: Vec<odm::pipeline::ByCount<Pair>> = goods
        .aggregate()
        .sort_by_count(|g| PairOf { small: g.small(), code: g.code() })
        .await?
        .try_collect()
        .await?;
    assert_eq!(by_pair.len(), 2);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Large {
    large: i64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Weight {
    weight: f64,
}

#[odm_test::test]
async fn steps_and_bounds_are_of_the_type_of_the_field(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[Good { weight: 1.0, ..good(1) }, Good { weight: 2.0, ..good(4) }]).await?;
    let rows: Vec<Large> = goods
        .aggregate()
        .densify(|g| Densify::steps(g.large(), 1).between(0, 3))
        .project(|g| LargeOf { large: g.large() })
        .sort(|g| g.large().asc())
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows.iter().map(|row| row.large).collect::<Vec<_>>(), [0, 1, 2, 4]);
    let rows: Vec<Weight> = goods
        .aggregate()
        .densify(|g| Densify::steps(g.weight(), 0.5))
        .project(|g| WeightOf { weight: g.weight() })
        .sort(|g| g.weight().asc())
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows.iter().map(|row| row.weight).collect::<Vec<_>>(), [1.0, 1.5, 2.0]);

    let alone =
        Pipeline::<Good>::new().densify(|g| Densify::steps(g.small(), 1).each_partition()).into_stages();
    assert_eq!(
        alone.unwrap_err().to_string(),
        "cannot be sent: `$densify`: expected a field of the partitions, set by `partition_by`, found \
         `each_partition` alone; nothing was sent"
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Windows {
    rank: i64,
    before: i32,
    near: i64,
}

#[odm_test::test]
async fn window_functions_have_the_windows_that_the_server_accepts(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[good(1), good(2), good(3)]).await?;
    let rows: Vec<Windows> = goods
        .aggregate()
        .set_window_fields(
            |g| sort_by(g.small().asc()),
            |g| WindowsOf {
                rank: rank(),
                before: shift_or(g.small(), -1, 0),
                near: sum(g.small()).range(-1, Current),
            },
        )
        .project(|row| WindowsOf { rank: row.rank(), before: row.before(), near: row.near() })
        .sort(|row| row.rank().asc())
        .await?
        .try_collect()
        .await?;
    let row = |rank, before, near| Windows { rank, before, near };
    assert_eq!(rows, [row(1, 0, 1), row(2, 1, 3), row(3, 2, 5)]);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Firsts {
    #[odm(id)]
    key: Pair,
    firsts: Vec<i32>,
}

#[odm_test::test]
async fn the_number_of_values_is_computed_from_the_key(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[good(1), good(2)]).await?;
    let rows: Vec<Firsts> = goods
        .aggregate()
        .sort(|g| g.id().asc())
        .group(|g| FirstsOf {
            key: PairOf { small: g.small(), code: g.code() },
            firsts: first_n(g.id(), cond(g.small().gt(1), 2, 1)),
        })
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows.len(), 2);
    let other = goods
        .aggregate()
        .group(|g| FirstsOf {
            key: PairOf { small: g.small(), code: g.code() },
            firsts: first_n(g.id(), g.id()),
        })
        .await;
    let error = other.map(drop).unwrap_err();
    let message = error.server_message().unwrap_or_default();
    assert!(message.contains("Value for 'n' must be of integral type, but found MISSING"), "{message}");
    Ok(())
}

#[odm_test::test]
async fn fields_have_constant_names(db: Database) -> odm::Result<()> {
    let goods = goods(&db, &[good(1)]).await?;
    let with = value!(goods, Document, |g| set_field(g.maker(), "$from", g.small()));
    assert_eq!(with, Ok(doc! { "name": "odm", "$from": 1 }));
    let without = value!(goods, Document, |g| unset_field(g.maker(), "name"));
    assert_eq!(without, Ok(doc! {}));
    let name = value!(goods, Option<String>, |g| get_field::<_, String>(g.maker(), "name"));
    assert_eq!(name, Ok(Some("odm".to_owned())));
    assert_eq!(value!(goods, Option<String>, |g| g.maker().get_field::<String>("$name")), Ok(None));
    Ok(())
}
