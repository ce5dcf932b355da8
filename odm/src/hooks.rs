//! Hooks: functions of a model that run before and after each of its writes.
//!
//! A model that is marked `#[odm(hooks)]` implements [`Hooks`]. All of its functions have a default that does nothing,
//! so a model implements those that it needs. For a model that is not marked, nothing of this exists: its writes check
//! one `Option` that is always `None`.
//!
//! ```no_run
//! use odm::{
//!     Database, Id, Model,
//!     hooks::{HookContext, HookResult, Hooks},
//! };
//!
//! #[derive(Model)]
//! #[odm(collection = "users", hooks)]
//! struct User {
//!     id: Id<User>,
//!     email: String,
//! }
//!
//! #[derive(Model)]
//! #[odm(collection = "audit")]
//! struct Entry {
//!     id: Id<Entry>,
//!     text: String,
//! }
//!
//! impl Hooks for User {
//!     async fn before_insert(&mut self, _: &mut HookContext<'_>) -> HookResult {
//!         self.email = self.email.to_lowercase();
//!         Ok(())
//!     }
//!
//!     async fn after_insert(&self, context: &mut HookContext<'_>) -> HookResult {
//!         let entry = Entry { id: Id::new(), text: format!("new user {}", self.id) };
//!         context.collection::<Entry>().insert_one(&entry).session(context).await?;
//!         Ok(())
//!     }
//! }
//! ```
//!
//! Policies, such as [`version` and `tenant`](macro@crate::Model#policies), and
//! [rules](macro@crate::Model#validation) do not need hooks, and cost no command. Use a hook for what they cannot
//! express: another collection that must change too, a value that is computed from others, a decision that needs a
//! read.
//!
//! # When they run
//!
//! | verb | before it is sent | after it was applied |
//! | --- | --- | --- |
//! | `insert_one`, `insert_many` | `before_insert`, for each document | `after_insert`, for each document that was inserted |
//! | `replace_one`, `find_one_and_replace` | `before_replace` | `after_replace` |
//! | `save` | `before_save`, which calls `before_replace` | `after_save`, which calls `after_insert` or `after_replace` |
//! | `update_one`, `update_many`, `find_one_and_update`, `save_changes`, `restore` | `before_update`; with `or_insert`, first `before_insert` for that document | `after_update` |
//! | `delete_one`, `delete_many`, `find_one_and_delete`, `purge` | `before_delete` | `after_delete` |
//! | `bulk_write` of a collection and of a database | those of each write, in their order | those of each write that was applied, in their order |
//!
//! Deletes by the rules of references ([`Database::references`](crate::Database::references)) run the hooks of each
//! model whose documents they delete or change, once for each of their statements. Migrations, `explain`,
//! `run_command` and calls of the driver run none. A `save_changes` of equal documents sends nothing, and runs none.
//!
//! - All hooks that run before a write have returned before the first command is sent. The policies are applied
//!   afterwards, so they decide about the times, the version and the tenant.
//! - A hook before a write receives the document as it is stored: it is decoded from the encoded document, and encoded
//!   again. A field that is not stored has its default. The rules of the model are checked before and after the hook, so
//!   a hook cannot fill a field whose rule its empty value violates.
//!   It must not change the `_id`.
//! - A hook after a write receives the document as it was sent, with the fields that the policies set. A replacement
//!   keeps the stored `created_at`, which is not read, so the field has the value of the model there.
//! - If a write is applied but its [write concern](crate::Error::is_applied) is not satisfied, the hook after it runs
//!   too, and the call returns the error of the write, whatever the hook returns.
//! - A replacement, an update or a delete that matches nothing is applied too: its [`HookOutcome`] says so.
//! - In a transaction, hooks run for each attempt of its body, and before its commit. What cannot be undone belongs in
//!   [`Tx::on_commit`](crate::Tx::on_commit) of the body.
//! - If a future is dropped, the command in flight is completed, and no further command is sent, also none of a hook.
//!
//! # The session
//!
//! [`HookContext`] is a session: `.session(context)`. If the write has a session, an action of a hook runs in the same
//! one, and belongs to the same transaction. Otherwise the write and its hooks share a session of their own, so that a
//! hook after the write reads what was written, but they are no transaction. An action without `.session(context)` is
//! independent of the transaction, and waits for nothing that the transaction has locked: it fails with a conflict.
//!
//! Such a write must be acknowledged, because a session is: a write concern of 0 is an error of the driver.
//!
//! # Errors
//!
//! A hook returns [`HookResult`], so `?` converts every error. [`Error::hook_error`](crate::Error::hook_error) returns
//! which hook failed, and the error.
//!
//! - Before a write: nothing is sent, and [`is_not_sent`](crate::Error::is_not_sent) is true. In an `insert_many` or a
//!   `bulk_write`, the other hooks before it run nevertheless, and the error lists each document or write that was
//!   refused.
//! - After a write: the write was applied, and [`is_applied`](crate::Error::is_applied) is true. The hooks of the
//!   writes after it do not run. In a transaction, nothing is applied before the commit: return the error from the body,
//!   and the transaction is aborted.
//! - If the write fails, no hook runs after it. If a part of an `insert_many` or a `bulk_write` fails, the hooks run
//!   after those that were applied, and the call returns the error of the write, whatever they return.
//!
//! If a call of a hook fails for a reason after which the transaction can be run again, the error has the same label,
//! so that [`transaction`](crate::Database::transaction) runs its body again. This is so too if the hook returns
//! another error whose [`source`](std::error::Error::source) is that of the call.

mod around;
mod calls;
mod context;
mod outcome;
mod statement;

use std::future::{Future, ready};

pub(crate) use self::{
    around::{Around, Pending},
    outcome::Reply,
};
pub use self::{
    calls::hook_table,
    context::HookContext,
    outcome::HookOutcome,
    statement::{DeleteStatement, UpdateStatement},
};
use crate::model::HasHooks;

/// The result of a hook. Every error can be returned: `?` converts it, and `Err("..".into())` makes one of a text.
pub type HookResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// What runs before and after the writes of a model that is marked `#[odm(hooks)]`: see the [module](crate::hooks).
///
/// Write a hook as an `async fn`. Each default does nothing, except for those of a save.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is marked `#[odm(hooks)]` but has no hooks",
    label = "expected a model with hooks",
    note = "implement them: `impl odm::hooks::Hooks for {Self} {{ .. }}`, with the functions that the model needs"
)]
pub trait Hooks: HasHooks + Send + Sync + 'static {
    /// Runs before the document is inserted. It may change the document, except for its `_id`.
    fn before_insert(&mut self, context: &mut HookContext<'_>) -> impl Future<Output = HookResult> + Send {
        let _ = context;
        ready(Ok(()))
    }

    /// Runs after the document was inserted.
    fn after_insert(&self, context: &mut HookContext<'_>) -> impl Future<Output = HookResult> + Send {
        let _ = context;
        ready(Ok(()))
    }

    /// Runs before the document replaces another. It may change the document, except for its `_id`.
    fn before_replace(&mut self, context: &mut HookContext<'_>) -> impl Future<Output = HookResult> + Send {
        let _ = context;
        ready(Ok(()))
    }

    /// Runs after the document was sent to replace another. The outcome is whether there was one.
    fn after_replace(
        &self,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> impl Future<Output = HookResult> + Send {
        let _ = (outcome, context);
        ready(Ok(()))
    }

    /// Runs before the document is saved. Whether it replaces another or is inserted is not known yet.
    ///
    /// The default calls [`before_replace`](Self::before_replace).
    fn before_save(&mut self, context: &mut HookContext<'_>) -> impl Future<Output = HookResult> + Send {
        self.before_replace(context)
    }

    /// Runs after the document was saved.
    ///
    /// The default calls [`after_insert`](Self::after_insert) if the save inserted the document, and
    /// [`after_replace`](Self::after_replace) otherwise.
    fn after_save(
        &self,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> impl Future<Output = HookResult> + Send {
        async move {
            if outcome.is_inserted() {
                self.after_insert(context).await
            } else {
                self.after_replace(outcome, context).await
            }
        }
    }

    /// Runs before documents are updated. It may narrow the filter and add changes.
    fn before_update(
        update: &mut UpdateStatement<Self>,
        context: &mut HookContext<'_>,
    ) -> impl Future<Output = HookResult> + Send {
        let _ = (update, context);
        ready(Ok(()))
    }

    /// Runs after documents were updated.
    fn after_update(
        update: &UpdateStatement<Self>,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> impl Future<Output = HookResult> + Send {
        let _ = (update, outcome, context);
        ready(Ok(()))
    }

    /// Runs before documents are deleted. It may narrow the filter.
    fn before_delete(
        delete: &mut DeleteStatement<Self>,
        context: &mut HookContext<'_>,
    ) -> impl Future<Output = HookResult> + Send {
        let _ = (delete, context);
        ready(Ok(()))
    }

    /// Runs after documents were deleted.
    fn after_delete(
        delete: &DeleteStatement<Self>,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> impl Future<Output = HookResult> + Send {
        let _ = (delete, outcome, context);
        ready(Ok(()))
    }
}
