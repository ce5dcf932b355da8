//! `FilePositions`: one file for each subscription.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use mongodb::bson::Document;
use tokio::task::spawn_blocking;

use super::{super::Position, PositionStore, Term};
use crate::{
    error::{Error, Result},
    value::{Raw, Value, Writer},
};

/// Stores each position in a file of a directory, which is replaced as a whole and flushed to the disk.
///
/// Only one process may use a directory. There are no leases and no terms, so nothing detects a second one. The file of
/// the subscription `billing` is `billing.position`, a BSON document. Characters of the name other than ASCII letters,
/// digits, `-` and `_` are written as `%` and their bytes in hexadecimal.
#[derive(Debug, Clone)]
pub struct FilePositions {
    directory: PathBuf,
}

impl FilePositions {
    /// Stores the positions in this directory, which is created if it does not exist.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    fn file(&self, name: &str) -> PathBuf {
        use std::fmt::Write as _;
        let mut file = String::with_capacity(name.len() + 9);
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
                file.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(file, "%{byte:02X}");
            }
        }
        self.directory.join(file + ".position")
    }
}

#[async_trait]
impl PositionStore for FilePositions {
    async fn load(&self, name: &str) -> Result<Option<Position>> {
        let file = self.file(name);
        let Some(bytes) = blocking(move || read(&file)).await? else { return Ok(None) };
        let document = Document::decode(Raw::document(&bytes))
            .map_err(|_| Error::position_store("the file is not a BSON document"))?;
        Position::from_document(&document).map(Some)
    }

    async fn save(&self, name: &str, position: &Position, _: &Term) -> Result<()> {
        let mut writer = Writer::new();
        position.to_document().encode(&mut writer)?;
        let (directory, file) = (self.directory.clone(), self.file(name));
        blocking(move || replace(&directory, &file, writer.as_bytes())).await
    }

    async fn remove(&self, name: &str) -> Result<()> {
        let file = self.file(name);
        blocking(move || match fs::remove_file(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    let done =
        spawn_blocking(work).await.map_err(|_| Error::position_store("the runtime has been shut down"))?;
    done.map_err(|error| Error::position_store(format!("the file cannot be used: {error}")))
}

fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a new file next to the old one and renames it, so that one of them is complete at each moment.
fn replace(directory: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let new = file.with_extension("position.new");
    let mut written = File::create(&new)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&new, file)?;
    // The rename itself is on the disk only after this. Not every system can flush a directory.
    if let Ok(directory) = File::open(directory) {
        directory.sync_all().ok();
    }
    Ok(())
}
