//! The arrays that a filter has conditions on. They determine which element the `$` of an update refers to.

use mongodb::bson::{Bson, Document};

use super::{Clause, Clauses, element::is_logical, render::is_operators};
use crate::error::codec::CodecError;

/// The value of `Clause::array` for a name that a caller wrote: which part of it is an array is unknown.
pub(super) const CALLER_NAME: u32 = u32::MAX;

/// The outermost arrays that a filter names.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedArrays(Vec<Mention>);

#[derive(Debug, Clone)]
struct Mention {
    /// The name up to the array, or the whole name if a caller wrote it.
    name: String,
    written_by_caller: bool,
    /// The number of conditions for which the server records the position of the element that meets them.
    conditions: usize,
    /// The condition tests the array as a whole. The server records the position of an element nevertheless.
    of_whole: bool,
}

impl NamedArrays {
    pub(super) fn join(all: &mut Option<Box<Self>>, more: Option<Box<Self>>) {
        match (all.as_mut(), more) {
            (Some(all), Some(more)) => all.0.extend(more.0),
            (None, more) => *all = more,
            (Some(_), None) => {}
        }
    }

    fn add(&mut self, clause: &Clause) {
        let name = match clause.array {
            0 => return,
            CALLER_NAME => return self.add_name(&clause.name, &clause.test(), true),
            length => clause.name.get(..length as usize).unwrap_or(&clause.name),
        };
        let test = clause.test();
        self.0.push(Mention {
            name: name.to_owned(),
            written_by_caller: false,
            conditions: conditions(&test),
            of_whole: name.len() == clause.name.len() && is_of_whole(&test),
        });
    }

    fn add_name(&mut self, name: &str, test: &Bson, positional: bool) {
        match test {
            Bson::Array(branches) if is_logical(name) => {
                let positional = positional && name != "$nor";
                for (name, test) in branches.iter().filter_map(Bson::as_document).flatten() {
                    self.add_name(name, test, positional);
                }
            }
            // An `_id` is not an array. Of the conditions on the whole document, only `$jsonSchema` records a
            // position.
            _ if (name.starts_with('$') && name != "$jsonSchema") || name == "_id" => {}
            _ => self.0.push(Mention {
                name: name.to_owned(),
                written_by_caller: true,
                conditions: if positional { conditions(test) } else { 0 },
                of_whole: positional && is_of_whole(test),
            }),
        }
    }

    /// Returns an error if the `$` after this array in an update does not refer to the element that the filter
    /// matches. The server writes to the position that the last condition recorded, even if that is another array.
    ///
    /// A caller who also writes the names of the update (not `typed`) is expected to know which names of the filter
    /// are arrays.
    fn refuses(&self, array: &str, typed: bool) -> Option<CodecError> {
        let is_this = |mention: &Mention| {
            let below = mention.name.strip_prefix(array);
            below.is_some_and(|below| {
                below.is_empty() || (mention.written_by_caller && below.starts_with('.'))
            })
        };
        let other = self.0.iter().find(|it| !is_this(it) && (typed || !it.written_by_caller));
        let this: Vec<&Mention> = self.0.iter().filter(|it| is_this(it)).collect();
        let is_of_whole = |it: &Mention| it.of_whole && it.name == array && (typed || !it.written_by_caller);
        let found = match other {
            Some(Mention { name, .. }) if name.starts_with('$') => "one with `$jsonSchema`",
            // The names are not shown: they may be keys of maps.
            Some(Mention { written_by_caller: true, .. }) => {
                "one that names another field, which may be an array"
            }
            Some(_) => "one that names another array",
            None if this.is_empty() => "one that does not name it",
            None if this.iter().any(|it| is_of_whole(it)) => {
                "one that tests its existence or its type, which is not a condition on an element"
            }
            None => match this.iter().map(|it| it.conditions).sum::<usize>() {
                0 => "one that names it, but no condition on one of its elements",
                more if more > 1 && typed => {
                    "two conditions on it, which two elements may meet: join them in one `any`"
                }
                _ => return None,
            },
        };
        let expected = "a filter that names this array and no other, as `$` is the position that the filter matched; \
                        to pick elements by a condition of their own, use `each_where`";
        Some(CodecError::new(expected, found))
    }
}

/// Returns the number of conditions in a test for which the server records a position, if the test applies to the
/// elements of an array. Each item of `$all` counts, because a different element may meet it.
fn conditions(test: &Bson) -> usize {
    let Some(test) = operators(test) else { return 1 };
    let items = test.get("$all").and_then(Bson::as_array).map_or(0, |items| items.len().max(1));
    let others = test.iter().any(|(operator, value)| match operator.as_str() {
        "$all" | "$ne" | "$nin" | "$not" | "$size" => false,
        "$exists" => *value != Bson::Boolean(false),
        _ => true,
    });
    items + usize::from(others)
}

/// Returns whether a test applies to an array as a whole, although the server records the position of an element for
/// it.
fn is_of_whole(test: &Bson) -> bool {
    operators(test).is_some_and(|test| {
        test.get("$exists").is_some_and(|exists| *exists != Bson::Boolean(false))
            || test.keys().all(|operator| operator == "$type")
    })
}

/// Returns the operators of a test, unless the test is a value to compare with.
fn operators(test: &Bson) -> Option<&Document> {
    test.as_document().filter(|test| is_operators(test))
}

impl Clauses {
    /// Moves the arrays that this filter names to `all`. Pass `negated` if the filter is about to be negated: then
    /// the server records no positions.
    pub(super) fn take_named_arrays(&mut self, all: &mut Option<Box<NamedArrays>>, negated: bool) {
        let mut named = self.inner.take();
        if self.iter().any(|clause| clause.array != 0) {
            let mut direct = Box::<NamedArrays>::default();
            self.iter().for_each(|clause| direct.add(clause));
            NamedArrays::join(&mut named, Some(direct));
        }
        if let (true, Some(named)) = (negated, &mut named) {
            for mention in &mut named.0 {
                (mention.conditions, mention.of_whole) = (0, false);
            }
        }
        NamedArrays::join(all, named);
    }

    /// Returns the first array whose `$` in the names of written fields cannot be used with this filter, and
    /// the error. Pass `typed` if [`matched`](crate::path::Path::matched) made one of the names.
    pub(crate) fn check_positions<'u>(
        &self,
        written: impl Iterator<Item = &'u str>,
        typed: bool,
    ) -> Option<(&'u str, CodecError)> {
        let mut arrays = written.filter_map(positional).peekable();
        arrays.peek()?;
        let mut named = None;
        self.clone().take_named_arrays(&mut named, false);
        let named = named.unwrap_or_default();
        arrays.find_map(|array| Some((array, named.refuses(array, typed)?)))
    }
}

/// Returns the array before the last `$` of a name.
fn positional(name: &str) -> Option<&str> {
    // Most names have none, and a search for several characters prepares more than it reads.
    if !name.contains('$') {
        return None;
    }
    name.strip_suffix(".$").or_else(|| name.rfind(".$.").map(|at| &name[..at]))
}
