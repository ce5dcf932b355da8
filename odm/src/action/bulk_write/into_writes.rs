//! `IntoWrites`: the writes that a bulk write accepts.

use super::write::Write;
use crate::model::Model;

/// The types that select an implementation of [`IntoWrites`]. rustc infers them.
pub(crate) mod lists {
    /// Writes of one type.
    #[derive(Debug)]
    pub enum OneType {}
    /// A tuple, whose writes may have different types.
    #[derive(Debug)]
    pub enum Tuple {}
}

use self::lists::{OneType, Tuple};

/// The argument of [`bulk_write`](crate::Collection::bulk_write): a list of writes.
///
/// - An array, a `Vec` or another iterator, if the writes have one type: `[Write::insert_one(&a), Write::save(&b)]`,
///   `users.iter().map(Write::save)`. `.into()` converts each kind of write into a [`Write`].
/// - A tuple of up to 16 writes of any kind: `(Write::insert_one(&a), Write::delete_one(filter))`. The tuple `()`
///   contains no writes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of writes of `{M}`",
    label = "expected writes of `{M}`",
    note = "writes of different kinds are a tuple: `(Write::insert_one(&new), Write::delete_one(filter))`",
    note = "writes of one kind are an array, a `Vec` or an iterator: `[Write::insert_one(&new)]`"
)]
pub trait IntoWrites<M: Model, K> {
    /// Passes each write to `take`, in their order.
    fn into_writes(self, take: impl FnMut(Write<M>));
}

#[diagnostic::do_not_recommend]
impl<M: Model, W: Into<Write<M>>, I: IntoIterator<Item = W>> IntoWrites<M, OneType> for I {
    fn into_writes(self, take: impl FnMut(Write<M>)) {
        self.into_iter().map(Into::into).for_each(take);
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> IntoWrites<M, Tuple> for () {
    fn into_writes(self, _: impl FnMut(Write<M>)) {}
}

macro_rules! tuples {
    ($first:ident $($more:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<M: Model, $first: Into<Write<M>>, $($more: Into<Write<M>>),*> IntoWrites<M, Tuple>
            for ($first, $($more,)*)
        {
            #[allow(non_snake_case, reason = "the writes have the names of their types")]
            fn into_writes(self, mut take: impl FnMut(Write<M>)) {
                let ($first, $($more,)*) = self;
                take($first.into());
                $(take($more.into());)*
            }
        }

        tuples!($($more)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L N O P Q);
