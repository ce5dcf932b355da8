//! The verbs that the sources of `odm` declare, for the tables of verbs.

#[path = "../../odm/src/operation/declared.rs"]
mod sources;

use std::{collections::BTreeSet, path::Path};

/// Returns the names of the verbs that a constructor of `Verb` declares: `reads`, or `writes`.
pub fn declared(constructor: &str) -> BTreeSet<String> {
    sources::verbs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../odm/src"), constructor)
}
