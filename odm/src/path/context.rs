//! Contexts of fields structs: what their accessors return.

use std::{fmt, marker::PhantomData};

use super::{
    Flattened, Key, Location, Many, Multiplicity, Narrowed, Narrows, NarrowsUntagged, Path, Tagged, Variant,
    VariantTest,
};
use crate::value::{Reserved, Value};

/// The context of a fields struct: a query, an expression, or a stage that takes field names. It decides what the
/// accessors return.
///
/// The derive writes accessors as `fn status(&self) -> <Order as FieldAccess<A, __Order::status>>::Field`, which is
/// `A::Field<Status, __Order::status>`.
pub trait Context: Clone + 'static {
    /// What the accessor of a field `K` of type `T` returns.
    type Field<T: Value, K: Key>;
    /// The context below an array.
    type Many: Context;
    /// The context below an `Option`.
    type Maybe: Context;
    /// What the accessor of a flattened field `K` of type `T` returns.
    type Flattened<T: Value, K: Key>;
    /// The context inside a variant of the enum. It can be entered only if this context implements [`Narrows`]. Every
    /// context declares it so that the accessors of variants always have a type, and rustc reports the message of
    /// [`Narrows`] where that is not implemented.
    type InVariant: Context;
    /// What the accessor of a variant of an untagged enum returns: the enum itself, as the type `T` of its content.
    type Whole<T: Value, K: Key>;
    /// What the accessor of an enum's tag returns. The value of the tag is the name of the variant, a string.
    type Tag<T: Value, K: Key>;
    /// The variant itself: the base of its fields struct if its content is not stored in a field of its own.
    type Variant;

    /// Returns the field `K` in this context.
    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K>;

    /// Returns the tag `K` of the enum in this context.
    fn tag<T: Value, K: Key>(&self) -> Self::Tag<T, K>;

    /// Returns the flattened document `K` in this context.
    fn flattened<T: Value, K: Key>(&self) -> Self::Flattened<T, K>;

    /// Returns the context below an array.
    fn many(self) -> Self::Many;

    /// Returns the context below an `Option`.
    fn maybe(self) -> Self::Maybe;

    /// Returns the same context with the names that the document declares. A key of a map that is flattened into the
    /// document cannot be one of them.
    #[must_use]
    fn reserving(self, _: Reserved) -> Self {
        self
    }
}

/// The context of a filter, an update or a sort over `M`: accessors return the fields struct of the field's type,
/// with a [`Path`] as its base.
pub struct InQuery<M, R> {
    above: Location,
    /// The last step of the name. It is joined only when a field below is accessed, because most callers access none.
    step: Option<&'static str>,
    types: PhantomData<fn() -> (M, R)>,
}

impl<M, R> InQuery<M, R> {
    pub(crate) fn new(at: Location) -> Self {
        Self { above: at, step: None, types: PhantomData }
    }

    #[inline]
    fn at(&self) -> Location {
        match self.step {
            Some(step) => self.above.field(step),
            None => self.above.clone(),
        }
    }

    /// Returns the context of the document itself.
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

impl<M: 'static, R: Multiplicity> Context for InQuery<M, R> {
    type Field<T: Value, K: Key> = T::Fields<Self, Path<M, T, R>>;
    type Many = InQuery<M, Many>;
    type Maybe = Self;
    type Flattened<T: Value, K: Key> = T::Fields<Self, Flattened<M, T, R>>;
    type InVariant = InQuery<M, Narrowed<R>>;
    // An update may write the enum itself, but not a field of one variant.
    type Whole<T: Value, K: Key> = T::Fields<InQuery<M, Narrowed<R>>, Path<M, T, R>>;
    type Tag<T: Value, K: Key> = Path<M, T, Tagged<R>>;
    type Variant = Variant<M, R>;

    #[inline]
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

    #[inline]
    fn many(self) -> Self::Many {
        InQuery::new(self.at().into_array())
    }

    #[inline]
    fn maybe(self) -> Self {
        self
    }

    fn reserving(self, names: Reserved) -> Self {
        Self::new(self.at().reserving(names))
    }
}

impl<M: 'static, R: Multiplicity> Narrows for InQuery<M, R> {
    fn narrow(&self, test: VariantTest) -> Self::InVariant {
        InQuery::new(self.at().narrowed(test))
    }

    fn variant(&self, test: VariantTest) -> Self::Variant {
        Variant::new(self.at().narrowed(test))
    }
}

impl<M: 'static, R: Multiplicity> NarrowsUntagged for InQuery<M, R> {
    fn whole<T: Value, K: Key>(&self) -> Self::Whole<T, K> {
        let at = self.at().narrowed(VariantTest::None).of(T::ARRAYS);
        T::under(InQuery::new(at.clone()), Path::new(at))
    }
}

/// The fields struct of `M` in a filter, an update or a sort.
pub type Root<M> = <M as Value>::Fields<InQuery<M, super::One>, ()>;

/// Returns the fields of `M` as paths.
pub(crate) fn paths<M: Value>() -> Root<M> {
    M::under(InQuery::<M, super::One>::root(), ())
}

/// One element of an array, with names relative to it. `any` and `each_where` pass it to their closure.
pub type Element<T> = <T as Value>::Fields<InQuery<T, super::One>, Path<T, T, super::One>>;

/// Returns the fields struct of an element under the name `identifier` (empty inside `$elemMatch`).
pub(crate) fn element<T: Value>(identifier: Location) -> Element<T> {
    T::under(InQuery::new(identifier.clone()), Path::new(identifier))
}
