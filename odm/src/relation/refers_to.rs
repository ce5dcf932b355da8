//! `RefersTo`: the fields of other models that refer to documents of a model.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    hash::{BuildHasher, Hash},
};

use crate::{
    model::Model,
    path::{Location, Many, Narrowed, One, Path},
    value::{Id, Value},
};

/// A field of another model that refers to documents of `M`: `Comment::fields().post()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not refer to `{M}`",
    label = "expected a path to a field that contains an `Id<{M}>`",
    note = "pass the field that refers to this document: `m.referred_by(Comment::fields().post())`"
)]
pub trait RefersTo<M>: sealed::Field {
    /// The model with the field.
    type Model: Model + Send + Sync;
}

pub(super) mod sealed {
    use crate::path::Location;

    /// A path.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a path",
        label = "expected a path of another model"
    )]
    pub trait Field {
        #[doc(hidden)]
        fn into_location(self) -> Location;
    }
}

impl<C, V, R> sealed::Field for Path<C, V, R> {
    fn into_location(self) -> Location {
        self.location().clone()
    }
}

/// A field type that contains ids of `M`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` does not refer to `{M}`",
    label = "expected an `Id<{M}>`, an `Option` of one, or a list of them",
    note = "pass the field that refers to this document: `m.referred_by(Comment::fields().post())`"
)]
pub trait HoldsIdsOf<M>: Value {}

impl<M: Model> HoldsIdsOf<M> for Id<M> {}
#[diagnostic::do_not_recommend]
impl<M, V: HoldsIdsOf<M>> HoldsIdsOf<M> for Option<V> {}

/// The type of an element of a list of ids of `M`. The server does not search lists inside of lists.
#[diagnostic::on_unimplemented(
    message = "a list of `{Self}` does not refer to `{M}`",
    label = "expected a list of `Id<{M}>`, or of `Option`s of it",
    note = "lists inside of lists are not searched"
)]
pub trait IdOf<M>: Value {}

impl<M: Model> IdOf<M> for Id<M> {}
impl<M: Model> IdOf<M> for Option<Id<M>> {}

macro_rules! lists {
    ($($list:ty where [$($generics:tt)*];)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<M, $($generics)*> HoldsIdsOf<M> for $list {}
    )* };
}

lists! {
    Vec<V> where [V: IdOf<M>];
    VecDeque<V> where [V: IdOf<M>];
    Box<[V]> where [V: IdOf<M>];
    BTreeSet<V> where [V: IdOf<M> + Ord];
    HashSet<V, S> where [V: IdOf<M> + Eq + Hash, S: BuildHasher + Default + 'static];
}

/// The multiplicity of a path for which `$lookup` and `find` find the same documents.
#[diagnostic::on_unimplemented(
    message = "documents cannot be found by this reference",
    label = "goes into a variant of an enum in an array, or selects elements for an update",
    note = "the path may go through an array, or into a variant of an enum, but not both"
)]
pub trait Findable: 'static {}

impl Findable for One {}
impl Findable for Many {}
impl Findable for Narrowed<One> {}

#[diagnostic::do_not_recommend]
impl<M: Model, C: Model + Send + Sync, V: HoldsIdsOf<M>, R: Findable> RefersTo<M> for Path<C, V, R> {
    type Model = C;
}
