//! `$changeStreamSplitLargeEvent`.

use mongodb::bson::Document;

use crate::pipeline::{InChangeStream, Pipeline, SplitLargeEvents};

impl<In, Row> Pipeline<In, Row, InChangeStream> {
    /// Splits the events that are larger than a document may be, so that they do not end the stream. The stream joins
    /// the fragments of an event to one row. It is the last stage of the pipeline of a change stream.
    ///
    /// `{ $changeStreamSplitLargeEvent: {} }`
    ///
    /// Requires MongoDB 6.0.9.
    pub fn change_stream_split_large_event(self) -> Pipeline<In, Row, SplitLargeEvents> {
        let stages = self.then("$changeStreamSplitLargeEvent", Ok(Document::new().into()));
        stages.with_target(|_| SplitLargeEvents)
    }
}
