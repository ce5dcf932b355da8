//! What the tests share: one small domain, a shop.

pub mod story;
