//! `Parameters<M>`: the parameters that a request may have, and their names.

use std::{fmt, marker::PhantomData, sync::Arc};

use mongodb::bson::Bson;

use super::{
    Operator, Query,
    allow_list::{AllowList, Field, Test},
    operator::{EQUALITY, ORDER, TEXT},
    parse::Parser,
};
use crate::{
    error::{BadParameters, codec::CodecResult},
    filter::{Filter, IntoFilter},
    path::{IntoBase, Location, Path, Queried},
    sort::Sort,
    value::{Array, FromText, Nullable, Ordered, Text, Value},
};

/// The parameters that a request about documents of type `M` may have: see [the module](crate::request).
///
/// Names are those of your public interface. They can differ from the stored names, which are never shown. Several
/// parameters may have one name; then all their operators are allowed:
/// `.range("note", o.note()).presence("note", o.note())`.
/// A declared parameter called `sort`, `skip` or `limit` replaces the built-in one.
///
/// By default, a request may have 50 parameters of 1,000 bytes and 100 items in a list. It returns 20 documents, or
/// up to 100 with `limit`, and may skip 10,000.
#[must_use = "parameters do nothing until a request is parsed with them"]
pub struct Parameters<M> {
    allow_list: AllowList,
    default_sort: Option<Sort<M>>,
    model: PhantomData<fn() -> M>,
}

/// The allowed parameters.
impl<M> Parameters<M> {
    /// Returns an allow-list without parameters other than `skip` and `limit`.
    pub fn new() -> Self {
        Self { allow_list: AllowList::default(), default_sort: None, model: PhantomData }
    }

    /// Allows equality conditions on a field: `name=`, `name[eq]=`, `name[ne]=`, `name[in]=`, `name[nin]=`.
    ///
    /// Commas separate the items of a list, so a string with a comma cannot be an item. For a path into an array, one
    /// matching element is enough.
    pub fn field<V: Value, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::NonNull: FromText,
    {
        self.allow::<V::NonNull>(name, &[&EQUALITY], path.into_base().location())
    }

    /// Allows equality and order conditions on a field: also `name[gt]=`, `name[gte]=`, `name[lt]=`, `name[lte]=`.
    ///
    /// Below an array, any element may match each condition: two different elements can match
    /// `qty[gte]=3&qty[lte]=5`. If one element must match all of them, use [`condition`](Self::condition) with `any`.
    pub fn range<V: Ordered, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::NonNull: FromText,
    {
        self.allow::<V::NonNull>(name, &[&EQUALITY, &ORDER], path.into_base().location())
    }

    /// Allows equality conditions on a string, and conditions on its content: `name[prefix]=` (case-sensitive; can use
    /// an index), `name[contains]=` (case-insensitive; the server examines every document).
    pub fn text<V: Text, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::NonNull: FromText,
    {
        self.allow::<V::NonNull>(name, &[&EQUALITY, &TEXT], path.into_base().location())
    }

    /// Allows conditions on the elements of an array of plain values: `name=` and `name[in]=` match if an element is
    /// equal, `name[ne]=` and `name[nin]=` if none is.
    pub fn elements<V: Array, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        <V::Item as Value>::NonNull: FromText,
    {
        let test = Test::Elements(path.into_base().location().clone(), read::<<V::Item as Value>::NonNull>);
        self.push(name, &[&EQUALITY], test)
    }

    /// Allows conditions on the presence of a value: `name[exists]=true`, or `false` if the field is null or missing.
    pub fn presence<V: Nullable, R: Queried>(
        self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self {
        let test = Test::Field(path.into_base().location().clone(), read::<bool>, V::ARRAYS.holds_null());
        self.push(name, &[&[Operator::Exists]], test)
    }

    /// Allows a parameter with a condition of your own. The closure receives the value and returns the condition.
    ///
    /// A string that is not a `T`, an invalid map key and a value that cannot be stored are bad parameters. Any other
    /// condition that cannot be sent is a mistake of the program: sending the filter then returns an error.
    ///
    /// ```
    /// # use odm::{Embedded, Id, Model, request::Parameters};
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

    /// Allows sorting by a field: `sort=name`, or `sort=-name` for the greatest first. Commas separate several names.
    pub fn sortable<V: Value, R: Queried>(
        mut self,
        name: &'static str,
        path: impl IntoBase<Base = Path<M, V, R>>,
    ) -> Self
    where
        V::DistinctItem<V>: Ordered,
    {
        self.allow_list.sorts.push((name, path.into_base().location().clone()));
        self
    }

    /// Allows the token of a page: `name=token`, which becomes [`Query::page_token`]. An unknown token is not a bad
    /// parameter: reading the page returns an error for which
    /// [`is_bad_page_token`](crate::Error::is_bad_page_token) is true.
    #[cfg(feature = "page")]
    pub fn page_token(mut self, name: &'static str) -> Self {
        self.allow_list.page_token = Some(name);
        self
    }

    /// Keeps only these operators of the parameter that was allowed last:
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

/// The limits.
impl<M> Parameters<M> {
    /// Sets the sort of requests without `sort`. In other requests, it is appended to the request's sort. End it with
    /// the id, `o.placed_at().desc().then(o.id().asc())`, so that pages never overlap.
    pub fn default_sort(mut self, sort: Sort<M>) -> Self {
        self.default_sort = Some(sort);
        self
    }

    /// Sets the default and the maximum number of documents that a request returns. Both are at least 1.
    pub fn limit(mut self, default: u64, max: u64) -> Self {
        self.allow_list.max_limit = max.max(1);
        self.allow_list.default_limit = default.clamp(1, self.allow_list.max_limit);
        self
    }

    /// Sets how many documents a request may skip. The server examines each skipped document.
    pub fn max_skip(mut self, max: u64) -> Self {
        self.allow_list.max_skip = max;
        self
    }

    /// Sets how many parameters a request may have.
    pub fn max_parameters(mut self, max: usize) -> Self {
        self.allow_list.max_parameters = max;
        self
    }

    /// Sets how many bytes the string of a parameter may have.
    pub fn max_length(mut self, max: usize) -> Self {
        self.allow_list.max_length = max;
        self
    }

    /// Sets how many items a list of `in`, `nin` and `sort` may have.
    pub fn max_items(mut self, max: usize) -> Self {
        self.allow_list.max_items = max;
        self
    }

    /// Ignores parameters with an empty string, which HTML forms send for fields that are not filled in. By default, an
    /// empty string is a value like any other, and a bad parameter if the type of the field does not allow it.
    pub fn ignore_empty(mut self) -> Self {
        self.allow_list.ignore_empty = true;
        self
    }
}

/// Parsing.
impl<M> Parameters<M> {
    /// Parses the parameters of a request: names and strings after the URL is decoded.
    ///
    /// Pass them as your web framework provides them: for example, as a `Vec<(String, String)>`, which serde
    /// deserializes from a query string, or from `form_urlencoded::parse(..)`. Do not pass a map, because it would
    /// lose repeated names.
    ///
    /// # Errors
    ///
    /// Returns [`BadParameters`], which lists every parameter that is unknown, has an operator that is not allowed or
    /// a value that is not of its type, is repeated, or is too long. With `?`, it becomes an [`Error`](crate::Error)
    /// for which [`is_bad_parameters`](crate::Error::is_bad_parameters) is true.
    pub fn parse<N: AsRef<str>, T: AsRef<str>>(
        &self,
        parameters: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Query<M>, BadParameters> {
        let mut parse = Parser::new(&self.allow_list);
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
            #[cfg(feature = "page")]
            page_token: parse.page_token,
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
