//! Request parameters: they become conditions, an order and a page, or one error that lists all problems.

mod hostile;

use odm::{
    Database, Filter, Id, Model, Value,
    bson::{DateTime, Document, doc, oid::ObjectId},
    request::{Operator, Parameters},
};
use odm_integration::{
    commands::Commands,
    story::{Address, Customer, Order, Status, line, order},
};
use odm_test::Server;

fn parameters() -> Parameters<Order> {
    let o = Order::fields();
    Parameters::new()
        .text("reference", o.reference())
        .field("customer", o.customer())
        .field("status", o.status())
        .only([Operator::Eq, Operator::In])
        .range("qty", o.lines().qty())
        .range("price", o.lines().price())
        .elements("tag", o.tags())
        .field("city", o.ship_to().city())
        .field("note", o.note())
        .presence("note", o.note())
        .range("placed", o.placed_at())
        .condition("bulk", |qty: u32| Order::fields().lines().any(|line| line.qty().gte(qty)))
        .sortable("placed", o.placed_at())
        .sortable("reference", o.reference())
        .default_sort(o.id().asc())
}

fn filter(pairs: &[(&str, &str)]) -> Document {
    parameters().parse(pairs.iter().copied()).unwrap().filter.into_document().unwrap()
}

fn refused(parameters: &Parameters<Order>, pairs: &[(&str, &str)]) -> Vec<(String, &'static str)> {
    let bad = parameters.parse(pairs.iter().copied()).unwrap_err();
    bad.iter().map(|bad| (bad.to_string(), bad.reason())).collect()
}

#[test]
fn each_parameter_is_a_condition_in_the_type_of_its_field() {
    let customer = ObjectId::from_bytes([7; 12]);
    let noon = DateTime::from_millis(1_769_860_800_000);
    for (name, text, expected) in [
        ("reference", "AB-1", doc! { "reference": { "$eq": "AB-1" } }),
        ("reference[prefix]", "A.B", doc! { "reference": { "$regex": "^A\\.B" } }),
        ("reference[contains]", "b-(", doc! { "reference": { "$regex": "b-\\(", "$options": "i" } }),
        ("customer", "070707070707070707070707", doc! { "customer": { "$eq": customer } }),
        ("status", "paid", doc! { "status": { "$eq": "paid" } }),
        ("status[eq]", "paid", doc! { "status": { "$eq": "paid" } }),
        ("status[in]", "open,paid", doc! { "status": { "$in": ["open", "paid"] } }),
        ("qty[gte]", "3", doc! { "lines.qty": { "$gte": 3_i64 } }),
        ("qty[nin]", "3,4", doc! { "lines.qty": { "$nin": [3_i64, 4_i64] } }),
        ("price[lt]", "3", doc! { "lines.price": { "$lt": 3.0 } }),
        ("tag", "fruit", doc! { "tags": { "$eq": "fruit" } }),
        ("tag[ne]", "fruit", doc! { "tags": { "$ne": "fruit" } }),
        ("city", "", doc! { "shipTo.city": { "$eq": "" } }),
        ("note[exists]", "true", doc! { "note": { "$ne": null } }),
        ("note[exists]", "false", doc! { "note": { "$eq": null } }),
        ("placed[gt]", "2026-01-31T13:00:00+01:00", doc! { "placedAt": { "$gt": noon } }),
        ("bulk", "100", doc! { "lines": { "$elemMatch": { "qty": { "$gte": 100_i64 } } } }),
    ] {
        assert_eq!(filter(&[(name, text)]), expected, "{name}={text}");
    }
    assert_eq!(
        filter(&[("qty[gte]", "3"), ("qty[lt]", "9"), ("city", "Oslo")]),
        doc! { "lines.qty": { "$gte": 3_i64, "$lt": 9_i64 }, "shipTo.city": { "$eq": "Oslo" } },
    );
}

#[test]
fn no_parameters_match_everything_implicitly() {
    let query = parameters().parse(Vec::<(String, String)>::new()).unwrap();
    assert!(query.filter.is_empty());
    assert_eq!(query.sort.into_document().unwrap(), doc! { "_id": 1 });
    assert_eq!((query.skip, query.limit), (0, 20));
    let bare = Parameters::<Order>::new().parse([("skip", "3")]).unwrap();
    assert_eq!((bare.sort.into_document().unwrap(), bare.skip), (doc! {}, 3));
}

#[test]
fn a_requested_order_precedes_the_default_order() {
    let sort = |text| parameters().parse([("sort", text)]).unwrap().sort.into_document().unwrap();
    assert_eq!(sort("-placed"), doc! { "placedAt": -1, "_id": 1 });
    assert_eq!(sort("reference,-placed"), doc! { "reference": 1, "placedAt": -1, "_id": 1 });
}

#[test]
fn every_invalid_parameter_is_reported() {
    assert_eq!(
        refused(
            &parameters(),
            &[
                ("colour", "red"),
                ("status", "lost"),
                ("status[ne]", "open"),
                ("qty[$where]", "1"),
                ("qty", "many"),
                ("price[in]", "1,x"),
                ("note[exists]", "yes"),
                ("customer", "{\"$gt\":\"\"}"),
                ("placed[gte]", "yesterday"),
                ("bulk[gte]", "5"),
                ("city", "Oslo"),
                ("city[eq]", "Bergen"),
                ("sort", "-total"),
                ("limit", "0"),
                ("skip", "-1"),
                ("", ""),
                ("[eq]", ""),
            ]
        ),
        [
            ("`*` is not a parameter of this request", "unknown"),
            ("`status` must be one of `draft`, `open`, `paid`", "value"),
            ("`status[ne]` takes `eq`, `in`", "operator"),
            ("`qty[*]` takes `eq`, `ne`, `in`, `nin`, `gt`, `gte`, `lt`, `lte`", "operator"),
            ("`qty` must be an integer from 0 to 4294967295", "value"),
            ("`price[in]` must be a number", "value"),
            ("`note[exists]` must be `true` or `false`", "value"),
            ("`customer` must be an id of 24 hex digits", "value"),
            ("`placed[gte]` must be a date like `2026-01-31T12:00:00Z` or `2026-01-31`", "value"),
            ("`bulk[gte]` takes `eq`", "operator"),
            ("`city[eq]` is there twice", "repeated"),
            ("`sort` must name `placed`, `reference`, with `-` for the greatest first", "value"),
            ("`limit` must be an integer from 1 to 100", "value"),
            ("`skip` must be an integer from 0 to 10000", "value"),
            ("the request has a parameter without a name", "unknown"),
            ("`*` is not a parameter of this request", "unknown"),
        ]
        .map(|(message, reason)| (message.to_owned(), reason)),
    );
    let error = odm::Error::from(parameters().parse([("status", "lost")]).unwrap_err());
    assert!(error.is_bad_parameters() && error.is_not_sent() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        "1 bad parameter: `status` must be one of `draft`, `open`, `paid`; nothing was sent"
    );
    assert_eq!(error.bad_parameters().unwrap().len(), 1);
}

#[test]
fn a_request_is_limited() {
    let narrow = || parameters().max_parameters(2).max_length(12).max_items(2).max_skip(5).limit(10, 10);
    for (pairs, message, reason) in [
        (&[("qty", "1"); 3][..], "the request has more than 2 parameters", "limit"),
        (&[("city", "Trondheim, Norway")], "`city` must be at most 12 bytes long", "limit"),
        (&[("qty[in]", "1,2,3")], "`qty[in]` must have at most 2 items", "limit"),
        (&[("sort", "placed,,")], "`sort` must have at most 2 items", "limit"),
        (&[("sort", "placed,-placed")], "`sort` must be at most 12 bytes long", "limit"),
        (&[("limit", "11")], "`limit` must be an integer from 1 to 10", "value"),
        (&[("skip", "6")], "`skip` must be an integer from 0 to 5", "value"),
    ] {
        let refused = refused(&narrow(), pairs);
        assert_eq!(refused.last().unwrap(), &(message.to_owned(), reason));
    }
    assert_eq!(
        refused(&parameters(), &[("sort", "placed,-placed"), ("limit", "5"), ("limit", "5")]),
        [
            ("`sort` names `placed` twice".to_owned(), "repeated"),
            ("`limit` is there twice".to_owned(), "repeated"),
        ],
    );
    assert_eq!(narrow().parse([("limit", "10")]).unwrap().limit, 10);
    assert_eq!(
        Parameters::<Order>::new().limit(0, 0).parse([("x", "")][..0].iter().copied()).unwrap().limit,
        1
    );
}

#[test]
fn ignore_empty_skips_empty_parameters() {
    let form = [("city", ""), ("qty[gte]", ""), ("sort", ""), ("unknown", ""), ("tag", "fruit")];
    let query = parameters().ignore_empty().parse(form).unwrap();
    assert_eq!(query.filter.into_document().unwrap(), doc! { "tags": { "$eq": "fruit" } });
    assert_eq!(refused(&parameters(), &form).len(), 3);
}

#[test]
fn a_declared_parameter_takes_precedence_over_a_built_in_one() {
    let o = Order::fields();
    let own = Parameters::new().field("limit", o.note()).field("filter[city]", o.ship_to().city());
    let query =
        own.parse([("limit", "many"), ("filter[city]", "Oslo"), ("filter[city][ne]", "Rome")]).unwrap();
    assert_eq!(
        query.filter.into_document().unwrap(),
        doc! { "note": { "$eq": "many" }, "shipTo.city": { "$eq": "Oslo", "$ne": "Rome" } },
    );
    assert_eq!(query.limit, 20);
}

#[derive(Debug, PartialEq, Value)]
struct Cents(i64);

#[derive(Debug, PartialEq, Value)]
#[serde(rename_all = "kebab-case")]
enum Channel {
    InStore,
    #[serde(alias = "www")]
    Online,
    #[serde(skip_serializing)]
    Legacy,
    #[serde(other)]
    Unknown,
}

#[derive(Model)]
#[odm(collection = "sales")]
struct Sale {
    id: Id<Sale>,
    amount: Option<Cents>,
    channel: Channel,
    #[odm(unit = "s")]
    took: std::time::Duration,
    day: chrono::NaiveDate,
    at: time::OffsetDateTime,
    rate: rust_decimal::Decimal,
    key: uuid::Uuid,
}

#[test]
fn parameters_are_parsed_as_newtypes_enums_durations_and_types_of_other_crates() {
    let s = Sale::fields();
    let parameters = Parameters::new()
        .field("id", s.id())
        .range("amount", s.amount())
        .field("channel", s.channel())
        .range("took", s.took())
        .range("day", s.day())
        .range("at", s.at())
        .range("rate", s.rate())
        .field("key", s.key());
    let one = |name, text| parameters.parse([(name, text)]);
    let midnight = DateTime::from_millis(1_769_817_600_000);
    let one_uuid = odm::bson::Uuid::from_bytes(1_u128.to_be_bytes());
    for (name, text, expected) in [
        ("amount[gt]", "250", doc! { "amount": { "$gt": 250_i64 } }),
        ("channel", "in-store", doc! { "channel": { "$eq": "in-store" } }),
        ("channel", "www", doc! { "channel": { "$eq": "online" } }),
        ("took[lt]", "90", doc! { "took": { "$lt": 90_i64 } }),
        ("day", "2026-01-31", doc! { "day": { "$eq": midnight } }),
        ("at", "2026-01-31T00:00:00Z", doc! { "at": { "$eq": midnight } }),
        ("rate", "1.10", doc! { "rate": { "$eq": "1.10".parse::<odm::bson::Decimal128>().unwrap() } }),
        ("key", "00000000-0000-0000-0000-000000000001", doc! { "key": { "$eq": one_uuid } }),
    ] {
        assert_eq!(one(name, text).unwrap().filter.into_document().unwrap(), expected);
    }
    for (name, text, message) in [
        // A skipped variant and the `other` variant cannot be requested.
        ("channel", "legacy", "must be one of `in-store`, `online`"),
        ("channel", "unknown", "must be one of `in-store`, `online`"),
        ("took", "1.5", "must be an integer from -9223372036854775808 to 9223372036854775807"),
        ("took", "-1", "must be a duration that its type can hold"),
        ("day", "2026-01-31T12:00:00Z", "must be a day (a date at midnight, UTC)"),
        ("rate", "NaN", "must be a number of at most 28 digits"),
        ("key", "1", "must be a UUID"),
    ] {
        assert_eq!(one(name, text).unwrap_err().iter().next().unwrap().message(), message);
    }
}

#[derive(Model)]
#[odm(collection = "lists")]
struct Lists {
    id: Id<Lists>,
    tags: Option<Vec<Option<String>>>,
    grid: Vec<Vec<i32>>,
}

#[test]
fn parameters_on_nested_arrays_render_as_the_methods_do() {
    let l = Lists::fields();
    let parameters =
        Parameters::new().field("id", l.id()).presence("tags", l.tags()).elements("grid", l.grid().at(1));
    for (name, text, expected) in [
        ("tags[exists]", "true", l.tags().is_present()),
        ("tags[exists]", "false", l.tags().is_null_or_missing()),
        ("grid", "9", l.grid().at(1).contains(9)),
        ("grid[ne]", "9", !l.grid().at(1).contains(9)),
        ("grid[in]", "9,3", l.grid().at(1).contains_any([9, 3])),
        ("grid[nin]", "9,3", l.grid().at(1).contains_none([9, 3])),
    ] {
        let query = parameters.parse([(name, text)]).unwrap();
        assert_eq!(query.filter.to_string(), expected.to_string(), "{name}={text}");
    }
    let one = parameters.parse([("grid", "9")]).unwrap().filter.into_document().unwrap();
    assert_eq!(one, doc! { "grid.1": { "$elemMatch": { "$eq": 9 } } });
}

/// The first error is caused by the client, the second one by the program.
#[test]
fn a_wrong_value_is_a_bad_parameter_and_an_invalid_condition_is_not_sent() {
    let parameters = Parameters::<Order>::new()
        .condition("bits", |mask: i64| Order::fields().lines().qty().bits_all_set(mask))
        .condition("tag", |text: String| Order::fields().tags().any(|tag| tag.eq(&text) | tag.eq("x")));
    assert_eq!(
        refused(&parameters, &[("bits", "-1")]),
        [("`bits` must be a mask of zero or more".to_owned(), "value")],
    );
    let query = parameters.parse([("tag", "a"), ("bits", "5")]).unwrap();
    assert!(!query.filter.is_empty());
    assert!(query.filter.into_document().unwrap_err().is_not_sent());
}

#[odm_test::test]
async fn a_query_sends_one_command(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let orders = db.collection::<Order>();
    let mine = Order::fields().customer().eq(Id::<Customer>::from(ObjectId::from_bytes([7; 12])));
    let query =
        parameters().parse([("city", "Oslo"), ("sort", "-placed"), ("limit", "5"), ("skip", "10")]).unwrap();
    let _ =
        orders.find(mine & query.filter).sort(query.sort).skip(query.skip).limit(query.limit).await.unwrap();
    commands.assert([doc! {
        "find": "orders",
        "limit": 5_i64,
        "skip": 10_i64,
        "sort": { "placedAt": -1, "_id": 1 },
        "filter": { "customer": { "$eq": ObjectId::from_bytes([7; 12]) }, "shipTo.city": { "$eq": "Oslo" } },
    }]);
}

#[odm_test::test]
async fn the_server_finds_the_requested_documents(db: Database) {
    let orders = db.collection::<Order>();
    let mut all: Vec<Order> = (1..=4).map(order).collect();
    all[0].status = Status::Paid;
    all[1].ship_to = Some(Address { city: "Tromsø".to_owned(), post_code: None });
    all[2].note = Some("50% (Fragile)".to_owned());
    all[3].lines = vec![line("apple", 200, 0.5)];
    orders.insert_many(&all).await.unwrap();
    // Older code stored no notes.
    let o = Order::fields();
    orders.update_one(o.id().eq(all[3].id), o.note().unset()).await.unwrap();

    for (pairs, expected) in [
        (&[][..], &[1, 2, 3, 4][..]),
        (&[("status", "paid")], &[1]),
        (&[("status[in]", "open,paid"), ("city", "Tromsø")], &[2]),
        // In the second order, one line has at least 3 and another at most 3.
        (&[("qty[gte]", "3"), ("qty[lte]", "3")], &[2, 3]),
        (&[("bulk", "100")], &[4]),
        (&[("tag[in]", "n1,n4")], &[1, 4]),
        (&[("note[exists]", "true")], &[3]),
        (&[("note[exists]", "false"), ("status", "open")], &[2, 4]),
        (&[("reference[prefix]", "AB-00000"), ("placed[gt]", "1970-01-01T00:00:02Z")], &[3, 4]),
        (&[("reference[contains]", "b-000001")], &[1]),
        (&[("reference[contains]", ".*")], &[]),
        (&[("sort", "-placed"), ("limit", "2")], &[4, 3]),
        (&[("sort", "-placed"), ("limit", "2"), ("skip", "2")], &[2, 1]),
    ] {
        let query = parameters().parse(pairs.iter().copied()).unwrap();
        let found: Vec<Order> = orders
            .find(query.filter)
            .sort(query.sort)
            .skip(query.skip)
            .limit(query.limit)
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        let found: Vec<usize> =
            found.iter().map(|found| all.iter().position(|one| one.id == found.id).unwrap() + 1).collect();
        assert_eq!(found, expected, "{pairs:?}");
    }

    // A request without parameters changes nothing.
    let query = parameters().parse([("limit", "1")]).unwrap();
    let refused = orders.delete_many(query.filter).await.unwrap_err();
    assert!(refused.is_not_sent(), "{refused}");
    assert_eq!(orders.count(Filter::all()).await.unwrap(), 4);
}
