//! The hooks of models: which run for each verb, their session, and their errors.

mod deletes;
mod errors;
mod session;
mod table;

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use odm::{
    Id, Model,
    bson::{DateTime, doc},
    hooks::{DeleteStatement, HookContext, HookOutcome, HookResult, Hooks, UpdateStatement},
};

/// A model that records its hooks. What a hook does besides is determined by `text`.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "notes", hooks)]
struct Note {
    id: Id<Note>,
    n: i32,
    #[odm(validate(length(max = 20)))]
    text: String,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

/// What a hook writes in the session of its write.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "entries")]
struct Entry {
    id: Id<Entry>,
    text: String,
}

fn note(n: i32, text: &str) -> Note {
    Note { id: Id::new(), n, text: text.into(), deleted_at: None }
}

/// The hooks that have run, by the name of the database, which each test has for itself.
static RUNS: LazyLock<Mutex<HashMap<String, Vec<String>>>> = LazyLock::new(Mutex::default);

fn record(context: &HookContext<'_>, text: String) {
    RUNS.lock().unwrap().entry(context.database().name().to_owned()).or_default().push(text);
}

/// Returns the hooks that have run since the last call.
fn take(db: &odm::Database) -> Vec<String> {
    RUNS.lock().unwrap().remove(db.name()).unwrap_or_default()
}

fn counts(outcome: &HookOutcome) -> String {
    let number = |number: Option<u64>| number.map_or("?".to_owned(), |number| number.to_string());
    let inserted = if outcome.is_inserted() { " inserted" } else { "" };
    format!("{}/{}{inserted}", number(outcome.matched()), number(outcome.modified()))
}

impl Note {
    /// Does what the text says.
    fn act(&mut self, hook: &str, context: &mut HookContext<'_>) -> HookResult {
        record(context, format!("{hook} {}", self.n));
        match self.text.as_str() {
            "refuse" => return Err("this text is refused".into()),
            "new id" => self.id = Id::new(),
            "too long" => self.text = "x".repeat(21),
            "upper" => self.text = "UPPER".into(),
            _ => {}
        }
        Ok(())
    }
}

impl Hooks for Note {
    async fn before_insert(&mut self, context: &mut HookContext<'_>) -> HookResult {
        self.act("before_insert", context)
    }

    async fn after_insert(&self, context: &mut HookContext<'_>) -> HookResult {
        record(context, format!("after_insert {}", self.n));
        match self.text.as_str() {
            "fail after" => return Err("the mail was not sent".into()),
            "log" => {
                let entry = Entry { id: Id::new(), text: format!("in {}", context.operation()) };
                context.collection::<Entry>().insert_one(&entry).session(context).await?;
            }
            "log twice" => {
                let entry = Entry { id: Id::new(), text: "twice".into() };
                let entries = context.collection::<Entry>();
                entries.insert_one(&entry).session(context).await?;
                entries.insert_one(&entry).session(context).await?;
            }
            "find" => {
                let found = context.collection::<Note>().get(self.id).session(context).await?;
                record(context, format!("found {}", found.is_some()));
            }
            _ => {}
        }
        Ok(())
    }

    async fn before_replace(&mut self, context: &mut HookContext<'_>) -> HookResult {
        self.act("before_replace", context)
    }

    async fn after_replace(&self, outcome: &HookOutcome, context: &mut HookContext<'_>) -> HookResult {
        record(context, format!("after_replace {} {}", self.n, counts(outcome)));
        Ok(())
    }

    async fn before_update(update: &mut UpdateStatement<Self>, context: &mut HookContext<'_>) -> HookResult {
        let many = if update.is_many() { " many" } else { "" };
        record(context, format!("before_update{many} {}", update.update()));
        if update.filter().contains_key("text") {
            return Err("no updates by text".into());
        }
        if update.update().is_pipeline() {
            update.and(vec![doc! { "$set": { "text": "by a stage" } }]);
        } else if !update.update().is_empty() {
            update.and(Note::fields().text().set("by a hook"));
        }
        Ok(())
    }

    async fn after_update(
        update: &UpdateStatement<Self>,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> HookResult {
        let many = if update.is_many() { " many" } else { "" };
        record(context, format!("after_update{many} {}", counts(outcome)));
        Ok(())
    }

    async fn before_delete(delete: &mut DeleteStatement<Self>, context: &mut HookContext<'_>) -> HookResult {
        let (many, removal) = (delete.is_many(), delete.is_removal());
        record(
            context,
            format!(
                "before_delete{}{}",
                if many { " many" } else { "" },
                if removal { " for ever" } else { "" }
            ),
        );
        delete.narrow(Note::fields().n().lt(100))?;
        delete.and(Note::fields().text().set("deleted"));
        Ok(())
    }

    async fn after_delete(
        delete: &DeleteStatement<Self>,
        outcome: &HookOutcome,
        context: &mut HookContext<'_>,
    ) -> HookResult {
        assert!(delete.filter().to_string().contains("$lt"), "{:?}", delete.filter());
        record(context, format!("after_delete {}", counts(outcome)));
        Ok(())
    }
}
