//! Views: partial models. The struct is the projection, nested too, and rustc checks it against its parent.
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
//! `view` sends `projection: { reference: 1, "ship_to.city": 1, "lines.sku": 1, _id: 0 }`: the server reads and sends
//! these fields and no others, and what comes is decoded into the view at once. `find`, `find_one` and `get` have it.
//!
//! # Fields
//!
//! A field has the name of its parent's field in Rust, or says it, `#[odm(from = name)]`. The stored name comes from
//! the parent, with the names that the parent reads besides (`#[serde(alias)]`). Its type is
//!
//! | in the view | where the parent has |
//! |---|---|
//! | `T` | `T`, stored as an odm `Value` or through serde |
//! | a view of `D` | the document `D` |
//! | `Option<V>` | an `Option` of what `V` is read from, or that itself |
//! | `Vec<V>` | an array of what `V` is read from: `Vec`, `VecDeque`, `Box<[_]>`, `[_; N]`, a set, .. |
//! | `VecDeque<V>` `LinkedList<V>` `Box<[V]>` `Arc<[V]>` `Rc<[V]>` `BTreeSet<V>` `HashSet<V>` `[V; N]` | the same of what `V` is read from |
//! | `BTreeMap<K, V>` `HashMap<K, V>` | the same map of what `V` is read from |
//! | `Box<V>` `Arc<V>` `Rc<V>` | the same pointer to what `V` is read from |
//! | `V` | a `Box`, `Arc`, `Rc`, `Cow` or newtype of what `V` is read from |
//! | `&'a str` | `String`, `Box<str>`, `Arc<str>`, `Rc<str>`, `Cow<'static, str>`, `Url` |
//! | `Cow<'a, str>`, borrowed | `String`, `Box<str>`, `Arc<str>`, `Rc<str>` |
//! | `&'a Path` | `PathBuf` |
//! | `&'a [u8]` | `bson::Binary`, `Bytes`, what is marked `#[odm(binary)]` |
//! | `&'a bson::RawDocument` | `bson::Document`, `bson::RawDocumentBuf` |
//!
//! Anything else does not compile: an `Option` in the parent cannot be read as if it were always there. What the parent
//! reads in place of a missing field (`#[serde(default)]`) a view reads too; in fields that borrow and in nested views it cannot,
//! and the field is missing. A set holds equal views once, though the parent has them apart.
//!
//! A field that the parent lays flat (`#[serde(flatten)]`) is read as a view of what is laid flat, whose fields are named
//! where they stand: in the document itself. If it is an `Option` there, it is one here, and `None` where nothing of it is
//! there. A flattened map has no names to ask for.
//!
//! A field marked `#[odm(text_score)]`, an `f64`, is no field of the parent: it is how well the document matches the words
//! of [`Filter::text`](crate::Filter::text), read under the name `textScore`, `{ $meta: "textScore" }`. Reading such a view
//! by a filter that searches no text is an error of the server.
//!
//! A view inside an array of `Option`s, in a map, or in itself (a tree) is read from the whole field: no projection
//! describes it.
//!
//! # Errors
//!
//! Of a row: [`is_decode`](crate::Error::is_decode), the stored document does not fit. Only the fields of the view, and
//! versions, are looked at, and the error names the `_id` only if that is one of them.
//!
//! # Old documents
//!
//! Where the parent has [versions](crate::value::Versioned), the version is asked for besides. A document of an older one is an
//! error, whose [`schema_version`](crate::error::DecodeError::schema_version) says which: it would have to be whole to be
//! upgraded. Leave the older ones out, `& !Filter::outdated()`, rewrite them first, or read the parent. What a
//! view holds whole, such as an embedded document with versions of its own, is upgraded.
//!
//! # Borrowed rows
//!
//! A view may have a lifetime. Its texts and bytes then are those of the batch that the server sent, and nothing is
//! copied. Such a row lives until the next one is read, so the cursor has no `next` or `try_collect` for it, but it has
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
mod context;
mod field;
mod flattened;
mod projection;
mod reader;
mod sequence;
mod transparent;

pub use self::{
    context::{Declared, Flat, InView},
    field::{FromField, FromOther, kinds},
    flattened::FromFlattened,
    projection::Projection,
    reader::{HasViews, Parent, Reader, Score, parent, text_score},
    transparent::Transparent,
};

use crate::value::Row;

/// A partial `M`: some of its fields, under their own names.
///
/// Derive it with [`View`](macro@crate::View). `M` is a model, an embedded document or a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view of `{M}`",
    label = "expected a view of `{M}`",
    note = "derive it: `#[derive(odm::View)]` with `#[odm(of = {M})]`"
)]
pub trait View<M>: Row {
    /// Names what the view reads.
    fn add_names(projection: &mut Projection);
}
