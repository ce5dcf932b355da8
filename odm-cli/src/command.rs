//! The commands, one file for each.

pub(crate) mod apply;
pub(crate) mod explain;
pub(crate) mod introspect;
pub(crate) mod migrate;
pub(crate) mod plan;
pub(crate) mod scan;
pub(crate) mod verify;
