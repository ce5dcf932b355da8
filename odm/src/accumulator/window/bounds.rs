//! The bounds of windows, and which windows may be empty.

use mongodb::bson::Bson;

use crate::error::codec::{CodecError, CodecResult};

/// The bound of a window that is the first or the last row of the partition: `"unbounded"`.
#[derive(Debug, Clone, Copy)]
pub struct Unbounded;

/// The bound of a window that is the row itself: `"current"`.
#[derive(Debug, Clone, Copy)]
pub struct Current;

/// A bound of a window of documents: [`Unbounded`], [`Current`], or a number of rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bound of a window of documents",
    label = "expected `Unbounded`, `Current` or an `i32`"
)]
pub trait DocumentBound {
    /// Returns the bound as it is sent.
    fn into_bson(self) -> Bson;
}

/// A bound of a window of a range: [`Unbounded`], [`Current`], or a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bound of a window of a range",
    label = "expected `Unbounded`, `Current`, an `i32` or an `f64`"
)]
pub trait RangeBound {
    /// Returns the bound as it is sent.
    fn into_bson(self) -> Bson;
}

macro_rules! bounds {
    ($($trait:ident: $($type:ty => |$value:ident| $bson:expr),*;)*) => { $($(
        impl $trait for $type {
            fn into_bson(self) -> Bson {
                let $value = self;
                $bson
            }
        }
    )*)* };
}

bounds! {
    DocumentBound: Unbounded => |_bound| "unbounded".into(), Current => |_bound| "current".into(), i32 => |rows| rows.into();
    RangeBound: Unbounded => |_bound| "unbounded".into(), Current => |_bound| "current".into(), i32 => |number| number.into(),
        f64 => |number| number.into();
}

/// The functions that return null over no rows, whose type does not say so.
const NULL_OVER_NO_ROWS: [&str; 7] = ["$avg", "$bottom", "$first", "$last", "$max", "$min", "$top"];

/// Returns whether a window with these bounds does not contain the row itself. Then it is empty for the first rows of a
/// partition, or for the last ones.
pub(super) fn excludes_the_row(lower: &Bson, upper: &Bson) -> bool {
    number(lower).is_some_and(|lower| lower > 0.0) || number(upper).is_some_and(|upper| upper < 0.0)
}

fn number(bound: &Bson) -> Option<f64> {
    match bound {
        Bson::Int32(number) => Some((*number).into()),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

/// Returns an error for a function that returns null over no rows.
pub(super) fn check_over_no_rows(function: &Bson) -> CodecResult<()> {
    let name = function.as_document().and_then(|function| function.keys().next());
    match name.filter(|name| NULL_OVER_NO_ROWS.contains(&name.as_str())) {
        Some(name) => Err(CodecError::new(
            "a window that contains the row itself, or an `Option` as the field",
            format!("a window that is empty for some rows, for which {name} returns null"),
        )),
        None => Ok(()),
    }
}
