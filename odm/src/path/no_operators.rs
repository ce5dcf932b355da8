//! What has no name of its own has no operators: these say so.
//!
//! Without them rustc would speak of `Iterator::eq` and `Ord::min`, which have the names of operators. The fields of a part
//! and of a variant lie over them, so one that is called `min` wins.

use super::{Flattened, Variant};

/// A part with operators: there is none.
#[diagnostic::on_unimplemented(
    message = "what lies flat in another document has no operators: no field holds it",
    label = "not a field: `#[serde(flatten)]`",
    note = "name one of its fields: `o.audit().created_at()`; of a flattened map, a key: `o.rest().key(\"colour\")`"
)]
pub trait FlattenedOperators<S> {
    /// What the operator says.
    fn say(&self) -> S;
}

/// A variant with operators: there is none.
#[diagnostic::on_unimplemented(
    message = "a variant of an enum has no operators: no field holds it alone",
    label = "not a field: what the enum may hold",
    note = "match the documents that hold it: `o.payment().card().is_variant()`; name one of its fields: `o.payment().card().last4()`",
    note = "or compare, set or sort by the enum as a whole: `o.payment().set(Payment::Cash)`"
)]
pub trait VariantOperators<S> {
    /// What the operator says.
    fn say(&self) -> S;
}

macro_rules! no_operators {
    ($($type:ident<$($parameter:ident),+>: $named:ident;)*) => { $(
        impl<$($parameter),+> $type<$($parameter),+> {
            no_operators!(@ $named:
                eq(impl Sized) ne(impl Sized) gt(impl Sized) gte(impl Sized) lt(impl Sized) lte(impl Sized)
                in_(impl Sized) nin(impl Sized) exists(impl Sized)
                set(impl Sized) unset() min(impl Sized) max(impl Sized)
                asc() desc()
            );
        }
    )* };
    (@ $named:ident: $($operator:ident($($operand:ty)?))*) => { $(
        #[doc(hidden)]
        pub fn $operator<S>(&self $(, _: $operand)?) -> S
        where
            Self: $named<S>,
        {
            self.say()
        }
    )* };
}

no_operators! {
    Flattened<M, V, R>: FlattenedOperators;
    Variant<M, R>: VariantOperators;
}
