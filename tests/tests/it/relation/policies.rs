//! References to models whose policies hide documents.

use odm::{
    bson::DateTime,
    relation::{Linked, Loaded},
};

use super::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "teams")]
struct Team {
    id: Id<Team>,
    #[odm(tenant)]
    company: String,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "tasks")]
struct Task {
    id: Id<Task>,
    #[odm(tenant)]
    company: String,
    team: Id<Team>,
    order: i32,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

fn team(company: &str) -> Team {
    Team { id: Id::new(), company: company.to_owned(), deleted_at: None }
}

fn task(team: &Team, order: i32) -> Task {
    Task { id: Id::new(), company: team.company.clone(), team: team.id, order, deleted_at: None }
}

/// Two teams of one company, the second of which is deleted, and a team of another company. Each has three tasks, and
/// the second task of each is deleted.
async fn companies(db: &Database) -> [Team; 3] {
    let all = [team("a"), team("a"), team("b")];
    let (teams, tasks) = (db.collection::<Team>().all_tenants(), db.collection::<Task>().all_tenants());
    teams.insert_many(all.clone()).await.unwrap();
    for team in &all {
        tasks.insert_many((0..3).map(|order| task(team, order))).await.unwrap();
    }
    tasks.delete_many(Task::fields().order().eq(1)).await.unwrap();
    teams.delete_one(Team::fields().id().eq(all[1].id)).await.unwrap();
    all
}

#[odm_test::test]
async fn a_deleted_document_is_a_dangling_reference(db: Database) {
    let [first, second, _] = companies(&db).await;
    let tasks = db.collection::<Task>().tenant("a");
    let t = Task::fields();
    let loaded = tasks.find(t.order().eq(0)).sort(t.id().asc()).include(|t| t.team()).await.unwrap();
    let found: Vec<_> = loaded.iter().map(|task| (task.team, task.links.found().is_some())).collect();
    assert_eq!(found, [(first.id, true), (second.id, false)]);
}

#[odm_test::test]
async fn the_reverse_side_has_the_same_scope_with_and_without_a_limit(db: Database) {
    let [first, ..] = companies(&db).await;
    let teams = db.collection::<Team>().tenant("a");
    let t = Task::fields();
    let all = teams
        .get(first.id)
        .include(|m| m.referred_by(t.team()).sort(t.order().asc()))
        .await
        .unwrap()
        .unwrap();
    let limited = teams
        .get(first.id)
        .include(|m| m.referred_by(t.team()).sort(t.order().asc()).limit(5))
        .await
        .unwrap()
        .unwrap();
    for links in [&all.links, &limited.links] {
        assert_eq!(links.iter().map(|task| task.order).collect::<Vec<_>>(), [0, 2]);
    }
}

#[odm_test::test]
async fn the_tenant_of_the_handle_applies_to_every_hop(db: Database, server: Server) {
    let [first, ..] = companies(&db).await;
    let foreign = Task { company: "b".to_owned(), ..task(&first, 9) };
    db.collection::<Task>().all_tenants().insert_one(&foreign).await.unwrap();
    let t = Task::fields();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let loaded =
        recorded.collection::<Task>().tenant("b").find(t.order().eq(9)).include(|t| t.team()).await.unwrap();
    assert!(loaded[0].links.found().is_none(), "the team belongs to another tenant");
    let sent = commands.take();
    let hop = sent[1].get_document("filter").unwrap();
    assert_eq!(hop.get_document("company").unwrap(), &doc! { "$eq": "b" });
    let error = db.collection::<Task>().find(t.order().eq(9)).include(|t| t.team()).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains(".all_tenants()"), "{error}");
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "shops")]
struct Shop {
    id: Id<Shop>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
struct ShopOrder {
    id: Id<ShopOrder>,
    #[odm(tenant)]
    shop: Id<Shop>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "invoices")]
struct Invoice {
    id: Id<Invoice>,
    #[odm(tenant)]
    shop: String,
    order: Id<ShopOrder>,
}

/// No document could have such a tenant, so that every reference would look dangling.
#[odm_test::test]
async fn a_tenant_of_another_type_is_refused(db: Database) {
    let invoice = Invoice { id: Id::new(), shop: "a".to_owned(), order: Id::new() };
    let invoices = db.collection::<Invoice>().tenant("a");
    invoices.insert_one(&invoice).await.unwrap();
    let error = invoices.find(Filter::all()).include(|i| i.order()).await.unwrap_err();
    assert!(
        error.is_not_sent()
            && error.to_string().ends_with(
                "expected the tenant that the documents of `orders` belong to, stored as objectId, found one that is \
                 stored as string: specify it with `.tenant(..)` of the reference, or call `.all_tenants()` of it if \
                 that is intended; nothing was sent"
            ),
        "{error}"
    );
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "visits")]
struct Visit {
    id: Id<Visit>,
    team: Id<Team>,
    tasks: Vec<Id<Task>>,
}

/// The handle of a model without a tenant specifies none, so the references do.
#[odm_test::test]
async fn a_reference_specifies_the_tenant(db: Database, server: Server) {
    let [first, _, third] = companies(&db).await;
    let (visits, tasks) = (db.collection::<Visit>(), db.collection::<Task>().all_tenants());
    let of_first = tasks.find(Task::fields().team().eq(first.id)).await.unwrap();
    let of_first: Vec<Task> = of_first.try_collect().await.unwrap();
    let visit = |team| Visit { id: Id::new(), team, tasks: of_first.iter().map(|task| task.id).collect() };
    visits.insert_many([visit(first.id), visit(third.id)]).await.unwrap();
    let found = |loaded: Vec<Loaded<Visit, Linked<Team>>>| -> Vec<bool> {
        loaded.iter().map(|visit| visit.links.found().is_some()).collect()
    };
    let all = || visits.find(Filter::all()).sort(Visit::fields().id().asc());
    assert_eq!(found(all().include(|v| v.team().tenant("a")).await.unwrap()), [true, false]);
    assert_eq!(found(all().include(|v| v.team().tenant("b")).await.unwrap()), [false, true]);
    assert_eq!(found(all().include(|v| v.team().all_tenants()).await.unwrap()), [true, true]);

    // The documents that a reference includes are of its tenant, unless they specify another.
    let t = Task::fields();
    let nested = all().include(|v| v.team().tenant("a").include(|m| m.referred_by(t.team()))).await.unwrap();
    assert_eq!(nested[0].links.found().unwrap().links.len(), 2);
    let nested =
        all().include(|v| v.tasks().tenant("a").include(|task| task.team().tenant("b"))).await.unwrap();
    assert!(nested[0].links.iter().filter_map(Linked::found).all(|task| task.links.found().is_none()));
    // The tenant of the reference is stronger than that of the handle.
    let teams = db.collection::<Team>().tenant("a");
    let others = teams
        .get(first.id)
        .include(|m| (m.referred_by(t.team()), m.referred_by(t.team()).tenant("b").limit(9)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((others.links.0.len(), others.links.1.len()), (2, 0));
    let loaded: Vec<Visit> = all().await.unwrap().try_collect().await.unwrap();
    assert_eq!(
        found(visits.include(loaded.clone(), |v| v.team().all_tenants()).await.unwrap()),
        [true, true]
    );

    let without = |error: odm::Error, collection: &str| {
        assert!(
            error.is_not_sent()
                && error.to_string().ends_with(&format!(
                    "expected the tenant that the documents of `{collection}` belong to, stored as string, found none: \
                     specify it with `.tenant(..)` of the reference, or call `.all_tenants()` of it if that is \
                     intended; nothing was sent"
                )),
            "{error}"
        );
    };
    without(all().include(|v| v.team()).await.unwrap_err(), "teams");
    without(all().include(|v| v.tasks()).await.unwrap_err(), "tasks");
    without(visits.include(loaded, |v| v.team()).await.unwrap_err(), "teams");
    let inside = all().include(|v| v.tasks().all_tenants().include(|t| t.team())).await.unwrap();
    assert!(inside[0].links[0].found().unwrap().links.found().is_some());

    // The first read is not sent either.
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let visits = recorded.collection::<Visit>();
    without(visits.find(Filter::all()).include(|v| v.team()).await.unwrap_err(), "teams");
    commands.assert([]);
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "notes")]
struct TaskNote {
    id: Id<TaskNote>,
    #[odm(tenant)]
    company: String,
    #[odm(on_delete = "cascade")]
    task: Id<Task>,
}

/// A delete by the rules of references stays inside of the tenant of a handle.
#[odm_test::test]
async fn deletes_by_rules_are_limited_to_a_tenant(db: Database) {
    let [first, ..] = companies(&db).await;
    let notes = db.collection::<TaskNote>().all_tenants();
    let tasks = db.collection::<Task>();
    let own = task(&first, 7);
    tasks.tenant("a").insert_one(&own).await.unwrap();
    for company in ["a", "b"] {
        let note = TaskNote { id: Id::new(), company: company.to_owned(), task: own.id };
        notes.insert_one(&note).await.unwrap();
    }
    let references = db.references::<(Task, TaskNote)>();
    let error = references.delete(own.id).await.unwrap_err();
    assert!(
        error.is_not_sent()
            && error.to_string().contains(
                "the documents of `tasks` belong to tenants: specify the tenant with `.tenant_of(&handle)` of \
                 `references`, or call `.all_tenants()` if that is intended"
            ),
        "{error}"
    );
    let nothing = references.clone().tenant_of(&tasks.tenant("b")).delete(own.id).await.unwrap();
    assert_eq!(nothing.total(), 0);
    let deleted = references.clone().tenant_of(&tasks.tenant("a")).delete(own.id).await.unwrap();
    assert_eq!((deleted.count::<Task>(), deleted.count::<TaskNote>()), (1, 1));
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 1);
}
