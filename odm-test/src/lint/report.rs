//! The report of declared indexes that no test used.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use crate::error::{Error, OrError};

/// Which indexes the collections of a test have, and which of them its queries used: `orders.status_1`.
#[derive(Debug, Default, Clone)]
pub(super) struct Indexes {
    pub(super) declared: BTreeSet<String>,
    pub(super) used: BTreeSet<String>,
}

impl Indexes {
    /// Appends the indexes to the report. Several processes may append to one file.
    pub(super) fn append(&self, report: &Path) -> Result<(), Error> {
        let declared = self.declared.iter().map(|name| format!("declared {name}"));
        let used = self.used.iter().map(|name| format!("used {name}"));
        // One write, so that the lines of several processes do not mix.
        let text = declared.chain(used).chain([String::new()]).collect::<Vec<_>>().join("\n");
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(report)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .or_error(format!("cannot write the report of the lint to {}", report.display()))
    }
}

/// Returns the indexes that tests have declared and that no query of a test has used, as `collection.index`.
///
/// The tests write the report if the environment variable `ODM_TEST_LINT_REPORT` is the path of a file. Remove the file
/// before the tests run, because they append to it. A unique index may be there for its rule alone.
///
/// # Errors
///
/// Returns an error if the file cannot be read.
///
/// ```no_run
/// for index in odm_test::unused_indexes("target/indexes.txt")? {
///     println!("no test uses {index}");
/// }
/// # Ok::<(), odm_test::Error>(())
/// ```
pub fn unused_indexes(report: impl AsRef<Path>) -> Result<Vec<String>, Error> {
    let report = report.as_ref();
    let text = fs::read_to_string(report)
        .or_error(format!("cannot read the report of the lint, {}", report.display()))?;
    let names = |kind: &str| -> BTreeSet<&str> {
        text.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' ')).collect()
    };
    Ok(names("declared").difference(&names("used")).map(|name| (*name).to_owned()).collect())
}
