//! The files of sample data: reads their documents, stores them in a collection, and reads them back.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use odm::{Collection, Database, Filter, Model};

use crate::extended_json;

/// Files of documents, one for each collection.
#[derive(Debug)]
pub enum Files {
    /// The documents in `examples/data`, which are fictional.
    Samples,
    /// `accounts.ndjson`, `customers.ndjson`, .. in this folder.
    Folder(PathBuf),
}

impl Files {
    /// Returns the files in this folder. Returns an error if it does not exist.
    pub fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let metadata = fs::metadata(folder).with_context(|| format!("reading {}", folder.display()))?;
        ensure!(metadata.is_dir(), "{} is not a folder", folder.display());
        Ok(Self::Folder(folder.to_owned()))
    }

    /// Returns the name and the text of the file of a collection.
    fn read(&self, collection: &str) -> anyhow::Result<(String, Cow<'static, str>)> {
        let name = format!("{collection}.ndjson");
        match self {
            Self::Samples => match sample(collection) {
                Some(text) => Ok((name, Cow::Borrowed(text))),
                None => bail!("there is no sample of {collection}"),
            },
            Self::Folder(folder) => {
                let path = folder.join(name);
                let text =
                    fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
                Ok((path.display().to_string(), Cow::Owned(text)))
            }
        }
    }
}

fn sample(collection: &str) -> Option<&'static str> {
    Some(match collection {
        "accounts" => include_str!("../data/accounts.ndjson"),
        "customers" => include_str!("../data/customers.ndjson"),
        "theaters" => include_str!("../data/theaters.ndjson"),
        "restaurants" => include_str!("../data/restaurants.ndjson"),
        "students" => include_str!("../data/students.ndjson"),
        _ => return None,
    })
}

/// Reads the file of a model line by line into typed documents, stores them, and reads them back.
pub async fn store<M: Model>(db: &Database, files: &Files) -> anyhow::Result<Collection<M>> {
    let (file, text) = files.read(M::COLLECTION)?;
    let mut documents = Vec::new();
    for (number, line) in extended_json::lines(&text) {
        let document = line.and_then(|bytes| Ok(odm::from_slice::<M>(&bytes)?));
        documents.push(document.with_context(|| format!("{file}, line {number}"))?);
    }
    ensure!(!documents.is_empty(), "{file} has no documents");

    db.schema(odm::models![M]).plan().await?.apply().await?;
    let collection = db.collection::<M>();
    collection.insert_many(&documents).await.with_context(|| format!("storing the documents of {file}"))?;

    let stored: Vec<M> = collection.find(Filter::all()).await?.try_collect().await?;
    ensure!(
        encoded(&stored)? == encoded(&documents)?,
        "{file}: the documents that were read differ from those that were stored"
    );
    Ok(collection)
}

/// Encodes the documents, in an order that does not depend on the server.
fn encoded<M: Model>(documents: &[M]) -> odm::Result<Vec<Vec<u8>>> {
    let mut all = documents.iter().map(odm::to_vec).collect::<odm::Result<Vec<_>>>()?;
    all.sort_unstable();
    Ok(all)
}
