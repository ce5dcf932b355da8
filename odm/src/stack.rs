//! Stack space for values that nest deep.
//!
//! The server accepts 180 levels of any type. Without optimization, a level of a wide type takes tens of kilobytes:
//! together more than the stack of a tokio worker. If too little stack is left, the work continues on another stack
//! segment, in the same thread, so that values need not be `Send`.

/// The maximum number of levels of documents and arrays, including the root: the limit of the server.
pub(crate) const MAX_DEPTH: u16 = 180;

/// The number of levels that fit any stack. Up to this depth, the remaining space is not checked.
const SHALLOW: u16 = 4;

/// The maximum stack space of one level, without the values of its type.
const LEVEL: usize = 256 << 10;

/// The number of values of its type that a level has on the stack at once without optimization: one in each function
/// that passes the value on.
const COPIES: usize = 32;

/// The size of a further stack segment. The operating system allocates only the memory that is used.
const PIECE: usize = 16 << 20;

/// The stack space for the deepest value that the server accepts, for types whose code does not check the stack.
const ALL: usize = 256 << 20;

/// The number of levels of such types that fit the stack space that one level of our types leaves.
const FOREIGN_SHALLOW: u16 = 24;

/// The stack space of one level of such types.
const FOREIGN_LEVEL: usize = 64 << 10;

/// Runs the work of one level, which is inside `depth` others, with enough stack space for values of the type `T`.
#[inline]
pub(crate) fn with_space<T, R>(depth: u16, work: impl FnOnce() -> R) -> R {
    if depth < SHALLOW { work() } else { with_space_at_any_depth::<T, R>(work) }
}

/// Does the same as `with_space`, for any depth.
#[cold]
#[inline(never)]
pub(crate) fn with_space_at_any_depth<T, R>(work: impl FnOnce() -> R) -> R {
    let needed = size_of::<T>().saturating_mul(COPIES).saturating_add(LEVEL);
    stacker::maybe_grow(needed, needed.saturating_mul(2).max(PIECE), work)
}

/// Runs the work with enough stack space for `levels` levels of a type `T` whose code does not check the stack.
pub(crate) fn with_space_for<T, R>(levels: u16, work: impl FnOnce() -> R) -> R {
    if levels > FOREIGN_SHALLOW {
        return stacker::grow(ALL, work);
    }
    let level = size_of::<T>().saturating_mul(COPIES).saturating_add(FOREIGN_LEVEL);
    let needed = level.saturating_mul(usize::from(levels) + 1);
    stacker::maybe_grow(needed, needed.max(ALL), work)
}
