//! `Partition`: a part of the changes of a subscription, by a key.

use std::{sync::OnceLock, time::Duration};

use mongodb::bson::{Bson, Document, doc};
use tokio::time::sleep;

use super::{
    Position,
    position::Deployment,
    setup::Setup,
    start,
    store::{Claim, PositionStore, another_number},
};
use crate::{error::Result, random::roll, watch::ResumeToken};

/// The longest pause before another instance's beginning is read again.
const PAUSE: Duration = Duration::from_millis(100);

/// Which part of the changes one stream has.
#[derive(Debug)]
pub(super) struct Partition {
    /// The name of the subscription.
    pub(super) of: String,
    pub(super) number: u32,
    pub(super) count: u32,
    pub(super) key: Key,
    /// The token of the common beginning, whose change may be in another partition.
    beginning: OnceLock<ResumeToken>,
}

/// What the partition of a change depends on.
#[derive(Debug, Clone, Default)]
pub(super) enum Key {
    /// The `_id` of the document.
    #[default]
    Id,
    /// A field with this name, which never changes.
    Field(String),
}

impl Partition {
    pub(super) fn new(of: String, number: u32, count: u32, key: Key) -> Self {
        Self { of, number, count, key, beginning: OnceLock::new() }
    }

    /// Returns the stage that selects the changes of the partition. Events about the collection are in all partitions.
    ///
    /// A stream continues only from a token that passes its stages, so the change with `token` passes too: it is before
    /// the stream.
    pub(super) fn stage(&self, token: Option<&ResumeToken>) -> Document {
        let key = match &self.key {
            Key::Id => Bson::from("$documentKey._id"),
            // An update or a delete has the document before it, and an insert the document.
            Key::Field(name) => Bson::Document(doc! {
                "$ifNull": [format!("$fullDocumentBeforeChange.{name}"), format!("$fullDocument.{name}")],
            }),
        };
        // A hash can be negative, and then its remainder is.
        let (count, number) = (i64::from(self.count), i64::from(self.number));
        let remainder = doc! { "$mod": [{ "$toHashedIndexKey": key }, count] };
        let remainder = doc! { "$mod": [{ "$add": [remainder, count] }, count] };
        let mut any = vec![
            doc! { "documentKey": { "$exists": false } },
            doc! { "$expr": { "$eq": [remainder, number] } },
        ];
        if let Some(token) = token {
            any.push(doc! { "_id._data": token.data() });
        }
        doc! { "$match": { "$or": any } }
    }

    /// Returns the token, if it is that of the common beginning.
    pub(super) fn common<'a>(&self, token: &'a ResumeToken) -> Option<&'a ResumeToken> {
        self.beginning.get().filter(|beginning| *beginning == token).map(|_| token)
    }

    /// Returns the position at which all partitions begin. The first instance that asks determines it.
    pub(super) async fn begin(&self, setup: &Setup, deployment: &Deployment) -> Result<Position> {
        let store = setup.mongo()?;
        loop {
            match store.beginning_of_partitions(&self.of).await?.map(|it| (it.partitions, it.position)) {
                Some((Some(count), Some(position))) if count == i64::from(self.count) => {
                    if let Some(token) = position.token() {
                        self.beginning.get_or_init(|| token.clone());
                    }
                    return Ok(position);
                }
                Some((Some(count), _)) if count != i64::from(self.count) => {
                    return Err(another_number(&self.of, count, self.count));
                }
                _ => {}
            }
            if let Claim::Granted(term) = store.claim(&self.of, &setup.owner, None).await? {
                let stored = store.beginning_of_partitions(&self.of).await?;
                if stored.as_ref().is_some_and(|stored| stored.partitions.is_some()) {
                    continue;
                }
                let position = match stored.and_then(|stored| stored.position) {
                    Some(position) => position,
                    None => start::beginning(setup, deployment.clone()).await?,
                };
                match store.begin_partitions(&self.of, &position, self.count, &term).await {
                    Err(error) if error.is_superseded() => {}
                    begun => begun?,
                }
            }
            sleep(PAUSE.mul_f64(f64::from(roll()) / f64::from(u32::MAX))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_selects_by_the_hash_and_keeps_the_events_of_the_collection() {
        let token = ResumeToken::try_from(doc! { "_data": "82" }).unwrap();
        let partition = Partition::new("a".into(), 1, 4, Key::Id);
        let hash = doc! { "$toHashedIndexKey": "$documentKey._id" };
        let remainder = doc! { "$mod": [{ "$add": [{ "$mod": [hash, 4_i64] }, 4_i64] }, 4_i64] };
        let any = vec![
            doc! { "documentKey": { "$exists": false } },
            doc! { "$expr": { "$eq": [remainder, 1_i64] } },
        ];
        assert_eq!(partition.stage(None), doc! { "$match": { "$or": any.clone() } });
        let with_token: Vec<Document> = any.into_iter().chain([doc! { "_id._data": "82" }]).collect();
        assert_eq!(partition.stage(Some(&token)), doc! { "$match": { "$or": with_token } });
        let field = Partition::new("a".into(), 1, 4, Key::Field("customer.id".into()));
        let names = r#"["$fullDocumentBeforeChange.customer.id", "$fullDocument.customer.id"]"#;
        assert!(field.stage(None).to_string().contains(names), "{}", field.stage(None));
    }
}
