//! stub: stands for what other rooms will hold.
#![allow(missing_docs, missing_debug_implementations)]
use std::{marker::PhantomData, time::Duration, fmt::Display, ops::Deref};
use mongodb::bson::{DateTime, spec::ElementType, Document};
use crate::{error::codec::*, index::*, path::*, value::*, model::Check};

pub struct With<R, A>(PhantomData<fn() -> (R, A)>);
pub struct Over<R, A>(PhantomData<fn() -> (R, A)>);
macro_rules! rows { ($($n:ident)*) => { $(
impl<R: Value, Added: Doc> Value for $n<R, Added> {
    type Fields<A: At, B> = Added::Fields<A, R::Fields<A, B>>;
    type Optional = Option<Self>;
    type Bare = Self;
    type Lift<U: Value> = U;
    type Laid<S: Doc> = Over<Self, S>;
    type Joined<S: Doc> = With<Self, S>;
    fn under<A: At, B>(at: A, base: B) -> Self::Fields<A, B> { Added::under(at.clone(), R::under(at, base)) }
    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> { Err(CodecError::malformed()) }
    fn decode(_: Raw<'_>) -> CodecResult<Self> { Err(CodecError::malformed()) }
}
)* } }
rows!(With Over);
impl<R, A> Deref for With<R, A> { type Target = PhantomData<fn() -> (R, A)>; fn deref(&self) -> &Self::Target { &self.0 } }

impl Index {
    pub fn new() -> Self { Self::default() }
    pub fn key(mut self, name: impl Into<String>, direction: Direction) -> Self { self.keys.push((name.into(), direction)); self }
    pub fn unique(mut self) -> Self { self.unique = true; self }
    pub fn sparse(mut self) -> Self { self.sparse = true; self }
    pub fn expire_after(mut self, d: Duration) -> Self { self.expire_after = Some(d); self }
    pub fn named(mut self, n: impl Into<String>) -> Self { self.name = Some(n.into()); self }
}
#[diagnostic::on_unimplemented(message = "a TTL index needs a date field, and `{Self}` is none", label = "not a date")]
pub trait Dated {}
impl Dated for DateTime {}
impl<T: Dated> Dated for Option<T> {}
pub fn date<M, V: Dated, R>(path: &Path<M, V, R>) -> &str { path.name() }

impl Check {
    pub fn length<T: ?Sized>(&mut self, _: &'static str, _: &T, _: Option<usize>, _: Option<usize>) {}
    pub fn range<T, B>(&mut self, _: &'static str, _: &T, _: Option<B>, _: Option<B>) {}
    pub fn pattern<T: ?Sized>(&mut self, _: &'static str, _: &T, _: &'static str) {}
    pub fn email<T: ?Sized>(&mut self, _: &'static str, _: &T) {}
    pub fn nested<T>(&mut self, _: &'static str, _: &T) {}
    pub fn custom<T, E: Display>(&mut self, _: &'static str, _: &T, _: &'static str, _: impl FnOnce(&T) -> Result<(), E>) {}
}

#[derive(Default)]
pub struct Filled(Document);
impl Filled { pub fn new() -> Self { Self::default() } pub fn into_expression(self) -> Rendered { Rendered(self.0) } }
pub struct Rendered(pub Document);
pub trait Gives { type Given; }
pub trait Slots<S> { type Out: Doc; fn fill(self, to: &mut Filled); }
pub trait Slot<S, K, T> { fn slot(self, to: &mut Filled); }
pub struct InObject<R>(PhantomData<R>);
pub struct IdOf<K>(PhantomData<K>);
#[diagnostic::on_unimplemented(message = "`{K}` is declared `{T}`", label = "does not give a `{T}`: `{Self}`")]
pub trait Fills<K, T> {}
impl<K, T, X: Gives> Fills<K, T> for X {}
pub trait Expression<R> { type T: Value; fn render(self) -> Rendered; }
impl Gives for i32 { type Given = i32; }
impl<R> Expression<R> for i32 { type T = i32; fn render(self) -> Rendered { Rendered(Document::new()) } }
impl<R, K, T, X: Expression<R>> Slot<InObject<R>, K, T> for X { fn slot(self, _: &mut Filled) {} }
