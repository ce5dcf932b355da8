//! `HookError`: the error that a hook of a model returned.

use std::{error::Error as StdError, fmt, iter};

use mongodb::error::TRANSIENT_TRANSACTION_ERROR;

use super::{Error, ErrorKind};

/// The error that a hook of a model returned, and the hook.
///
/// The text of the hook's error is part of the message. [`cause`](Self::cause) returns the error itself.
pub struct HookError {
    hook: &'static str,
    is_after: bool,
    cause: Box<dyn StdError + Send + Sync>,
}

impl HookError {
    /// Returns whether a call of the hook failed in such a way that the server has aborted its transaction.
    pub(super) fn aborts_transaction(&self) -> bool {
        self.error_of_a_call().is_some_and(|cause| cause.0.in_transaction && cause.may_abort_transaction())
    }

    /// Returns the error of this crate that the hook returned, itself or as the source of another error.
    fn error_of_a_call(&self) -> Option<&Error> {
        let cause: &(dyn StdError + 'static) = &*self.cause;
        iter::successors(Some(cause), |&cause| cause.source()).find_map(|cause| cause.downcast_ref())
    }

    /// Returns the name of the hook, such as `before_insert`.
    pub fn hook(&self) -> &str {
        self.hook
    }

    /// Returns whether the hook ran after the write.
    pub fn is_after(&self) -> bool {
        self.is_after
    }

    /// Returns the error that the hook returned. `downcast_ref` returns it as its own type.
    pub fn cause(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.cause
    }
}

impl Error {
    /// Creates an error of a hook that runs before a write, so that nothing is sent.
    pub(crate) fn before_write(hook: &'static str, cause: Box<dyn StdError + Send + Sync>) -> Self {
        Self::of_hook(HookError { hook, is_after: false, cause })
    }

    /// Creates an error of a hook that runs after a write.
    pub(crate) fn after_write(hook: &'static str, cause: Box<dyn StdError + Send + Sync>) -> Self {
        Self::of_hook(HookError { hook, is_after: true, cause })
    }

    /// A transaction in which a call of a hook failed can be run again for the same reasons as that call.
    fn of_hook(error: HookError) -> Self {
        let cause = error.error_of_a_call();
        let is_transient = cause.is_some_and(|cause| cause.has_label(TRANSIENT_TRANSACTION_ERROR));
        let error = Self::new(ErrorKind::Hook(error));
        if is_transient { error.labelled(TRANSIENT_TRANSACTION_ERROR) } else { error }
    }

    /// Returns `true` if a hook that runs after a write returned the error.
    pub(super) fn is_after_write(&self) -> bool {
        self.hook_error().is_some_and(HookError::is_after)
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the hook `{}` returned an error: {}", self.hook, self.cause)
    }
}

impl fmt::Debug for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookError({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Wrapped(Box<dyn StdError + Send + Sync>);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no stock")
        }
    }

    impl StdError for Wrapped {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&*self.0)
        }
    }

    #[test]
    fn the_label_of_a_call_is_kept_through_errors_of_the_hook() {
        let call = || Box::new(Error::refused("a conflict").labelled(TRANSIENT_TRANSACTION_ERROR));
        for cause in [call() as Box<dyn StdError + Send + Sync>, Box::new(Wrapped(Box::new(Wrapped(call()))))]
        {
            assert!(Error::before_write("before_insert", cause).has_label(TRANSIENT_TRANSACTION_ERROR));
        }
        let other = Error::after_write("after_insert", Box::new(Wrapped("sold".into())));
        assert!(!other.has_label(TRANSIENT_TRANSACTION_ERROR));
    }
}
