//! A reference as a `$lookup`.

use crate::{expr::Expr, path::IntoBase, pipeline::Join, relation::Reference};

/// Joins the documents that a reference refers to, for the literal of [`lookup`](crate::Pipeline::lookup).
///
/// `{ $lookup: { from: "customers", localField: "customer", foreignField: "_id", as: "customers" } }` for
/// `.lookup(|o| BuyersOf { customers: referenced(o.customer()) })`
///
/// The type of the field specifies the collection. A dangling reference adds an empty array. Deleted documents are not
/// joined. A model with a tenant cannot be joined in this form, because a join specifies the tenant: use
/// [`from`](crate::pipeline::from) with [`tenant`](crate::pipeline::LookupFrom::tenant).
pub fn referenced<R, L, V, O>(reference: L) -> Join<R, V::Target>
where
    L: IntoBase<Base = Expr<R, V, O>>,
    V: Reference,
{
    Join::on_id(&reference.into_base())
}
