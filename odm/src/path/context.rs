//! Places: where a fields struct stands decides what its accessors return.

use std::{fmt, marker::PhantomData};

use super::{
    Flattened, Key, Location, Many, Narrowed, Narrows, NarrowsUntagged, Path, Reach, Tagged, Variant,
    VariantTest,
};
use crate::value::{Reserved, Value};

/// A place where fields can stand: a query, an expression, a stage that names fields.
///
/// The derive writes accessors as `fn status(&self) -> A::Field<Status, __Order::status>`.
pub trait Context: Clone + 'static {
    /// What the accessor of a field `K` of type `T` returns.
    type Field<T: Value, K: Key>;
    /// The place below an array.
    type Many: Context;
    /// The place below an `Option`.
    type Maybe: Context;
    /// What the accessor of a part `K` of type `T` returns, whose fields lie flat in the document here.
    type Flattened<T: Value, K: Key>;
    /// The place inside a variant of the enum here; it can be reached if the place [`Narrows`]. It is said of every
    /// place so that accessors have a type where it does not: rustc then tells what is missing, in our words.
    type Inside: Context;
    /// What the accessor of an enum's tag returns: the name of the variant, a text.
    type Tag<T: Value, K: Key>;
    /// What the accessors of a variant are laid over where the variant has no place of its own.
    type Variant;

    /// The field `K` at this place.
    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K>;

    /// The tag `K` of the enum at this place.
    fn tag<T: Value, K: Key>(&self) -> Self::Tag<T, K>;

    /// The part `K` at this place.
    fn flattened<T: Value, K: Key>(&self) -> Self::Flattened<T, K>;

    /// The place below an array.
    fn many(self) -> Self::Many;

    /// The place below an `Option`.
    fn maybe(self) -> Self::Maybe;

    /// The same place, in a document that declares these names: no key of a map that lies flat there is one of them.
    #[must_use]
    fn reserving(self, _: Reserved) -> Self {
        self
    }
}

/// In a filter, an update or a sort over `M`: accessors return a [`Path`], laid below with the fields of its
/// type.
pub struct InQuery<M, R> {
    above: Location,
    /// The last step of the name. Most fields have nothing below that is asked for: it is not joined before something is.
    step: Option<&'static str>,
    types: PhantomData<fn() -> (M, R)>,
}

impl<M, R> InQuery<M, R> {
    pub(crate) fn new(at: Location) -> Self {
        Self { above: at, step: None, types: PhantomData }
    }

    fn at(&self) -> Location {
        match self.step {
            Some(step) => self.above.field(step),
            None => self.above.clone(),
        }
    }

    /// At the document itself.
    pub(crate) fn root() -> Self {
        Self::new(Location::default())
    }
}

impl<M, R> Clone for InQuery<M, R> {
    fn clone(&self) -> Self {
        Self { above: self.above.clone(), step: self.step, types: PhantomData }
    }
}

impl<M, R> fmt::Debug for InQuery<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InQuery({})", self.at().shown())
    }
}

impl<M: 'static, R: Reach> Context for InQuery<M, R> {
    type Field<T: Value, K: Key> = T::Fields<Self, Path<M, T, R>>;
    type Many = InQuery<M, Many>;
    type Maybe = Self;
    type Flattened<T: Value, K: Key> = T::Fields<Self, Flattened<M, T, R>>;
    type Inside = InQuery<M, Narrowed<R>>;
    type Tag<T: Value, K: Key> = Path<M, T, Tagged<R>>;
    type Variant = Variant<M, R>;

    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K> {
        let above = self.at();
        let path = Path::new(above.field(K::NAME).of(T::ARRAYS));
        T::under(Self { above, step: Some(K::NAME), types: PhantomData }, path)
    }

    fn tag<T: Value, K: Key>(&self) -> Self::Tag<T, K> {
        Path::new(self.at().field(K::NAME))
    }

    fn flattened<T: Value, K: Key>(&self) -> Self::Flattened<T, K> {
        T::under(self.clone(), Flattened::new(self.at()))
    }

    fn many(self) -> Self::Many {
        InQuery::new(self.at().into_array())
    }

    fn maybe(self) -> Self {
        self
    }

    fn reserving(self, names: Reserved) -> Self {
        Self::new(self.at().reserving(names))
    }
}

impl<M: 'static, R: Reach> Narrows for InQuery<M, R> {
    fn narrow(&self, test: VariantTest) -> Self::Inside {
        InQuery::new(self.at().narrowed(test))
    }

    fn variant(&self, test: VariantTest) -> Self::Variant {
        Variant::new(self.at().narrowed(test))
    }
}

impl<M: 'static, R: Reach> NarrowsUntagged for InQuery<M, R> {
    fn whole<T: Value, K: Key>(&self) -> <Self::Inside as Context>::Field<T, K> {
        let at = self.at().narrowed(VariantTest::None).of(T::ARRAYS);
        T::under(InQuery::new(at.clone()), Path::new(at))
    }
}

/// The fields of `M` in a filter, an update or a sort.
pub type Root<M> = <M as Value>::Fields<InQuery<M, super::One>, ()>;

/// One element of an array, seen from itself: what `any` and `each_where` hand to their closure.
pub type Element<T> = <T as Value>::Fields<InQuery<T, super::One>, Path<T, T, super::One>>;

/// An element's fields under the name `identifier` (empty inside `$elemMatch`).
pub(crate) fn element<T: Value>(identifier: Location) -> Element<T> {
    T::under(InQuery::new(identifier.clone()), Path::new(identifier))
}
