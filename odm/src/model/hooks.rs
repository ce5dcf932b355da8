//! `HookTable`: the hooks of a model, as a constant of the model.

use std::{any::Any, fmt};

/// The hooks of a model. Only the layer that calls them knows what the table contains: a hook receives a database and
/// a session, which a declaration of a model does not know.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct HookTable(&'static (dyn Any + Send + Sync));

impl HookTable {
    pub(crate) const fn new<T: Send + Sync>(table: &'static T) -> Self {
        Self(table)
    }

    /// Returns the table, if it has this type.
    pub(crate) fn get<T: Any>(self) -> Option<&'static T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for HookTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookTable")
    }
}

/// A model that is marked `#[odm(hooks)]`, so that its [`Hooks`](crate::hooks::Hooks) run.
#[diagnostic::on_unimplemented(
    message = "the hooks of `{Self}` would never run",
    label = "this model is not marked `#[odm(hooks)]`",
    note = "add `hooks` to the attribute of the struct: `#[odm(collection = \"..\", hooks)]`"
)]
#[doc(hidden)]
pub trait HasHooks: super::Model {}
