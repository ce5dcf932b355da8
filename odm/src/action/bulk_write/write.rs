//! `Write<M>`: one write of a bulk write, and the kinds of writes that have setters.

use std::fmt;

use crate::{
    action::{
        Builder, CollectsProblems,
        prepare::Problems,
        setters::setters,
        statement_builder::{StatementBuilder, skip_rules},
    },
    error::Result,
    filter::IntoFilter,
    model::Model,
    policies::Policies,
    update::IntoUpdate,
    write::{Statement, WriteKind, WriteOptions},
};

/// One write of a [`bulk_write`](crate::Collection::bulk_write).
///
/// It has the same effect and the same checks as the method of [`Collection`](crate::Collection) with the same name.
/// It contains the encoded document, not the model.
///
/// An insert and a `save` have no setters. The other functions return a type with the setters of its kind of write,
/// such as [`BulkUpdateOne`]. A list of different kinds is a tuple, or an array in which `.into()` converts each write
/// into a `Write`: see [`IntoWrites`](crate::action::IntoWrites).
///
/// ```
/// # use odm::{Id, Model, Write};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
/// # fn f(user: User, other: User) {
/// let u = User::fields();
/// let writes = (
///     Write::insert_one(&user),
///     Write::update_one(u.name().eq("ada"), u.visits().inc(1)).or_insert(&other),
///     Write::delete_many(u.visits().eq(0)),
/// );
/// # drop(writes);
/// # }
/// ```
#[must_use = "nothing is written until a bulk write with it is awaited"]
pub struct Write<M: Model> {
    builder: StatementBuilder<M>,
    options: WriteOptions,
    id: Option<M::Id>,
}

impl<M: Model> Write<M> {
    fn of(kind: Result<WriteKind>) -> Self {
        Self { builder: StatementBuilder::new(kind), options: WriteOptions::default(), id: None }
    }

    /// Inserts one document, like [`insert_one`](crate::Collection::insert_one).
    pub fn insert_one(model: &M) -> Self {
        Self { id: Some(model.id().clone()), ..Self::of(WriteKind::insert(model)) }
    }

    /// Updates one document that matches a filter, like [`update_one`](crate::Collection::update_one).
    pub fn update_one(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> BulkUpdateOne<M> {
        BulkUpdateOne(Self::of(WriteKind::update_one(filter, update)))
    }

    /// Updates every document that matches a filter, like [`update_many`](crate::Collection::update_many).
    pub fn update_many(filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> BulkUpdateMany<M> {
        BulkUpdateMany(Self::of(WriteKind::update_many(filter, update)))
    }

    /// Replaces one document that matches a filter, like [`replace_one`](crate::Collection::replace_one).
    pub fn replace_one(filter: impl IntoFilter<M>, model: &M) -> BulkReplaceOne<M> {
        BulkReplaceOne(Self::of(WriteKind::replace(filter, model)))
    }

    /// Inserts a document, or replaces the one with its `_id`, like [`save`](crate::Collection::save).
    pub fn save(model: &M) -> Self {
        Self::of(WriteKind::save(model))
    }

    /// Deletes one document that matches a filter, like [`delete_one`](crate::Collection::delete_one).
    pub fn delete_one(filter: impl IntoFilter<M>) -> BulkDelete<M> {
        BulkDelete(Self::of(WriteKind::delete_one(filter)))
    }

    /// Deletes every document that matches a filter, like [`delete_many`](crate::Collection::delete_many).
    pub fn delete_many(filter: impl IntoFilter<M>) -> BulkDelete<M> {
        BulkDelete(Self::of(WriteKind::delete_many(filter)))
    }

    /// Returns the id of a document to insert, and the statement, or its error.
    pub(super) fn into_statement(self, policies: &Policies) -> (Option<M::Id>, Result<Statement>) {
        let Self { builder, options, id } = self;
        (id, builder.into_statement(options, policies))
    }
}

impl<M: Model> fmt::Debug for Write<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Write(on {})", M::COLLECTION)
    }
}

/// Declares the kinds of writes that have setters.
macro_rules! kinds {
    ($($(#[$docs:meta])* $kind:ident;)*) => { $(
        $(#[$docs])*
        #[must_use = "nothing is written until a bulk write with it is awaited"]
        pub struct $kind<M: Model>(Write<M>);

        impl<M: Model> From<$kind<M>> for Write<M> {
            fn from(write: $kind<M>) -> Self {
                write.0
            }
        }

        impl<M: Model> Builder for $kind<M> {
            type Options = WriteOptions;

            fn options(&mut self) -> &mut WriteOptions {
                &mut self.0.options
            }
        }

        impl<M: Model> CollectsProblems for $kind<M> {
            fn problems(&mut self) -> &mut Problems {
                &mut self.0.builder.problems
            }
        }

        impl<M: Model> fmt::Debug for $kind<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($kind), "(on {})"), M::COLLECTION)
            }
        }
    )* };
}

kinds! {
    /// An update of one document in a bulk write.
    ///
    /// Construct with [`Write::update_one`].
    BulkUpdateOne;
    /// An update of many documents in a bulk write.
    ///
    /// Construct with [`Write::update_many`].
    BulkUpdateMany;
    /// A replacement of one document in a bulk write.
    ///
    /// Construct with [`Write::replace_one`].
    BulkReplaceOne;
    /// A delete in a bulk write.
    ///
    /// Construct with [`Write::delete_one`] or [`Write::delete_many`].
    BulkDelete;
}

setters!([M: Model] BulkUpdateOne<M>, of M: upsert array_filters sort_since_8 hint collation);
setters!([M: Model] BulkUpdateMany<M>, of M: upsert array_filters hint collation);
setters!([M: Model] BulkReplaceOne<M>, of M: upsert sort_since_8 hint collation);
setters!([M: Model] BulkDelete<M>, of M: hint collation);

skip_rules!([M: Model] BulkUpdateOne<M>, 0.builder);
skip_rules!([M: Model] BulkUpdateMany<M>, 0.builder);

impl<M: Model> BulkUpdateOne<M> {
    /// Inserts this document, except for the fields that the update writes, if nothing matches: see
    /// [`UpdateOne::or_insert`](crate::action::UpdateOne::or_insert).
    pub fn or_insert(mut self, model: &M) -> Self {
        self.0.builder = self.0.builder.or_insert(model);
        self
    }
}
