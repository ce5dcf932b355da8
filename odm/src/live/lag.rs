//! `OnLag`: what happens to a subscriber whose buffer is full.

/// What happens when the buffer of a subscriber is full, because it is slower than the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnLag {
    /// The oldest change in the buffer is dropped. [`FilteredChange::missed`](super::FilteredChange::missed) of the next
    /// one is the number of the dropped ones.
    #[default]
    DropOldest,
    /// The subscriber receives what is in its buffer, then an error of kind
    /// [`Lagged`](crate::ErrorKind::Lagged), and ends.
    Fail,
    /// The fan-out waits. **All** subscribers, live queries and caches of it wait, too. Nothing is dropped: the changes
    /// stay in the oplog of the server.
    Block,
}
