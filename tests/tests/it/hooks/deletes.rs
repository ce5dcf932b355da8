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

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "folders", hooks)]
struct Folder {
    id: Id<Folder>,
    is_kept: bool,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "files")]
struct File {
    id: Id<File>,
    #[odm(on_delete = "cascade")]
    folder: Id<Folder>,
}

impl Hooks for Folder {
    async fn before_delete(delete: &mut DeleteStatement<Self>, _: &mut HookContext<'_>) -> HookResult {
        delete.narrow(Folder::fields().is_kept().eq(false))?;
        Ok(())
    }
}

/// A folder that remains would have lost its files.
#[odm_test::test]
async fn a_delete_by_rules_fails_if_a_hook_excludes_a_document(db: Database) {
    let (folders, files) = (db.collection::<Folder>(), db.collection::<File>());
    let [kept, old] = [true, false].map(|is_kept| Folder { id: Id::new(), is_kept });
    folders.insert_many([&kept, &old]).await.unwrap();
    let file = |folder: &Folder| File { id: Id::new(), folder: folder.id };
    files.insert_many([&file(&kept), &file(&old)]).await.unwrap();
    let references = db.references::<(Folder, File)>();

    let error = references.delete(kept.id).await.unwrap_err();
    assert!(error.is_transaction_aborted(), "{error}");
    assert!(
        error.to_string().ends_with(
            "only 0 of 1 documents of `folders` were deleted, because the hook `before_delete` of its model excludes the \
             others; a delete by the rules of references deletes all or none"
        ),
        "{error}"
    );
    assert_eq!(files.count(Filter::all()).await.unwrap(), 2);
    assert_eq!(references.delete(old.id).await.unwrap().total(), 2);
    assert_eq!(files.count(Filter::all()).await.unwrap(), 1);
}
