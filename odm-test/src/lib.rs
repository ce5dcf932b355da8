#![doc = include_str!("../README.md")]

mod cache;
mod commands;
mod error;
mod lint;
mod log;
mod replica_set;
mod server;
mod test;
pub mod wheel;

pub use commands::Commands;
pub use error::Error;
pub use lint::unused_indexes;
pub use replica_set::{Member, ReplicaSet};
pub use server::{Server, Source};

#[doc = include_str!("test.md")]
pub use odm_test_macros::test;

/// The items that the expansion of [`macro@test`] calls. They are not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::lint::LintMode;
    pub use crate::test::{Argument, Context, Outcome, Test, Verdict, run};
}
