//! `DocumentFilters`: filters of documents, as stages that select the changes of these documents.

use mongodb::{
    bson::{Bson, Document, doc},
    options::{ChangeStreamOptions, FullDocumentBeforeChangeType, FullDocumentType},
};

use super::{options, token::ResumeToken};
use crate::{
    error::{Error, Result},
    filter::{Filter, below},
    value::{MAX_NESTING, bounded_document},
};

/// The levels that the stage adds to a filter.
const LEVELS: u16 = 4;

/// Which document of a change the filter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Image {
    After,
    Before,
    /// One of both.
    Either,
}

impl Image {
    fn has_after(self) -> bool {
        self != Self::Before
    }

    fn has_before(self) -> bool {
        self != Self::After
    }
}

/// The filters of a builder, all of which a change must pass.
#[derive(Debug)]
pub(crate) struct DocumentFilters {
    filters: Result<EventFilters>,
    need_after: bool,
    need_before: bool,
}

impl Default for DocumentFilters {
    fn default() -> Self {
        Self { filters: Ok(EventFilters::default()), need_after: false, need_before: false }
    }
}

impl DocumentFilters {
    /// Adds a filter of the documents of the only collection, or of this one.
    pub(crate) fn add<M>(&mut self, image: Image, collection: Option<&str>, filter: Filter<M>) {
        self.need_after |= image.has_after();
        self.need_before |= image.has_before();
        let Ok(EventFilters(filters)) = &mut self.filters else { return };
        match filter.into_document().and_then(|filter| passing(image, collection, filter)) {
            Ok(passing) => filters.push(passing),
            Err(problem) => self.filters = Err(problem),
        }
    }

    /// Returns the filters of the events, and requests the documents that they need, unless the options request others.
    pub(crate) fn into_filters(self, options: &mut ChangeStreamOptions) -> Result<EventFilters> {
        let filters = self.filters?;
        if self.need_after {
            let value = options.full_document.get_or_insert(FullDocumentType::UpdateLookup);
            if options::after(value)? == "default" {
                return Err(Error::refused(
                    "`matching` tests the documents after changes, and with the `full_document` that was set, the \
                     changes of updates do not contain them: set `UpdateLookup`, `WhenAvailable` or `Required`",
                ));
            }
        }
        if self.need_before {
            let value =
                options.full_document_before_change.get_or_insert(FullDocumentBeforeChangeType::Required);
            if options::before(value)? == "off" {
                return Err(Error::refused(
                    "`matching_before` and `matching_either` test the documents before changes, and \
                     `full_document_before_change` is `Off`: set `Required` or `WhenAvailable`",
                ));
            }
        }
        Ok(filters)
    }
}

/// The filters of the events of a stream: of each, the conditions of which an event must meet one.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventFilters(Vec<Vec<Bson>>);

impl EventFilters {
    /// Returns the stages of a stream that begins after a change.
    ///
    /// The server continues only from a change that passes the stages. Meanwhile its document may not match any more, so
    /// this change passes. The server does not send it again.
    pub(crate) fn stages(&self, after: Option<&ResumeToken>) -> impl Iterator<Item = Document> {
        let begins = after.map(|token| Bson::Document(doc! { "_id._data": token.data() }));
        self.0.iter().map(move |passing| {
            let passing: Vec<Bson> = begins.iter().chain(passing).cloned().collect();
            doc! { "$match": { "$or": passing } }
        })
    }
}

/// Returns the conditions that select the changes whose document satisfies the filter, all changes of which the server does
/// not have this document, and those that are not about a document.
fn passing(image: Image, collection: Option<&str>, filter: Document) -> Result<Vec<Bson>> {
    let filter = bounded_document(filter, MAX_NESTING.saturating_sub(LEVELS))?;
    let mut passing: Vec<Bson> = Vec::new();
    if let Some(collection) = collection {
        passing.push(doc! { "ns.coll": { "$ne": collection } }.into());
    }
    passing.push(doc! { "operationType": { "$nin": ["insert", "update", "replace", "delete"] } }.into());
    if image.has_after() {
        passing.push(doc! { "operationType": "update", "fullDocument": null }.into());
        passing.push(has("fullDocument", filter.clone())?.into());
    }
    if image.has_before() {
        let with_one = ["update", "replace", "delete"];
        passing.push(
            doc! { "operationType": { "$in": with_one.as_slice() }, "fullDocumentBeforeChange": null }.into(),
        );
        passing.push(has("fullDocumentBeforeChange", filter)?.into());
    }
    Ok(passing)
}

/// Returns the condition that there is such a document and that it satisfies the filter. A negation would also match
/// changes without the document.
fn has(field: &str, filter: Document) -> Result<Document> {
    let mut condition = doc! { field: { "$type": "object" } };
    condition.extend(below(field, filter)?);
    Ok(condition)
}

/// Declares `matching` and its variants in the `impl` of a builder, for the field `filters`.
macro_rules! document_filters {
    () => {
        /// Selects the changes whose document matches after the change. The server evaluates the filter.
        ///
        /// `{ $match: { $or: [{ operationType: { $nin: [..] } }, { operationType: "update", fullDocument: null },
        /// { fullDocument: { $type: "object" }, "fullDocument.status": { $eq: "paid" } }] } }`
        ///
        /// | change | is delivered |
        /// |---|---|
        /// | insert, replace | if the new document matches |
        /// | update | if the document matches, or is missing in the event |
        /// | delete | never: there is no document after it. See [`matching_either`](Self::matching_either) |
        /// | drop, rename, invalidate, definitions | always |
        ///
        /// The change of an update must contain the document. Unless
        /// [`full_document`](Self::full_document) is set, it is looked up (`UpdateLookup`): the filter then tests the
        /// document as it is when the change is sent. If it matches only for a short time, this may not be seen. The
        /// post-images of the collection (`WhenAvailable`, `Required`) are the documents directly after each change.
        /// An event has no document if the document was deleted before the lookup, or if its post-image is missing.
        ///
        /// The filter applies to the events, before the stages of the pipeline, and several filters must all match. It
        /// has all conditions except `$text`, `$where`, `$near`, `$nearSphere`, `$sampleRate` and `$rand`: these are an
        /// error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
        ///
        /// ```no_run
        /// # use odm::{Collection, Id, Model};
        /// # #[derive(Model)]
        /// # #[odm(collection = "orders")]
        /// # struct Order { id: Id<Order>, status: String }
        /// # async fn f(orders: Collection<Order>) -> odm::Result<()> {
        /// let mut paid = orders.watch().matching(|o| o.status().eq("paid")).await?;
        /// let mut invoices = orders.subscribe("invoice-writer").matching(|o| o.status().eq("paid")).await?;
        /// # Ok(())
        /// # }
        /// ```
        pub fn matching<F: $crate::filter::IntoFilter<M>>(
            mut self,
            condition: impl FnOnce($crate::path::Root<M>) -> F,
        ) -> Self {
            let filter = condition(M::fields()).into_filter();
            self.filters.add($crate::watch::document_filters::Image::After, None, filter);
            self
        }

        /// Selects the changes whose document matched before the change. The server evaluates the filter.
        ///
        /// `{ $match: { $or: [.., { fullDocumentBeforeChange: { $type: "object" },
        /// "fullDocumentBeforeChange.status": { $eq: "open" } }] } }`
        ///
        /// | change | is delivered |
        /// |---|---|
        /// | insert | never: there is no document before it |
        /// | update, replace, delete | if the document before the change matched, or is missing in the event |
        /// | drop, rename, invalidate, definitions | always |
        ///
        /// The collection must keep pre-images. Unless
        /// [`full_document_before_change`](Self::full_document_before_change) is set, it is `Required`: a missing
        /// pre-image is an error of kind [`ImageMissing`](crate::ErrorKind::ImageMissing). With `WhenAvailable`, a change
        /// without its pre-image is delivered, because it may have matched.
        ///
        /// With [`matching`](Self::matching) too, both must match: `.matching_before(|o| o.status().eq("open"))
        /// .matching(|o| o.status().eq("paid"))` are the changes from one status to the other.
        pub fn matching_before<F: $crate::filter::IntoFilter<M>>(
            mut self,
            condition: impl FnOnce($crate::path::Root<M>) -> F,
        ) -> Self {
            let filter = condition(M::fields()).into_filter();
            self.filters.add($crate::watch::document_filters::Image::Before, None, filter);
            self
        }

        /// Selects the changes whose document matches after the change, or matched before it: also those after which it
        /// does not match any more, and its delete. The server evaluates the filter.
        ///
        /// `{ $match: { $or: [.., { fullDocument: { $type: "object" }, .. }, ..,
        /// { fullDocumentBeforeChange: { $type: "object" }, .. }] } }`
        ///
        /// A change is delivered if [`matching`](Self::matching) or [`matching_before`](Self::matching_before) would
        /// deliver it, with the same options.
        pub fn matching_either<F: $crate::filter::IntoFilter<M>>(
            mut self,
            condition: impl FnOnce($crate::path::Root<M>) -> F,
        ) -> Self {
            let filter = condition(M::fields()).into_filter();
            self.filters.add($crate::watch::document_filters::Image::Either, None, filter);
            self
        }
    };
}

pub(crate) use document_filters;
