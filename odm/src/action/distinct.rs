//! `distinct`: the distinct values of a field.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use futures_core::future::BoxFuture;
use mongodb::{bson::Bson, options::DistinctOptions};

use super::{
    AsSession, Builder, CollectsProblems, ExplicitSession, HasTarget, ImplicitSession, OperationTarget,
    SessionState,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    prepare::Problems,
    read,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result, codec::CodecResult},
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::{Operation, Verb},
    path::{IntoBase, Location, Path, Queried},
    query::{Query, Values},
    value::{Raw, Value, Writer},
};

pub(super) const DISTINCT: Verb = Verb::reads("distinct", "distinct");

/// The first argument of [`distinct`](Collection::distinct): a field of the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a field of `{M}` that `distinct` can read",
    label = "expected a field of `{M}`",
    note = "use an accessor of the model's `fields()`, such as `{M}::fields().id()`; it may be a path through an array, but not to array elements that an update selects"
)]
pub trait DistinctField<M> {
    /// The type of each value: of an element, if the field is an array.
    type Item: Value;

    /// Returns the location of the field.
    fn into_location(self) -> Location;
}

#[diagnostic::do_not_recommend]
impl<M, V: Value, R: Queried, F: IntoBase<Base = Path<M, V, R>>> DistinctField<M> for F {
    type Item = V::DistinctItem<V>;

    fn into_location(self) -> Location {
        self.into_base().location().clone()
    }
}

impl<M: Model> Collection<M> {
    /// Returns the distinct values of a field in the documents that match a filter.
    ///
    /// `{ distinct: <collection>, key: "status", query: { .. } }`
    ///
    /// The values of an array are its elements. The values of a field below an array are those of all elements. A
    /// document without the field has no value. Null is a value, so the values of an `Option` field are `Option`s,
    /// and so are array elements that may be null. The order is the server's.
    ///
    /// Awaiting it returns a `Vec` of the type of the values: `Vec<Status>` for `status: Status` and for
    /// `history: Vec<Status>`. The server sends all values in one document, so they must fit in 16 MiB. If there can
    /// be more, `group` by the field.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if a stored value does not fit the
    /// type of the field.
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, tags: Vec<String> }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let ages: Vec<u8> = users.distinct(u.age(), Filter::all()).await?;
    /// let tags: Vec<String> = users.distinct(u.tags(), u.age().gte(18)).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn distinct<T: Value>(
        &self,
        field: impl DistinctField<M, Item = T>,
        filter: impl IntoFilter<M>,
    ) -> Distinct<M, T> {
        let field = field.into_location();
        let mut filter = filter.into_filter();
        // The command has only the name of a field. For a field of a variant, the filter must select the documents
        // that contain this variant: `Filter::test` adds the condition on the tag.
        if !field.variant_tests().is_empty() {
            filter = filter & Filter::test(&field, "$exists", Ok(Bson::Boolean(true)));
        }
        Distinct {
            target: self.target(),
            field,
            filter,
            problems: Problems::default(),
            options: DistinctOptions::default(),
            values: PhantomData,
            state: ImplicitSession,
        }
    }
}

/// Returns the distinct values `T` of a field.
///
/// Construct with [`Collection::distinct`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Distinct<M, T, S = ImplicitSession> {
    target: Target,
    field: Location,
    filter: Filter<M>,
    problems: Problems,
    options: DistinctOptions,
    values: PhantomData<fn() -> T>,
    state: S,
}

setters!([M: Model, T, S] Distinct<M, T, S>, of M:
    hint_since_7 collation comment max_time read_concern read_preference);
deadline!([M: Model, T] Distinct<M, T>, DISTINCT, max_time);
explain!([M: Model, T] Distinct<M, T>);

impl<M, T, S> HasTarget for Distinct<M, T, S> {
    fn on(&self) -> OperationTarget {
        OperationTarget::Collection(self.target.clone())
    }
}

impl<M, T, S> Builder for Distinct<M, T, S> {
    type Options = DistinctOptions;

    fn options(&mut self) -> &mut DistinctOptions {
        &mut self.options
    }
}

impl<M, T, S> CollectsProblems for Distinct<M, T, S> {
    fn problems(&mut self) -> &mut Problems {
        &mut self.problems
    }
}

impl<M, T, S> Distinct<M, T, S> {
    /// Replaces all options by those of the driver's struct.
    pub fn with_options(mut self, options: DistinctOptions) -> Self {
        self.options = options;
        self.problems = Problems::default();
        self
    }
}

impl<M, T> Distinct<M, T> {
    /// Runs the action in this session.
    ///
    /// The action borrows the session until its future completes. An action can have only one session.
    pub fn session(self, session: &mut impl AsSession) -> Distinct<M, T, ExplicitSession<'_>> {
        let Self { target, field, filter, problems, options, values, state: ImplicitSession } = self;
        Distinct { target, field, filter, problems, options, values, state: ExplicitSession::new(session) }
    }
}

impl<M, T, S> fmt::Debug for Distinct<M, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Distinct")
            .field("on", &self.target)
            .field("field", &self.field.shown())
            .finish_non_exhaustive()
    }
}

impl<M, T, S> Distinct<M, T, S> {
    fn into_query(self) -> (Target, Location, Result<Query<Values, DistinctOptions>>, S) {
        let Self { target, field, filter, problems, options, values: _, state } = self;
        let filter = problems.or(named(&field).and_then(|()| filter.into_document()));
        let query = filter.map(|filter| Query::new(Values { key: field.name().to_owned(), filter }, options));
        (target, field, query, state)
    }
}

impl<M, T> Explained for Distinct<M, T> {
    fn explained(self) -> Explain {
        let (target, _, query, _) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M, T: Value> IntoFuture for Distinct<M, T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        exec::completed(self.execute())
    }
}

impl<'s, M, T: Value> IntoFuture for Distinct<M, T, ExplicitSession<'s>> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.execute()
    }
}

impl<M, T: Value, S> Distinct<M, T, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<Vec<T>>>
    where
        S: SessionState<'s>,
    {
        let (target, field, query, state) = self.into_query();
        state.at(target.operation(DISTINCT)).run(|session| {
            Box::pin(async move {
                let values = read::distinct(&target, DISTINCT, query, session).await?;
                let operation = target.operation(DISTINCT);
                values.iter().map(|value| decode(value, &field, &operation)).collect()
            })
        })
    }
}

/// Returns an error if the name of the field cannot be sent.
fn named(field: &Location) -> Result<()> {
    field.problem().map_or(Ok(()), |problem| Err(problem.clone().into()))
}

fn decode<T: Value>(value: &Bson, field: &Location, operation: &Operation<'_>) -> Result<T> {
    decode_as(value, T::decode).map_err(|cause| Error::decode(&[], field.locate(cause)).during(operation))
}

fn decode_as<T>(value: &Bson, decode: fn(Raw<'_>) -> CodecResult<T>) -> CodecResult<T> {
    let mut writer = Writer::new();
    let element_type = value.encode(&mut writer)?;
    decode(Raw::new(element_type, writer.as_bytes()))
}
