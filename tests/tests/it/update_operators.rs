//! Updates: what each one renders, and how the server changes a document.

use odm::{
    Database, Embedded, Filter, Id, Model, Update,
    bson::{Document, doc},
    mongodb::options::UpdateModifications,
};
use odm_integration::story::{Address, Order, Status, line, order};

fn rendered(update: Update<Order>) -> (Document, Vec<Document>) {
    match update.into_parts().unwrap() {
        (UpdateModifications::Document(operators), filters) => (operators, filters),
        (other, _) => panic!("not a document: {other:?}"),
    }
}

#[test]
fn operators_are_grouped_and_render_the_encoding_of_the_field() {
    let o = Order::fields();
    let (operators, filters) = rendered(
        o.status().set(Status::Paid)
            + o.note().set(None::<String>)
            + o.ship_to().city().set("Bergen")
            + o.lines().at(0).qty().inc(-1)
            + o.prices().key("NOK").inc(1.5)
            + o.tags().push("new")
            + o.ship_to().post_code().unset(),
    );
    assert_eq!(
        operators,
        doc! {
            "$set": { "status": "paid", "note": null, "shipTo.city": "Bergen" },
            "$inc": { "lines.0.qty": -1_i64, "prices.NOK": 1.5 },
            "$push": { "tags": "new" },
            "$unset": { "shipTo.postCode": "" },
        },
    );
    assert!(filters.is_empty());
}

#[test]
fn an_optional_field_takes_a_value_or_an_option() {
    let o = Order::fields();
    let owned = Some("x".to_owned());
    assert_eq!(rendered(o.note().set_null()).0, doc! { "$set": { "note": null } });
    let expected = doc! { "$set": { "note": "x" } };
    assert_eq!(rendered(o.note().set("x")).0, expected);
    assert_eq!(rendered(o.note().set(Some("x"))).0, expected);
    assert_eq!(rendered(o.note().set(&owned)).0, expected);
    assert_eq!(rendered(o.note().set(owned.as_deref())).0, expected);
    assert_eq!(rendered(o.note().set(owned)).0, expected);
}

#[test]
fn equal_conditions_share_one_array_filter() {
    let o = Order::fields();
    let (operators, filters) = rendered(
        o.lines().each_where(|l| l.qty().lt(1)).qty().set(1)
            + o.lines().each_where(|l| l.qty().lt(1)).price().inc(1)
            + o.lines().each_where(|l| l.sku().eq("a") | l.sku().eq("b")).sku().set("c")
            + o.tags().each_where(|t| t.eq("old")).set("new"),
    );
    assert_eq!(filters.len(), 3);
    let name = |filter: &Document| filter.keys().next().unwrap().split('.').next().unwrap().to_owned();
    let qty = name(&filters[0]);
    assert_eq!(filters[0], doc! { format!("{qty}.qty"): { "$lt": 1_i64 } });
    assert_eq!(operators.get_document("$inc").unwrap(), &doc! { format!("lines.$[{qty}].price"): 1.0 });
    let tag = name(&filters[2]);
    assert_eq!(filters[2], doc! { &tag: { "$eq": "old" } });
    assert!(operators.get_document("$set").unwrap().contains_key(format!("tags.$[{tag}]")));
}

#[test]
fn a_field_may_be_changed_only_once() {
    let o = Order::fields();
    for (update, expected) in [
        (
            o.note().set("a") + o.note().set("b"),
            "`note`: expected one change of a field in one update, found two changes of it",
        ),
        (
            o.note().set("a") + o.note().unset(),
            "`note`: expected one change of a field in one update, found two changes of it",
        ),
        (
            o.ship_to().unset() + o.ship_to().city().set("x"),
            "`shipTo`: expected one change of a field in one update, found a change of it and one of `shipTo.city` inside it",
        ),
        (
            Update::raw(doc! { "$rename": { "remark": "note" } }) + o.note().set("a"),
            "`*`: expected one change of a field in one update, found two changes of it",
        ),
        (
            Update::raw(doc! { "$rename": { "a": "note", "b": "note" } }),
            "`*`: expected one change of a field in one update, found two changes of it",
        ),
        (
            Update::raw_pipeline(vec![doc! { "$unset": "note" }]) + o.status().set(Status::Open),
            "expected a pipeline update without other changes, found one joined with other changes",
        ),
    ] {
        let error = update.into_parts().unwrap_err();
        assert_eq!(error.to_string(), format!("cannot be sent: {expected}; nothing was sent"));
    }
    // Fields of a document in place of its update operators.
    let plain = Update::<Order>::raw(doc! { "$inc": { "n": 1 }, "note": "a" }).into_parts().unwrap_err();
    assert_eq!(
        plain.to_string(),
        "cannot be sent: expected update operators, as in `{ $set: { .. } }`, found a name that is not an operator; to \
         replace a whole document, use `replace_one`; nothing was sent"
    );
    // A name that sorts between a field and its nested field does not hide the conflict.
    let between = Update::<Order>::raw(doc! { "$set": { "shipTo": 1, "shipTo-x": 1, "shipTo.city": 1 } });
    assert!(between.into_parts().unwrap_err().to_string().contains("a change of it and one inside it"));
    // `ship` is not nested in `shipTo`.
    let (operators, _) = rendered(Update::raw(doc! { "$set": { "ship": 1 } }) + o.ship_to().city().set("x"));
    assert_eq!(operators, doc! { "$set": { "ship": 1, "shipTo.city": "x" } });
}

#[test]
fn an_empty_condition_on_elements_is_refused_in_an_update() {
    let o = Order::fields();
    for update in [
        o.lines().each_where(|_| Filter::all()).qty().set(1),
        o.lines().pull_where(|_| doc! {}),
        o.tags().pull_where(|_| Filter::all_of(Vec::<Filter<_>>::new())),
    ] {
        assert!(update.into_parts().unwrap_err().to_string().contains(
            "expected a condition on the elements, found none: it would pick every element; nothing was sent"
        ),);
    }
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Part {
    serial: i64,
    count: i32,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Machine {
    serial: i64,
    parts: Vec<Part>,
}

/// Untyped documents, in which an array element could look like an operator, and arrays of arrays.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "plants")]
struct Plant {
    id: Id<Plant>,
    notes: Vec<Document>,
    machines: Vec<Machine>,
}

#[odm_test::test]
async fn an_element_with_operator_names_is_compared_as_a_value(db: Database) -> odm::Result<()> {
    let plants = db.collection::<Plant>();
    let plant = Plant { id: Id::new(), notes: vec![], machines: vec![] };
    plants.insert_one(&plant).await?;
    let p = Plant::fields();
    let hostile = doc! { "$each": [1, 2, 3] };
    plants.update_one(p.id().eq(plant.id), p.notes().push(&hostile)).await?;
    plants.update_one(p.id().eq(plant.id), p.notes().add_to_set(&hostile)).await?;
    plants.update_one(p.id().eq(plant.id), p.notes().push(&doc! { "plain": 1 })).await?;
    let found = plants.get(plant.id).await?.unwrap();
    assert_eq!(found.notes, [hostile.clone(), doc! { "plain": 1 }]);
    assert_eq!(plants.count(p.notes().all([&hostile])).await?, 1);
    assert_eq!(plants.count(p.notes().all([&hostile, &doc! { "$elemMatch": { "plain": 1 } }])).await?, 0);
    assert_eq!(plants.count(p.notes().all([&doc! { "$elemMatch": { "plain": 1 } }])).await?, 0);
    Ok(())
}

#[odm_test::test]
async fn equal_conditions_in_arrays_of_arrays_are_one_filter(db: Database) -> odm::Result<()> {
    let plants = db.collection::<Plant>();
    let part = |serial, count| Part { serial, count };
    let machine = |serial| Machine { serial, parts: vec![part(1, 0), part(2, 0)] };
    let mut plant = Plant { id: Id::new(), notes: vec![], machines: vec![machine(1), machine(2)] };
    plants.insert_one(&plant).await?;
    let p = Plant::fields();
    let inner = p
        .machines()
        .each_where(|m| m.serial().eq(2))
        .parts()
        .each_where(|part| part.serial().eq(2))
        .count()
        .inc(5);
    let raw = p.machines().each_where(|_| doc! { "serial": 1 }).parts().each().count().inc(1);
    plants.update_one(p.id().eq(plant.id), inner + raw).await?;
    plant.machines[1].parts[1].count = 5;
    plant.machines[0].parts.iter_mut().for_each(|part| part.count = 1);
    assert_eq!(plants.get(plant.id).await?.as_ref(), Some(&plant));
    Ok(())
}

#[odm_test::test]
async fn the_server_changes_the_document_as_the_update_describes(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    let o = Order::fields();
    let cases: Vec<(Update<Order>, fn(&mut Order))> = vec![
        (o.status().set(Status::Paid), |it| it.status = Status::Paid),
        (o.note().set("x"), |it| it.note = Some("x".to_owned())),
        (o.ship_to().unset(), |it| it.ship_to = None),
        (o.ship_to().set(&Address { city: "Bergen".to_owned(), post_code: None }), |it| {
            it.ship_to = Some(Address { city: "Bergen".to_owned(), post_code: None });
        }),
        (o.lines().push(&line("plum", 9, 2.0)), |it| it.lines.push(line("plum", 9, 2.0))),
        (o.lines().pull(&line("apple", 3, 0.5)), |it| {
            it.lines.remove(0);
        }),
        (o.lines().pull_where(|l| l.qty().gt(3)), |it| {
            it.lines.remove(1);
        }),
        (o.lines().each().qty().inc(1), |it| it.lines.iter_mut().for_each(|line| line.qty += 1)),
        (o.lines().each_where(|l| l.sku().eq("pear") & l.qty().gt(1)).price().set(7), |it| {
            it.lines[1].price = 7.0;
        }),
        (o.lines().at(1).sku().set("kiwi"), |it| it.lines[1].sku = "kiwi".to_owned()),
        (o.tags().add_to_set("fruit"), |_| {}),
        (o.tags().add_to_set("sweet"), |it| it.tags.push("sweet".to_owned())),
        (o.tags().pull("fruit"), |it| {
            it.tags.remove(0);
        }),
        (o.tags().pull_where(|t| t.starts_with("n")), |it| {
            it.tags.remove(1);
        }),
        (o.tags().each_where(|t| t.eq("fruit")).set("veg"), |it| it.tags[0] = "veg".to_owned()),
        (o.prices().key("EUR").set(1), |it| {
            it.prices.insert("EUR".to_owned(), 1.0);
        }),
        (o.placed_at().set(std::time::UNIX_EPOCH), |it| it.placed_at = std::time::UNIX_EPOCH.into()),
        (Update::raw_pipeline(vec![doc! { "$set": { "note": "$reference" } }]), |it| {
            it.note = Some(it.reference.clone());
        }),
    ];
    for (update, change) in cases {
        let mut expected = order(3);
        orders.insert_one(&expected).await?;
        let rendered_update = update.to_string();
        let result = orders.update_one(o.id().eq(expected.id), update).await?;
        assert_eq!(result.matched_count, 1, "{rendered_update}");
        change(&mut expected);
        assert_eq!(orders.get(expected.id).await?, Some(expected), "{rendered_update}");
    }
    Ok(())
}
