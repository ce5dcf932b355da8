//! `Parameters<M>`: what a request may ask, and under which names.

use std::{fmt, marker::PhantomData, sync::Arc};

use mongodb::bson::Bson;

use super::{
    Operator, Query,
    allow_list::{AllowList, Field, Test},
    operator::{EQUALITY, ORDER, TEXT},
    parse::Request,
};
use crate::{
    error::{BadParameters, codec::CodecResult},
    filter::{Filter, IntoFilter},
    path::{IntoBase, Location, Path, Queried},
    sort::Sort,
    value::{Array, FromText, Nullable, Ordered, Text, Value},
};

/// The parameters that a request about documents of type `M` may have: see [the module](crate::query).
///
/// Names are those of your interface: they need not be the stored ones, and the stored ones are never shown. A name may
/// stand for several of these, which then add up: `.range("note", o.note()).presence("note", o.note())`. A declared
/// parameter called `sort`, `skip` or `limit` takes the place of the one that this type brings.
///
/// Without more being said, a request may have 50 parameters of 1,000 bytes and 100 items in a list; it gets 20 documents,
/// at most 100, and may skip 10,000.
#[must_use = "parameters do nothing until a request is parsed with them"]
pub struct Parameters<M> {
    allow_list: AllowList,
    default_sort: Option<Sort<M>>,
    model: PhantomData<fn() -> M>,
}

/// What is allowed.
impl<M> Parameters<M> {
    /// No parameters but `skip` and `limit`.
    pub fn new() -> Self {
        Self { allow_list: AllowList::default(), default_sort: None, model: PhantomData }
    }

    /// Allows to ask what a field equals: `name=`, `name[eq]=`, `name[ne]=`, `name[in]=`, `name[nin]=`.
    ///
    /// Lists are separated by commas, so a text with a comma cannot stand in one. Over an array, one element is enough.
    pub fn field<V: Value, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::Bare: FromText,
    {
        self.allow::<V::Bare>(name, &[&EQUALITY], path.into_base().location())
    }

    /// Allows to ask what a field equals, and how it compares: `name[gt]=`, `name[gte]=`, `name[lt]=`, `name[lte]=`.
    ///
    /// Below an array each condition is met by any element, `qty[gte]=3&qty[lte]=5` by two different ones: where one
    /// element must meet them all, say so with [`condition`](Self::condition) and `any`.
    pub fn range<V: Ordered, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::Bare: FromText,
    {
        self.allow::<V::Bare>(name, &[&EQUALITY, &ORDER], path.into_base().location())
    }

    /// Allows to ask what a text equals, and what is in it: `name[prefix]=` (by case; an index helps), `name[contains]=`
    /// (in either case; every document is looked at).
    pub fn text<V: Text, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::Bare: FromText,
    {
        self.allow::<V::Bare>(name, &[&EQUALITY, &TEXT], path.into_base().location())
    }

    /// Allows to ask which elements an array of plain values has: `name=` and `name[in]=` match if it has one that is
    /// equal, `name[ne]=` and `name[nin]=` if it has none.
    pub fn elements<V: Array, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        <V::Item as Value>::Bare: FromText,
    {
        let test = Test::Elements(path.into_base().location().clone(), read::<<V::Item as Value>::Bare>);
        self.push(name, &[&EQUALITY], test)
    }

    /// Allows to ask whether a field has a value: `name[exists]=true`, or `false` where it is null or missing.
    pub fn presence<V: Nullable, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self {
        let test = Test::Field(path.into_base().location().clone(), read::<bool>, V::ARRAYS.holds_null());
        self.push(name, &[&[Operator::Exists]], test)
    }

    /// Allows a parameter that means what you say: the closure gets the value, and gives the condition.
    ///
    /// A text that is no `T`, a key that no map can have and a value that cannot be stored are bad parameters. Any other
    /// condition that cannot be sent is the program's mistake, and an error where the filter is sent.
    ///
    /// ```
    /// # use odm::{Embedded, Id, Model, query::Parameters};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, lines: Vec<Line> }
    /// # #[derive(Embedded)]
    /// # struct Line { sku: String, qty: u32 }
    /// // GET /orders?bulk=100: one line of that many.
    /// let parameters = Parameters::new()
    ///     .condition("bulk", |qty: u32| Order::fields().lines().any(|line| line.qty().gte(qty)));
    /// let query = parameters.parse([("bulk", "100")])?;
    /// assert_eq!(query.filter.to_string(), r#"{ "lines": { "$elemMatch": { "qty": { "$gte": 100 } } } }"#);
    /// # Ok::<(), odm::Error>(())
    /// ```
    pub fn condition<T: FromText, F: IntoFilter<M>>(
        self,
        name: &'static str,
        condition: impl Fn(T) -> F + Send + Sync + 'static,
    ) -> Self {
        let test = move |text: &str| Ok(condition(T::from_text(text)?).into_filter().into_clauses());
        self.push(name, &[&[Operator::Eq]], Test::Condition(Arc::new(test)))
    }

    /// Allows to sort by a field: `sort=name`, or `sort=-name` for the greatest first; several are separated by commas.
    pub fn sortable<V: Value, R: Queried>(
        mut self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::Spread<V>: Ordered,
    {
        self.allow_list.sorts.push((name, path.into_base().location().clone()));
        self
    }

    /// Of the operators of the parameter that was allowed last, keeps only these:
    /// `.field("status", o.status()).only([Operator::Eq, Operator::In])`.
    pub fn only(mut self, operators: impl IntoIterator<Item = Operator>) -> Self {
        let kept: Vec<Operator> = operators.into_iter().collect();
        if let Some(field) = self.allow_list.fields.last_mut() {
            field.operators.retain(|operator| kept.contains(operator));
        }
        self
    }

    fn allow<T: FromText>(self, name: &'static str, operators: &[&[Operator]], at: &Location) -> Self {
        self.push(name, operators, Test::Field(at.clone(), read::<T>, false))
    }

    fn push(mut self, name: &'static str, operators: &[&[Operator]], test: Test) -> Self {
        self.allow_list.fields.push(Field { name, operators: operators.concat(), test });
        self
    }
}

fn read<T: FromText>(text: &str) -> CodecResult<Bson> {
    T::from_text(text)?.to_bson()
}

/// How much of it.
impl<M> Parameters<M> {
    /// Sorts by this where the request does not say, and decides by it between documents that are equal by what the
    /// request says. End it with the id, `o.placed_at().desc().then(o.id().asc())`: then pages never overlap.
    pub fn default_sort(mut self, sort: Sort<M>) -> Self {
        self.default_sort = Some(sort);
        self
    }

    /// How many documents a request gets that does not say, and how many it may ask for. At least 1 each.
    pub fn limit(mut self, default: u64, max: u64) -> Self {
        self.allow_list.max_limit = max.max(1);
        self.allow_list.default_limit = default.clamp(1, self.allow_list.max_limit);
        self
    }

    /// How many documents a request may leave out. The server walks past each of them.
    pub fn max_skip(mut self, max: u64) -> Self {
        self.allow_list.max_skip = max;
        self
    }

    /// How many parameters a request may have.
    pub fn max_parameters(mut self, max: usize) -> Self {
        self.allow_list.max_parameters = max;
        self
    }

    /// How many bytes the text of a parameter may have.
    pub fn max_length(mut self, max: usize) -> Self {
        self.allow_list.max_length = max;
        self
    }

    /// How many items a list may have: of `in`, `nin` and `sort`.
    pub fn max_items(mut self, max: usize) -> Self {
        self.allow_list.max_items = max;
        self
    }

    /// Takes a parameter with an empty text as one that is not there, as HTML forms send the fields that nobody filled
    /// in. Otherwise it asks for the empty text, or is none of its type.
    pub fn ignore_empty(mut self) -> Self {
        self.allow_list.ignore_empty = true;
        self
    }
}

/// What is asked.
impl<M> Parameters<M> {
    /// Reads the parameters of a request: names and texts as they are once the URL is decoded.
    ///
    /// They come from wherever your web framework has them: a `Vec<(String, String)>`, which is what serde reads a query
    /// string into, or `form_urlencoded::parse(..)`. Not from a map: a name that stands twice would be lost in it.
    ///
    /// # Errors
    ///
    /// [`BadParameters`], which lists every one that is unknown, has an operator that is not allowed or a value that is
    /// not of its type, stands there twice, or is too long. With `?` it becomes an [`Error`](crate::Error) that
    /// [`is_bad_parameters`](crate::Error::is_bad_parameters).
    pub fn parse<N: AsRef<str>, T: AsRef<str>>(
        &self,
        parameters: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Query<M>, BadParameters> {
        let mut parse = Request::new(&self.allow_list);
        for (name, text) in parameters {
            if parse.take(name.as_ref(), text.as_ref()).is_break() {
                break;
            }
        }
        let parse = parse.finish()?;
        let sorts = parse.sorts.iter().map(|(at, direction)| Sort::by(at, *direction));
        Ok(Query {
            filter: Filter::of(parse.clauses),
            sort: Sort::all_of(sorts.chain(self.default_sort.clone())),
            skip: parse.skip,
            limit: parse.limit,
        })
    }
}

impl<M> Default for Parameters<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> Clone for Parameters<M> {
    fn clone(&self) -> Self {
        Self {
            allow_list: self.allow_list.clone(),
            default_sort: self.default_sort.clone(),
            model: PhantomData,
        }
    }
}

impl<M> fmt::Debug for Parameters<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.allow_list.fields.iter().map(|field| field.name)).finish()
    }
}
