//! Reads files of documents: concatenated BSON, or Extended JSON (v2) with one document per line.

use std::{fs, path::Path, str};

use anyhow::{Context, bail};
use examples::extended_json;

/// Returns the documents of a file as BSON bytes. Detects the kind of the file from its content.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    // A BSON document of 123 bytes also begins with `{`. In BSON the fourth byte, the highest of the length, is 0.
    let documents =
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') && bytes.get(3) != Some(&0) {
            ndjson(&bytes)
        } else {
            concatenated(&bytes)
        };
    documents.with_context(|| format!("reading {}", path.display()))
}

fn concatenated(mut bytes: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut documents = Vec::new();
    while let Some(prefix) = bytes.first_chunk::<4>() {
        let length = usize::try_from(i32::from_le_bytes(*prefix)).unwrap_or(0);
        match bytes.split_at_checked(length) {
            Some((document, rest)) if length >= 5 => {
                documents.push(document.to_vec());
                bytes = rest;
            }
            _ => bail!("document {} is cut off, or not BSON", documents.len() + 1),
        }
    }
    if !bytes.is_empty() {
        bail!("{} bytes too many after document {}", bytes.len(), documents.len());
    }
    Ok(documents)
}

fn ndjson(bytes: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
    extended_json::lines(str::from_utf8(bytes)?)
        .map(|(number, document)| document.with_context(|| format!("line {number}")))
        .collect()
}
