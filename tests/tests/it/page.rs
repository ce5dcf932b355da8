//! Pages: of every order of values, while documents come and go, and their tokens.

mod commands;
mod concurrent;
mod includes;
mod order;
mod refused;
mod tokens;

use odm::{
    Model, Result,
    page::{FindPage, Page, PageKey, PageToken},
    value::OwnedRow,
};

/// Returns the key of all tests.
fn key() -> PageKey {
    PageKey::new([7; 32]).unwrap()
}

/// Reads all pages in one direction, beginning with this token.
async fn walk<M: Model, T: OwnedRow + Send + 'static>(
    page: impl Fn() -> FindPage<M, T>,
    mut token: Option<PageToken>,
    further: fn(&Page<T>) -> Option<PageToken>,
) -> Result<Vec<Page<T>>> {
    let mut pages = Vec::new();
    loop {
        let read = page().token(token).await?;
        token = further(&read);
        pages.push(read);
        if token.is_none() {
            return Ok(pages);
        }
        assert!(pages.len() < 10_000, "the pages do not end");
    }
}
