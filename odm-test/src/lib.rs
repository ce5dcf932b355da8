#![doc = include_str!("../README.md")]

mod cache;
mod error;
mod log;
mod server;
mod test;
pub mod wheel;

pub use error::Error;
pub use server::{Server, Source};

#[doc = include_str!("test.md")]
pub use odm_test_macros::test;

/// What the expansion of [`macro@test`] calls. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::test::{Argument, Context, Outcome, Test, Verdict, run};
}
