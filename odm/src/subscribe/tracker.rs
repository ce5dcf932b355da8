//! `Tracker`: which changes of a term were acknowledged, and the position that follows from it.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::Instant,
};

use tokio::sync::Notify;

use super::Position;

/// The changes of one term that were delivered, in order.
///
/// The position is after the last change that was acknowledged together with all changes before it.
#[derive(Debug)]
pub(super) struct Tracker {
    state: Mutex<State>,
    /// Notified if the position must be saved earlier than before. Not each acknowledgement notifies, because waking the
    /// task that saves would take longer than all else that a change needs.
    pub(super) changed: Notify,
    /// How many acknowledgements make a save due.
    every: usize,
    /// Held while a position is saved, so that an earlier one never replaces a later one.
    pub(super) saving: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct State {
    /// The number of the first slot.
    first: u64,
    slots: VecDeque<Slot>,
    /// The position after everything before the first slot.
    reached: Position,
    /// The number of changes of `reached`, and the number when it was last saved.
    version: u64,
    saved: u64,
    /// The number of changes acknowledged since the last save.
    acknowledged: usize,
    /// When the first of these, and the first change of the position, happened.
    acknowledged_since: Option<Instant>,
    changed_since: Option<Instant>,
    is_lost: bool,
    /// The task that waits for a change, for room, or for the end of the term.
    waker: Option<Waker>,
    /// Whether the task waits for room.
    is_full: bool,
}

#[derive(Debug)]
struct Slot {
    after: Position,
    state: SlotState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SlotState {
    Delivered,
    Acknowledged,
    Dropped,
    /// No change, but a later position that the server reported.
    Quiet,
}

/// A position that is being saved: its version, and how many changes were acknowledged when it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saving {
    version: u64,
    acknowledged: usize,
}

/// What has not been saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unsaved {
    pub(super) acknowledged: usize,
    pub(super) acknowledged_since: Option<Instant>,
    pub(super) changed_since: Instant,
}

/// Whether another change can be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Free,
    /// As many changes as allowed wait for their acknowledgement.
    Full,
    /// As many changes as allowed wait, and the first of them was dropped, so it is never acknowledged.
    Stuck,
}

impl Tracker {
    /// Creates a tracker at a position that is saved. The next save is due after `every` acknowledgements.
    pub(super) fn new(reached: Position, every: usize) -> Self {
        Self {
            state: Mutex::new(State {
                first: 0,
                slots: VecDeque::new(),
                reached,
                version: 0,
                saved: 0,
                acknowledged: 0,
                acknowledged_since: None,
                changed_since: None,
                is_lost: false,
                waker: None,
                is_full: false,
            }),
            changed: Notify::new(),
            every,
            saving: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that a change was delivered, and returns its number.
    pub(super) fn delivered(&self, after: Position) -> u64 {
        let mut state = self.lock();
        let number = state.first.saturating_add(u64::try_from(state.slots.len()).unwrap_or(u64::MAX));
        state.slots.push_back(Slot { after, state: SlotState::Delivered });
        number
    }

    /// Records a later position without a change.
    pub(super) fn passed(&self, after: Position) {
        let mut guard = self.lock();
        let state = &mut *guard;
        match state.slots.back_mut() {
            Some(slot) if slot.state == SlotState::Quiet => slot.after = after,
            Some(_) => state.slots.push_back(Slot { after, state: SlotState::Quiet }),
            None if state.reached == after => {}
            None => {
                let before = state.due(self.every);
                state.reach(after);
                let is_due = state.due(self.every) != before;
                drop(guard);
                if is_due {
                    self.changed.notify_one();
                }
            }
        }
    }

    pub(super) fn acknowledge(&self, number: u64) {
        let mut state = self.lock();
        let before = state.due(self.every);
        state.set(number, SlotState::Acknowledged);
        state.acknowledged = state.acknowledged.saturating_add(1);
        state.acknowledged_since.get_or_insert_with(Instant::now);
        while state.slots.front().is_some_and(Slot::is_done) {
            if let Some(slot) = state.slots.pop_front() {
                state.first = state.first.saturating_add(1);
                state.reach(slot.after);
            }
        }
        let is_due = state.due(self.every) != before;
        let waker = state.waker_for_room();
        drop(state);
        if is_due {
            self.changed.notify_one();
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Records that a change was dropped without an acknowledgement.
    pub(super) fn dropped(&self, number: u64) {
        let mut state = self.lock();
        state.set(number, SlotState::Dropped);
        let waker = state.waker_for_room();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the term.
    pub(super) fn lose(&self) {
        let mut state = self.lock();
        state.is_lost = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits until the term ends.
    pub(super) async fn lost(&self) {
        poll_fn(|cx| {
            let mut state = self.lock();
            if state.is_lost {
                return Poll::Ready(());
            }
            state.waker = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lock().is_lost
    }

    /// Returns whether another change can be delivered. The task is woken when that changes, or when the term ends.
    pub(super) fn room(&self, most: usize, waker: &Waker) -> Room {
        let mut state = self.lock();
        match &mut state.waker {
            Some(known) => known.clone_from(waker),
            None => state.waker = Some(waker.clone()),
        }
        let room = match state.slots.front() {
            Some(front) if state.slots.len() >= most => match front.state {
                SlotState::Dropped => Room::Stuck,
                _ => Room::Full,
            },
            _ => Room::Free,
        };
        state.is_full = room == Room::Full;
        room
    }

    /// Returns the position after everything that was acknowledged.
    pub(super) fn reached(&self) -> Position {
        self.lock().reached.clone()
    }

    /// Returns the position, and what [`saved`](Self::saved) records about it.
    pub(super) fn to_save(&self) -> (Position, Saving) {
        let state = self.lock();
        (state.reached.clone(), Saving { version: state.version, acknowledged: state.acknowledged })
    }

    /// Records that a position was saved. What was acknowledged since it was read is still to be saved.
    pub(super) fn saved(&self, Saving { version, acknowledged }: Saving) {
        let mut state = self.lock();
        state.saved = state.saved.max(version);
        state.acknowledged = state.acknowledged.saturating_sub(acknowledged);
        state.acknowledged_since = (state.acknowledged > 0).then(Instant::now);
        state.changed_since = (state.version > state.saved).then(Instant::now);
    }

    /// Returns what has not been saved, unless the position is saved.
    pub(super) fn unsaved(&self) -> Option<Unsaved> {
        let state = self.lock();
        let changed_since = state.changed_since.filter(|_| state.version > state.saved)?;
        Some(Unsaved {
            acknowledged: state.acknowledged,
            acknowledged_since: state.acknowledged_since,
            changed_since,
        })
    }

    /// Returns the number of changes that were delivered and not acknowledged.
    pub(super) fn waiting(&self) -> usize {
        self.lock().slots.iter().filter(|slot| !slot.is_done()).count()
    }
}

impl State {
    /// Returns what decides when a save is due: whether there is something to save, whether a change was acknowledged, and
    /// whether `every` changes were.
    fn due(&self, every: usize) -> (bool, bool, bool) {
        (self.changed_since.is_some(), self.acknowledged_since.is_some(), self.acknowledged >= every)
    }

    /// Returns the waker of the task, if it waits for room.
    fn waker_for_room(&mut self) -> Option<Waker> {
        if self.is_full { self.waker.take() } else { None }
    }

    fn reach(&mut self, position: Position) {
        self.reached = position;
        self.version = self.version.saturating_add(1);
        self.changed_since.get_or_insert_with(Instant::now);
    }

    fn set(&mut self, number: u64, to: SlotState) {
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(slot) = index.and_then(|index| self.slots.get_mut(index)) {
            slot.state = to;
        }
    }
}

impl Slot {
    fn is_done(&self) -> bool {
        matches!(self.state, SlotState::Acknowledged | SlotState::Quiet)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use mongodb::bson::Timestamp;

    use super::{
        super::position::{Deployment, Place},
        *,
    };

    fn at(time: u32) -> Position {
        let place = Place::At(Timestamp { time, increment: 1 }, Arc::default());
        Position { place, deployment: Deployment::default() }
    }

    #[test]
    fn the_position_is_before_the_first_change_that_is_not_acknowledged() {
        let tracker = Tracker::new(at(0), 2);
        let numbers: Vec<_> = (1..=3).map(|time| tracker.delivered(at(time))).collect();
        assert_eq!(numbers, [0, 1, 2]);
        assert_eq!(tracker.unsaved(), None);
        tracker.acknowledge(1);
        assert_eq!((tracker.reached(), tracker.waiting()), (at(0), 2));
        tracker.acknowledge(0);
        assert_eq!((tracker.reached(), tracker.waiting()), (at(2), 1));
        assert_eq!(tracker.unsaved().unwrap().acknowledged, 2);
        let (position, saving) = tracker.to_save();
        assert_eq!(position, at(2));
        tracker.acknowledge(2);
        tracker.saved(saving);
        let unsaved = tracker.unsaved().expect("the third is newer than what was saved");
        assert_eq!((unsaved.acknowledged, unsaved.acknowledged_since.is_some()), (1, true));
        let (position, saving) = tracker.to_save();
        tracker.saved(saving);
        assert_eq!((position, tracker.unsaved()), (at(3), None));
    }

    #[test]
    fn the_task_that_saves_is_woken_only_if_a_save_is_due_earlier() {
        let tracker = Tracker::new(at(0), 3);
        let woken = [1, 2, 3, 4, 5].map(|time| {
            let number = tracker.delivered(at(time));
            tracker.acknowledge(number);
            tracker.changed.notified().now_or_never().is_some()
        });
        assert_eq!(woken, [true, false, true, false, false]);
    }

    #[test]
    fn a_quiet_position_waits_for_the_changes_before_it() {
        let tracker = Tracker::new(at(0), 2);
        tracker.passed(at(1));
        assert_eq!(tracker.reached(), at(1));
        tracker.delivered(at(2));
        tracker.passed(at(3));
        tracker.passed(at(4));
        assert_eq!((tracker.reached(), tracker.waiting()), (at(1), 1));
        tracker.acknowledge(0);
        assert_eq!((tracker.reached(), tracker.waiting()), (at(4), 0));
        assert_eq!(tracker.delivered(at(5)), 2);
    }

    #[test]
    fn a_dropped_change_is_never_passed() {
        let tracker = Tracker::new(at(0), 2);
        tracker.delivered(at(1));
        tracker.delivered(at(2));
        let waker = Waker::noop();
        assert_eq!(tracker.room(3, waker), Room::Free);
        assert_eq!(tracker.room(2, waker), Room::Full);
        tracker.dropped(0);
        tracker.acknowledge(1);
        assert_eq!(tracker.room(2, waker), Room::Stuck);
        assert_eq!(tracker.reached(), at(0));
    }
}
