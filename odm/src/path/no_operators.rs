//! Methods with the names of operators for flattened documents and variants, which have no operators: calling one is
//! a compile error that explains this.
//!
//! Without these methods rustc would suggest `Iterator::eq` and `Ord::min`. A field called `min` takes precedence
//! over the method, because these types are the bases of fields structs.

use super::{Flattened, Variant};

/// A flattened document with operators: no type implements this.
#[diagnostic::on_unimplemented(
    message = "a flattened document has no operators: it is not stored as one field",
    label = "not a field: `#[serde(flatten)]`",
    note = "use one of its fields: `o.audit().created_at()`; in a flattened map, a key: `o.rest().key(\"colour\")`"
)]
pub trait FlattenedOperators<S> {
    /// What the operator would return.
    fn apply(&self) -> S;
}

/// A variant with operators: no type implements this.
#[diagnostic::on_unimplemented(
    message = "a variant of an enum has no operators: it is not a field",
    label = "a variant, not a field",
    note = "match the documents with this variant: `o.payment().card().is_variant()`; or use one of its fields: `o.payment().card().last4()`",
    note = "or compare, set or sort by the enum as a whole: `o.payment().set(Payment::Cash)`"
)]
pub trait VariantOperators<S> {
    /// What the operator would return.
    fn apply(&self) -> S;
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
            self.apply()
        }
    )* };
}

no_operators! {
    Flattened<M, V, R>: FlattenedOperators;
    Variant<M, R>: VariantOperators;
}
