//! Room on the stack for the driver.
//!
//! The driver reads replies into documents by recursion: the values of `distinct`, the details of a refused write, the id of
//! an upsert. Where the stack is too small for the deepest reply, the poll runs on a further piece of memory, in the same
//! thread.

/// What two hundred levels take: 26 KiB each without optimisation, 2 KiB with it.
const NEEDED: usize = if cfg!(debug_assertions) { 8 << 20 } else { 1 << 20 };

/// How large a further piece of stack is. Memory that is not used is not taken.
const PIECE: usize = 16 << 20;

/// Polls a future of the driver where there is room.
#[inline]
pub(super) fn with<T>(poll: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(NEEDED, PIECE, poll)
}
