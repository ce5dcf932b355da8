//! Rules of a model, checked before an update is sent.

use std::collections::BTreeMap;

use odm::{
    Collection, Database, Embedded, Error, Filter, Id, Model, Update, Value, Write,
    bson::{DateTime, doc},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "people")]
struct Person {
    id: Id<Person>,
    #[odm(validate(length(min = 1, max = 5)))]
    name: String,
    #[odm(validate(range(min = 0, max = 150)))]
    age: i32,
    #[odm(validate(range(max = DateTime::from_millis(1_000))))]
    born: Option<DateTime>,
    #[odm(validate(length(max = 2)))]
    pets: Vec<Pet>,
    home: Option<Address>,
    #[odm(validate(length(max = 1)))]
    marks: BTreeMap<String, Mark>,
    #[odm(validate(custom = even))]
    shoe: i32,
    kinds: Vec<Kind>,
    #[odm(validate(range(min = 0.0, max = 1.0)))]
    part: f64,
    #[odm(validate(length(max = 2)))]
    numbers: Vec<i64>,
    payment: Payment,
    last: Choice,
    pair: (i32, Mark),
    #[serde(flatten)]
    more: More,
    stay: Option<Stay>,
    stays: Vec<Stay>,
    seasons: BTreeMap<String, Stay>,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind")]
enum Payment {
    Cash,
    Card {
        #[odm(validate(length(equal = 4)))]
        last4: String,
    },
    Mail(Address),
}

#[derive(Debug, Clone, PartialEq, Value)]
enum Choice {
    No,
    Mark(Mark),
    Both(i32, Mark),
    Pets {
        #[odm(validate(length(max = 1)))]
        pets: Vec<Pet>,
    },
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", content = "of")]
enum Kind {
    Mark(Mark),
    Stay(Stay),
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Pet {
    #[odm(validate(pattern = "^[a-z]+$"))]
    name: String,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Address {
    #[odm(validate(email))]
    email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Mark {
    #[odm(validate(range(min = 1, max = 6)))]
    mark: u8,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
#[odm(validate(compare(least < most), required_together(least, most)))]
struct More {
    #[odm(validate(range(min = 0.5)))]
    weight: f64,
    least: Option<f64>,
    most: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Embedded)]
#[odm(validate(compare(from < to), required_together(currency, price)))]
struct Stay {
    #[serde(rename = "start")]
    from: i64,
    to: i64,
    price: Option<i32>,
    currency: Option<String>,
}

fn stay(from: i64, to: i64) -> Stay {
    Stay { from, to, ..Stay::default() }
}

fn with_price(price: i32) -> Stay {
    Stay { price: Some(price), ..stay(1, 2) }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the form of a custom rule
fn even(shoe: &i32) -> Result<(), String> {
    if shoe % 2 == 0 { Ok(()) } else { Err("must be even".to_owned()) }
}

fn pet(name: &str) -> Pet {
    Pet { name: name.into() }
}

/// Returns the violations as `path: message`.
fn violations(error: &Error) -> Vec<String> {
    assert!(error.is_invalid() && error.is_not_sent(), "{error}");
    let found = error.violations().unwrap().iter();
    found.map(|violation| format!("{}: {}", violation.path(), violation.message())).collect()
}

#[odm_test::test]
async fn a_value_that_violates_a_rule_is_not_sent(db: Database) {
    let people: Collection<Person> = db.collection();
    let p = Person::fields();
    let name = || "must have at most 5 characters".to_owned();
    let cases: Vec<(Update<Person>, &str, String)> = vec![
        (p.name().set("Augusta"), "name", name()),
        (p.name().set_on_insert("Augusta"), "name", name()),
        (p.age().set(151), "age", "must be at most 150".into()),
        (p.age().max(151), "age", "must be at most 150".into()),
        (p.age().min(-1), "age", "must be at least 0".into()),
        (p.age().inc(151), "age", "must be at most 150".into()),
        (p.age().inc(-151), "age", "must be at least 0".into()),
        (p.born().set(DateTime::from_millis(2_000)), "born", "must not be after 1970-01-01T00:00:01Z".into()),
        (p.pets().set([pet("a"), pet("B")]), "pets.1.name", "must match the pattern ^[a-z]+$".into()),
        (p.pets().set(vec![pet("a"); 3]), "pets", "must have at most 2 items".into()),
        (p.pets().push(pet("B")), "pets.$[].name", "must match the pattern ^[a-z]+$".into()),
        (p.pets().push_each(vec![pet("a"); 3]), "pets", "must have at most 2 items".into()),
        (p.pets().add_to_set(pet("B")), "pets.$[].name", "must match the pattern ^[a-z]+$".into()),
        (p.pets().each().name().set("B"), "pets.$[].name", "must match the pattern ^[a-z]+$".into()),
        (p.pets().at(1).name().set("B"), "pets.1.name", "must match the pattern ^[a-z]+$".into()),
        (
            p.home().email().set("ada".to_owned()),
            "home.email",
            "must be an email address (it has no @)".into(),
        ),
        (
            p.home().set(Address { email: Some("ada".into()) }),
            "home.email",
            "must be an email address (it has no @)".into(),
        ),
        (p.marks().key("math").mark().set(7_u8), "marks.math.mark", "must be at most 6".into()),
        (p.more().weight().set(0.25), "weight", "must be at least 0.5".into()),
        (Update::raw(doc! { "$set": { "age": 151 } }), "age", "must be at most 150".into()),
        (p.part().inc(50.0), "part", "must be at most 1".into()),
        (p.part().inc(-1.5), "part", "must be at least 0".into()),
        (p.numbers().add_to_set_each([1, 2, 3, 3]), "numbers", "must have at most 2 items".into()),
        (
            p.payment().set(Payment::Card { last4: "42".into() }),
            "payment.last4",
            "must have exactly 4 characters".into(),
        ),
        (
            p.payment().set(Payment::Mail(Address { email: Some("ada".into()) })),
            "payment.email",
            "must be an email address (it has no @)".into(),
        ),
        (p.last().set(Choice::Mark(Mark { mark: 7 })), "last.Mark.mark", "must be at most 6".into()),
        (p.last().set(Choice::Both(1, Mark { mark: 7 })), "last.Both.1.mark", "must be at most 6".into()),
        (
            p.last().set(Choice::Pets { pets: vec![pet("a"), pet("b")] }),
            "last.Pets.pets",
            "must have at most 1 item".into(),
        ),
        (p.kinds().push(Kind::Mark(Mark { mark: 0 })), "kinds.$[].of.mark", "must be at least 1".into()),
        (p.pair().set((1, Mark { mark: 7 })), "pair.1.mark", "must be at most 6".into()),
    ];
    for (update, path, message) in cases {
        let shown = update.to_string();
        let error = people.update_one(Filter::all(), update).await.unwrap_err();
        assert_eq!(violations(&error), [format!("{path}: {message}")], "{shown}");
    }

    // Every violation is reported, by every method. The message does not show the key of a map.
    let both = || p.name().set("") + p.marks().key("math").mark().set(0_u8);
    let expected = ["name: must have at least 1 character", "marks.math.mark: must be at least 1"];
    let error = people.update_many(Filter::all(), both()).await.unwrap_err();
    assert_eq!(violations(&error), expected);
    assert_eq!(
        error.to_string(),
        format!(
            "update_many on {}.people: 2 violations: `name` must have at least 1 character; `marks.*.mark` must be at \
             least 1; nothing was sent",
            db.name()
        )
    );
    let error = people.find_one_and_update(Filter::all(), both()).await.unwrap_err();
    assert_eq!(violations(&error), expected);
    let error = people.bulk_write([Write::update_many(Filter::all(), both())]).await.unwrap_err();
    assert_eq!(violations(error.bulk_write_error().unwrap().failures()[0].error()), expected);
}

/// The rules of several fields are checked if the update contains the whole document, or all of these fields.
#[odm_test::test]
async fn rules_of_several_fields(db: Database) {
    let people: Collection<Person> = db.collection();
    let p = Person::fields();
    let order = "must be less than `to`";
    let group = "must have both `currency` and `price`, or neither";
    let cases: Vec<(Update<Person>, &str, &str)> = vec![
        (p.stay().set(stay(2, 1)), "stay.start", order),
        (p.stay().set_on_insert(stay(2, 2)), "stay.start", order),
        (p.stay().set(with_price(1)), "stay", group),
        (p.stays().set([stay(1, 2), stay(2, 1)]), "stays.1.start", order),
        (p.stays().push(stay(2, 1)), "stays.$[].start", order),
        (p.stays().push_each([stay(1, 2), with_price(1)]), "stays.$[]", group),
        (p.stays().add_to_set(stay(2, 1)), "stays.$[].start", order),
        (p.stays().each().set(stay(2, 1)), "stays.$[].start", order),
        (p.stays().at(0).set(with_price(1)), "stays.0", group),
        (p.seasons().set(BTreeMap::from([("may".to_owned(), stay(2, 1))])), "seasons.may.start", order),
        (p.seasons().key("may").set(with_price(1)), "seasons.may", group),
        (p.kinds().push(Kind::Stay(stay(2, 1))), "kinds.$[].of.start", order),
        (p.stay().from().set(2) + p.stay().to().set(1), "stay.start", order),
        (p.stay().from().set(2) + p.stay().to().set_on_insert(1), "stay.start", order),
        (p.stay().price().set(1) + p.stay().currency().unset(), "stay", group),
        (p.stay().price().set(1) + p.stay().currency().set_null(), "stay", group),
        (p.stays().each().from().set(2) + p.stays().each().to().set(1), "stays.$[].start", order),
        (
            p.seasons().key("may").price().set(1) + p.seasons().key("may").currency().unset(),
            "seasons.may",
            group,
        ),
        (p.more().least().set(0.5) + p.more().most().set(0.5), "least", "must be less than `most`"),
        (
            p.more().least().set(0.5) + p.more().most().unset(),
            "",
            "must have both `least` and `most`, or neither",
        ),
        (Update::raw(doc! { "$set": { "stay": { "start": 2, "to": 1_i64 } } }), "stay.start", order),
    ];
    for (update, path, message) in cases {
        let shown = update.to_string();
        let error = people.update_one(Filter::all(), update).await.unwrap_err();
        assert_eq!(violations(&error), [format!("{path}: {message}")], "{shown}");
    }

    // The name of the elements is made from the condition.
    let update = p.stays().each_where(|s| s.to().gt(1)).set(with_price(1));
    let error = people.update_one(Filter::all(), update).await.unwrap_err();
    assert!(violations(&error)[0].starts_with("stays.$["), "{error}");

    let updates = [
        p.stay().set(stay(1, 2)),
        p.stay().from().set(i64::MAX),
        p.stay().from().set(2) + p.stay().to().inc(1),
        p.stay().price().set(1),
        p.stay().price().unset() + p.stay().currency().set_null(),
        p.stays().at(0).from().set(2) + p.stays().at(1).to().set(1),
        p.more().least().set(0.5) + p.more().weight().set(1.0),
    ];
    for update in updates {
        let shown = update.to_string();
        people
            .update_one(p.name().eq("nobody"), update)
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
    }
}

/// What depends on the stored document, or on a function, is left to the server.
#[odm_test::test]
async fn what_cannot_be_judged_is_sent(db: Database) {
    let people: Collection<Person> = db.collection();
    let p = Person::fields();
    let updates = [
        p.age().inc(150),
        p.age().mul(1000),
        p.age().max(-1),
        p.age().min(151),
        p.pets().push_each([pet("a"), pet("b")]),
        p.pets().add_to_set_each([pet("a"), pet("a"), pet("a")]),
        p.pets().push_each_with([pet("a"), pet("b"), pet("c")], |each| each.slice(2)),
        p.shoe().set(3),
        p.born().set_null(),
        p.home().set_null(),
        Update::raw_pipeline(vec![doc! { "$set": { "age": 151 } }]),
        Update::raw(doc! { "$set": { "unknown": 151, "age.unknown": 1, "name": 1 } }),
    ];
    for update in updates {
        let shown = update.to_string();
        people
            .update_one(p.name().eq("nobody"), update)
            .await
            .unwrap_or_else(|error| panic!("{shown}: {error}"));
    }
}

#[odm_test::test]
async fn a_call_may_skip_the_rules(db: Database) {
    let people: Collection<Person> = db.collection();
    let p = Person::fields();
    let old = || p.age().set(151);
    people.update_one(Filter::all(), old()).skip_rules().await.unwrap();
    people.update_many(Filter::all(), old()).skip_rules().await.unwrap();
    people.find_one_and_update(Filter::all(), old()).skip_rules().await.unwrap();
    people
        .bulk_write((
            Write::update_one(Filter::all(), old()).skip_rules(),
            Write::update_many(Filter::all(), old()).skip_rules(),
        ))
        .await
        .unwrap();
}
