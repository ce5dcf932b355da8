//! Changes of several models in one stream: `changes!`, and the events that are not a change of one of the models.

use std::fmt;

use mongodb::bson::{RawDocument, RawDocumentBuf, Timestamp};

use super::{event::namespace, token::ResumeToken};
use crate::{
    error::codec::{CodecError, CodecResult},
    model::ModelMeta,
    value::{OwnedRow, Raw},
};

/// The changes of several models: the row of a change stream of a database or of a deployment.
///
/// [`changes!`](crate::changes) declares an enum that implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of the changes of models",
    label = "expected an enum that `odm::changes!` declares",
    note = "`odm::changes! {{ enum ShopChange {{ Order(Order), Customer(Customer) }} }}`"
)]
pub trait ModelChanges: OwnedRow {
    /// The models, in the order of the variants.
    const MODELS: &'static [&'static ModelMeta];
}

/// The changes of several models, one of which is `M`. [`changes!`](crate::changes) implements it for each of them.
#[diagnostic::on_unimplemented(
    message = "`{M}` is not one of the models of `{Self}`",
    label = "this stream does not contain the changes of `{M}`",
    note = "add a variant to the enum that `odm::changes!` declares"
)]
pub trait ChangesOf<M>: ModelChanges {}

/// A change that is not one of a declared model: the database was dropped, or the stream has ended.
///
/// It is in the variant `Other` of an enum of [`changes!`](crate::changes).
#[derive(Clone, PartialEq)]
pub struct OtherChange {
    token: ResumeToken,
    operation_type: String,
    raw: RawDocumentBuf,
}

impl OtherChange {
    /// Returns what happened, `operationType`: `dropDatabase`, `invalidate`, or an expanded event.
    pub fn operation_type(&self) -> &str {
        &self.operation_type
    }

    /// Returns the position of this change.
    pub fn token(&self) -> &ResumeToken {
        &self.token
    }

    /// Returns the cluster time of the change.
    pub fn cluster_time(&self) -> Option<Timestamp> {
        self.raw.get_timestamp("clusterTime").ok()
    }

    /// Returns the event as the server sent it.
    pub fn raw(&self) -> &RawDocument {
        &self.raw
    }
}

impl fmt::Debug for OtherChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherChange")
            .field("operation_type", &self.operation_type)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// Reads an event that is not one of a model.
pub fn read_other_change(raw: Raw<'_>) -> CodecResult<OtherChange> {
    let event = RawDocument::from_bytes(raw.bytes()).map_err(|_| CodecError::malformed())?;
    let Ok(operation_type) = event.get_str("operationType") else {
        return Err(CodecError::missing("operationType"));
    };
    let operation_type = operation_type.to_owned();
    Ok(OtherChange { token: ResumeToken::of_event(event)?, operation_type, raw: event.to_owned() })
}

/// Returns the collection of an event, or `None` for an event of a database.
pub fn collection_of_change(event: Raw<'_>) -> CodecResult<Option<String>> {
    let mut elements = event.elements()?;
    while let Some((key, value)) = elements.next()? {
        if key == b"ns" {
            // An event of a database has no collection.
            return Ok(namespace(value).ok().map(|namespace| namespace.coll));
        }
    }
    Ok(None)
}

/// Declares an enum of the changes of several models, for a stream of a database or of a deployment.
///
/// Each variant contains the [`Change`](crate::watch::Change) of its model, which the name of the collection
/// determines. The variant `Other` is added, with an [`OtherChange`](crate::watch::OtherChange): the database was
/// dropped, or the stream has ended. [`Database::watch`](crate::Database::watch) and
/// [`Database::watch_deployment`](crate::Database::watch_deployment) open the streams.
///
/// ```no_run
/// use odm::{Database, Id, Model, changes};
///
/// #[derive(Debug, Model)]
/// #[odm(collection = "orders")]
/// struct Order {
///     id: Id<Order>,
/// }
///
/// #[derive(Debug, Model)]
/// #[odm(collection = "customers")]
/// struct Customer {
///     id: Id<Customer>,
/// }
///
/// changes! {
///     /// A change of the shop.
///     #[derive(Debug)]
///     enum ShopChange {
///         Order(Order),
///         Customer(Customer),
///     }
/// }
///
/// # async fn f(db: Database) -> odm::Result<()> {
/// let mut changes = db.watch::<ShopChange>().await?;
/// while let Some(change) = changes.next().await.transpose()? {
///     match change {
///         ShopChange::Order(change) => println!("order: {:?}", change.event()),
///         ShopChange::Customer(change) => println!("customer: {:?}", change.event()),
///         ShopChange::Other(change) => println!("{}", change.operation_type()),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! changes {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident {
        $( $(#[$variant_meta:meta])* $variant:ident($model:ty) ),+ $(,)?
    }) => {
        $(#[$meta])*
        #[allow(clippy::large_enum_variant)]
        $visibility enum $name {
            $( $(#[$variant_meta])* $variant($crate::watch::Change<$model>), )+
            /// A change that is not one of a model.
            Other($crate::watch::OtherChange),
        }

        impl $crate::__private::Row for $name {
            type In<'de> = Self;

            fn read_row(raw: $crate::__private::Raw<'_>) -> $crate::__private::CodecResult<Self> {
                let collection = $crate::__private::collection_of_change(raw)?;
                $(
                    if collection.as_deref() == Some(<$model as $crate::Model>::COLLECTION) {
                        let change = <$crate::watch::Change<$model> as $crate::__private::OwnedRow>::read_owned(raw)?;
                        return Ok(Self::$variant(change));
                    }
                )+
                $crate::__private::read_other_change(raw).map(Self::Other)
            }
        }

        impl $crate::__private::OwnedRow for $name {
            fn read_owned(raw: $crate::__private::Raw<'_>) -> $crate::__private::CodecResult<Self> {
                <Self as $crate::__private::Row>::read_row(raw)
            }
        }

        impl $crate::watch::ModelChanges for $name {
            const MODELS: &'static [&'static $crate::model::ModelMeta] = &[$( <$model as $crate::Model>::MODEL ),+];
        }

        $( impl $crate::watch::ChangesOf<$model> for $name {} )+
    };
}
