//! Room on the stack for values that nest deep.
//!
//! The server accepts 180 levels of any type, and without optimisation a level of a wide one takes tens of kilobytes: together
//! more than the stack of a tokio worker. Where too little is left, the work goes on in a further piece of memory, in the
//! same thread, so that values need not be `Send`.

/// This many levels fit any stack: up to there, its size is not checked.
const SHALLOW: u16 = 4;

/// What one level takes at most, beside the values of its type.
const LEVEL: usize = 256 << 10;

/// How many values of its type a level has on the stack at once, without optimisation: one in each function that passes it
/// on.
const COPIES: usize = 32;

/// How large a further piece of stack is. Memory that is not used is not taken.
const PIECE: usize = 16 << 20;

/// Room for the deepest value that the server accepts, of types that are written and read by code which asks for none.
const ALL: usize = 256 << 20;

/// So many levels of such types fit the stack that one level of ours leaves.
const FOREIGN_SHALLOW: u16 = 24;

/// What a level of such types takes.
const FOREIGN_LEVEL: usize = 64 << 10;

/// Does the work of one level, around which there are `depth`, where there is room for values of the type `T`.
#[inline]
pub(crate) fn at<T, R>(depth: u16, work: impl FnOnce() -> R) -> R {
    if depth < SHALLOW { work() } else { deep::<T, R>(work) }
}

/// The same, however many levels there are.
#[cold]
#[inline(never)]
pub(crate) fn deep<T, R>(work: impl FnOnce() -> R) -> R {
    let needed = size_of::<T>().saturating_mul(COPIES).saturating_add(LEVEL);
    stacker::maybe_grow(needed, needed.saturating_mul(2).max(PIECE), work)
}

/// Does the work where there is room for so many levels of a type `T` that asks for none itself.
pub(super) fn of_levels<T, R>(levels: u16, work: impl FnOnce() -> R) -> R {
    if levels > FOREIGN_SHALLOW {
        return stacker::grow(ALL, work);
    }
    let level = size_of::<T>().saturating_mul(COPIES).saturating_add(FOREIGN_LEVEL);
    let needed = level.saturating_mul(usize::from(levels) + 1);
    stacker::maybe_grow(needed, needed.max(ALL), work)
}
