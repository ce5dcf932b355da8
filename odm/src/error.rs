//! Errors.

pub mod codec;
pub mod invalid;
