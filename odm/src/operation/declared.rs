//! The verbs that the sources of this crate declare, for the tables of verbs in tests. The integration tests include
//! this file, too.

use std::{collections::BTreeSet, fs, path::Path};

/// Returns the names of the verbs below `source` that a constructor of `Verb` declares: `reads`, or `writes`.
pub(crate) fn verbs(source: &Path, constructor: &str) -> BTreeSet<String> {
    let call = format!("Verb::{constructor}(\"");
    let mut names = BTreeSet::new();
    let mut folders = vec![source.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let verbs = text.split(&*call).skip(1).filter_map(|rest| rest.split('"').next());
            names.extend(verbs.map(str::to_owned));
        }
    }
    assert!(!names.is_empty(), "{} declares no verbs by `{call}`", source.display());
    names
}
