//! Patches: the members of a PATCH request, as an update.
//!
//! A member of a JSON object can be absent, null, or a value. A [`Member`] distinguishes the three, which an `Option` does
//! not. [`Patch`](macro@crate::Patch) turns a struct of members into the update that sets what is present.
//!
//! ```
//! use odm::{Id, Model, Patch, patch::Member};
//! use serde::Deserialize;
//!
//! #[derive(Model)]
//! #[odm(collection = "orders")]
//! struct Order {
//!     id: Id<Order>,
//!     #[odm(validate(length(max = 10)))]
//!     reference: String,
//!     note: Option<String>,
//!     qty: u32,
//! }
//!
//! #[derive(Default, Deserialize, Patch)]
//! #[odm(of = Order)]
//! #[serde(default, deny_unknown_fields)]
//! struct OrderPatch {
//!     reference: Member<String>,
//!     note: Member<Option<String>>,
//!     qty: Member<u32>,
//! }
//!
//! // PATCH /orders/7 {"note": null, "qty": 3}
//! let patch = OrderPatch { note: Member::Present(None), qty: Member::Present(3), ..OrderPatch::default() };
//! assert_eq!(patch.to_update()?.to_string(), r#"{ "$set": { "note": null, "qty": 3 } }"#);
//!
//! let patch = OrderPatch { reference: Member::Present("much too long".into()), ..OrderPatch::default() };
//! assert!(patch.to_update().unwrap_err().is_invalid());
//! # Ok::<(), odm::Error>(())
//! ```
//!
//! | in the request | `Member<T>` | `Member<Option<T>>` |
//! |---|---|---|
//! | absent | `Absent` | `Absent` |
//! | `null` | an error of serde | `Present(None)` |
//! | a value | `Present(value)` | `Present(Some(value))` |
//!
//! `#[serde(default)]` is required, because serde otherwise refuses a request in which a member is absent. Members that
//! the patch does not declare are ignored, or refused with `#[serde(deny_unknown_fields)]`.
//!
//! The types of the members are checked against the document by rustc, and the values by the rules of its fields
//! (`#[odm(validate(..))]`). Reading a patch does not check rules of several fields: the
//! [update](crate::update#rules) checks those whose fields it changes all, and
//! [`save_changes`](crate::Collection::save_changes) all of them.
//!
//! An embedded document, a map or an array is set as a whole. A value that the field leaves out when it is stored, by
//! `#[serde(skip_serializing_if = "..")]`, removes the field.

use mongodb::bson::{Bson, Document};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    error::{
        Error, Result,
        codec::{CodecError, CodecResult},
    },
    path::Key,
    rule::Check,
    update::Update,
    value::{
        HasField, Raw, Value, Writer,
        field::{check_field, put_field},
    },
    view::Declared,
};

/// A member of a request: absent, or a value. It has three states for a field that is an `Option`: absent, null, a
/// value.
///
/// serde reads a present value, also `null` if `T` is an `Option`. An absent member is the default, so the struct needs
/// `#[serde(default)]`. Written by serde, an absent member is `null`; leave it out with
/// `#[serde(skip_serializing_if = "Member::is_absent")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Member<T> {
    /// The request does not contain the member. The field is not changed.
    #[default]
    Absent,
    /// The request contains this value. The field is set to it.
    Present(T),
}

impl<T> Member<T> {
    /// Returns `true` if the request does not contain the member.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns the value, if it is present.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Absent => None,
            Self::Present(value) => Some(value),
        }
    }
}

impl<T> From<T> for Member<T> {
    fn from(value: T) -> Self {
        Self::Present(value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Present)
    }
}

impl<T: Serialize> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.present().serialize(serializer)
    }
}

/// The schema of the value.
#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Member<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// The schema of the value.
#[cfg(feature = "utoipa")]
impl<T: utoipa::PartialSchema> utoipa::PartialSchema for Member<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        T::schema()
    }
}

/// The schema of the value.
#[cfg(feature = "utoipa")]
impl<T: utoipa::ToSchema> utoipa::ToSchema for Member<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        T::name()
    }
}

/// A patch of documents of type `M`.
///
/// Derive it with [`Patch`](macro@crate::Patch): see [the module](crate::patch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a patch of `{M}`",
    label = "expected a patch of `{M}`",
    note = "derive it: `#[derive(odm::Patch)]` with `#[odm(of = {M})]`"
)]
pub trait Patch<M> {
    /// Adds the members that are present.
    #[doc(hidden)]
    fn write(&self, changes: &mut Changed);

    /// Returns the update that sets the fields of the members that are present. It is empty if none is: collection methods
    /// refuse it, so check [`is_empty`](Update::is_empty) first.
    ///
    /// `{ $set: { note: null, qty: 3 } }`. If a field has aliases, `$unset` removes the values that are stored under
    /// them.
    ///
    /// The rules are checked here, for each member alone. Join further changes with `+`, and pass the update to
    /// [`update_one`](crate::Collection::update_one) or another method, which checks the rules of updates again.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_invalid`](crate::Error::is_invalid) is true if values violate the rules of their
    /// fields, with all of them. Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if a value
    /// cannot be stored, or if the patch changes the `_id`.
    fn to_update(&self) -> Result<Update<M>> {
        let mut changes = Changed::default();
        self.write(&mut changes);
        changes.into_parts().map(|(set, unset)| Update::of_fields(set, unset))
    }
}

/// The members of a patch that are present. The code of the derive fills it.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Changed {
    set: Document,
    /// The fields that are removed, and the other names that fields are read from.
    unset: Document,
    check: Check,
    problem: Option<CodecError>,
}

impl Changed {
    fn into_parts(self) -> Result<(Document, Document)> {
        self.check.finish()?;
        match self.problem {
            Some(problem) => Err(Error::from(problem)),
            None => Ok((self.set, self.unset)),
        }
    }

    /// Removes a field whose value is not stored.
    fn remove<K: Key>(&mut self) {
        if K::NAME == "_id" {
            return self.problem(the_id());
        }
        for name in [K::NAME].iter().chain(K::ALIASES) {
            self.unset.insert(*name, "");
        }
    }

    fn add<K: Key>(&mut self, value: CodecResult<Bson>) {
        match value {
            Ok(_) if K::NAME == "_id" => self.problem(the_id()),
            Ok(value) => {
                self.set.insert(K::NAME, value);
                for alias in K::ALIASES {
                    self.unset.insert(*alias, "");
                }
            }
            Err(problem) => self.problem(problem),
        }
    }

    fn problem(&mut self, problem: CodecError) {
        self.problem.get_or_insert(problem);
    }
}

#[cold]
fn the_id() -> CodecError {
    CodecError::new("a field that can be changed", "the `_id` of a document").at("_id")
}

/// The type of a field of a patch: a [`Member`] of the type of the document's field. No other type implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a member of a patch for a field of type `{T}`",
    label = "expected `Member<{T}>`",
    note = "`Member` distinguishes a member that is absent from one that is null"
)]
#[doc(hidden)]
pub trait IsMember<T> {
    /// Returns the value, if it is present.
    fn value(&self) -> Option<&T>;
}

#[diagnostic::do_not_recommend]
impl<T> IsMember<T> for Member<T> {
    fn value(&self) -> Option<&T> {
        self.present()
    }
}

#[allow(clippy::unused_self, reason = "generated code calls it on what an accessor returns")]
impl<T: Value, F: Key> Declared<T, F> {
    /// Adds a member for this field of `D`, if it is present.
    pub fn patches<D, P>(self, member: &P, changes: &mut Changed)
    where
        D: HasField<F, Type = T>,
        P: IsMember<D::Rust>,
    {
        if let Some(value) = member.value() {
            check_field::<D, F>(&mut changes.check, value);
            if D::is_skipped(value) {
                changes.remove::<F>();
            } else {
                changes.add::<F>(stored::<D, F>(value));
            }
        }
    }
}

/// Returns the value as the field stores it.
fn stored<D: HasField<K>, K: Key>(value: &D::Rust) -> CodecResult<Bson> {
    let mut writer = Writer::new();
    writer.document(|writer| put_field::<D, K>(writer, value))?;
    let mut document = Document::decode(Raw::document(&writer.into_bytes()))?;
    Ok(document.remove(K::NAME).unwrap_or(Bson::Null))
}
