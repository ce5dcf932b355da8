//! `Derive`: which derive is expanded.

/// The derive that is expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    Model,
    Embedded,
    Shape,
    View,
    Patch,
    Value,
}
