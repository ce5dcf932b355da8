//! Stack space for the driver.
//!
//! The driver reads some replies into documents by recursion: the values of `distinct`, the details of a refused
//! write, the id of an upsert. If the stack is too small for the deepest reply, the poll runs on another stack
//! segment, in the same thread.

/// The stack space for two hundred levels: 26 KiB each without optimisation, 2 KiB with it.
const NEEDED: usize = if cfg!(debug_assertions) { 8 << 20 } else { 1 << 20 };

/// The size of another stack segment. The operating system commits only the memory that is used.
const PIECE: usize = 16 << 20;

/// Polls a future of the driver on a stack that has enough space.
#[inline]
pub(super) fn with_stack_space<T>(poll: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(NEEDED, PIECE, poll)
}
