//! Results and errors: as text for people, or as JSON.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use odm::{bson::Bson, error::MigrationError};
use serde_json::{Value, json};

/// The exit code if something is left to do.
pub(crate) const LEFT: u8 = 3;

/// A result of a command.
pub(crate) trait Report: Display {
    /// Returns the result as JSON.
    fn json(&self) -> Value;
}

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints a result of a command that is done.
    pub(crate) fn print(self, report: &dyn Report) -> ExitCode {
        self.print_left(report, false)
    }

    /// Prints a result, with the exit code if something is left to do.
    pub(crate) fn print_left(self, report: &dyn Report, is_left: bool) -> ExitCode {
        let text =
            if self.json { format!("{:#}", report.json()) } else { report.to_string().trim_end().to_owned() };
        match write_line(io::stdout().lock(), &text) {
            Ok(()) if is_left => ExitCode::from(LEFT),
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => self.fail(&Failure::Print(error)),
        }
    }

    /// Prints an error to standard error.
    pub(crate) fn fail(self, failure: &Failure) -> ExitCode {
        let text =
            if self.json { format!("{:#}", failure.json()) } else { format!("error: {}", failure.text()) };
        // There is no other place for an error that cannot be printed: the exit code tells of it.
        let _ = write_line(io::stderr().lock(), &text);
        ExitCode::from(failure.code())
    }
}

/// Writes a line. A pipe whose reader has ended, as in `plan | head -1`, is no error: nobody reads the rest.
fn write_line(mut to: impl Write, text: &str) -> io::Result<()> {
    match writeln!(to, "{text}").and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Why a command is not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no connection string.
    NoUri,
    /// An argument is wrong.
    Argument(String),
    /// An action failed.
    Odm(odm::Error),
    /// The result cannot be printed.
    Print(io::Error),
}

impl From<odm::Error> for Failure {
    fn from(error: odm::Error) -> Self {
        Self::Odm(error)
    }
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::NoUri | Self::Argument(_) => 2,
            Self::Odm(error) if matches!(error.migration(), Some(MigrationError::Refused { .. })) => LEFT,
            Self::Odm(_) | Self::Print(_) => 1,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::NoUri => {
                "there is no connection string: set `--uri` or the variable `MONGODB_URI`".to_owned()
            }
            Self::Argument(problem) => problem.clone(),
            Self::Odm(error) => error.to_string(),
            Self::Print(error) => format!("the result cannot be printed: {error}"),
        }
    }

    fn migration(&self) -> Option<&MigrationError> {
        if let Self::Odm(error) = self { error.migration() } else { None }
    }

    fn text(&self) -> String {
        let mut lines = vec![self.message()];
        if let Some(cause) = self.migration().and_then(MigrationError::cause) {
            lines.push(format!("  {cause}"));
        }
        if let Some(documents) = self.migration().and_then(MigrationError::documents) {
            let shown = documents.samples().iter().take(10);
            lines.extend(shown.map(|document| format!("  {}: {}", document.id(), document.reason())));
            if documents.count() > 10 {
                lines.push(format!("  and {} more", documents.count() - 10));
            }
        }
        if let Some(MigrationError::Changed { migration, .. }) = self.migration() {
            lines.push(format!("  `migrate --accept-changed {migration}` accepts it"));
        }
        if let Some(MigrationError::Unfinished { migration, .. }) = self.migration() {
            lines.push(format!("  `migrate --discard-unfinished {migration}` discards it"));
        }
        if let Some(MigrationError::Busy { .. }) = self.migration() {
            lines.push("  `migrate --wait SECONDS` waits for it".to_owned());
        }
        lines.join("\n")
    }

    fn json(&self) -> Value {
        let mut error = json!({ "error": self.message() });
        if let (Some(migration), Some(fields)) = (self.migration(), error.as_object_mut()) {
            fields.insert("migration".to_owned(), json!(migration.migration()));
            if let Some(cause) = migration.cause() {
                fields.insert("cause".to_owned(), json!(cause.to_string()));
            }
            if let Some(documents) = migration.documents() {
                let samples = documents.samples().iter();
                let samples: Vec<Value> =
                    samples.map(|one| json!({ "id": id(one.id()), "reason": one.reason() })).collect();
                fields
                    .insert("refused".to_owned(), json!({ "count": documents.count(), "samples": samples }));
            }
        }
        error
    }
}

/// Returns the `_id` of a document as JSON, or as text if JSON has no such value.
pub(crate) fn id(id: &Bson) -> Value {
    match id {
        Bson::Int32(number) => json!(number),
        Bson::Int64(number) => json!(number),
        Bson::String(text) => json!(text),
        Bson::ObjectId(id) => json!(id.to_hex()),
        other => json!(other.to_string()),
    }
}
