//! References between documents: typed ids that are loaded with one command for each reference, joined by the server,
//! and kept consistent when documents are deleted.
//!
//! A field of type [`Id<T>`](crate::Id), an `Option`, a list or a map of them refers to documents of the model `T`. No
//! further declaration is necessary.
//!
//! ```no_run
//! use odm::{Collection, Embedded, Id, Model};
//!
//! #[derive(Model)]
//! #[odm(collection = "orders")]
//! struct Order {
//!     id: Id<Order>,
//!     customer: Id<Customer>,
//!     lines: Vec<Line>,
//! }
//!
//! #[derive(Embedded)]
//! struct Line {
//!     product: Id<Product>,
//!     qty: u32,
//! }
//! # #[derive(Model)]
//! # #[odm(collection = "customers")]
//! # struct Customer { id: Id<Customer>, name: String }
//! # #[derive(Model)]
//! # #[odm(collection = "products")]
//! # struct Product { id: Id<Product>, name: String, maker: Id<Maker> }
//! # #[derive(Model)]
//! # #[odm(collection = "makers")]
//! # struct Maker { id: Id<Maker>, name: String }
//!
//! # async fn f(orders: Collection<Order>) -> odm::Result<()> {
//! let o = Order::fields();
//! let large = orders
//!     .find(o.lines().any(|line| line.qty().gt(100)))
//!     .include(|o| (o.customer(), o.lines().product().include(|p| p.maker())))
//!     .await?;
//! for order in &large {
//!     let (customer, products) = &order.links;
//!     let name = customer.found().map_or("(gone)", |customer| &customer.name);
//!     println!("{name}: {} lines, {} products", order.lines.len(), products.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is loaded
//!
//! The argument of the closure has the accessors of the model. The accessor of a reference includes it, several
//! references are a tuple, and [`Link::include`] includes references of the documents that are loaded. The result is a
//! [`Loaded`], which dereferences to the document and has the rest in `links`:
//!
//! | reference | in `links` |
//! |---|---|
//! | `Id<T>` | [`Linked<T>`](Linked): the document, or the id if no document has it |
//! | `Option<Id<T>>`, or an `Id<T>` in an `Option` or in a variant of an enum | `Option<Linked<T>>` |
//! | `Vec<Id<T>>`, or an `Id<T>` in an array of embedded documents | `Vec<Linked<T>>`, in the stored order |
//! | `BTreeMap<K, Id<T>>`, `HashMap<K, Id<T>>` | the same map, with values `Linked<T>` |
//! | `Option<Id<T>>` in an array of embedded documents | `Vec<Option<Linked<T>>>` |
//! | [`referred_by(field)`](LinkBase::referred_by): the documents whose `field` refers to this one | `Vec` of them |
//! | any of these, with [`required()`](Link::required) | `Arc<T>` in place of `Linked<T>` |
//! | any of these, with [`view::<V>()`](Link::view) | `V` in place of `T` |
//! | any of these, with [`include(..)`](Link::include) | `Loaded<T, _>` in place of `T` |
//! | any of these, with [`map(..)`](Include::map) | what the closure returns |
//!
//! A reference to one of several models is an enum with a variant for each, and the include names the variants:
//! `(c.subject().post(), c.subject().photo())`. Each is an `Option`, because a document has one of them. An untagged
//! enum cannot be included, because its ids do not show to which model they belong.
//!
//! # What is sent
//!
//! `find` and each reference are one command, however many documents there are: `{ _id: { $in: [ .. ] } }` with each id
//! once. References of the same documents are loaded at the same time; in a session, one after the other. A reference
//! without ids sends nothing. More ids than [10,000](Including::ids_per_command), or more than about 4 MiB of them, are
//! several commands, and a reply beyond 16 MiB is continued with a `getMore`. Nothing is loaded later: what was not
//! included is not in the type.
//!
//! Policies of the models hold in every command. A document that is deleted (`#[odm(deleted_at)]`) is a dangling
//! reference, also if the handle is one [`with_deleted`](crate::Collection::with_deleted). Models with a
//! [tenant](crate::Collection::tenant) are read for the tenant of the handle. The handle of a model without a tenant
//! specifies none. The reference specifies it then, [`o.team().tenant("oslo")`](Link::tenant), or
//! [`o.team().all_tenants()`](Link::all_tenants), also for what is included of the teams. Without it, the include
//! returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
//!
//! The read concern, the read preference, the comment and `max_time` of the first read apply to all commands. The
//! commands are not one snapshot: a document that is deleted in between is a dangling reference. In a transaction, or
//! in a session with [snapshots](crate::session::StartSession::snapshot), they are.
//!
//! [`Collection::include`](crate::Collection::include) does the same for documents that are loaded already. All
//! documents are in memory: for large results, read a cursor in parts, and include in each part.
//!
//! # Joins and deletes
//!
//! [`referenced`] joins a reference in a pipeline, by a `$lookup`. Use it to filter, sort or group by what is joined.
//!
//! A reference can declare what happens to its document when the document that it refers to is deleted:
//! `#[odm(on_delete = "cascade")]`. [`Database::references`](crate::Database::references) deletes by these rules.

mod context;
mod delete;
mod include;
mod include_in;
mod including;
mod join;
mod keys;
mod link_path;
mod load;
mod loaded;
pub(crate) mod reader;
mod reference;
mod referred_by;
mod refers_to;
mod run;

pub use self::{
    context::{Link, LinkBase, Links},
    delete::{DeleteReferenced, Deleted, ModelList, References},
    include::{Include, Mapped},
    include_in::IncludeIn,
    including::Including,
    join::referenced,
    loaded::{Linked, Loaded, Target},
    reader::LoadableView,
    reference::Reference,
    referred_by::ReferredBy,
    refers_to::RefersTo,
};
#[cfg(feature = "page")]
pub(crate) use self::{
    reader::Reader,
    run::{HopOptions, IncludeRun},
};
