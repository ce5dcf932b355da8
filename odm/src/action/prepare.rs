//! What verbs make of the sentences they were given, before anything is sent.

use std::borrow::Cow;

use mongodb::bson::Document;

use crate::{
    error::{Error, ErrorKind, Result},
    filter::Filter,
};

/// What setters of a builder were given and cannot be sent, until they are given something better.
#[derive(Default)]
pub(super) struct Problems(Vec<(Cow<'static, str>, Error)>);

impl Problems {
    /// What this setter was given, in place of what it was given before.
    pub(super) fn take<T>(&mut self, setter: impl Into<Cow<'static, str>>, given: Result<T>) -> Option<T> {
        let setter = setter.into();
        self.0.retain(|(other, _)| *other != setter);
        given.map_err(|problem| self.0.push((setter, problem))).ok()
    }

    /// The filter, unless there is a problem.
    pub(super) fn or_filter<M>(self, filter: Filter<M>) -> Result<Document> {
        self.or(filter.into_document())
    }

    /// What else is sent, unless there is a problem.
    pub(super) fn or<T>(self, sentence: Result<T>) -> Result<T> {
        match self.0.into_iter().next() {
            Some((_, problem)) => Err(problem),
            None => sentence,
        }
    }
}

/// A number of documents as the server takes it, as an int64.
pub(super) fn number<T: TryFrom<u64>>(setter: &'static str, number: u64) -> Result<T> {
    i64::try_from(number).ok().and_then(|_| T::try_from(number).ok()).ok_or_else(|| {
        Error::refused(format!("`{setter}({number})`: the server counts documents up to {}", i64::MAX))
    })
}

/// The projection of a call that changes what it gives: that of its view, if it has one.
///
/// A plain projection is refused: the document would fail to be read as the model after it was changed.
pub(super) fn projection(view: Option<Document>, given: Option<&Document>) -> Result<Option<Document>> {
    if view.is_none() && given.is_some() {
        return Err(Error::refused(
            "the options have a `projection`, so the document could not be read as the model after it was changed: \
             read it as a view, `.view::<V>()`, which brings its own projection",
        ));
    }
    Ok(view)
}

/// An error of a server that does not know what a setter asks for, which servers know since `version`.
pub(super) fn newer(error: Error, asked: bool, setter: &str, version: &str) -> Error {
    const UNKNOWN_FIELD: i32 = 40415;
    if !asked || error.code() != Some(UNKNOWN_FIELD) {
        return error;
    }
    error.called(ErrorKind::Unsupported(
        format!("the server does not take `{setter}` here: MongoDB does since {version}").into(),
    ))
}
