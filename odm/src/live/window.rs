//! `Window`: the first documents of a sorted result, of which more are kept than are shown.

use std::{collections::HashSet, sync::Arc};

use super::difference::Shown;
use crate::filter::SortKey;

/// The documents that are kept. All documents of the result whose place is not after the horizon are among them.
#[derive(Debug)]
pub(super) struct Window<M> {
    limit: Option<usize>,
    entries: Vec<Entry<M>>,
    /// The ids of the entries, so that an event of another document costs little.
    ids: HashSet<Arc<[u8]>>,
    /// Whether the entries have changed since [`take_changed`](Self::take_changed).
    has_changed: bool,
    /// Where the knowledge ends. `None` if all documents of the result are kept.
    horizon: Option<SortKey>,
}

#[derive(Debug)]
pub(super) struct Entry<M> {
    pub(super) key: SortKey,
    pub(super) shown: Shown<M>,
}

impl<M> Window<M> {
    pub(super) fn new(limit: Option<usize>) -> Self {
        Self { limit, entries: Vec::new(), ids: HashSet::new(), has_changed: false, horizon: None }
    }

    /// Returns how many documents are kept. More than are shown, so that not every document that leaves is replaced by a
    /// read.
    pub(super) fn capacity(&self) -> Option<usize> {
        self.limit.map(|limit| limit.saturating_add((limit / 2).clamp(8, 1000)))
    }

    /// Replaces all documents by those of a snapshot, which are sorted.
    pub(super) fn reset(&mut self, entries: Vec<Entry<M>>) {
        let is_whole = self.capacity().is_none_or(|capacity| entries.len() < capacity);
        self.horizon = if is_whole { None } else { entries.last().map(|last| last.key.clone()) };
        self.ids = entries.iter().map(|entry| Arc::clone(&entry.shown.id)).collect();
        self.entries = entries;
        self.has_changed = true;
    }

    /// Sets the state of a document: its place, or `None` if it is not part of the result. Returns whether the documents
    /// that are to be shown are known.
    pub(super) fn set(&mut self, id: &[u8], entry: Option<Entry<M>>) -> bool {
        if self.ids.remove(id) {
            self.entries.retain(|other| &*other.shown.id != id);
            self.has_changed = true;
        }
        if let Some(entry) = entry
            && self.horizon.as_ref().is_none_or(|horizon| entry.key.compare(horizon).is_le())
        {
            let index = self.entries.partition_point(|other| other.key.compare(&entry.key).is_lt());
            self.ids.insert(Arc::clone(&entry.shown.id));
            self.entries.insert(index, entry);
            self.has_changed = true;
        }
        if let Some(capacity) = self.capacity()
            && self.entries.len() > capacity
        {
            for dropped in self.entries.drain(capacity..) {
                self.ids.remove(&dropped.shown.id);
            }
            self.horizon = self.entries.last().map(|last| last.key.clone());
        }
        self.horizon.is_none() || self.limit.is_none_or(|limit| self.entries.len() >= limit)
    }

    /// Returns whether the entries have changed since the last call.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// Returns the documents that are shown.
    pub(super) fn shown(&self) -> Vec<Shown<M>> {
        self.entries.iter().take(self.limit.unwrap_or(usize::MAX)).map(|entry| entry.shown.clone()).collect()
    }
}

impl<M> Entry<M> {
    pub(super) fn new(key: SortKey, id: Arc<[u8]>, bytes: Arc<[u8]>, document: Arc<M>) -> Self {
        Self { key, shown: Shown { id, bytes, document } }
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;
    use crate::filter::SortKeys;

    fn entry(n: i32, id: u8) -> Entry<i32> {
        let keys = SortKeys::of(&mongodb::bson::doc! { "n": 1, "_id": 1 }).unwrap();
        let document = rawdoc! { "n": n, "_id": i32::from(id) };
        let key = keys.key_of(document.as_bytes()).unwrap();
        Entry::new(key, [id].into(), document.as_bytes().into(), Arc::new(n))
    }

    fn shown(window: &Window<i32>) -> Vec<i32> {
        window.shown().iter().map(|shown| *shown.document).collect()
    }

    #[test]
    fn documents_behind_the_horizon_are_not_kept() {
        let mut window = Window::new(Some(2));
        assert_eq!(window.capacity(), Some(10));
        window.reset((0..10).map(|n| entry(i32::from(n) * 10, n)).collect());
        assert_eq!(shown(&window), [0, 10]);
        assert!(window.take_changed());
        assert!(window.set(&[50], Some(entry(1000, 50))), "behind the horizon");
        assert!(window.set(&[60], None), "of another document");
        assert!(!window.take_changed());
        assert!(window.set(&[51], Some(entry(5, 51))));
        assert_eq!(shown(&window), [0, 5]);
        // The one at 90 was dropped, so that the horizon is at 80.
        for id in [0, 51, 1, 2, 3, 4, 5, 6] {
            assert!(window.set(&[id], None));
        }
        assert_eq!(shown(&window), [70, 80]);
        assert!(!window.set(&[7], Some(entry(85, 7))), "85 is behind 80, and others may precede it");
    }

    #[test]
    fn a_whole_result_is_known_without_a_horizon() {
        let mut window = Window::new(Some(2));
        window.reset(vec![entry(1, 1)]);
        assert!(window.set(&[1], None));
        assert!(window.set(&[2], Some(entry(1_000_000, 2))));
        assert_eq!(shown(&window), [1_000_000]);
    }
}
