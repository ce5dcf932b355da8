//! Tokens of pages that are refused.

use std::fmt;

/// The reason why the token of a page is refused.
///
/// [`Error::page_token_error`](super::Error::page_token_error) returns it. A web handler responds to it with status 400,
/// or with the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageTokenError {
    /// The string is not a token that this key has made: it was changed or cut, or the key is another one.
    Unknown,
    /// The token belongs to a page of another collection.
    OtherCollection,
    /// The token belongs to a page with another sort or another collation.
    OtherSort,
    /// The token belongs to a page with another filter.
    OtherFilter,
}

impl fmt::Display for PageTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => {
                "the text is not a page token of this key: it was changed or cut, or the key was replaced; begin with the first page"
            }
            Self::OtherCollection => {
                "the page token belongs to another collection: use a token only for the query whose page returned it"
            }
            Self::OtherSort => {
                "the page token belongs to a query with another sort or collation: begin with the first page when the order changes"
            }
            Self::OtherFilter => {
                "the page token belongs to a query with another filter: begin with the first page when the filter changes; if the \
                 filter contains the current time, use `.any_filter()`"
            }
        })
    }
}

impl std::error::Error for PageTokenError {}
