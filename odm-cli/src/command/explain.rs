//! `explain`: how the server answers a query.

use std::{fmt, process::ExitCode};

use odm::{
    Database,
    action::Explanation,
    bson::{Bson, Document, doc},
};
use serde_json::{Value, json};

use crate::{
    args,
    output::{Failure, Output, Report},
};

pub(crate) async fn run(
    database: &Database,
    arguments: args::Explain,
    output: Output,
) -> Result<ExitCode, Failure> {
    let mut find =
        doc! { "find": &arguments.collection, "filter": document("the filter", &arguments.filter)? };
    if let Some(sort) = &arguments.sort {
        find.insert("sort", document("the sort", sort)?);
    }
    if let Some(limit) = arguments.limit {
        find.insert("limit", limit);
    }
    let command = doc! { "explain": find, "verbosity": "executionStats" };
    let reply: Document = database.run_command(command).await?;
    Ok(output.print(&Query(Explanation::from_reply(reply)?)))
}

/// Reads a document of extended JSON.
fn document(what: &str, text: &str) -> Result<Document, Failure> {
    let wrong = |problem: &dyn fmt::Display| {
        Failure::Argument(format!("{what} is not a document of extended JSON: {problem}"))
    };
    // Not by a `serde_json::Value`, which sorts the names: the order of those of a sort matters.
    match serde_json::from_str(text).map_err(|error| wrong(&error))? {
        Bson::Document(document) => Ok(document),
        _ => Err(wrong(&"it is another value")),
    }
}

/// How the server answers the query.
struct Query(Explanation);

impl Query {
    /// Returns what would make the query faster.
    fn advice(&self) -> Vec<&'static str> {
        let mut advice = Vec::new();
        if self.0.is_collection_scan() {
            advice.push("the server reads the whole collection: no index fits the filter");
        }
        if self.0.is_sort_in_memory() {
            advice.push("the server sorts in memory: no index has this order");
        }
        let examined = self.0.documents_examined().unwrap_or_default();
        if advice.is_empty() && examined > 100 && examined / 10 > self.0.returned().unwrap_or_default() {
            advice.push("the server reads many documents that do not match");
        }
        advice
    }
}

/// Prints the explanation without the time, which differs from run to run.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.0.stages().join(" < "))?;
        for index in self.0.indexes() {
            writeln!(f, "index: {index}")?;
        }
        let number = |number: Option<u64>| number.unwrap_or_default();
        let (returned, keys) = (number(self.0.returned()), number(self.0.keys_examined()));
        let documents = number(self.0.documents_examined());
        writeln!(f, "{returned} returned, {keys} keys and {documents} documents examined")?;
        self.advice().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Report for Query {
    fn json(&self) -> Value {
        json!({
            "stages": self.0.stages(),
            "indexes": self.0.indexes(),
            "returned": self.0.returned(),
            "documentsExamined": self.0.documents_examined(),
            "keysExamined": self.0.keys_examined(),
            "advice": self.advice(),
        })
    }
}
