//! The commands of filters and updates that have a special form in a command.

use odm::{
    Collection, Database, Filter, Model, Sort, Update, View,
    bson::{Bson, Document, doc},
};
use odm_integration::{commands::Commands, people::Person, story::Order};
use odm_test::Server;

#[derive(Debug, View)]
#[odm(of = Person)]
struct Hit {
    #[expect(dead_code, reason = "used only by its name")]
    name: String,
    #[odm(text_score)]
    #[expect(dead_code, reason = "used only by its name")]
    score: f64,
}

async fn recorded(db: &Database, server: &Server) -> (Collection<Person>, Collection<Order>, Commands) {
    let (db, commands) = Commands::record(server.uri(), db).await;
    (db.collection(), db.collection(), commands)
}

#[odm_test::test]
async fn stages_are_sent_as_the_update_of_every_method(db: Database, server: Server) -> odm::Result<()> {
    let (people, _, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    let older = || Update::computed().set(p.age(), |p| p.age() + 1).set(p.name(), |_| "$name");
    let sent = doc! {
        "$set": { "age": { "$add": ["$age", 1] } },
    };
    let stages = Bson::from(vec![sent, doc! { "$set": { "name": { "$literal": "$name" } } }]);
    let query = doc! { "name": { "$eq": "ada" } };

    people.update_one(p.name().eq("ada"), older()).await?;
    commands.assert([doc! {
        "update": "people", "ordered": true, "updates": [{ "q": query.clone(), "u": stages.clone() }],
    }]);
    people.update_many(p.name().eq("ada"), older()).await?;
    commands.assert([doc! {
        "update": "people", "ordered": true, "updates": [{ "q": query.clone(), "u": stages.clone(), "multi": true }],
    }]);
    assert!(people.find_one_and_update(p.name().eq("ada"), older()).await?.is_none());
    commands.assert([doc! { "findAndModify": "people", "query": query, "update": stages }]);
    Ok(())
}

#[odm_test::test]
async fn a_text_search_is_sorted_and_scored_by_the_server(db: Database, server: Server) -> odm::Result<()> {
    let index = doc! { "key": { "name": "text" }, "name": "name" };
    db.driver().run_command(doc! { "createIndexes": "people", "indexes": [index] }).await.unwrap();
    let (people, _, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    let sort = Sort::text_score().then(p.age().asc());
    let found: Vec<Hit> =
        people.find(Filter::text("ada")).sort(sort).view::<Hit>().await?.try_collect().await?;
    assert!(found.is_empty());
    commands.assert([doc! {
        "find": "people",
        "sort": { "textScore": { "$meta": "textScore" }, "age": 1 },
        "projection": { "name": 1, "textScore": { "$meta": "textScore" }, "_id": 0 },
        "filter": { "$text": { "$search": "ada" } },
    }]);
    Ok(())
}

#[odm_test::test]
async fn array_filters_are_sent_beside_their_update(db: Database, server: Server) -> odm::Result<()> {
    let (_, orders, commands) = recorded(&db, &server).await;
    let o = Order::fields();
    let update = o.lines().each_where(|l| l.sku().eq("a")).qty().set(1) + o.tags().matched().set("x");
    orders.update_one(o.tags().contains("y"), update).await?;
    let sent = commands.take();
    let [sent] = &sent[..] else { panic!("{sent:?}") };
    let update = sent.get_array("updates").unwrap()[0].as_document().unwrap();
    let filters = update.get_array("arrayFilters").unwrap();
    let filter = filters[0].as_document().unwrap();
    let name = filter.keys().next().unwrap().strip_suffix(".sku").unwrap();
    assert_eq!(filters.len(), 1);
    assert_eq!(filter.values().collect::<Vec<_>>(), [&Bson::from(doc! { "$eq": "a" })]);
    let operators: &Document = update.get_document("u").unwrap();
    assert_eq!(*operators, doc! { "$set": { format!("lines.$[{name}].qty"): 1_i64, "tags.$": "x" } });
    Ok(())
}

/// A comparison of fields is sent in every method that has a filter.
#[odm_test::test]
async fn an_expression_is_one_condition_of_the_filter(db: Database, server: Server) -> odm::Result<()> {
    let (_, orders, commands) = recorded(&db, &server).await;
    let o = Order::fields();
    let noted = || o.note().is_present() & Filter::<Order>::expr(|o| o.note().ne(o.reference()));
    let query = doc! { "note": { "$ne": null }, "$expr": { "$ne": ["$note", "$reference"] } };
    orders.delete_many(noted()).await?;
    commands.assert([doc! {
        "delete": "orders", "ordered": true, "deletes": [{ "q": query.clone(), "limit": 0 }],
    }]);
    let by_line = noted() & o.lines().any(|l| l.qty().gt(1)) & Filter::<Order>::expr(|o| o.tags().eq(["a"]));
    let _: Vec<Order> = orders.find(by_line).await?.try_collect().await?;
    commands.assert([doc! { "find": "orders", "filter": {
        "note": { "$ne": null },
        "$expr": { "$ne": ["$note", "$reference"] },
        "lines": { "$elemMatch": { "qty": { "$gt": 1_i64 } } },
        "$and": [{ "$expr": { "$eq": ["$tags", ["a"]] } }],
    } }]);
    Ok(())
}
