//! `Scan`: how many stored documents would break what the models declare.

mod read;
mod refusal;
mod run;
mod unique;

use std::fmt;

use mongodb::bson::Bson;

pub(super) use self::read::{Read, read};
use super::Schema;
use crate::{error::Result, exec};

/// The number of documents that a finding shows.
const SAMPLES: usize = 5;

impl Schema {
    /// Reads all documents of the collections and returns how many would break what the models declare. Changes
    /// nothing.
    ///
    /// It counts the documents that the model does not read, those that violate a rule of the model, those that the
    /// declared validator would refuse unless it only warns, and those with a key that another document has in a unique
    /// index that is missing. Each finding has up to five ids and the reasons. Run it before applying a plan that is narrowing.
    ///
    /// It sends a `find` of all documents of each collection, a `find` with `{ $nor: [validator] }` for a declared
    /// validator, an `aggregate` for each sample that the model accepts and the validator refuses, and an `aggregate` for
    /// each missing unique index, except text, wildcard and similar indexes. The
    /// [policies](macro@crate::Model#policies) of the models do not apply: deleted documents and those of all tenants
    /// are read. The commands are not one snapshot.
    ///
    /// The documents are read one by one, so the memory does not depend on their number. The server groups the keys of
    /// a unique index on its disk if they are many.
    ///
    /// ```no_run
    /// # use odm::{Model, models};
    /// # async fn deploy<Order: Model>(db: odm::Database) -> odm::Result<()> {
    /// let schema = db.schema(models![Order]);
    /// let scan = schema.scan().await?;
    /// if scan.is_clean() {
    ///     schema.plan().await?.apply().allow_narrowing().await?;
    /// } else {
    ///     println!("{scan}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`plan`](Self::plan). Returns an error for which
    /// [`is_unauthorized`](crate::Error::is_unauthorized) is true if the user may not run `find` and `aggregate`. A
    /// document that has a problem is not an error.
    pub async fn scan(&self) -> Result<Scan> {
        let comparison = self.0.clone();
        exec::completed(Box::pin(async move { run::run(&comparison).await })).await
    }
}

/// What a [scan](Schema::scan) found, which returns it.
///
/// `Display` prints one line for each finding, and one for each of its samples. These lines contain ids, which are
/// stored values.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "a scan changes nothing: its findings are its only result"]
pub struct Scan {
    collections: Vec<CollectionScan>,
}

impl Scan {
    /// Returns whether no document would break anything.
    pub fn is_clean(&self) -> bool {
        self.collections.iter().all(|collection| collection.findings.is_empty())
    }

    /// Returns the collections, in the order of the models.
    pub fn collections(&self) -> &[CollectionScan] {
        &self.collections
    }
}

/// What a scan found in one collection.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionScan {
    collection: String,
    documents: u64,
    findings: Vec<Finding>,
}

impl CollectionScan {
    /// Returns the name of the collection.
    pub fn collection(&self) -> &str {
        &self.collection
    }

    /// Returns the number of documents that were read.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Returns the problems, one for each kind and for each unique index. One document may have several.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// A problem that some documents of a collection have.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    problem: Problem,
    count: u64,
    samples: Vec<Sample>,
}

impl Finding {
    /// Returns the problem.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Returns the number of documents that have the problem.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the first of these documents, up to five.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    fn new(problem: Problem) -> Self {
        Self { problem, count: 0, samples: Vec::new() }
    }

    fn add(&mut self, id: impl FnOnce() -> Bson, reason: impl FnOnce() -> String) {
        self.count += 1;
        if self.samples.len() < SAMPLES {
            self.samples.push(Sample { id: id(), reason: reason() });
        }
    }
}

/// A kind of problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The model does not read the document.
    Unreadable,
    /// The document violates a rule of the model.
    Rules,
    /// The declared validator would refuse the document.
    Validator,
    /// Another document has the same key in a unique index that is missing.
    #[non_exhaustive]
    DuplicateKey {
        /// The name of the index.
        index: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("the model does not read them"),
            Self::Rules => f.write_str("they violate rules of the model"),
            Self::Validator => f.write_str("the declared validator would refuse them"),
            Self::DuplicateKey { index } => {
                write!(f, "they share a key of the unique index {index}, which is missing")
            }
        }
    }
}

/// A document that has a problem.
#[derive(Clone, PartialEq)]
pub struct Sample {
    id: Bson,
    reason: String,
}

impl Sample {
    /// Returns the `_id` of the document. It is a stored value. Log it only if stored values may be logged.
    pub fn id(&self) -> &Bson {
        &self.id
    }

    /// Returns the reason: what the model does not read, or the violated rules. It contains no stored values, unless
    /// the message of a custom rule does.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Does not show the id, which is a stored value.
impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl fmt::Display for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, collection) in self.collections.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{collection}")?;
        }
        Ok(())
    }
}

impl fmt::Display for CollectionScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { collection, documents, findings } = self;
        if findings.is_empty() {
            return write!(f, "{collection}: {documents} documents, all as declared");
        }
        for (position, Finding { problem, count, samples }) in findings.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{collection}: {count} of {documents} documents: {problem}")?;
            for Sample { id, reason } in samples {
                write!(f, "\n  _id {id}: {reason}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_for_each_finding_and_sample() {
        let mut finding = Finding::new(Problem::Rules);
        for id in 0..7 {
            finding.add(|| Bson::Int32(id), || "`qty` must be at least 1".to_owned());
        }
        let mut duplicates = Finding::new(Problem::DuplicateKey { index: "a_1".to_owned() });
        duplicates.add(|| Bson::Int32(1), || "2 documents have the key".to_owned());
        let dirty = CollectionScan {
            collection: "orders".to_owned(),
            documents: 10,
            findings: vec![finding, duplicates],
        };
        let clean = CollectionScan { collection: "people".to_owned(), documents: 3, findings: Vec::new() };
        let scan = Scan { collections: vec![dirty, clean] };
        assert!(!scan.is_clean());
        assert_eq!(
            scan.to_string(),
            "orders: 7 of 10 documents: they violate rules of the model
  _id 0: `qty` must be at least 1
  _id 1: `qty` must be at least 1
  _id 2: `qty` must be at least 1
  _id 3: `qty` must be at least 1
  _id 4: `qty` must be at least 1
orders: 1 of 10 documents: they share a key of the unique index a_1, which is missing
  _id 1: 2 documents have the key
people: 3 documents, all as declared"
        );
        assert!(!format!("{scan:?}").contains("id:"));
    }
}
