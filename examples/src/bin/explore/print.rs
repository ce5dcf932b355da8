//! Prints the answers: the name of a collection, then each question about it with a table of the answer.

use comfy_table::Table;
use odm::{Collection, Filter, Model};

/// Prints the name of a collection and the number of its documents.
pub(crate) async fn heading<M: Model>(collection: &Collection<M>) -> odm::Result<()> {
    let documents = collection.count(Filter::all()).await?;
    println!("{}: {documents} documents, read back as they were stored", M::COLLECTION);
    Ok(())
}

/// Prints what the next lines answer.
pub(crate) fn question(text: &str) {
    println!("  {text}:");
}

/// Prints a table as an answer.
pub(crate) fn print_table(table: &Table) {
    for line in table.lines() {
        println!("    {line}");
    }
}
