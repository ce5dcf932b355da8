//! The context of an expression: accessors return an [`Expr`] whose type includes every array and option above it.

mod untagged;

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::Bson;

use super::{
    Expr, Source, filled,
    rendered::{Rendered, list, named, object, one},
};
use crate::{
    error::codec::CodecResult,
    path::{Context, Flattened, Key, Location, Narrows, VariantTest},
    value::Value,
};

/// The context of fields in an expression over the row `R`. `W` describes the arrays and options between the row and
/// the field: below an array, a field evaluates to the array of its values; below an option, it may be null.
pub struct InExpr<R, W> {
    name: Cow<'static, str>,
    /// Stored separately, because most fields have none and a context is moved often.
    extras: Option<Box<Extras>>,
    types: PhantomData<fn() -> (R, W)>,
}

/// What lies between the row and some fields.
#[derive(Clone, Default)]
struct Extras {
    /// The condition under which the field exists: the enums above hold the variants that the name enters.
    guard: Option<CodecResult<Rendered>>,
    /// The computed document that the name begins in, as the variable `$$it`.
    document: Option<CodecResult<Rendered>>,
    /// For each array above, outermost first, the length of the part of `name` that is this array.
    arrays: Vec<usize>,
    /// How many entries of `arrays` calls of `many` have visited. The type of a field includes all arrays above the
    /// field, so its fields struct calls `many` for them again, and they must not be recorded twice.
    passed: usize,
}

impl<R, W> InExpr<R, W> {
    fn new(name: Cow<'static, str>) -> Self {
        Self { name, extras: None, types: PhantomData }
    }

    /// Returns the same context with another `W`.
    fn through<V>(self) -> InExpr<R, V> {
        InExpr { name: self.name, extras: self.extras, types: PhantomData }
    }

    /// Returns a context below the same arrays, for a type that already includes them (`W::Of<T>`).
    fn seen_from_row(&self, name: Cow<'static, str>) -> InExpr<R, Unwrapped> {
        let mut extras = self.extras.clone();
        if let Some(extras) = &mut extras {
            extras.passed = 0;
        }
        InExpr { name, extras, types: PhantomData }
    }

    /// Returns the dotted name of a field below this one.
    fn below(&self, name: &'static str) -> Cow<'static, str> {
        match self.name.as_ref() {
            "" => Cow::Borrowed(name),
            above => Cow::Owned([above, name].join(".")),
        }
    }

    fn guard(&self) -> Option<&CodecResult<Rendered>> {
        self.extras.as_ref()?.guard.as_ref()
    }

    fn document(&self) -> Option<&CodecResult<Rendered>> {
        self.extras.as_ref()?.document.as_ref()
    }

    fn arrays(&self) -> &[usize] {
        self.extras.as_ref().map_or(&[], |extras| &extras.arrays)
    }
}

impl<R, W: Wrap> InExpr<R, W> {
    /// Returns the field of this name, which is a `T` below the arrays and options.
    fn at<T: Value>(
        &self,
        name: Cow<'static, str>,
    ) -> <W::Of<T> as Value>::Fields<InExpr<R, Unwrapped>, Expr<R, W::Of<T>>>
    where
        R: 'static,
    {
        let field = if !self.arrays().is_empty() && W::may_hold_none::<T>() {
            Source::BelowArray(name.clone(), items(&name, self.arrays(), W::item::<T>))
        } else {
            Source::Field(name.clone())
        };
        let guarded = match self.guard() {
            None => field,
            Some(guard) => Source::Computed(list(
                "$cond",
                &mut [guard.clone(), field.render(), Ok(Rendered::leaf(Bson::Null))],
            )),
        };
        let source = match self.document() {
            None => guarded,
            Some(document) => Source::Computed(named(
                "$let",
                &mut [("vars", object(&mut [("it", document.clone())])), ("in", guarded.render())],
            )),
        };
        <W::Of<T>>::under(self.seen_from_row(name), Expr::from_source(source))
    }

    /// Returns the context of the fields of a variant, which exist under the condition `guard`.
    fn in_variant(&self, guard: Option<CodecResult<Rendered>>) -> InExpr<R, ThroughOption<W::Items>> {
        let extras = Extras { guard, document: self.document().cloned(), ..Extras::default() };
        InExpr { extras: Some(Box::new(extras)), ..InExpr::new(self.name.clone()) }
    }
}

impl<R> InExpr<R, Unwrapped> {
    /// Returns the context of the row itself.
    pub(crate) fn root() -> Self {
        Self::new(Cow::Borrowed(""))
    }

    /// Returns the context of the document that an expression evaluates to.
    pub(super) fn inside(source: Source) -> Self {
        match source {
            Source::Field(name) => Self::new(name),
            Source::BelowArray(_, document) | Source::Computed(document) => {
                let extras = Extras { document: Some(document), ..Extras::default() };
                Self { extras: Some(Box::new(extras)), ..Self::new(Cow::Borrowed("$it")) }
            }
        }
    }
}

impl<R, W> Clone for InExpr<R, W> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), extras: self.extras.clone(), types: PhantomData }
    }
}

impl<R, W> fmt::Debug for InExpr<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InExpr").finish_non_exhaustive()
    }
}

/// The arrays and options between the row and a field, which change the type of the field.
pub trait Wrap: 'static {
    /// The type of a `T` as the row contains it.
    type Of<T: Value>: Value;
    /// The same without arrays. It is used inside a variant: an array above the enum is an error there, and rustc
    /// reports it only once.
    type Items: Wrap;

    /// Returns whether an array between the row and a `T` may contain `None`. The server leaves missing values out of
    /// an array.
    fn may_hold_none<T: Value>() -> bool;

    /// Renders a `T` in the innermost array. Replaces a missing value with null if it decodes as `None`.
    fn item<T: Value>(rendered: CodecResult<Rendered>) -> CodecResult<Rendered>;
}

/// No array or option is between the row and the field.
#[derive(Debug)]
pub enum Unwrapped {}

/// An array is between the row and the field: a `T` becomes a `Vec<T>`.
#[derive(Debug)]
pub struct ThroughArray<W>(PhantomData<fn() -> W>);

/// An option is between the row and the field: a `T` becomes an `Option<T>`.
#[derive(Debug)]
pub struct ThroughOption<W>(PhantomData<fn() -> W>);

impl Wrap for Unwrapped {
    type Of<T: Value> = T;
    type Items = Self;

    fn may_hold_none<T: Value>() -> bool {
        false
    }

    fn item<T: Value>(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
        filled::<T>(rendered)
    }
}

impl<W: Wrap> Wrap for ThroughArray<W> {
    type Of<T: Value> = W::Of<Vec<T>>;
    type Items = W::Items;

    fn may_hold_none<T: Value>() -> bool {
        T::missing().is_some() || W::may_hold_none::<Vec<T>>()
    }

    fn item<T: Value>(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
        filled::<T>(rendered)
    }
}

impl<W: Wrap> Wrap for ThroughOption<W> {
    type Of<T: Value> = W::Of<T::Optional>;
    type Items = ThroughOption<W::Items>;

    fn may_hold_none<T: Value>() -> bool {
        W::may_hold_none::<T::Optional>()
    }

    fn item<T: Value>(rendered: CodecResult<Rendered>) -> CodecResult<Rendered> {
        W::item::<T::Optional>(rendered)
    }
}

impl<R: 'static, W: Wrap> Context for InExpr<R, W> {
    type Field<T: Value, K: Key> = <W::Of<T> as Value>::Fields<InExpr<R, Unwrapped>, Expr<R, W::Of<T>>>;
    type Many = InExpr<R, ThroughArray<W>>;
    type Maybe = InExpr<R, ThroughOption<W>>;
    type Flattened<T: Value, K: Key> = <W::Of<T> as Value>::Fields<InExpr<R, Unwrapped>, Flattened<R, T, W>>;
    type InVariant = InExpr<R, ThroughOption<W::Items>>;
    type Whole<T: Value, K: Key> = <Self::InVariant as Context>::Field<T, K>;
    type Tag<T: Value, K: Key> = Self::Field<T, K>;
    type Variant = ();

    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K> {
        self.at(self.below(K::NAME))
    }

    fn tag<T: Value, K: Key>(&self) -> Self::Tag<T, K> {
        self.field::<T, K>()
    }

    fn flattened<T: Value, K: Key>(&self) -> Self::Flattened<T, K> {
        <W::Of<T>>::under(self.seen_from_row(self.name.clone()), Flattened::new(Location::default()))
    }

    fn many(mut self) -> Self::Many {
        let extras = self.extras.get_or_insert_default();
        if extras.passed == extras.arrays.len() {
            extras.arrays.push(self.name.len());
        }
        extras.passed += 1;
        self.through()
    }

    fn maybe(self) -> Self::Maybe {
        self.through()
    }
}

/// Renders a field in the elements of arrays, with one value for each element:
/// `{ $map: { input: "$items", in: { $ifNull: ["$$this.note", null] } } }`.
fn items(
    name: &str,
    arrays: &[usize],
    item: impl FnOnce(CodecResult<Rendered>) -> CodecResult<Rendered>,
) -> CodecResult<Rendered> {
    let below = |from: usize, to: usize| name.get(from..to).unwrap_or_default().trim_start_matches('.');
    let (mut start, mut inputs) = (0, Vec::new());
    for end in arrays {
        inputs.push((start, below(start, *end)));
        start = *end;
    }
    let path = |start: usize, name: &str| {
        Ok(Rendered::leaf(match (start, name) {
            (0, name) => format!("${name}"),
            (_, "") => "$$this".to_owned(),
            (_, name) => format!("$$this.{name}"),
        }))
    };
    let innermost = item(path(start, below(start, name.len())));
    inputs.into_iter().rev().fold(innermost, |inside, (start, name)| {
        named("$map", &mut [("input", path(start, name)), ("in", inside)])
    })
}

/// A `W` without arrays: only a single value can be tested for its variant.
#[diagnostic::on_unimplemented(
    message = "an expression cannot tell which variant each item of an array is",
    label = "an array is between the row and this enum",
    note = "unwind the array first: `.unwind(|row| row.items())`"
)]
pub trait Single: Wrap {}

impl Single for Unwrapped {}
impl<W: Single> Single for ThroughOption<W> {}

/// A field of a variant is null in rows that hold another variant:
/// `{ $cond: [{ $eq: ["$payment.kind", "card"] }, "$payment.last4", null] }`.
impl<R: 'static, W: Single> Narrows for InExpr<R, W> {
    fn narrow(&self, test: VariantTest) -> Self::InVariant {
        let path = |name: &str| Ok(Rendered::path(name));
        let test = match test {
            VariantTest::Tag(tag, value) => {
                list("$eq", &mut [path(&self.below(tag)), Rendered::constant(value.into())])
            }
            VariantTest::Key(key) => {
                list("$ne", &mut [one("$type", path(&self.below(key))), Ok(Rendered::leaf("missing"))])
            }
            VariantTest::Text(value) => {
                list("$eq", &mut [path(&self.name), Rendered::constant(value.into())])
            }
            VariantTest::None => return self.in_variant(self.guard().cloned()),
        };
        self.in_variant(Some(match self.guard() {
            None => test,
            Some(above) => list("$and", &mut [above.clone(), test]),
        }))
    }

    fn variant(&self, _: VariantTest) {}
}

/// The fields of a row as expressions: the argument of the closures of stages and of
/// [`Filter::expr`](crate::Filter::expr).
pub type Exprs<R> = <R as Value>::Fields<InExpr<R, Unwrapped>, ()>;

pub(crate) fn exprs<R: Value>() -> Exprs<R> {
    R::under(InExpr::root(), ())
}

/// The fields of a document that an expression evaluates to, or the expression itself if it is not a document: the
/// element in the closure of [`map`](Expr::map), and the result of [`fields`](Expr::fields).
pub type Fields<R, T> = <T as Value>::Fields<InExpr<R, Unwrapped>, Expr<R, T>>;

/// Returns the fields of the document that an expression evaluates to.
pub(crate) fn fields<R, T: Value>(source: Source) -> Fields<R, T>
where
    R: 'static,
{
    T::under(InExpr::inside(source.clone()), Expr::from_source(source))
}
