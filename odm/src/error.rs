//! `Error`: what can go wrong, as answers to what a caller asks.
//!
//! One opaque type for the whole crate. [`Error::kind`] has a variant per decision a caller can make, the
//! predicates ask the everyday questions, and the driver's own error stays reachable. Texts say what happened,
//! in which operation and collection, and never hold stored values or credentials.

mod bulk_write;
pub mod codec;
mod decode;
pub(crate) mod driver_text;
mod duplicate_key;
pub mod invalid;
mod kind;
mod outcome;
mod parameters;
mod predicates;
mod reason;
pub(crate) mod redact;
mod rejection;
mod schema;
mod selection;
mod server;
mod write_concern;
mod write_counts;
mod write_reply;

pub(crate) use self::write_reply::{Command, WriteReply};
pub use self::{
    bulk_write::{BulkWriteError, WriteFailure, WriteOutcome},
    decode::DecodeError,
    duplicate_key::DuplicateKey,
    kind::ErrorKind,
    parameters::{BadParameter, BadParameters},
    rejection::{RejectedRule, Rejection},
    schema::{DeclaredProblem, SchemaError},
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

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in which operation.
///
/// `Display` is one line and, like `Debug`, holds no stored values: these are behind accessors. Stored, too, are the keys of
/// maps and the names of fields that no model declares: a `*` stands in their place, `prefs.*.qty`. Declared names, names of
/// collections and indexes, and an `_id` that is an `ObjectId`, an integer or a UUID are shown; so is the text of the error
/// that a rule of your own gives, and what the validator of a collection says of itself.
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
    place: Option<Place>,
    /// The stored names that the model declares.
    names: &'static [&'static str],
    driver: Option<mongodb::error::Error>,
    /// How often the driver got a connection for the call, each time to send the command; `None` if that is not known.
    attempts: Option<u32>,
    /// Whether it is about a single write of a bulk that changes many documents.
    many: bool,
    /// A label that the error deserves and the driver did not give.
    label: Option<&'static str>,
}

/// Where it happened: the verb, and the database or collection it was called on.
struct Place {
    verb: &'static str,
    effect: Effect,
    namespace: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            place: None,
            names: &[],
            driver: None,
            attempts: None,
            many: false,
            label: None,
        }))
    }

    /// A call that would not do what it says.
    pub(crate) fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Refused(message.into()))
    }

    /// A URI or options that cannot be used.
    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config(message.into()))
    }

    /// A document that does not fit the declared type; `bytes` give its `_id`.
    pub(crate) fn decode(bytes: &[u8], cause: CodecError) -> Self {
        Self::new(ErrorKind::Decode(DecodeError::new(bytes, cause)))
    }

    /// A change event that does not fit the declared type.
    pub(crate) fn decode_event(event: RawDocumentBuf, cause: CodecError) -> Self {
        let key = event.get_document("documentKey").map(|key| key.as_bytes().to_vec()).unwrap_or_default();
        Self::new(ErrorKind::Decode(DecodeError::of_event(&key, event, cause)))
    }

    /// An error of the driver, sorted by what can be done about it.
    ///
    /// Errors of this crate's own calls come sorted already; use this for calls made through the `driver()`
    /// of a handle.
    pub fn from_driver(error: mongodb::error::Error) -> Self {
        Self::after(None, error)
    }

    /// An error of the driver after so many attempts to send the command, if that is known.
    pub(crate) fn after(attempts: Option<u32>, error: mongodb::error::Error) -> Self {
        let kind = server::kind(&error, attempts, || write_reply::Details::of(&error));
        let mut error = Self::new(kind).with_driver(Some(error));
        error.0.attempts = attempts;
        error
    }

    /// An error of the driver, with the details of the server's answer.
    fn with_details(error: mongodb::error::Error, details: impl FnOnce() -> write_reply::Details) -> Self {
        let kind = server::kind(&error, None, details);
        Self::new(kind).with_driver(Some(error))
    }

    /// An error of the server, of its code and text in an answer.
    pub(crate) fn answered(code: i32, message: &str) -> Self {
        let answer = doc! { "code": code, "codeName": "", "errmsg": message };
        match deserialize_from_document::<CommandError>(answer) {
            Ok(error) => Self::from_driver(mongodb::error::ErrorKind::Command(error).into()),
            Err(_) => Self::new(ErrorKind::Server(code)),
        }
    }

    /// The same error with the driver's, which codes and labels are read from.
    #[must_use]
    fn with_driver(mut self, driver: Option<mongodb::error::Error>) -> Self {
        self.0.driver = driver;
        self
    }

    /// The same error with a label that the driver gives to its own commands only.
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

    /// The same error, about a write of a bulk that changes many documents.
    #[must_use]
    pub(crate) fn of_many(mut self) -> Self {
        self.0.many = true;
        self
    }

    /// The same error, of a kind that its code alone does not tell.
    #[must_use]
    pub(crate) fn called(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The same error of storing this document: where the driver does not keep what the server says of a duplicate key,
    /// the document has it.
    #[must_use]
    pub(crate) fn storing(mut self, document: &RawDocument) -> Self {
        if let ErrorKind::DuplicateKey(key) = &mut self.0.kind {
            key.find_values(document);
        }
        self
    }

    /// The same error, said to have happened in `operation`.
    #[must_use]
    pub(crate) fn during(mut self, operation: &Operation<'_>) -> Self {
        self.0.place = Some(Place {
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

    /// Takes the names that the model declares: those that texts may show.
    fn declares(&mut self, names: &'static [&'static str]) {
        self.0.names = names;
        if let ErrorKind::BulkWrite(error) = &mut self.0.kind {
            error.causes_mut().for_each(|cause| cause.declares(names));
        }
    }

    /// What happened, without where.
    fn reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ErrorKind::Server(code) => {
                let message = self.server_message().unwrap_or_default();
                kind::refused(&reason::reason(*code, message, self.0.names), f)
            }
            kind => kind.cause(f),
        }
    }

    /// The same error, understood as one of the schema.
    #[must_use]
    pub(crate) fn in_schema(mut self, error: SchemaError) -> Self {
        self.0.kind = ErrorKind::Schema(error);
        self
    }

    /// What happened, as far as a caller can act on it.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The verb that failed, `insert_one`; `None` where the error did not come from a verb.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.place.as_ref().map(|place| place.verb)
    }

    /// The database and the collection, `shop.orders`, or the database alone.
    pub fn namespace(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.namespace.as_str()).filter(|name| !name.is_empty())
    }

    /// The server's error code.
    pub fn code(&self) -> Option<i32> {
        server::code(self.driver()?)
    }

    /// The name of the server's error code, `WriteConflict`, where the server gave it.
    pub fn code_name(&self) -> Option<&str> {
        server::code_name(self.driver()?)
    }

    /// The server's own words. They may hold stored values: do not log them unless you may.
    pub fn server_message(&self) -> Option<&str> {
        server::message(self.driver()?)
    }

    /// Whether the server or the driver gave the error this label, `TransientTransactionError`.
    pub fn has_label(&self, label: &str) -> bool {
        self.0.label.is_some_and(|own| own == label)
            || self.driver().is_some_and(|error| error.contains_label(label))
    }

    /// The driver's own error: the way down a floor. Its texts hold stored values.
    pub fn driver(&self) -> Option<&mongodb::error::Error> {
        self.0.driver.as_ref()
    }

    /// The driver's own error, by value. Its texts hold stored values.
    pub fn into_driver(self) -> Option<mongodb::error::Error> {
        self.0.driver
    }
}

/// A value or a sentence that cannot be sent.
impl From<CodecError> for Error {
    fn from(error: CodecError) -> Self {
        Self::new(ErrorKind::Encode(error))
    }
}

/// A document that breaks rules of its model.
impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        Self::new(ErrorKind::Invalid(violations))
    }
}

/// Parameters of a request that are not understood.
impl From<BadParameters> for Error {
    fn from(parameters: BadParameters) -> Self {
        Self::new(ErrorKind::BadParameters(parameters))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            f.write_str(place.verb)?;
            if !place.namespace.is_empty() {
                write!(f, " on {}", place.namespace)?;
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

/// The source is only ever an error whose texts hold no stored values; for the driver's, see
/// [`Error::driver`].
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Decode(error) => Some(error.cause()),
            ErrorKind::Encode(error) => Some(error),
            ErrorKind::Invalid(violations) => Some(violations),
            ErrorKind::BadParameters(parameters) => Some(parameters),
            ErrorKind::BulkWrite(error) => error.first().map(|error| error as _),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
