//! Rows as a declared type, without a stage.

use std::marker::PhantomData;

use super::Pipeline;
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::{
        Expr, Exprs, exprs,
        rendered::{Rendered, dollar},
    },
    path::{IntoBase, Key},
    shape::{IdOf, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// The kind of literals whose fields are fields of the row `R` with the same names.
#[derive(Debug)]
pub struct InRow<R>(PhantomData<fn() -> R>);

macro_rules! slots {
    ($($key:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<R, K: Key, D, X, T> Slot<InRow<R>, $key, D> for X
        where
            X: IntoBase<Base = Expr<R, T>>,
        {
            fn slot(self, to: &mut RenderedFields) {
                to.insert(K::NAME, self.into_base().field_name().map(Rendered::path));
            }
        }
    )* };
}

slots!(K, IdOf<K>);

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Reads the rows as a shape, whose fields are fields of the row with the same names:
    /// `.unwind(|o| o.lines()).view(|o| OrderLineOf { id: o.id(), lines: o.lines() })`. What is sent does not change.
    ///
    /// The types of the fields are checked. A field that is another field of the row, or that is no field of the row, is an
    /// error for which [`is_not_sent`](crate::Error::is_not_sent) is true: [`project`](Self::project) renames and computes
    /// fields. [`cast`](Self::cast) checks nothing.
    pub fn view<L: ShapeLiteral<InRow<Row>>>(
        self,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P> {
        let mut filled = RenderedFields::new();
        shape(exprs::<Row>()).fill(&mut filled);
        let checked = filled.into_fields().into_iter().try_for_each(|(name, value)| same_name(name, value));
        self.checked(checked)
    }
}

/// Returns an error if a value is not the field with this name.
fn same_name(name: &'static str, value: CodecResult<Rendered>) -> CodecResult<()> {
    let value = value?.into_value();
    match value.as_str() {
        Some(path) if path == dollar(name) => Ok(()),
        _ => Err(CodecError::new("the field of the row with this name", "another field").at(name)),
    }
}
