//! `Error`: the error type of this crate.
//!
//! The crate has one opaque error type. [`Error::kind`] returns a variant for each decision that a caller can make,
//! the predicates cover the common checks, and the driver's error stays accessible. Messages describe what happened,
//! in which operation and collection. They contain no credentials, and no stored values except those that [`Error`]
//! lists.

mod bulk_write;
pub mod codec;
#[cfg(feature = "live")]
mod copy;
mod decode;
pub(crate) mod driver_text;
mod duplicate_key;
mod hook;
pub mod invalid;
mod kind;
mod migration;
mod outcome;
mod page_token;
mod parameters;
mod predicates;
mod reason;
pub(crate) mod redact;
mod reference;
mod rejection;
mod schema;
mod selection;
mod server;
mod transaction;
mod write_concern;
mod write_counts;
mod write_reply;

pub(crate) use self::write_reply::{Command, WriteReply};
pub use self::{
    bulk_write::{BulkWriteError, WriteFailure, WriteOutcome},
    decode::DecodeError,
    duplicate_key::DuplicateKey,
    hook::HookError,
    kind::ErrorKind,
    migration::{MigrationError, RefusedDocument, RefusedDocuments},
    page_token::PageTokenError,
    parameters::{BadParameter, BadParameters},
    reference::ReferenceError,
    rejection::{RejectedRule, Rejection},
    schema::{DeclaredProblem, DocumentIds, SchemaError},
    write_concern::WriteConcernError,
    write_counts::WriteCounts,
};

use std::{borrow::Cow, fmt};

use mongodb::{
    bson::{RawDocument, RawDocumentBuf, deserialize_from_document, doc},
    error::CommandError,
};

use self::{codec::CodecError, invalid::Violations};
use crate::operation::{Effect, Operation};

/// The result type of the fallible functions of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of an operation: its kind, the operation and the collection.
///
/// `Display` is one line. Neither `Display` nor `Debug` contains stored values; accessors return them. The keys of
/// maps and the names of fields that no model declares are stored values too: a `*` replaces them, as in
/// `prefs.*.qty`. Messages do contain declared names, names of collections and indexes, an `_id` that is an
/// `ObjectId`, an integer or a UUID, the text of the error that a custom validation rule or a hook returns, and the
/// rules of a collection's validator.
///
/// ```no_run
/// # use odm::{Collection, Id, Model};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User>, name: String }
/// # async fn f(users: Collection<User>, user: User) -> odm::Result<()> {
/// match users.insert_one(&user).await {
///     Ok(_) => println!("welcome"),
///     Err(error) if error.is_duplicate_key() => println!("this name is taken"),
///     Err(error) if error.is_retryable() => println!("try again later: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    origin: Option<Origin>,
    /// The stored names that the model declares.
    names: &'static [&'static str],
    driver: Option<mongodb::error::Error>,
    /// How often the driver checked out a connection to send the command; `None` if that is not known.
    attempts: Option<u32>,
    /// Whether the error belongs to a single write of a bulk write, and that write changes many documents.
    many: bool,
    /// A label that the driver sets only for writes that it retries itself.
    label: Option<&'static str>,
    /// Whether the call belongs to a transaction, so that only the commit applies what it writes.
    in_transaction: bool,
}

/// The failed verb, and the database or collection that it was called on.
#[derive(Clone)]
struct Origin {
    verb: &'static str,
    effect: Effect,
    namespace: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            origin: None,
            names: &[],
            driver: None,
            attempts: None,
            many: false,
            label: None,
            in_transaction: false,
        }))
    }

    /// Creates an error of a call that is refused before anything is sent, such as an empty update.
    pub(crate) fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Refused(message.into()))
    }

    /// Creates an error of a call that is refused before anything is sent, because all servers are too old for it.
    pub(crate) fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(ErrorKind::Unsupported(message.into()));
        error.0.attempts = Some(0);
        error
    }

    /// Creates an error of a URI or of client options that cannot be used.
    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config(message.into()))
    }

    /// Creates an error of a document that does not fit the declared type. The `_id` is read from `bytes`.
    pub(crate) fn decode(bytes: &[u8], cause: CodecError) -> Self {
        Self::new(ErrorKind::Decode(DecodeError::new(bytes, cause)))
    }

    /// Creates an error of a change event that does not fit the declared type.
    pub(crate) fn decode_event(event: RawDocumentBuf, cause: CodecError) -> Self {
        let key = event.get_document("documentKey").map(|key| key.as_bytes().to_vec()).unwrap_or_default();
        Self::new(ErrorKind::Decode(DecodeError::of_event(&key, event, cause)))
    }

    /// Creates an error of a [`PositionStore`](crate::subscribe::PositionStore) that does not use this crate, for
    /// example of a file or of another database. The message must contain no stored values.
    pub fn position_store(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::PositionStore(message.into()))
    }

    /// Converts an error of the driver, and classifies it by what a caller can do about it.
    ///
    /// Calls of this crate return converted errors already. Use this for calls made through the `driver()` of a
    /// handle.
    pub fn from_driver(error: mongodb::error::Error) -> Self {
        Self::after(None, error)
    }

    /// Converts an error of the driver after this number of attempts to send the command, if the number is known.
    pub(crate) fn after(attempts: Option<u32>, error: mongodb::error::Error) -> Self {
        let kind = server::kind(&error, attempts, || write_reply::Details::of(&error));
        let mut error = Self::new(kind).with_driver(Some(error));
        error.0.attempts = attempts;
        error
    }

    /// Converts an error of the driver, with the details of the server's reply.
    fn with_details(error: mongodb::error::Error, details: impl FnOnce() -> write_reply::Details) -> Self {
        let kind = server::kind(&error, None, details);
        Self::new(kind).with_driver(Some(error))
    }

    /// Creates an error of the server from the code and the message in a reply.
    pub(crate) fn answered(code: i32, message: &str) -> Self {
        let answer = doc! { "code": code, "codeName": "", "errmsg": message };
        match deserialize_from_document::<CommandError>(answer) {
            Ok(error) => Self::from_driver(mongodb::error::ErrorKind::Command(error).into()),
            Err(_) => Self::new(ErrorKind::Server(code)),
        }
    }

    /// Attaches the driver's error, which codes and labels are read from.
    #[must_use]
    fn with_driver(mut self, driver: Option<mongodb::error::Error>) -> Self {
        self.0.driver = driver;
        self
    }

    /// Attaches a label that the driver sets only for writes that it retries itself, to one that this crate retried.
    #[must_use]
    pub(crate) fn labelled(mut self, label: &'static str) -> Self {
        self.0.label = Some(label);
        self
    }

    fn attempts(&self) -> Option<u32> {
        self.0.attempts
    }

    fn own_label(&self) -> Option<&'static str> {
        self.0.label
    }

    /// Marks the error as one of a write of a bulk write that changes many documents.
    #[must_use]
    pub(crate) fn of_many(mut self) -> Self {
        self.0.many = true;
        self
    }

    /// Replaces the kind, where the code alone does not determine it.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Takes the values of a duplicate key from the document that was to be stored, because the driver does not
    /// always keep the details of the server's reply.
    #[must_use]
    pub(crate) fn with_stored_document(mut self, document: &RawDocument) -> Self {
        if let ErrorKind::DuplicateKey(key) = &mut self.0.kind {
            key.find_values(document);
        }
        self
    }

    /// Attaches the operation that failed.
    #[must_use]
    pub(crate) fn during(mut self, operation: &Operation<'_>) -> Self {
        self.0.origin = Some(Origin {
            verb: operation.verb.name,
            effect: operation.verb.effect(),
            namespace: operation.namespace().into_owned(),
        });
        self.declares(operation.names);
        if let (ErrorKind::Decode(error), Some(collection)) = (&mut self.0.kind, operation.collection) {
            error.set_collection(collection);
        }
        self
    }

    /// Sets the names that the model declares. Messages may contain these names.
    fn declares(&mut self, names: &'static [&'static str]) {
        self.0.names = names;
        if let ErrorKind::BulkWrite(error) = &mut self.0.kind {
            error.causes_mut().for_each(|cause| cause.declares(names));
        }
    }

    /// Writes what happened, without the operation and the collection.
    fn reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ErrorKind::Server(code) => {
                let message = self.server_message().unwrap_or_default();
                kind::refused(&reason::reason(*code, message, self.0.names), f)
            }
            kind => kind.cause(f),
        }
    }

    /// Turns the error into one of kind `Schema`, and keeps the driver's error.
    #[must_use]
    pub(crate) fn in_schema(mut self, error: SchemaError) -> Self {
        self.0.kind = ErrorKind::Schema(error);
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns the method that failed, such as `insert_one`, or `None` if the error does not come from a method of a
    /// handle.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.origin.as_ref().map(|origin| origin.verb)
    }

    /// Returns the database and the collection, such as `shop.orders`, or the database alone.
    pub fn namespace(&self) -> Option<&str> {
        self.0.origin.as_ref().map(|origin| origin.namespace.as_str()).filter(|name| !name.is_empty())
    }

    /// Returns the server's error code.
    pub fn code(&self) -> Option<i32> {
        server::code(self.driver()?)
    }

    /// Returns the name of the server's error code, such as `WriteConflict`, if the server sent it.
    pub fn code_name(&self) -> Option<&str> {
        server::code_name(self.driver()?)
    }

    /// Returns the server's message. It may contain stored values. Log it only if stored values may be logged.
    pub fn server_message(&self) -> Option<&str> {
        server::message(self.driver()?)
    }

    /// Returns `true` if the error has this label, such as `TransientTransactionError`.
    pub fn has_label(&self, label: &str) -> bool {
        self.0.label.is_some_and(|own| own == label)
            || self.driver().is_some_and(|error| error.contains_label(label))
    }

    /// Returns the driver's error. Its strings may contain stored values.
    pub fn driver(&self) -> Option<&mongodb::error::Error> {
        self.0.driver.as_ref()
    }

    /// Converts the error into the driver's error. Its strings may contain stored values.
    pub fn into_driver(self) -> Option<mongodb::error::Error> {
        self.0.driver
    }
}

/// Creates an error of a value or a query expression that cannot be sent.
impl From<CodecError> for Error {
    fn from(error: CodecError) -> Self {
        Self::new(ErrorKind::Encode(error))
    }
}

/// Creates an error of a document that violates rules of its model.
impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::new(ErrorKind::Invalid(violations))
    }
}

/// Creates an error of request parameters that are not valid.
impl From<BadParameters> for Error {
    fn from(parameters: BadParameters) -> Self {
        Self::new(ErrorKind::BadParameters(parameters))
    }
}

/// Creates an error of a page token that is refused.
impl From<PageTokenError> for Error {
    fn from(error: PageTokenError) -> Self {
        Self::new(ErrorKind::PageToken(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.0.origin {
            f.write_str(origin.verb)?;
            if !origin.namespace.is_empty() {
                write!(f, " on {}", origin.namespace)?;
            }
            f.write_str(": ")?;
        }
        self.reason(f)?;
        f.write_str(self.consequence())?;
        match (self.code(), self.code_name()) {
            (Some(code), Some(name)) if !name.is_empty() => {
                write!(f, " (code {code}, {})", redact::name(name))
            }
            (Some(code), _) => write!(f, " (code {code})"),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &format_args!("{}", self.kind().name()))
            .field("message", &format_args!("{self}"))
            .finish()
    }
}

/// The source is always an error whose strings contain no stored values. For the driver's error, see [`Error::driver`].
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Decode(error) => Some(error.cause()),
            ErrorKind::Encode(error) => Some(error),
            ErrorKind::Invalid(violations) => Some(violations),
            ErrorKind::BadParameters(parameters) => Some(parameters),
            ErrorKind::PageToken(error) => Some(error),
            ErrorKind::Hook(error) => Some(error.cause()),
            ErrorKind::BulkWrite(error) => error.first().map(|error| error as _),
            _ => None,
        }
    }
}

impl Operation<'_> {
    /// Attaches this operation to the error, if the result is one.
    pub(crate) fn check<T>(&self, result: Result<T, impl Into<Error>>) -> Result<T> {
        result.map_err(|error| error.into().during(self))
    }
}

#[cfg(test)]
mod tests;
