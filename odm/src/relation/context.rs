//! The context of references: the accessors of a model, used to name what is included.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{
    include::{Include, Unreadable},
    keys::{Leaf, Step},
    link_path::{InEach, InOption, LinkPath},
    loaded::{Loaded, Optional, Required},
    reader::{LoadableView, Nest, Reader, Rows, Whole},
    reference::Reference,
    referred_by::ReferredBy,
    refers_to::RefersTo,
};
use crate::{
    model::{Model, Tenanted},
    path::{Context, Key, Narrows, One, Operand, VariantTest},
    policies::Tenant,
    value::Value,
};

/// The context in which accessors name references of `M`.
pub struct InLinks<M, R> {
    steps: Arc<[Step]>,
    types: PhantomData<fn() -> (M, R)>,
}

impl<M, R> InLinks<M, R> {
    fn to<S>(&self, step: Step) -> InLinks<M, S> {
        InLinks { steps: self.steps.iter().copied().chain([step]).collect(), types: PhantomData }
    }
}

impl<M, R> Clone for InLinks<M, R> {
    fn clone(&self) -> Self {
        Self { steps: self.steps.clone(), types: PhantomData }
    }
}

impl<M, R> fmt::Debug for InLinks<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InLinks")
    }
}

// An untagged enum cannot be narrowed here, because nothing stored says which model an id belongs to.
impl<M: 'static, R: LinkPath> Context for InLinks<M, R> {
    type Field<T: Value, K: Key> = T::Fields<Self, Link<M, T, R>>;
    type Many = InLinks<M, InEach<R>>;
    type Maybe = InLinks<M, InOption<R>>;
    type Flattened<T: Value, K: Key> = T::Fields<Self, ()>;
    type InVariant = InLinks<M, InOption<R>>;
    type Whole<T: Value, K: Key> = Unreadable;
    type Tag<T: Value, K: Key> = ();
    type Variant = ();

    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K> {
        let at: Self = self.to(Step::Field(K::NAME, K::ALIASES));
        let link = Link::new(at.steps.clone());
        T::under(at, link)
    }

    fn tag<T: Value, K: Key>(&self) {}

    fn flattened<T: Value, K: Key>(&self) -> Self::Flattened<T, K> {
        T::under(self.clone(), ())
    }

    fn many(self) -> Self::Many {
        self.to(Step::Items)
    }

    fn maybe(self) -> Self::Maybe {
        self.to(Step::Maybe)
    }
}

impl<M: 'static, R: LinkPath> Narrows for InLinks<M, R> {
    fn narrow(&self, test: VariantTest) -> Self::InVariant {
        self.to(Step::Variant(test))
    }

    fn variant(&self, _: VariantTest) {}
}

/// The fields of `M`, used to name what is included: the argument of the closure of `include`.
///
/// The accessor of a reference returns a [`Link`]. [`referred_by`](LinkBase::referred_by) names the documents that refer
/// to this one.
pub type Links<M> = <M as Value>::Fields<InLinks<M, One>, LinkBase<M>>;

pub(super) fn links<M: Model>() -> Links<M> {
    M::under(InLinks { steps: Arc::new([]), types: PhantomData }, LinkBase(PhantomData))
}

/// The document whose references are included.
pub struct LinkBase<M>(PhantomData<fn() -> M>);

impl<M> fmt::Debug for LinkBase<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkBase")
    }
}

impl<M: Model> LinkBase<M> {
    /// Names the documents that refer to this one by a field: `post.referred_by(Comment::fields().post())`.
    ///
    /// `{ find: "comments", filter: { post: { $in: [ .. ] } } }`, once for all documents
    ///
    /// Each document gets a `Vec`, which is empty if nothing refers to it. A document that refers to several of them is
    /// in the `Vec` of each. The field is an `Id`, an `Option` or a list of ids, also in an array of embedded documents
    /// or in a variant of an enum. If the model has a field called `referred_by`, write `LinkBase::referred_by(&post, ..)`.
    ///
    /// Without [`sort`](ReferredBy::sort), the order is that in which the server finds them.
    pub fn referred_by<P: RefersTo<M>>(&self, field: P) -> ReferredBy<M, P::Model> {
        ReferredBy::new(field)
    }
}

/// A field of `M` that refers to documents: `order.customer()` in the closure of `include`.
///
/// `V` is the type of the field, and `R` the way to it.
///
/// Including it loads, for each id, a [`Linked`](super::Linked): the document, or the id if there is no such document.
#[must_use = "a reference is loaded only if the closure of `include` returns it"]
pub struct Link<M, V, R, N = Whole, D = Optional> {
    pub(super) steps: Arc<[Step]>,
    pub(super) nest: N,
    pub(super) tenant: Tenant,
    types: PhantomData<fn() -> (M, V, R, D)>,
}

impl<M, V, R> Link<M, V, R> {
    fn new(steps: Arc<[Step]>) -> Self {
        Self { steps, nest: Whole, tenant: Tenant::Unspecified, types: PhantomData }
    }
}

impl<M, V, R, N, D> Link<M, V, R, N, D> {
    fn with<N2, D2>(self, change: impl FnOnce(N) -> N2) -> Link<M, V, R, N2, D2> {
        Link { steps: self.steps, nest: change(self.nest), tenant: self.tenant, types: PhantomData }
    }

    /// Reads only the documents of this tenant: `o.team().tenant("oslo")`.
    ///
    /// `{ find: "teams", filter: { company: { $eq: "oslo" }, _id: { $in: [ .. ] } } }`
    ///
    /// Without this, the tenant is that of the handle, or of the reference around this one. The documents that this one
    /// includes are of the same tenant.
    pub fn tenant<K>(mut self, tenant: impl Operand<<V::Target as Tenanted>::Tenant, K>) -> Self
    where
        V: Reference,
        V::Target: Tenanted,
    {
        self.tenant = Tenant::of(tenant.operand());
        self
    }

    /// Reads the documents of all tenants, here and in what they include.
    pub fn all_tenants(mut self) -> Self
    where
        V: Reference,
        V::Target: Tenanted,
    {
        self.tenant = Tenant::All;
        self
    }

    /// Returns the dotted stored name.
    pub(super) fn name(&self) -> String {
        name(&self.steps)
    }

    /// Adds the names of the fields that contain what is read to find the ids. An enum is read whole.
    pub(super) fn add_names(&self, names: &mut Vec<String>) {
        let mut paths = vec![String::new()];
        for step in self.steps.iter().take_while(|step| !matches!(step, Step::Variant(_))) {
            let Step::Field(name, aliases) = step else { continue };
            let below = |path: &str, name: &str| {
                if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
            };
            let all = [*name].into_iter().chain(aliases.iter().copied());
            paths = all.flat_map(|name| paths.iter().map(move |path| below(path, name))).collect();
        }
        names.extend(paths.into_iter().filter(|path| !path.is_empty()));
    }

    /// Returns how the ids of the field are read.
    pub(super) fn leaf() -> Leaf
    where
        V: Reference,
    {
        Leaf { read: V::read, absent: V::absent }
    }
}

fn name(steps: &[Step]) -> String {
    let names = steps.iter().filter_map(|step| match step {
        Step::Field(name, _) => Some(*name),
        _ => None,
    });
    names.collect::<Vec<_>>().join(".")
}

impl<M, V, R, D> Link<M, V, R, Whole, D> {
    /// Reads the documents as a [view](crate::view): `{ projection: { .. } }`.
    ///
    /// A [`Linked<W>`](super::Linked) is then loaded in place of a `Linked` of the model.
    pub fn view<W>(self) -> Link<M, V, R, W::Reading, D>
    where
        V: Reference,
        W: LoadableView<V::Target>,
    {
        self.with(|Whole| W::Reading::default())
    }
}

impl<M, V, R, N, D> Link<M, V, R, N, D> {
    /// Includes what the documents refer to, and what refers to them.
    ///
    /// One more command for each reference in the closure. The documents are then [`Loaded`].
    pub fn include<T, I>(
        self,
        what: impl FnOnce(Links<T>) -> I,
    ) -> Link<M, V, R, Reader<Loaded<N::Item, I::Out>>, D>
    where
        T: Model + Send + Sync,
        V: Reference<Target = T>,
        N: Rows<T>,
        I: Include<T> + 'static,
    {
        self.with(|_| Reader::including::<T, N, I>(what(links::<T>())))
    }
}

impl<M, V, R, N> Link<M, V, R, N> {
    /// Makes a document that does not exist an error for which [`is_dangling`](crate::Error::is_dangling) is true.
    /// [`Error::dangling_reference`](crate::Error::dangling_reference) returns the field and the id.
    ///
    /// Then an `Arc` of the document is loaded in place of a [`Linked`](super::Linked). An `Option` without a value is
    /// still `None`.
    pub fn required(self) -> Link<M, V, R, N, Required>
    where
        V: Reference,
    {
        self.with(|nest| nest)
    }
}

impl<M, V: Reference, R, N: Nest<V::Target>, D> Link<M, V, R, N, D> {
    pub(super) fn into_parts(self) -> (Arc<[Step]>, Reader<N::Item>, Tenant) {
        (self.steps, self.nest.into_reader(), self.tenant)
    }
}

impl<M, V, R, N, D> fmt::Debug for Link<M, V, R, N, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.name())
    }
}
