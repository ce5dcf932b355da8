//! Pipeline updates: `$set $unset $replaceWith`, computed from the document itself.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::{
    IntoUpdate, Update,
    changes::{Changes, Data, refuse_conflicts, written_twice},
};
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::{BaseExpression, Computed, Expression, Exprs, StorableIn, exprs, rendered::Rendered},
    extended_json::ExtendedJson,
    path::{Assign, IntoBase, Location, One, Path, operands::Direct},
    pipeline::{InUpdate, Pipeline},
    shape::{InObject, ShapeLiteral},
    value::{Optional, Value},
};

/// The stages of an update that computes new values from the document that it changes.
///
/// Construct with [`Update::computed`]. Every method that accepts an [`Update`] accepts it. It cannot be joined with
/// update operators.
///
/// A stage receives the document as the stages before it changed it. `set` stores a value as the field stores it: an
/// integer becomes the int32 or int64 of the field. A number of another kind than the field's does not compile:
/// convert it with `.to_int()` and the like, or with `.to_int().as_::<u8>()` if the field is narrower. Only the next
/// read detects a number outside the range of the field. In the literal of a document (`AddressOf { floor: .. }`), a
/// number keeps its kind: convert it with `.to_long()` and the like.
///
/// ```
/// # use odm::{Id, Model, Update};
/// # #[derive(Model)]
/// # #[odm(collection = "baskets")]
/// # struct Basket { id: Id<Basket>, price: f64, qty: u32, total: f64, rebate: Option<f64>, checked: bool }
/// let b = Basket::fields();
/// let update = Update::computed()
///     .set(b.total(), |b| b.price() * b.qty() - b.rebate().if_null(0))
///     .and_set(b.checked(), |_| true)
///     .unset(b.rebate());
/// assert_eq!(
///     update.to_string(),
///     r#"[{ "$set": { "total": { "$subtract": [{ "$multiply": ["$price", "$qty"] }, { "$ifNull": ["$rebate", 0.0] }] }, "checked": true } }, { "$unset": "rebate" }]"#,
/// );
/// ```
#[must_use = "an update does nothing until it is passed to a collection method"]
pub struct ComputedUpdate<M> {
    list: Vec<Document>,
    problem: Option<CodecError>,
    data: Data,
    model: PhantomData<fn() -> M>,
}

impl<M> Update<M> {
    /// Returns an update without stages yet. Its stages compute new values from the document itself.
    ///
    /// `[{ $set: { total: { $multiply: ["$price", "$qty"] } } }]`
    pub fn computed() -> ComputedUpdate<M> {
        ComputedUpdate { list: Vec::new(), problem: None, data: Data::default(), model: PhantomData }
    }
}

impl<M: Value> Update<M> {
    /// Returns an update by the stages of an aggregation pipeline: those that an update may have. The row type is
    /// followed, so a stage can use fields that a stage before it has added.
    ///
    /// `[{ $set: { .. } }, { $unset: ".." }]`
    ///
    /// The types of the stages are not those of the fields of the model: use [`computed`](Self::computed) to set fields of
    /// the model, with values that are converted to the kind that a field stores.
    ///
    /// ```
    /// # use odm::{Id, Model, Shape, Update};
    /// # #[derive(Model)]
    /// # #[odm(collection = "students")]
    /// # struct Student { id: Id<Student>, quizzes: Vec<i32>, total: Option<f64> }
    /// #[derive(Shape)]
    /// struct Average {
    ///     average: Option<f64>,
    /// }
    ///
    /// let update = Update::<Student>::pipeline(|students| {
    ///     students.set(|s| AverageOf { average: s.quizzes().avg() }).unset(|s| s.total())
    /// });
    /// assert_eq!(
    ///     update.to_string(),
    ///     r#"[{ "$set": { "average": { "$ifNull": [{ "$avg": "$quizzes" }, null] } } }, { "$unset": "total" }]"#,
    /// );
    /// ```
    pub fn pipeline<Row>(
        stages: impl FnOnce(Pipeline<M, M, InUpdate>) -> Pipeline<M, Row, InUpdate>,
    ) -> Self {
        stages(Pipeline::in_update()).into_update()
    }
}

impl<M, Row> IntoUpdate<M> for Pipeline<M, Row, InUpdate> {
    fn into_update(self) -> Update<M> {
        Update::of(Changes::stages(self.into_rendered()))
    }
}

impl<M: Value> ComputedUpdate<M> {
    /// Sets a field to the value of an expression, or to a constant, in a new stage.
    ///
    /// `{ $set: { field: expression } }`
    ///
    /// The closure receives the fields of the document as [expressions](crate::expr). A field in an array does not
    /// compile here. A position in an array is an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn set<F, X, K>(mut self, field: F, value: impl FnOnce(Exprs<M>) -> X) -> Self
    where
        F: IntoBase,
        F::Base: StageField<M>,
        X: StageValue<M, <F::Base as StageField<M>>::Type, K>,
    {
        self.list.push(doc! { "$set": {} });
        self.and_set(field, value)
    }

    /// Sets a field in the same stage as the [`set`](Self::set) before. Both expressions see the document as it was
    /// before that stage.
    ///
    /// `{ $set: { field: expression, other: expression } }`
    ///
    /// Two values in one stage for a field, or for a field and something inside it, are an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn and_set<F, X, K>(mut self, field: F, value: impl FnOnce(Exprs<M>) -> X) -> Self
    where
        F: IntoBase,
        F::Base: StageField<M>,
        X: StageValue<M, <F::Base as StageField<M>>::Type, K>,
    {
        let field = field.into_base();
        self.write(field.place(), value(exprs::<M>()).render_value().map(Rendered::into_value));
        self
    }

    /// Removes a field. A missing field decodes as `None`.
    ///
    /// `{ $unset: "field" }`
    pub fn unset<F>(mut self, field: F) -> Self
    where
        F: IntoBase,
        F::Base: StageField<M>,
        <F::Base as StageField<M>>::Type: Optional,
    {
        match name(field.into_base().place()) {
            Ok(name) => self.list.push(doc! { "$unset": name }),
            Err(problem) => self.refuse(problem),
        }
        self
    }

    /// Replaces the whole document. The `_id` must stay the same.
    ///
    /// `{ $replaceWith: expression }`
    ///
    /// [`root`](crate::pipeline::root) is the current document, [`lit`](crate::pipeline::lit) is a constant one:
    /// `.replace_with(|d| cond(d.version().lt(2), lit(fresh), root()))`.
    pub fn replace_with<X>(mut self, document: impl FnOnce(Exprs<M>) -> X) -> Self
    where
        X: Expression<M, T = M>,
    {
        match document(exprs::<M>()).render() {
            Ok(document) => self.list.push(doc! { "$replaceWith": document.into_value() }),
            Err(problem) => self.refuse(problem),
        }
        self
    }
}

impl<M> ComputedUpdate<M> {
    fn write(&mut self, field: &Location, value: CodecResult<Bson>) {
        let written = name(field).and_then(|name| match value {
            Ok(value) => Ok((name, whole(value))),
            Err(problem) => Err(field.locate(problem)),
        });
        let (name, value) = match written {
            Ok(written) => written,
            Err(problem) => return self.refuse(problem),
        };
        self.data.add(field);
        match self.list.last_mut() {
            Some(stage) if stage.contains_key("$set") => {
                if let Err(problem) = with(stage, name, value, &self.data) {
                    self.refuse(problem);
                }
            }
            _ => self.list.push(doc! { "$set": { name: value } }),
        }
    }

    fn refuse(&mut self, problem: CodecError) {
        self.problem.get_or_insert(problem);
    }

    fn render(self) -> CodecResult<Vec<Document>> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.list),
        }
    }
}

/// Wraps the literal of a document in an operator. Without it, the server would merge the literal into the stored
/// document.
fn whole(value: Bson) -> Bson {
    match &value {
        Bson::Document(document) if !document.keys().next().is_some_and(|key| key.starts_with('$')) => {
            doc! { "$mergeObjects": [value] }.into()
        }
        _ => value,
    }
}

/// Adds a field to a `$set` stage.
fn with(stage: &mut Document, name: &str, value: Bson, data: &Data) -> CodecResult<()> {
    let Some(Bson::Document(fields)) = stage.get_mut("$set") else { return Ok(()) };
    if fields.insert(name, value).is_some() {
        return Err(written_twice(name, name, data));
    }
    refuse_conflicts(|| fields.keys().map(String::as_str), true, data)
}

/// Returns the name of a field for a stage. Refuses a position in an array, because a stage would read it as the name
/// of a field in every element.
fn name(field: &Location) -> CodecResult<&str> {
    match field.problem() {
        Some(problem) => Err(problem.clone()),
        None if field.is_element() => {
            Err(field.locate(CodecError::new("a field that a stage can name", "a position in an array")))
        }
        None => Ok(field.name()),
    }
}

impl<M> Clone for ComputedUpdate<M> {
    fn clone(&self) -> Self {
        Self {
            list: self.list.clone(),
            problem: self.problem.clone(),
            data: self.data.clone(),
            model: PhantomData,
        }
    }
}

/// Displays the stages as they are sent, in relaxed extended JSON and with their values. Log them only if the values may be
/// logged. Stages that cannot be sent display their error.
impl<M> fmt::Display for ComputedUpdate<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.clone().render() {
            Ok(stages) => ExtendedJson(&*stages).fmt(f),
            Err(problem) => write!(f, "<{problem}>"),
        }
    }
}

impl<M> fmt::Debug for ComputedUpdate<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputedUpdate").finish_non_exhaustive()
    }
}

impl<M> IntoUpdate<M> for ComputedUpdate<M> {
    fn into_update(self) -> Update<M> {
        Update::of(Changes::stages(self.render()))
    }
}

/// A field of `M` that a stage of an update can write.
#[diagnostic::on_unimplemented(
    message = "a stage of this update cannot write `{Self}`",
    label = "not one field of every document of the model",
    note = "name a field of the model that is updated, by its accessor",
    note = "a field in the elements of an array is written by an operator: `.each_where(|element| ..).field().set(..)`"
)]
pub trait StageField<M> {
    /// The type of the field.
    type Type: Value;

    /// Returns the location of the field.
    fn place(&self) -> &Location;
}

impl<M, V: Value> StageField<M> for Path<M, V, One> {
    type Type = V;

    fn place(&self) -> &Location {
        self.location()
    }
}

/// A value that a stage over `M` can write to a field of type `V`: an expression of that type, the literal of a
/// document, or a constant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not evaluate to `{V}`",
    label = "cannot be stored in a field of type `{V}`",
    note = "an integer fits a wider integer or a float; `.to_int()` and the like convert it to another kind of number, and `.as_::<Cents>()` to a number type of your own",
    note = "a value that may be null fits an `Option`; `.if_null(..)` replaces null"
)]
pub trait StageValue<M, V, K> {
    /// Renders the value as it is sent.
    fn render_value(self) -> CodecResult<Rendered>;
}

/// Markers of [`StageValue`] that keep its implementations apart. Type inference chooses them.
pub(crate) mod values {
    /// The literal of a document.
    #[derive(Debug)]
    pub enum Literal {}
}
use values::Literal;

#[diagnostic::do_not_recommend]
impl<M, V, X> StageValue<M, V, Computed> for X
where
    X: IntoBase,
    X::Base: BaseExpression<M>,
    <X::Base as BaseExpression<M>>::T: StorableIn<V>,
{
    fn render_value(self) -> CodecResult<Rendered> {
        <X::Base as BaseExpression<M>>::T::fit(BaseExpression::render(self.into_base()))
    }
}

#[diagnostic::do_not_recommend]
impl<M, V, X> StageValue<M, V, Literal> for X
where
    X: ShapeLiteral<InObject<M>> + Expression<M>,
    <X as Expression<M>>::T: StorableIn<V>,
{
    fn render_value(self) -> CodecResult<Rendered> {
        Expression::render(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, V, K, X: Assign<V, K>> StageValue<M, V, Direct<K>> for X {
    fn render_value(self) -> CodecResult<Rendered> {
        self.assign().and_then(Rendered::constant)
    }
}
