//! `Difference`: what changes in the result of a live query.

use std::{fmt, sync::Arc};

/// One step from a result to the next one. The steps must be applied in their order.
#[non_exhaustive]
pub enum Difference<M> {
    /// A document is in the result now, at this index.
    #[non_exhaustive]
    Added {
        /// Where it is inserted.
        index: usize,
        /// The document.
        document: Arc<M>,
    },
    /// A document was changed. If its place changes, too, [`Moved`](Self::Moved) precedes.
    #[non_exhaustive]
    Changed {
        /// Where it is.
        index: usize,
        /// The new document.
        document: Arc<M>,
    },
    /// A document has another place.
    #[non_exhaustive]
    Moved {
        /// From where it is taken.
        from: usize,
        /// Where it is inserted afterwards.
        to: usize,
    },
    /// A document is no longer in the result.
    #[non_exhaustive]
    Removed {
        /// Where it was.
        index: usize,
        /// The document, as it was in the result.
        document: Arc<M>,
    },
}

impl<M> Difference<M> {
    /// Applies the step to a copy of the result. An index that the copy does not have changes nothing.
    pub fn apply(&self, result: &mut Vec<Arc<M>>) {
        match self {
            Self::Added { index, document } if *index <= result.len() => {
                result.insert(*index, Arc::clone(document));
            }
            Self::Changed { index, document } => {
                if let Some(place) = result.get_mut(*index) {
                    *place = Arc::clone(document);
                }
            }
            Self::Moved { from, to } if *from < result.len() && *to < result.len() => {
                let document = result.remove(*from);
                result.insert(*to, document);
            }
            Self::Removed { index, .. } if *index < result.len() => {
                result.remove(*index);
            }
            Self::Added { .. } | Self::Moved { .. } | Self::Removed { .. } => {}
        }
    }
}

/// A document in a result: its id, its bytes, and the document itself.
#[derive(Debug)]
pub(super) struct Shown<M> {
    pub(super) id: Arc<[u8]>,
    pub(super) bytes: Arc<[u8]>,
    pub(super) document: Arc<M>,
}

impl<M> Clone for Shown<M> {
    fn clone(&self) -> Self {
        Self {
            id: Arc::clone(&self.id),
            bytes: Arc::clone(&self.bytes),
            document: Arc::clone(&self.document),
        }
    }
}

/// Returns the steps from one result to another.
pub(super) fn between<M>(old: &[Shown<M>], new: &[Shown<M>]) -> Vec<Difference<M>> {
    let new_ids: std::collections::HashSet<&[u8]> = new.iter().map(|shown| &*shown.id).collect();
    let mut steps = Vec::new();
    let mut current: Vec<&Shown<M>> = old.iter().collect();
    for (index, shown) in old.iter().enumerate().rev() {
        if !new_ids.contains(&*shown.id) {
            steps.push(Difference::Removed { index, document: Arc::clone(&shown.document) });
            current.remove(index);
        }
    }
    for (index, shown) in new.iter().enumerate() {
        let place = current.iter().skip(index).position(|other| other.id == shown.id);
        let Some(place) = place.map(|place| place + index) else {
            steps.push(Difference::Added { index, document: Arc::clone(&shown.document) });
            current.insert(index, shown);
            continue;
        };
        if place != index {
            // If the document at this place belongs further back, it moves, and not all those after it.
            let belongs = |id: &[u8]| new.iter().skip(index).position(|other| &*other.id == id);
            if place == index + 1
                && let Some(distance) = current.get(index).and_then(|other| belongs(&other.id))
                && distance > 1
                && index + distance < current.len()
            {
                let moved = current.remove(index);
                current.insert(index + distance, moved);
                steps.push(Difference::Moved { from: index, to: index + distance });
            } else {
                let moved = current.remove(place);
                current.insert(index, moved);
                steps.push(Difference::Moved { from: place, to: index });
            }
        }
        if current.get(index).is_some_and(|other| other.bytes != shown.bytes) {
            steps.push(Difference::Changed { index, document: Arc::clone(&shown.document) });
        }
    }
    steps
}

impl<M> Clone for Difference<M> {
    fn clone(&self) -> Self {
        match self {
            Self::Added { index, document } => Self::Added { index: *index, document: Arc::clone(document) },
            Self::Changed { index, document } => {
                Self::Changed { index: *index, document: Arc::clone(document) }
            }
            Self::Moved { from, to } => Self::Moved { from: *from, to: *to },
            Self::Removed { index, document } => {
                Self::Removed { index: *index, document: Arc::clone(document) }
            }
        }
    }
}

impl<M: fmt::Debug> fmt::Debug for Difference<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { index, document } => {
                f.debug_struct("Added").field("index", index).field("document", document).finish()
            }
            Self::Changed { index, document } => {
                f.debug_struct("Changed").field("index", index).field("document", document).finish()
            }
            Self::Moved { from, to } => f.debug_struct("Moved").field("from", from).field("to", to).finish(),
            Self::Removed { index, document } => {
                f.debug_struct("Removed").field("index", index).field("document", document).finish()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(items: &[(u8, u8)]) -> Vec<Shown<(u8, u8)>> {
        let one = |(id, value): &(u8, u8)| Shown {
            id: [*id].into(),
            bytes: [*value].into(),
            document: Arc::new((*id, *value)),
        };
        items.iter().map(one).collect()
    }

    fn steps(old: &[(u8, u8)], new: &[(u8, u8)]) -> Vec<String> {
        let steps = between(&shown(old), &shown(new));
        let mut result: Vec<_> = old.iter().copied().map(Arc::new).collect();
        for step in &steps {
            step.apply(&mut result);
        }
        assert_eq!(result.iter().map(|item| **item).collect::<Vec<_>>(), new, "{steps:?}");
        steps
            .iter()
            .map(|step| format!("{step:?}").split(' ').next().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn the_steps_lead_from_one_result_to_the_other() {
        assert!(steps(&[(1, 0), (2, 0)], &[(1, 0), (2, 0)]).is_empty());
        assert_eq!(steps(&[(1, 0)], &[(1, 0), (2, 0)]), ["Added"]);
        assert_eq!(steps(&[(1, 0), (2, 0), (3, 0)], &[(2, 0), (3, 0)]), ["Removed"]);
        assert_eq!(steps(&[(1, 0), (2, 0)], &[(1, 0), (2, 5)]), ["Changed"]);
        assert_eq!(steps(&[(1, 0), (2, 0), (3, 0), (4, 0)], &[(2, 0), (3, 0), (4, 0), (1, 0)]), ["Moved"]);
        assert_eq!(
            steps(&[(1, 0), (2, 0), (3, 0), (4, 0)], &[(4, 1), (1, 0), (2, 0), (3, 0)]),
            ["Moved", "Changed"]
        );
        assert_eq!(steps(&[(1, 0), (2, 0)], &[(3, 0), (1, 0)]), ["Removed", "Added"]);
    }

    #[test]
    fn all_pairs_of_short_results_are_connected() {
        let mut results = vec![vec![]];
        for length in 1..=4 {
            let shorter: Vec<Vec<(u8, u8)>> =
                results.iter().filter(|result| result.len() == length - 1).cloned().collect();
            for result in shorter {
                for id in 0..5_u8 {
                    if result.iter().all(|(other, _)| *other != id) {
                        let mut longer = result.clone();
                        longer.push((id, u8::from(length == 2)));
                        results.push(longer);
                    }
                }
            }
        }
        for old in &results {
            for new in &results {
                steps(old, new);
            }
        }
    }
}
