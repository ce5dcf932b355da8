//! What a hook adds to a delete that keeps the document.

use odm::{
    Collection, Database, Embedded, Filter, Id, Model,
    bson::DateTime,
    hooks::{DeleteStatement, HookContext, HookResult, Hooks},
};

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Task {
    title: String,
    is_open: bool,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "projects", hooks)]
struct Project {
    id: Id<Project>,
    name: String,
    #[odm(validate(length(max = 5)))]
    reason: String,
    tasks: Vec<Task>,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

impl Hooks for Project {
    async fn before_delete(delete: &mut DeleteStatement<Self>, _: &mut HookContext<'_>) -> HookResult {
        let p = Project::fields();
        let reason = if delete.filter().contains_key("name") { "gone" } else { "the project is over" };
        delete.and(p.reason().set(reason));
        delete.and(p.tasks().each_where(|task| task.is_open().eq(true)).is_open().set(false));
        Ok(())
    }
}

async fn stored(projects: &Collection<Project>) -> Project {
    let task = |title: &str, is_open| Task { title: title.into(), is_open };
    let tasks = vec![task("a", true), task("b", false)];
    let project = Project { id: Id::new(), name: "x".into(), reason: String::new(), tasks, deleted_at: None };
    projects.insert_one(&project).await.unwrap();
    project
}

#[odm_test::test]
async fn changes_of_array_elements_are_applied(db: Database) {
    let projects: Collection<Project> = db.collection();
    let id = stored(&projects).await.id;
    let named = || Project::fields().name().eq("x");
    assert_eq!(projects.delete_one(named()).await.unwrap().deleted_count, 1);
    let deleted = projects.with_deleted().get(id).await.unwrap().unwrap();
    assert!(deleted.deleted_at.is_some() && deleted.tasks.iter().all(|task| !task.is_open), "{deleted:?}");
    assert_eq!(deleted.reason, "gone");

    let id = stored(&projects).await.id;
    assert!(projects.find_one_and_delete(named()).await.unwrap().is_some());
    let deleted = projects.with_deleted().get(id).await.unwrap().unwrap();
    assert!(deleted.tasks.iter().all(|task| !task.is_open), "{deleted:?}");
}

#[odm_test::test]
async fn changes_that_violate_a_rule_are_not_sent(db: Database) {
    let projects: Collection<Project> = db.collection();
    let id = stored(&projects).await.id;
    let error = projects.delete_many(Filter::all()).await.unwrap_err();
    let violations: Vec<_> =
        error.violations().unwrap().iter().map(|violation| violation.path().to_string()).collect();
    assert_eq!(violations, ["reason"], "{error}");
    assert!(error.is_invalid() && error.is_not_sent());
    assert_eq!(projects.get(id).await.unwrap().unwrap().deleted_at, None);
    // A removal ignores the changes.
    projects.delete_one(Project::fields().name().eq("x")).await.unwrap();
    assert_eq!(projects.purge(Filter::all()).await.unwrap().deleted_count, 1);
}
