//! `distinct`: the values that a field has.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    action::Action,
    bson::{Bson, Document},
    options::DistinctOptions,
};

use super::{
    AsSession, Builder, Explicit, Implicit, Place, Reports, SessionState, command,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    prepare::{Problems, newer},
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
    value::{Raw, Value, Writer},
};

pub(super) const DISTINCT: Verb = Verb::new("distinct", "distinct");

/// What [`distinct`](Collection::distinct) takes: a field of the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a field of `{M}` that `distinct` can look at",
    label = "expected a field of `{M}`",
    note = "name one by the accessors of the model's `fields()`, such as `{M}::fields().id()`; a path through an array is fine, elements that an update picked are not"
)]
pub trait DistinctField<M> {
    /// What each of its values is: an element, if the field is an array.
    type Item: Value;

    /// Where it is.
    fn into_location(self) -> Location;
}

#[diagnostic::do_not_recommend]
impl<M, V: Value, R: Queried, F: IntoBase<Base = Path<M, V, R>>> DistinctField<M> for F {
    type Item = V::Spread<V>;

    fn into_location(self) -> Location {
        self.into_base().location().clone()
    }
}

impl<M: Model> Collection<M> {
    /// Gives the values that a field has in the documents that match a filter, each once.
    ///
    /// `{ distinct: <collection>, key: "status", query: { .. } }`
    ///
    /// Of a field that is an array it gives the elements, of a field below an array the values in all elements. Documents
    /// without the field add nothing; null is a value, so the values of an `Option` field are `Option`s, and so are the
    /// elements of an array that may be null. The order is the server's.
    ///
    /// `await` gives a `Vec` of what the field's type says: `Vec<Status>` for `status: Status` and for
    /// `history: Vec<Status>`. The server sends all values in one document, so they have to fit in 16 MiB: if there
    /// can be more, `group` by the field.
    ///
    /// # Errors
    ///
    /// [`is_decode`](crate::Error::is_decode): a stored value does not fit the type of the field.
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
    pub fn distinct<T: Value>(
        &self,
        field: impl DistinctField<M, Item = T>,
        filter: impl IntoFilter<M>,
    ) -> Distinct<M, T> {
        let field = field.into_location();
        let mut filter = filter.into_filter();
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
            state: Implicit,
        }
    }
}

/// Gives the values `T` that a field has.
///
/// Construct with [`Collection::distinct`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Distinct<M, T, S = Implicit> {
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

impl<M, T, S> Builder for Distinct<M, T, S> {
    type Options = DistinctOptions;

    fn on(&self) -> Place {
        Place::Collection(self.target.clone())
    }

    fn options(&mut self) -> &mut DistinctOptions {
        &mut self.options
    }
}

impl<M, T, S> Reports for Distinct<M, T, S> {
    fn problems(&mut self) -> &mut Problems {
        &mut self.problems
    }
}

impl<M, T, S> Distinct<M, T, S> {
    /// Takes all options from the driver's struct, in place of those set so far.
    pub fn with_options(mut self, options: DistinctOptions) -> Self {
        self.options = options;
        self.problems = Problems::default();
        self
    }
}

impl<M, T> Distinct<M, T> {
    /// Runs in this session.
    ///
    /// The action borrows the session until its future is done, and takes only one.
    pub fn session(self, session: &mut impl AsSession) -> Distinct<M, T, Explicit<'_>> {
        let Self { target, field, filter, problems, options, values, state: Implicit } = self;
        Distinct { target, field, filter, problems, options, values, state: Explicit::new(session) }
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

impl<M, T> Explained for Distinct<M, T> {
    fn explained(self) -> Explain {
        let members = self.options.selection_criteria.clone();
        let filter = self.problems.or(named(&self.field).and_then(|()| self.filter.into_document()));
        let command = filter.and_then(|filter| {
            command::distinct(self.target.name(), self.field.name(), filter, &self.options)
        });
        Explain::new(self.target, command, members)
    }
}

impl<M, T: Value> IntoFuture for Distinct<M, T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        exec::completed(self.execute())
    }
}

impl<'s, M, T: Value> IntoFuture for Distinct<M, T, Explicit<'s>> {
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
        let Self { target, field, filter, problems, options, .. } = self;
        let filter = problems.or(named(&field).and_then(|()| filter.into_document()));
        let session = self.state.into_option();
        Box::pin(async move {
            let values = send(&target, &field, filter, options, session).await?;
            let operation = target.operation(DISTINCT);
            values.iter().map(|value| read(value, &field, &operation)).collect()
        })
    }
}

/// Whether the field has a name that can be sent.
fn named(field: &Location) -> Result<()> {
    field.problem().map_or(Ok(()), |problem| Err(problem.clone().into()))
}

fn read<T: Value>(value: &Bson, field: &Location, operation: &Operation<'_>) -> Result<T> {
    decode(value, T::decode).map_err(|cause| Error::decode(&[], field.locate(cause)).during(operation))
}

fn decode<T>(value: &Bson, decode: fn(Raw<'_>) -> CodecResult<T>) -> CodecResult<T> {
    let mut writer = Writer::new();
    let element_type = value.encode(&mut writer)?;
    decode(Raw::new(element_type, writer.as_bytes()))
}

async fn send(
    target: &Target,
    field: &Location,
    filter: Result<Document>,
    options: DistinctOptions,
    session: Option<&mut ClientSession>,
) -> Result<Vec<Bson>> {
    let operation = target.operation(DISTINCT);
    let filter = operation.check(filter)?;
    let hinted = options.hint.is_some();
    let call = target
        .driver()
        .distinct(field.name(), filter)
        .with_options(options)
        .optional(session, mongodb::action::Distinct::session);
    exec::run(operation, call).await.map_err(|error| newer(error, hinted, "hint", "7.1"))
}
