//! A migration beside a program that goes on writing documents in the old form.

use std::sync::atomic::{AtomicU32, Ordering};

use odm::{
    Database, Id, Model,
    bson::{Document, doc, oid::ObjectId},
    error::MigrationError,
    migrate::Migration,
    migrations,
};
use tokio::{runtime::Handle, task::block_in_place};

#[derive(Debug, Clone, Model)]
#[odm(collection = "members")]
struct Member {
    id: Id<Member>,
    first: String,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "members")]
struct OldMember {
    id: Id<Member>,
    name: String,
}

/// Returns a document in the old form. A smaller number is before the position of a migration that reads a larger one.
fn old(number: u32) -> Document {
    doc! { "_id": ObjectId::parse_str(format!("{number:024x}")).unwrap(), "name": "Ada" }
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_does_not_end_while_the_old_form_is_written(db: Database) {
    let members = db.driver().collection::<Document>("members");
    members.insert_one(old(1_000)).await.unwrap();
    let (writer, next) = (members.clone(), AtomicU32::new(999));
    let rewrite =
        Migration::rewrite(OldMember::fields().name().exists(true), move |old_member: OldMember| {
            let behind = old(next.fetch_sub(1, Ordering::Relaxed));
            block_in_place(|| Handle::current().block_on(writer.insert_one(behind).into_future())).unwrap();
            Member { id: old_member.id, first: old_member.name }
        });
    let error = db.migrate(migrations!["first-names" => rewrite]).run().await.unwrap_err();
    assert!(matches!(error.migration(), Some(MigrationError::StillWritten { .. })), "{error}");
    assert!(
        error.to_string().ends_with(
            "the migration `first-names` is not applied: other programs still write documents in the old form; stop \
             them and run it again"
        ),
        "{error}"
    );

    // Once the other program has stopped, the migration ends.
    let rewrite = Migration::rewrite(OldMember::fields().name().exists(true), |old: OldMember| Member {
        id: old.id,
        first: old.name,
    });
    db.migrate(migrations!["first-names" => rewrite]).run().await.unwrap();
    assert_eq!(members.count_documents(doc! { "name": { "$exists": true } }).await.unwrap(), 0);
}
