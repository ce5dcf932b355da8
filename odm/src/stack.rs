//! Stack space for values that nest deep.
//!
//! The server accepts 180 levels of any type. Without optimization, a level of a wide type takes tens of kilobytes:
//! together more than the stack of a tokio worker. If too little stack is left, the work continues on another stack
//! segment, in the same thread, so that values need not be `Send`.

/// The maximum number of levels of documents and arrays, including the root: the limit of the server.
pub(crate) const MAX_DEPTH: u16 = 180;

/// The number of levels of small types that fit any stack. Up to this depth, the remaining space is not checked.
const SHALLOW: u16 = 8;

/// The maximum size of a small type. `SHALLOW` levels of such types need half a megabyte at most.
const SMALL: usize = 1 << 10;

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

/// Returns whether the stack has enough space for one level of values of the type `T`, inside `depth` others.
#[inline]
pub(crate) fn has_space<T>(depth: u16) -> bool {
    (depth < SHALLOW && size_of::<T>() <= SMALL) || has_space_at_any_depth::<T>()
}

/// Does the same as `has_space`, for any depth. If the limit of the stack is not known, the space is taken as enough.
#[cold]
#[inline(never)]
fn has_space_at_any_depth<T>() -> bool {
    stacker::remaining_stack().is_none_or(|remaining| remaining >= space_of::<T>())
}

/// Runs the work on a further stack segment, which has enough space for several levels of values of the type `T`.
#[cold]
#[inline(never)]
pub(crate) fn on_new_segment<T, R>(work: impl FnOnce() -> R) -> R {
    stacker::grow(space_of::<T>().saturating_mul(2).max(PIECE), work)
}

/// Returns the stack space that one level of values of the type `T` needs.
const fn space_of<T>() -> usize {
    size_of::<T>().saturating_mul(COPIES).saturating_add(LEVEL)
}

/// Runs the work of one level, which is inside `depth` others, with enough stack space for values of the type `T`.
///
/// The code of the work is compiled twice. Where that matters, callers call themselves on a new segment instead.
#[inline]
pub(crate) fn with_space<T, R>(depth: u16, work: impl FnOnce() -> R) -> R {
    if has_space::<T>(depth) { work() } else { on_new_segment::<T, R>(work) }
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
