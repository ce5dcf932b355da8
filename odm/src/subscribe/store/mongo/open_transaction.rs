//! The open transaction of an instance, which keeps the others from claiming the position.
//!
//! A transaction stays open if its instance is paused or killed. The server ends it after a minute, by default. A slow
//! handler looks the same from outside, except that its instance is alive.

use futures_util::TryStreamExt;
use mongodb::{
    bson::{Bson, Document, doc},
    options::{FindOptions, ReadConcern, ReadPreference, SelectionCriteria, UpdateOptions},
};

use super::{LOAD, MongoPositions, SAVE, Term, of_owner, superseded};
use crate::{
    error::Result,
    exec,
    operation::Verb,
    session::lease::{majority, until},
};

const KILL: Verb = Verb::new("subscribe", "killSessions");

/// The `_id` of the document in which an instance renews its lease while a transaction changes the position.
pub(super) fn id(name: &str) -> Document {
    doc! { "transaction": name }
}

impl MongoPositions {
    /// Renews the lease of the term while a transaction changes the position. Returns
    /// [`superseded`](super::super::superseded) if the term is not the current one.
    pub(crate) async fn renew_in_transaction(&self, name: &str, term: &Term) -> Result<()> {
        let Some(lease) = term.lease() else { return Ok(()) };
        let store = self.clone();
        let filter = doc! { "_id": id(name) };
        // An instance that was paused does not replace the sign of life of its successor.
        let is_earlier = doc! { "$lte": [{ "$ifNull": ["$fence", 0_i64] }, term.fence()] };
        let update = vec![doc! { "$set": {
            "until": { "$cond": [is_earlier, until(lease), "$until"] },
            "fence": { "$max": ["$fence", term.fence()] },
        } }];
        let current = of_owner(name, term);
        exec::completed(Box::pin(async move {
            let mut options = UpdateOptions::default();
            options.upsert = Some(true);
            options.write_concern = Some(majority());
            let collection = store.driver();
            let call = collection.update_one(filter, update).with_options(options);
            exec::run(store.operation(SAVE), call).await?;
            let call = collection
                .find_one(current)
                .read_concern(ReadConcern::majority())
                .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary));
            exec::run(store.operation(LOAD), call).await?.map(drop).ok_or_else(superseded)
        }))
        .await
    }

    /// Ends the open transaction of another instance. With `is_leased`, only if its lease has expired.
    ///
    /// Returns whether the transaction was ended.
    pub(super) async fn end_open_transaction(&self, name: &str, is_leased: bool) -> Result<bool> {
        let store = self.clone();
        let filter = doc! { "_id": { "$in": [name, id(name)] } };
        let name = name.to_owned();
        exec::completed(Box::pin(async move {
            let stored = exec::run(store.operation(LOAD), async {
                let mut options = FindOptions::default();
                options.projection =
                    Some(doc! { "fence": 1, "session": 1, "isAlive": { "$gt": ["$until", "$$NOW"] } });
                options.read_concern = Some(ReadConcern::majority());
                options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
                store.driver().find(filter).with_options(options).await?.try_collect::<Vec<Document>>().await
            })
            .await?;
            let Some(session) = session_to_end(&stored, is_leased) else { return Ok(false) };
            let command = doc! { "killSessions": [{ "id": session }] };
            let admin = store.database.client().database("admin");
            match exec::run(store.operation(KILL), admin.run_command(command)).await {
                Ok(_) => {
                    tracing::warn!(
                        subscription = name,
                        "ended the transaction that another instance of the subscription left open",
                    );
                    Ok(true)
                }
                // Then the server ends the transaction after its time.
                Err(error) => {
                    tracing::warn!(
                        subscription = name,
                        error = %error,
                        "cannot end the transaction that another instance of the subscription left open",
                    );
                    Ok(false)
                }
            }
        }))
        .await
    }
}

/// Returns the session of the instance whose term is the current one, unless the instance is alive.
fn session_to_end(stored: &[Document], is_leased: bool) -> Option<Bson> {
    let current = stored.iter().find(|document| matches!(document.get("_id"), Some(Bson::String(_))))?;
    let fence = current.get_i64("fence").ok()?;
    let is_alive = stored.iter().any(|document| {
        document.get_bool("isAlive").unwrap_or_default()
            && document.get_i64("fence").is_ok_and(|of_document| of_document >= fence)
    });
    if is_leased && is_alive { None } else { current.get("session").cloned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_transaction_of_an_instance_without_a_sign_of_life_is_ended() {
        let position = |is_alive| doc! { "_id": "a", "fence": 2_i64, "session": 7, "isAlive": is_alive };
        let sign = |fence: i64, is_alive| doc! { "_id": id("a"), "fence": fence, "isAlive": is_alive };
        let session = Some(Bson::Int32(7));
        assert_eq!(session_to_end(&[position(false)], true), session);
        assert_eq!(session_to_end(&[position(true)], true), None);
        assert_eq!(
            session_to_end(&[position(true)], false),
            session,
            "without a lease, the last one delivers"
        );
        assert_eq!(session_to_end(&[sign(2, true), position(false)], true), None);
        assert_eq!(session_to_end(&[sign(2, false), position(false)], true), session);
        assert_eq!(session_to_end(&[sign(1, true), position(false)], true), session, "of an earlier term");
        assert_eq!(session_to_end(&[sign(2, true)], true), None);
        assert_eq!(session_to_end(&[doc! { "_id": "a", "fence": 2_i64, "isAlive": false }], true), None);
    }
}
