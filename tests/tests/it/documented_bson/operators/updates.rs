//! Updates.

use std::collections::BTreeMap;

use odm::{Embedded, Id, Model, Update, bson::doc, pipeline::root};

use super::{Entry, Line, List, Loose, Maybe, Number, Order, Stamped, Text, Times, update};

/// The update between two states of a document.
fn between() -> Update<Parcel> {
    let before = Parcel {
        id: Id::new(),
        ship_to: Place { city: "Bergen".to_owned() },
        prices: BTreeMap::new(),
        note: Some("fragile".to_owned()),
    };
    let mut after = before.clone();
    "Oslo".clone_into(&mut after.ship_to.city);
    after.prices.insert("NOK".to_owned(), 5);
    after.note = None;
    Update::between(&before, &after)
}

#[derive(Clone, Model)]
#[odm(collection = "parcels")]
#[serde(rename_all = "camelCase")]
struct Parcel {
    id: Id<Parcel>,
    ship_to: Place,
    prices: BTreeMap<String, i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Clone, Embedded)]
struct Place {
    city: String,
}

pub(super) fn updates() -> Vec<Entry> {
    let (n, m, l) = (Number::fields(), Maybe::fields(), List::fields());
    let (o, d, s) = (Order::fields(), Loose::fields(), Times::fields());
    vec![
        ("update/between::between", vec![update(between())]),
        ("update/array::push", vec![update(l.field().push(1))]),
        ("update/array::add_to_set", vec![update(l.field().add_to_set(1))]),
        ("update/array::push_each", vec![update(l.field().push_each([1, 2]))]),
        (
            "update/array::push_each_with",
            vec![update(o.field().push_each_with([Line { qty: 1 }], |it| {
                it.position(0).sort(|line| line.qty().desc()).slice(10)
            }))],
        ),
        ("update/array::add_to_set_each", vec![update(l.field().add_to_set_each([1, 2]))]),
        ("update/array::pop_first", vec![update(l.field().pop_first())]),
        ("update/array::pop_last", vec![update(l.field().pop_last())]),
        ("update/array::pull_all", vec![update(l.field().pull_all([1, 2]))]),
        ("update/array::pull", vec![update(l.field().pull(1)), update(d.field().pull(doc! { "$a": 1 }))]),
        ("update/array::pull_where", vec![update(o.field().pull_where(|line| line.qty().lt(1)))]),
        ("update/bitwise::bit_and", vec![update(n.field().bit_and(1))]),
        ("update/bitwise::bit_or", vec![update(n.field().bit_or(1))]),
        ("update/bitwise::bit_xor", vec![update(n.field().bit_xor(1))]),
        ("update/field::set", vec![update(n.field().set(1))]),
        ("update/field::set_null", vec![update(m.field().set_null())]),
        ("update/field::unset", vec![update(m.field().unset())]),
        ("update/field::inc", vec![update(n.field().inc(1))]),
        ("update/field::mul", vec![update(n.field().mul(2))]),
        ("update/field::min", vec![update(n.field().min(1))]),
        ("update/field::max", vec![update(n.field().max(1))]),
        ("update/field::set_on_insert", vec![update(n.field().set_on_insert(1))]),
        ("update/field::current_date", vec![update(s.field().current_date())]),
        ("update/field::current_timestamp", vec![update(Stamped::fields().field().current_timestamp())]),
        ("update/field::rename", vec![update(m.field().rename(m.other()))]),
        (
            "update/positional::each_where",
            vec![update(l.lines().each_where(|line| line.qty().lt(1)).qty().set(1))],
        ),
        ("path/array::matched", vec![update(l.lines().matched().qty().set(1))]),
        ("path/array::each", vec![update(l.lines().each().qty().set(1))]),
        ("update/push::position", vec![update(l.field().push_each_with([1], |it| it.position(0)))]),
        ("update/push::slice", vec![update(l.field().push_each_with([1], |it| it.slice(-5)))]),
        (
            "update/push::sort",
            vec![update(o.field().push_each_with([Line { qty: 1 }], |it| it.sort(|line| line.qty().desc())))],
        ),
        (
            "update/push::sort_asc",
            vec![update(l.field().push_each_with([1], odm::update::PushEach::sort_asc))],
        ),
        (
            "update/push::sort_desc",
            vec![update(l.field().push_each_with([1], odm::update::PushEach::sort_desc))],
        ),
        ("update/computed::set", vec![update(Update::computed().set(n.field(), |n| n.other()))]),
        (
            "update/computed::and_set",
            vec![update(Update::computed().set(n.field(), |n| n.other()).and_set(n.other(), |n| n.field()))],
        ),
        ("update/computed::unset", vec![update(Update::computed().unset(m.field()))]),
        ("update/computed::replace_with", vec![update(Update::<Text>::computed().replace_with(|_| root()))]),
    ]
}
