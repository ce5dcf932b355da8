//! Views: partial models. The fields of the struct and of nested views are the projection, and rustc checks them
//! against the parent.
//!
//! ```no_run
//! # use odm::{Collection, Embedded, Id, Model};
//! # #[derive(Model)]
//! # #[odm(collection = "orders")]
//! # struct Order { id: Id<Order>, reference: String, ship_to: Option<Address>, note: Option<String>, lines: Vec<Line> }
//! # #[derive(Embedded)]
//! # struct Address { city: String, street: String }
//! # #[derive(Embedded)]
//! # struct Line { sku: String, qty: u32 }
//! use odm::View;
//!
//! #[derive(View)]
//! #[odm(of = Order)]
//! struct Label {
//!     reference: String,
//!     ship_to: Option<Place>,
//!     lines: Vec<Sku>,
//! }
//!
//! #[derive(View)]
//! #[odm(of = Address)]
//! struct Place {
//!     city: String,
//! }
//!
//! #[derive(View)]
//! #[odm(of = Line)]
//! struct Sku {
//!     sku: String,
//! }
//!
//! # async fn f(orders: Collection<Order>) -> odm::Result<()> {
//! let o = Order::fields();
//! let labels: Vec<Label> =
//!     orders.find(o.ship_to().city().eq("Oslo")).view::<Label>().await?.try_collect().await?;
//! # Ok(())
//! # }
//! ```
//!
//! `view` sends `projection: { reference: 1, "ship_to.city": 1, "lines.sku": 1, _id: 0 }`: the server sends only
//! these fields, and they are decoded directly into the view. `find`, `find_one`, `get` and the three
//! `find_one_and_*` have this method.
//!
//! # Fields
//!
//! A field has the Rust name of the parent's field, or specifies it: `#[odm(from = name)]`. The stored name and the
//! aliases (`#[serde(alias)]`) come from the parent. In the table of types, `F` is a type that `V` can be read from.
//!
//! | type in the view | type in the parent |
//! |---|---|
//! | `T` | `T`, stored as an odm `Value` or through serde |
//! | a view of `D` | the document `D` |
//! | `Option<V>` | `Option<F>` or `F` |
//! | `Vec<V>` | an array of `F`: `Vec`, `VecDeque`, `Box<[_]>`, `[_; N]`, a set, .. |
//! | `VecDeque<V>` `LinkedList<V>` `Box<[V]>` `Arc<[V]>` `Rc<[V]>` `BTreeSet<V>` `HashSet<V>` `[V; N]` | the same collection of `F` |
//! | `BTreeMap<K, V>` `HashMap<K, V>` | the same map with values of type `F` |
//! | `Box<V>` `Arc<V>` `Rc<V>` | the same pointer to `F` |
//! | `V` | a `Box`, `Arc`, `Rc`, `Cow` or newtype of `F` |
//! | `&'a str` | `String`, `Box<str>`, `Arc<str>`, `Rc<str>`, `Cow<'static, str>`, `Url` |
//! | `Cow<'a, str>`, borrowed | `String`, `Box<str>`, `Arc<str>`, `Rc<str>` |
//! | `&'a Path` | `PathBuf` |
//! | `&'a [u8]` | `bson::Binary`, `Bytes`, a field marked `#[odm(binary)]` |
//! | `&'a bson::RawDocument` | `bson::Document`, `bson::RawDocumentBuf` |
//!
//! Other combinations do not compile: for example, a view can read an `Option` of the parent only as an `Option`. If
//! a field is missing, the view uses the parent's default (`#[serde(default)]`). Fields that borrow and nested views
//! cannot use the default: the field is then missing. A set contains equal views once, even if the parent's elements
//! differ.
//!
//! A flattened field of the parent (`#[serde(flatten)]`) is read as a view of its type. The projection contains the
//! names of its fields, which are stored in the document itself. If the field is an `Option` in the parent, it is an
//! `Option` in the view, and `None` if the document has none of its fields. A view cannot read a flattened map,
//! because its names are not known.
//!
//! A field marked `#[odm(text_score)]`, an `f64`, is not a field of the parent. It is the score with which the
//! document matches [`Filter::text`](crate::Filter::text), and its projection is `textScore: { $meta: "textScore" }`.
//! The server returns an error if the filter has no text search.
//!
//! A view inside an array of `Option`s, inside a map, or inside itself (a tree) is read from the whole field, because
//! a projection cannot describe it.
//!
//! # Errors
//!
//! If a stored document does not fit the view, reading the row returns an error for which
//! [`is_decode`](crate::Error::is_decode) is true. Only the fields of the view and versions are checked. The error
//! contains the `_id` only if it is a field of the view.
//!
//! # Old documents
//!
//! If the parent has [versions](crate::value::Versioned), the projection contains the version too. A document of
//! another version is an error, because only a whole document can be upgraded. The error's
//! [`schema_version`](crate::error::DecodeError::schema_version) is that version. Exclude old documents with
//! `& !Filter::outdated()`, rewrite them first, or read the parent. A field that a view reads whole, such as an
//! embedded document with versions of its own, is upgraded.
//!
//! # Borrowed rows
//!
//! A view may have a lifetime. Its strings and bytes then borrow from the batch that the server sent, and nothing is
//! copied. A row is valid until the next row is read, so the cursor has no `next` or `try_collect` for it. Use
//! [`for_each`](crate::Cursor::for_each):
//!
//! ```no_run
//! # use odm::{Collection, Filter, Id, Model, View};
//! # #[derive(Model)]
//! # #[odm(collection = "orders")]
//! # struct Order { id: Id<Order>, reference: String, tags: Vec<String> }
//! #[derive(View)]
//! #[odm(of = Order)]
//! struct Tagged<'a> {
//!     reference: &'a str,
//!     tags: Vec<&'a str>,
//! }
//!
//! # async fn f(orders: Collection<Order>) -> odm::Result<()> {
//! let mut letters = 0;
//! orders
//!     .find(Filter::all())
//!     .view::<Tagged<'_>>()
//!     .await?
//!     .for_each(|row| letters += row.reference.len())
//!     .await?;
//! # Ok(())
//! # }
//! ```

mod borrowed;
pub(crate) mod context;
pub(crate) mod field;
pub(crate) mod flattened;
pub(crate) mod projection;
pub(crate) mod reader;
mod sequence;
pub(crate) mod transparent;

pub(crate) use self::{
    context::{Declared, DeclaredFlattened, InView},
    field::{FromField, FromOther, kinds},
    flattened::FromFlattened,
    projection::Projection,
    transparent::Transparent,
};

use crate::value::Row;

/// A part of `M`: some of its fields.
///
/// Derive it with [`View`](macro@crate::View). `M` is a model, an embedded document or a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view of `{M}`",
    label = "expected a view of `{M}`",
    note = "derive it: `#[derive(odm::View)]` with `#[odm(of = {M})]`"
)]
pub trait View<M>: Row {
    /// Adds the names that the view reads to the projection.
    fn add_names(projection: &mut Projection);
}
