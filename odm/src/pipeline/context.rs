//! Where a pipeline runs, which determines the stages that it may have.

use super::Detached;

/// The context of a pipeline in a `$facet`.
#[derive(Debug, Clone, Copy, Default)]
pub struct InFacet;

/// The context of a pipeline that is an update.
#[derive(Debug, Clone, Copy, Default)]
pub struct InUpdate;

/// The context of a pipeline of a change stream, in [`Watch::pipeline`](crate::action::Watch::pipeline).
#[derive(Debug, Clone, Copy, Default)]
pub struct InChangeStream;

/// The context of a pipeline of a change stream that has ended with `$changeStreamSplitLargeEvent`: it has no further
/// stages.
#[derive(Debug, Clone, Copy, Default)]
pub struct SplitLargeEvents;

macro_rules! contexts {
    ($($(#[$doc:meta])* $stages:ident, $message:literal: $($context:ty),*;)*) => { $(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "this stage cannot be used in this pipeline (`{Self}`)",
            note = "contexts: `Detached` is a pipeline of its own, `InFacet` one inside `facet`, `InUpdate` an update, `InChangeStream` one of a change stream, `SplitLargeEvents` one of a change stream after its last stage"
        )]
        pub trait $stages {}

        $(impl $stages for $context {})*
    )* };
}

contexts! {
    /// The contexts in which `$set`, `$unset`, `$project` and `$replaceWith` are allowed.
    AllowsSet, "`$set`, `$unset`, `$project` and `$replaceWith` are not allowed here": Detached, InFacet, InUpdate, InChangeStream;
    /// The contexts in which `$match` is allowed.
    AllowsMatch, "`$match` is not allowed here": Detached, InFacet, InChangeStream;
    /// The contexts in which `$redact` is allowed.
    AllowsRedact, "`$redact` is not allowed here": Detached, InFacet, InChangeStream;
    /// The contexts in which `$score` and `$rerank` are allowed.
    AllowsScore, "`$score` and `$rerank` are not allowed here": Detached, InFacet;
    /// The contexts in which stages that group, join, sort or unwind rows are allowed.
    AllowsGroup, "this pipeline cannot group, join, sort or unwind rows": Detached, InFacet;
    /// The contexts in which `$facet` and stages that create rows are allowed.
    TopLevel, "`$facet` and stages that create rows are not allowed inside `$facet`": Detached;
    /// The contexts of the pipelines that [`Watch::pipeline`](crate::action::Watch::pipeline) returns.
    ChangeStreamPipeline, "this is not a pipeline of a change stream": InChangeStream, SplitLargeEvents;
    /// The contexts in which `$out` and `$merge` are allowed.
    AllowsOut, "`$out` and `$merge` are not allowed in a pipeline inside another": Detached;
}
