//! The three kinds of tasks: create, update and find, one document each.

use futures_util::TryStreamExt as _;
use odm::{
    Collection, Database, Filter, Id, Update,
    bson::{RawDocument, RawDocumentBuf, doc, oid::ObjectId, rawdoc},
    mongodb,
};

use crate::{DRIVER, ODM, Outcome, documents::Sample, measure::timed, rounds::Rounds};

/// How many documents a collection has, and how many calls of each side are measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) documents: u32,
    pub(crate) calls: u32,
}

/// The tasks of one model.
pub(crate) struct Task<M: Sample> {
    db: Database,
    odm: Collection<M>,
    driver: mongodb::Collection<M>,
    bytes: mongodb::Collection<RawDocumentBuf>,
    size: Size,
}

impl<M: Sample> Task<M> {
    pub(crate) fn new(db: &Database, size: Size) -> Self {
        let odm = db.collection::<M>();
        let (driver, bytes) = (odm.driver().clone_with_type(), odm.driver().clone_with_type());
        Self { db: db.clone(), odm, driver, bytes, size }
    }

    /// Creates an instance and inserts it. The side of bytes inserts encoded documents.
    pub(crate) async fn create(&self) -> Outcome<Rounds<3>> {
        self.odm.driver().drop().await?;
        let sample = M::numbered(0);
        let fresh =
            || -> Outcome<RawDocumentBuf> { Ok(RawDocumentBuf::from_bytes(odm::to_vec(&M::numbered(0))?)?) };
        // So that no call of a side creates the collection.
        self.odm.insert_one(&sample).await?;
        self.turns(async |side, _| {
            Ok(match side {
                ODM => {
                    let new = M::numbered(0);
                    timed(async { self.odm.insert_one(&new).await }).await?.0
                }
                DRIVER => {
                    let new = M::numbered(0);
                    timed(async { self.driver.insert_one(&new).await }).await?.0
                }
                _ => {
                    let new = fresh()?;
                    timed(async { self.bytes.insert_one(&new).await }).await?.0
                }
            })
        })
        .await
    }

    /// Sets one text of a document, which is found by its `_id`. The side of bytes sends an encoded command, without
    /// the number with which the others can be retried.
    pub(crate) async fn update(
        &self,
        path: &str,
        update: impl Fn(Id<M>, String) -> (Filter<M>, Update<M>),
    ) -> Outcome<Rounds<3>> {
        let documents = self.fill().await?;
        self.turns(async |side, round| {
            // Differs for each side, so that every update changes the document.
            let value = format!("updated_value{}", 3 * round + side);
            let id = nth(&documents, round)?.id();
            let (seconds, modified) = match side {
                ODM => {
                    let call = async {
                        let (filter, update) = update(*id, value);
                        self.odm.update_one(filter, update).await
                    };
                    let (seconds, result) = timed(call).await?;
                    (seconds, result.modified_count)
                }
                DRIVER => {
                    let call = async {
                        let set = doc! { "$set": { path: value } };
                        self.driver.update_one(doc! { "_id": id.key() }, set).await
                    };
                    let (seconds, result) = timed(call).await?;
                    (seconds, result.modified_count)
                }
                _ => {
                    let mut set = RawDocumentBuf::new();
                    set.append(odm::bson::raw::CString::try_from(path)?, value);
                    let statement = rawdoc! { "q": { "_id": *id.key() }, "u": { "$set": set } };
                    let command = rawdoc! { "update": M::COLLECTION, "updates": [statement] };
                    let (seconds, reply) =
                        timed(async { self.db.driver().run_raw_command(command).await }).await?;
                    (seconds, u64::try_from(reply.get_i32("nModified")?)?)
                }
            };
            if modified == 1 { Ok(seconds) } else { Err("nothing was updated".into()) }
        })
        .await
    }

    /// Finds the document whose unique field `path` has this key, and collects what is found.
    pub(crate) async fn find(
        &self,
        path: &str,
        key: impl Fn(&M) -> ObjectId,
        filter: impl Fn(ObjectId) -> Filter<M>,
    ) -> Outcome<Rounds<3>> {
        let documents = self.fill().await?;
        if path != "_id" {
            let index = mongodb::IndexModel::builder().keys(doc! { path: 1 }).build();
            self.odm.driver().create_index(index).await?;
        }
        self.turns(async |side, round| {
            let document = nth(&documents, round)?;
            let key = key(document);
            let (seconds, found) = match side {
                ODM => {
                    let call = async { self.odm.find(filter(key)).await?.try_collect::<Vec<M>>().await };
                    let (seconds, found) = timed(call).await?;
                    (seconds, found.iter().all(|found| found.id() == document.id()).then_some(found.len()))
                }
                DRIVER => {
                    let call =
                        async { self.driver.find(doc! { path: key }).await?.try_collect::<Vec<M>>().await };
                    let (seconds, found) = timed(call).await?;
                    (seconds, found.iter().all(|found| found.id() == document.id()).then_some(found.len()))
                }
                _ => {
                    let call = async {
                        let mut cursor = self.bytes.find(doc! { path: key }).await?;
                        let mut found = 0;
                        while cursor.advance().await? {
                            let _: &RawDocument = cursor.current();
                            found += 1;
                        }
                        Ok::<_, mongodb::error::Error>(found)
                    };
                    let (seconds, found) = timed(call).await?;
                    (seconds, Some(found))
                }
            };
            if found == Some(1) {
                Ok(seconds)
            } else {
                Err(format!("{path} found {found:?} documents").into())
            }
        })
        .await
    }

    /// Replaces the documents of the collection by new ones.
    async fn fill(&self) -> Outcome<Vec<M>> {
        self.odm.driver().drop().await?;
        let documents: Vec<M> = (0..self.size.documents).map(M::numbered).collect();
        self.odm.insert_many(&documents).await?;
        Ok(documents)
    }

    /// Calls each side in turns, with its number and that of the round. A tenth of the rounds is not measured.
    async fn turns(&self, mut call: impl AsyncFnMut(usize, usize) -> Outcome<f64>) -> Outcome<Rounds<3>> {
        let calls = usize::try_from(self.size.calls)?;
        let warm_up = calls / 10;
        let mut measured = Rounds::new();
        for round in 0..warm_up + calls {
            let mut seconds = [0.0; 3];
            for turn in 0..3 {
                // All six orders, so that no side always comes after the same one.
                let turn = if round % 2 == 0 { turn } else { 2 - turn };
                let side = (turn + round / 2) % 3;
                seconds[side] = call(side, round).await?;
            }
            if round >= warm_up {
                measured.add(seconds);
            }
        }
        Ok(measured)
    }
}

fn nth<M>(documents: &[M], round: usize) -> Outcome<&M> {
    documents.get(round % documents.len().max(1)).ok_or_else(|| "there are no documents".into())
}
