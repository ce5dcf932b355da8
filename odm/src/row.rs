//! Row types: the type of a document after some stages of a pipeline.

mod document;

use std::{fmt, marker::PhantomData, ops::Deref};

use mongodb::bson::spec::ElementType;

use crate::{
    error::codec::CodecResult,
    meta::TypeMeta,
    path::{Context, types_only},
    value::{Decode, Doc, Raw, Value, Writer},
};

pub(crate) use self::document::{document, document_fields, document_paths, document_types};

/// The fields of `$top` take precedence over those of the row.
macro_rules! layered {
    ($top:ident) => {
        type Fields<A: Context, B> = $top::Fields<A, R::Fields<A, B>>;
        type Optional = Option<Self>;
        type NonNull = Self;
        type DistinctItem<W: Value> = W;
        type Lift<U: Value> = U;
        type Replaced<S: Doc> = WithFieldType<Self, S>;
        type Added<S: Doc> = With<Self, S>;

        // The layers below declare the fields, so this describes only that it is a document.
        const STORED_AS: &'static TypeMeta = &TypeMeta::Map { values: &TypeMeta::Any };

        fn row_field(name: &str) -> Option<&'static TypeMeta> {
            $top::row_field(name).or_else(|| R::row_field(name))
        }

        fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
            $top::under(at.clone(), R::under(at, base))
        }
    };
}

/// A row with fields added to it, for stages that add fields. Pass the type to
/// [`stage_as`](crate::Pipeline::stage_as): both parts are decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct With<R, Added> {
    /// The row before the stage.
    pub row: R,
    /// The fields that the stage added.
    pub added: Added,
}

impl<R, Added> Deref for With<R, Added> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.row
    }
}

impl<R: Value, Added: Doc> Value for With<R, Added> {
    layered!(Added);

    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
        Err(types_only())
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        Ok(Self { row: R::decode(raw)?, added: Added::decode(raw)? })
    }
}

#[diagnostic::do_not_recommend]
impl<R: Decode, Added: Doc + Decode> Decode for With<R, Added> {}

/// A row in which a field has another type than declared, for example after `unwind`.
///
/// It exists only as a type and has no values. A later stage changes the rows to a declared type.
pub struct WithFieldType<R, Changed>(PhantomData<fn() -> (R, Changed)>);

impl<R, Changed> fmt::Debug for WithFieldType<R, Changed> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WithFieldType")
    }
}

impl<R: Value, Changed: Doc> Value for WithFieldType<R, Changed> {
    layered!(Changed);

    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
        Err(types_only())
    }

    fn decode(_: Raw<'_>) -> CodecResult<Self> {
        Err(types_only())
    }
}

/// The type of a field that an earlier stage removed.
#[derive(Debug)]
pub enum Removed {}

impl Value for Removed {
    crate::value::leaf!();

    // A type that no document or array has: a stage may write the field as a new one.
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::Undefined);

    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
        Err(types_only())
    }

    fn decode(_: Raw<'_>) -> CodecResult<Self> {
        Err(types_only())
    }
}
