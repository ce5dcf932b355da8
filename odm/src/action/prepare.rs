//! The arguments of verbs before anything is sent: errors of setters, numbers, projections.

use std::borrow::Cow;

use mongodb::bson::Document;

use crate::{
    error::{Error, ErrorKind, Result},
    exec::{Servers, Version},
    filter::Filter,
};

/// The errors of the setters of a builder. Another call of the same setter replaces its error.
#[derive(Default)]
pub(super) struct Problems(Vec<(Cow<'static, str>, Error)>);

impl Problems {
    /// Returns the argument of a setter, or stores its error. Removes the error of an earlier call of this setter.
    pub(super) fn take<T>(&mut self, setter: impl Into<Cow<'static, str>>, value: Result<T>) -> Option<T> {
        let setter = setter.into();
        self.0.retain(|(other, _)| *other != setter);
        value.map_err(|problem| self.0.push((setter, problem))).ok()
    }

    /// Returns the filter, or the first error of a setter.
    pub(super) fn or_filter<M>(self, filter: Filter<M>) -> Result<Document> {
        self.or(filter.into_document())
    }

    /// Returns the value, or the first error of a setter.
    pub(super) fn or<T>(self, value: Result<T>) -> Result<T> {
        match self.0.into_iter().next() {
            Some((_, problem)) => Err(problem),
            None => value,
        }
    }
}

/// Returns a number of documents. The server accepts an int64.
pub(super) fn number<T: TryFrom<u64>>(setter: &'static str, number: u64) -> Result<T> {
    i64::try_from(number).ok().and_then(|_| T::try_from(number).ok()).ok_or_else(|| {
        Error::refused(format!("`{setter}({number})`: the server counts documents up to {}", i64::MAX))
    })
}

/// Returns the projection of a verb that writes and returns a document: that of its view, if it has one.
///
/// Refuses a plain projection, because the returned document could not be read as the model after the write.
pub(super) fn projection(view: Option<Document>, given: Option<&Document>) -> Result<Option<Document>> {
    if view.is_none() && given.is_some() {
        return Err(Error::refused(
            "the options have a `projection`, so the document could not be read as the model after it was changed: \
             read it as a view, `.view::<V>()`, which brings its own projection",
        ));
    }
    Ok(view)
}

/// Refuses the option of a setter that servers know since `version`, if they are known to be older.
pub(super) fn check_newer(servers: &Servers, is_set: bool, setter: &str, version: &str) -> Result<()> {
    match (servers.newest(), Version::parse(version)) {
        (Some(newest), Some(since)) if is_set && newest < since => {
            Err(Error::unsupported(unknown(setter, version)))
        }
        _ => Ok(()),
    }
}

/// Explains the error of a server that does not know the option of a setter. Servers know it since `version`.
pub(super) fn newer(error: Error, is_set: bool, setter: &str, version: &str) -> Error {
    const UNKNOWN_FIELD: i32 = 40415;
    if !is_set || error.code() != Some(UNKNOWN_FIELD) {
        return error;
    }
    error.with_kind(ErrorKind::Unsupported(unknown(setter, version).into()))
}

fn unknown(setter: &str, version: &str) -> String {
    format!("the server does not take `{setter}` here: MongoDB does since {version}")
}
