//! The commands that find the documents that refer to others.

use std::ops::Range;

use mongodb::{
    bson::{Bson, Document, RawDocumentBuf, doc},
    options::FindOptions,
};

use crate::{
    collection::Target as Collection,
    error::{Error, Result, codec::CodecResult},
    filter::Filter,
    model::Model,
    path::Location,
    policies::scoped_stages,
    relation::{
        keys::{Keys, everywhere},
        load::id_in,
        run::{INCLUDE, IncludeRun},
    },
    sort::Sort,
    value::Raw,
};

/// What is requested of the documents.
pub(super) struct ReferrersQuery<C> {
    pub(super) field: Location,
    pub(super) filter: Option<Filter<C>>,
    pub(super) sort: Option<Sort<C>>,
    pub(super) limit: Option<u32>,
}

/// The request as it is sent.
pub(super) struct Rendered {
    /// The field, as a filter by ids.
    field: Location,
    filter: Option<Document>,
    sort: Option<Document>,
    pub(super) limit: Option<u32>,
    projection: Option<Document>,
}

impl<C> ReferrersQuery<C> {
    pub(super) fn render(self, projection: Option<Document>) -> Result<Rendered> {
        if let Some(problem) = self.field.problem() {
            return Err(problem.clone().into());
        }
        if self.field.is_element() {
            return Err(Error::refused(
                "`referred_by` takes a field, not one position of an array: use the path of the array",
            ));
        }
        if self.limit.is_some() && !self.field.untraversed().is_empty() {
            return Err(Error::refused(
                "`limit` of `referred_by`: a `$lookup` does not search arrays inside of arrays; leave the limit out",
            ));
        }
        if self.limit == Some(0) {
            return Err(Error::refused("`limit(0)` of `referred_by`: the server accepts a limit from 1"));
        }
        // A condition on the variant belongs to the filter of a `$lookup`, which compares only the ids.
        let variant = (!self.field.variant_tests().is_empty() && self.limit.is_some())
            .then(|| Filter::<C>::test(&self.field, "$exists", Ok(true.into())));
        let filter = match (self.filter, variant) {
            (Some(filter), Some(variant)) => Some(variant & filter),
            (filter, variant) => filter.or(variant),
        };
        Ok(Rendered {
            field: self.field,
            filter: filter.map(Filter::into_document).transpose()?,
            sort: self.sort.map(Sort::into_document).transpose()?,
            limit: self.limit,
            projection,
        })
    }
}

/// The ids of the documents that are referred to.
pub(super) struct Ids {
    keys: Keys,
    /// The documents with each id. A caller may pass a document twice.
    owners: Vec<Vec<usize>>,
    position: fn(&Keys, Raw<'_>) -> CodecResult<Option<usize>>,
}

impl Ids {
    pub(super) fn of<M: Model>(documents: &[RawDocumentBuf]) -> Result<Self> {
        Self::read(documents, Keys::add::<M>, Keys::position::<M>)
    }

    fn read(
        documents: &[RawDocumentBuf],
        add: fn(&mut Keys, Raw<'_>) -> CodecResult<usize>,
        position: fn(&Keys, Raw<'_>) -> CodecResult<Option<usize>>,
    ) -> Result<Self> {
        let (mut keys, mut owners): (Keys, Vec<Vec<usize>>) = (Keys::default(), Vec::new());
        for (at, document) in documents.iter().enumerate() {
            let key = id_in(document).and_then(|id| add(&mut keys, id).map_err(|error| error.at("_id")));
            let key = key.map_err(|error| Error::decode(document.as_bytes(), error))?;
            if owners.len() <= key {
                owners.resize_with(key + 1, Vec::new);
            }
            owners[key].push(at);
        }
        Ok(Self { keys, owners, position })
    }

    /// Adds the documents with an id to the list, each once, if the id is one of the command with these positions: a
    /// document that refers to ids of several commands is found by each.
    fn owners_of(&self, id: Raw<'_>, command: &Range<usize>, list: &mut Vec<usize>) -> CodecResult<()> {
        let position = (self.position)(&self.keys, id)?.filter(|position| command.contains(position));
        let owners = position.and_then(|position| self.owners.get(position)).map_or(&[][..], Vec::as_slice);
        for owner in owners {
            if !list.contains(owner) {
                list.push(*owner);
            }
        }
        Ok(())
    }
}

/// Finds all documents that refer to the ids, each with the position of the document that it refers to.
pub(super) async fn matching(
    run: &IncludeRun<'_>,
    target: &Collection,
    ids: &Ids,
    name: &str,
    request: Rendered,
) -> Result<Vec<(usize, RawDocumentBuf)>> {
    let operation = target.operation(INCLUDE);
    let mut found = Vec::new();
    for chunk in run.chunks(&ids.keys) {
        let by_ids =
            Filter::<()>::test(&request.field, "$in", Ok(Bson::Array(ids.keys.ids(&chunk).to_vec())));
        let filter = match request.filter.clone() {
            Some(filter) => by_ids & Filter::raw(filter),
            None => by_ids,
        };
        let filter = filter.into_document().map_err(|error| error.during(&operation))?;
        let options =
            FindOptions::builder().sort(request.sort.clone()).projection(request.projection.clone()).build();
        for document in run.find(target, filter, options).await? {
            let mut owners = Vec::new();
            let read = everywhere(Raw::document(document.as_bytes()), name, &mut |id| {
                ids.owners_of(id, &chunk, &mut owners)
            });
            read.map_err(|error| Error::decode(document.as_bytes(), error).during(&operation))?;
            found.extend(owners.into_iter().map(|owner| (owner, document.clone())));
        }
    }
    Ok(found)
}

/// Finds the first documents that refer to each id.
pub(super) async fn limited(
    run: &IncludeRun<'_>,
    target: &Collection,
    ids: &Ids,
    request: Rendered,
) -> Result<Vec<(usize, RawDocumentBuf)>> {
    let operation = target.operation(INCLUDE);
    let mut inner = Vec::new();
    inner.extend(request.filter.map(|filter| doc! { "$match": filter }));
    inner.extend(request.sort.map(|sort| doc! { "$sort": sort }));
    inner.extend(request.limit.map(|limit| doc! { "$limit": i64::from(limit) }));
    inner.extend(request.projection.map(|projection| doc! { "$project": projection }));
    let policies = target.policies();
    let inner = scoped_stages(&policies.scope, policies.fields, inner)
        .map_err(|error| Error::from(error).during(&operation))?;
    let lookup = doc! { "$lookup": {
        "from": target.name(), "localField": "_id", "foreignField": request.field.name(),
        "pipeline": inner, "as": "child",
    } };
    let mut found = Vec::new();
    for chunk in run.chunks(&ids.keys) {
        // An id may be a string with a leading `$`.
        let documents = ids.keys.ids(&chunk).iter();
        let documents: Vec<Bson> = documents.map(|id| doc! { "_id": { "$literal": id } }.into()).collect();
        // `$unwind` directly after `$lookup` avoids a document with all of them, which could be too large.
        let stages = vec![doc! { "$documents": documents }, lookup.clone(), doc! { "$unwind": "$child" }];
        for row in run.aggregate(stages).await? {
            let (mut owners, child) = (Vec::new(), row.get_document("child"));
            let owner = id_in(&row)
                .and_then(|id| ids.owners_of(id, &chunk, &mut owners).map_err(|error| error.at("_id")));
            owner.map_err(|error| Error::decode(row.as_bytes(), error).during(&operation))?;
            let Ok(child) = child.map(ToOwned::to_owned) else { continue };
            found.extend(owners.into_iter().map(|owner| (owner, child.clone())));
        }
    }
    Ok(found)
}
