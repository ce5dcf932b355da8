//! Extended JSON (v2), one document per line, as `mongoexport` writes it.

use anyhow::bail;
use odm::bson::{Bson, Document};

/// Returns the documents of a string as BSON bytes, each with its line number. Skips empty lines, but counts them.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, anyhow::Result<Vec<u8>>)> {
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty()).map(|(number, line)| (number, document(line)))
}

fn document(line: &str) -> anyhow::Result<Vec<u8>> {
    let json: serde_json::Value = serde_json::from_str(line)?;
    match Bson::try_from(json)? {
        Bson::Document(document) => Ok(Document::to_vec(&document)?),
        _ => bail!("not a document"),
    }
}
