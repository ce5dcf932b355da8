//! The tests that the guide's chapter on testing shows.

#[path = "../../src/bin/testing/service.rs"]
mod service;
#[path = "../../src/bin/testing/tests.rs"]
mod tests;
