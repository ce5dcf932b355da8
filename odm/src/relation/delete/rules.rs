//! The delete rules of some models: the filters and updates that they need.

use std::{
    any::{TypeId, type_name},
    fmt,
};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Bson, Document, doc},
    options::{FindOptions, UpdateOptions},
};

use super::run::Start;
use crate::{
    collection::Collection,
    database::Database,
    error::{Error, Result},
    filter::Filter,
    meta::{OnDelete, ReferenceMeta, ReferenceStep, reference::unused_rules},
    model::{Model, ModelMeta},
    policies::{Scope, Tenant},
    relation::run::WHOLE_BATCH,
    session::BorrowedSession,
};

type Call<'a, T> = BoxFuture<'a, Result<T>>;

/// What makes the handles of the collections.
#[derive(Clone)]
pub(super) struct Handles {
    pub(super) database: Database,
    /// The tenant whose documents are deleted.
    pub(super) scope: Scope,
}

impl Handles {
    fn collection<M: Model>(&self) -> Collection<M> {
        let advice = "delete these documents with a call of their own";
        self.database.collection::<M>().for_tenant(&self.scope.tenant, advice)
    }
}

/// A model, without its type: its declaration, and its actions.
#[derive(Clone, Copy)]
pub struct Member {
    pub(super) meta: &'static ModelMeta,
    name: fn() -> &'static str,
    /// Returns the ids of at most so many documents that match.
    pub(super) find: for<'a, 's> fn(
        &'a Handles,
        &'a mut BorrowedSession<'s>,
        Document,
        Option<i64>,
    ) -> Call<'a, Vec<Bson>>,
    pub(super) delete: for<'a, 's> fn(&'a Handles, &'a mut BorrowedSession<'s>, Document) -> Call<'a, u64>,
    pub(super) update:
        for<'a, 's> fn(&'a Handles, &'a mut BorrowedSession<'s>, Document, Removal) -> Call<'a, u64>,
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({})", (self.name)())
    }
}

impl Member {
    pub(super) fn of<M: Model + Send + Sync>() -> Self {
        Self {
            meta: M::MODEL,
            name: type_name::<M>,
            find: |handles, lent, filter, limit| Box::pin(find::<M>(handles, lent, filter, limit)),
            delete: |handles, lent, filter| {
                Box::pin(async move {
                    let deleted =
                        handles.collection::<M>().delete_many(Filter::raw(filter)).session(lent).await?;
                    Ok(deleted.deleted_count)
                })
            },
            update: |handles, lent, filter, Removal { update, array_filters }| {
                Box::pin(async move {
                    let options = UpdateOptions::builder().array_filters(array_filters).build();
                    let action = handles.collection::<M>().update_many(Filter::raw(filter), update);
                    let result = action.with_options(options).session(lent).await?;
                    Ok(result.modified_count)
                })
            },
        }
    }
}

async fn find<M: Model>(
    handles: &Handles,
    lent: &mut BorrowedSession<'_>,
    filter: Document,
    limit: Option<i64>,
) -> Result<Vec<Bson>> {
    let options =
        FindOptions::builder().projection(doc! { "_id": 1 }).batch_size(WHOLE_BATCH).limit(limit).build();
    let find = handles.collection::<M>().find(Filter::raw(filter)).with_options(options);
    let found: Vec<Document> = find.as_documents().session(lent).await?.try_collect().await?;
    Ok(found.into_iter().filter_map(|mut document| document.remove("_id")).collect())
}

/// An update that removes a reference.
pub(super) struct Removal {
    update: Document,
    array_filters: Option<Vec<Document>>,
}

/// A rule of a reference between two members.
pub(super) struct Rule {
    /// The position of the member that refers.
    pub(super) from: usize,
    /// The position of the member that is referred to.
    pub(super) to: usize,
    pub(super) on_delete: OnDelete,
    reference: ReferenceMeta,
}

/// The rules of all references between the members.
pub(super) struct Rules {
    pub(super) members: Vec<Member>,
    pub(super) list: Vec<Rule>,
    /// Why a rule cannot be applied.
    problems: Vec<String>,
}

impl Rules {
    pub(super) fn of(members: &[Member]) -> Self {
        let (mut list, mut problems) = (Vec::new(), Vec::new());
        for (from, member) in members.iter().enumerate() {
            let collection = member.meta.collection();
            problems.extend(
                unused_rules(member.meta.document()).into_iter().map(|path| {
                    format!("`{collection}.{path}` has a delete rule, but contains no reference")
                }),
            );
            for reference in member.meta.references() {
                let Some(on_delete) = reference.on_delete() else { continue };
                if let Some(problem) = problem(&reference, on_delete) {
                    problems.push(format!("`{collection}.{}` {problem}", reference.path()));
                    continue;
                }
                let target = reference.target().model();
                let Some(to) = position(members, target) else { continue };
                list.push(Rule { from, to, on_delete, reference });
            }
        }
        Self { members: members.to_vec(), list, problems }
    }

    /// Returns the documents with which a delete starts.
    pub(super) fn start<M: Model>(&self, ids: Vec<Bson>, scope: &Scope) -> Result<Start> {
        if let Some(problem) = self.problems.first() {
            return Err(Error::refused(problem.clone()));
        }
        let Some(member) = position(&self.members, TypeId::of::<M>()) else {
            let listed: Vec<&str> = self.members.iter().map(|member| (member.name)()).collect();
            return Err(Error::refused(format!(
                "`{}` is not one of the models of `references`: {}",
                type_name::<M>(),
                listed.join(", ")
            )));
        };
        let of_tenants = self.members.iter().find(|member| member.meta.policies().tenant().is_some());
        if let (Some(of_tenants), Tenant::Unspecified) = (of_tenants, &scope.tenant) {
            return Err(Error::refused(format!(
                "the documents of `{}` belong to tenants: specify the tenant with `.tenant_of(&handle)` of \
                 `references`, or call `.all_tenants()` if that is intended",
                of_tenants.meta.collection()
            )));
        }
        Ok(Start { member, ids })
    }

    /// Returns the rules of one kind, for references to a member.
    pub(super) fn of_kind(&self, on_delete: OnDelete, to: usize) -> impl Iterator<Item = &Rule> {
        self.list.iter().filter(move |rule| rule.on_delete == on_delete && rule.to == to)
    }
}

fn position(members: &[Member], model: TypeId) -> Option<usize> {
    members.iter().position(|member| member.meta.type_id() == model)
}

/// Returns why a rule cannot be applied to a reference.
fn problem(reference: &ReferenceMeta, on_delete: OnDelete) -> Option<&'static str> {
    let steps = reference.steps();
    let arrays = steps.iter().filter(|step| **step == ReferenceStep::Items).count();
    if steps.contains(&ReferenceStep::Values) {
        return Some(
            "is a reference in a map, which the server cannot find by its id: a map has no delete rule",
        );
    }
    if steps.contains(&ReferenceStep::Untagged) {
        return Some("is a reference in an untagged enum, which does not show to which model it refers");
    }
    if steps.windows(2).any(|pair| pair[0] == ReferenceStep::Items && pair[1] == ReferenceStep::Items) {
        return Some("is a reference in an array inside of an array, which has no delete rule");
    }
    if on_delete != OnDelete::Nullify {
        return None;
    }
    if !reference.is_nullable() && steps.last() != Some(&ReferenceStep::Items) {
        return Some("cannot be nullified: declare it as an `Option` or a list");
    }
    let in_arrays = if steps.last() == Some(&ReferenceStep::Items) { arrays - 1 } else { arrays };
    (in_arrays > 1).then_some("cannot be nullified, because it is in arrays inside of others")
}

impl Rule {
    /// Returns the dotted stored name of the reference.
    pub(super) fn path(&self) -> &str {
        self.reference.path()
    }

    /// Returns the filter of the documents that refer to one of the ids.
    pub(super) fn filter(&self, ids: &[Bson]) -> Document {
        condition(self.reference.steps(), "", ids)
    }

    /// Returns the update that removes references to the ids.
    pub(super) fn removal(&self, ids: &[Bson]) -> Removal {
        let steps = self.reference.steps();
        let is_list = steps.last() == Some(&ReferenceStep::Items);
        if is_list && !self.reference.is_nullable() {
            let list = positions(&steps[..steps.len() - 1], "$[]");
            let update = doc! { "$pull": { list: { "$in": ids } } };
            return Removal { update, array_filters: None };
        }
        let update = doc! { "$set": { positions(steps, "$[reference]"): Bson::Null } };
        let last = steps.iter().rposition(|step| *step == ReferenceStep::Items);
        let array_filters = last.map(|last| vec![condition(&steps[last + 1..], "reference", ids)]);
        Removal { update, array_filters }
    }
}

/// Returns a dotted name in which arrays have a position.
fn positions(steps: &[ReferenceStep], array: &str) -> String {
    let names = steps.iter().filter_map(|step| match step {
        ReferenceStep::Field(name) => Some(*name),
        ReferenceStep::Items => Some(array),
        _ => None,
    });
    names.collect::<Vec<_>>().join(".")
}

/// Returns the condition that a reference is one of the ids, with names that begin with `start`.
fn condition(steps: &[ReferenceStep], start: &str, ids: &[Bson]) -> Document {
    let (mut condition, mut name) = (Document::new(), start.to_owned());
    let join =
        |name: &str, step: &str| if name.is_empty() { step.to_owned() } else { format!("{name}.{step}") };
    for (at, step) in steps.iter().enumerate() {
        match step {
            ReferenceStep::Field(field) => name = join(&name, field),
            ReferenceStep::Tagged(tag, value) => {
                condition.insert(join(&name, tag), doc! { "$eq": value });
            }
            // The tag and the id belong to the same element.
            ReferenceStep::Items
                if steps[at..].iter().any(|step| matches!(step, ReferenceStep::Tagged(..))) =>
            {
                condition.insert(name, doc! { "$elemMatch": self::condition(&steps[at + 1..], "", ids) });
                return condition;
            }
            // A variant that is stored under its name: the name is a field too.
            _ => {}
        }
    }
    condition.insert(name, doc! { "$in": ids });
    condition
}
