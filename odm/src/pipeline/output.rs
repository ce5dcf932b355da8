//! `StageOutput`: a value that a stage computes, in the literal that names its field.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document};

use super::{Pipeline, RawStages};
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::rendered::Rendered,
    geo::Point,
    path::Key,
    shape::{IdOf, Produces, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// A value of type `T` that a stage computes.
///
/// The closure of the stage receives it and returns the literal of a shape with a field for it:
/// `.count(|count| PassingOf { passing: count })`.
pub struct StageOutput<T> {
    argument: &'static str,
    types: PhantomData<fn() -> T>,
}

impl<T> StageOutput<T> {
    /// Creates the value for which this argument of the stage names the field.
    pub(super) const fn new(argument: &'static str) -> Self {
        Self { argument, types: PhantomData }
    }
}

impl StageOutput<Point> {
    /// Declares that the location is stored as a `U`, for a field that does not contain points of GeoJSON. What is sent does
    /// not change. A value that is not a `U` is an error when it is read.
    pub fn cast<U: Value>(self) -> StageOutput<U> {
        StageOutput::new(self.argument)
    }
}

impl<T> fmt::Debug for StageOutput<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StageOutput")
    }
}

impl<T> Produces for StageOutput<T> {
    type Output = T;
}

/// The kind of literals that name the fields that a stage adds.
#[derive(Debug)]
pub enum OfStageOutput {}

macro_rules! slots {
    ($($key:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<K: Key, D, T> Slot<OfStageOutput, $key, D> for StageOutput<T> {
            fn slot(self, to: &mut RenderedFields) {
                to.insert(K::NAME, Ok(Rendered::leaf(self.argument)));
            }
        }

        #[diagnostic::do_not_recommend]
        impl<K: Key, D, L: ShapeLiteral<OfStageOutput>> Slot<OfStageOutput, $key, D> for L {
            fn slot(self, to: &mut RenderedFields) {
                let mut inside = RenderedFields::new();
                self.fill(&mut inside);
                to.insert(K::NAME, inside.into_expression());
            }
        }
    )* };
}

slots!(K, IdOf<K>);

/// Returns the arguments of a stage that name its fields: for each, the dotted name of the field in the literal.
pub(super) fn field_names<L: ShapeLiteral<OfStageOutput>>(literal: L) -> CodecResult<Document> {
    let mut fields = RenderedFields::new();
    literal.fill(&mut fields);
    let mut names = Document::new();
    collect(&fields.into_document()?, "", &mut names)?;
    Ok(names)
}

fn collect(fields: &Document, above: &str, names: &mut Document) -> CodecResult<()> {
    for (name, value) in fields {
        let name = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            Bson::Document(inside) => collect(inside, &name, names)?,
            Bson::String(argument) if !names.contains_key(argument) => {
                names.insert(argument.clone(), name);
            }
            _ => return Err(CodecError::new("one field for each value of the stage", "several for one")),
        }
    }
    Ok(())
}

/// Returns the name of the field for the one value of a stage.
pub(super) fn field_name<T, L: ShapeLiteral<OfStageOutput>>(
    literal: impl FnOnce(StageOutput<T>) -> L,
) -> CodecResult<String> {
    let names = field_names(literal(StageOutput::new("field")))?;
    match names.get_str("field") {
        Ok(name) if names.len() == 1 => Ok(name.to_owned()),
        _ => Err(CodecError::new("a shape with one field", "another number of fields")),
    }
}

impl<In, Row, P> Pipeline<In, Row, P> {
    /// Calls a function on the pipeline, so that a chain can contain functions of your own:
    /// `orders.aggregate().through(recent).limit(10)`.
    pub fn through<N>(self, stages: impl FnOnce(Self) -> N) -> N {
        stages(self)
    }

    /// Returns the stages, to be part of another stage.
    pub(super) fn into_raw(self) -> RawStages {
        self.stages
    }
}
