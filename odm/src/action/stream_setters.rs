//! `stream_setters!`: the setters that the builders of change streams have in common.

/// Declares setters in the `impl` of a builder: `options` for the field `options`, and `start` for the fields `start` and
/// `max_outage` of a stream that begins where the caller sets it. `start` also contains the first error of a setter.
macro_rules! stream_setters {
    (options) => {
        /// Sets whether the change of an update contains the document: as it is when the change is sent
        /// (`UpdateLookup`; a later update or a delete may have happened), or as it was after the update
        /// (`WhenAvailable`, `Required`: the collection must keep post-images).
        ///
        /// `{ $changeStream: { fullDocument: value } }`
        pub fn full_document(mut self, value: ::mongodb::options::FullDocumentType) -> Self {
            self.options.full_document = Some(value);
            self
        }

        /// Sets whether a change contains the document before the change. The collection must keep pre-images.
        ///
        /// `{ $changeStream: { fullDocumentBeforeChange: value } }`
        pub fn full_document_before_change(
            mut self,
            value: ::mongodb::options::FullDocumentBeforeChangeType,
        ) -> Self {
            self.options.full_document_before_change = Some(value);
            self
        }

        /// Sets how many changes the server sends at a time, at most. For a subscription that begins with the existing
        /// documents, it also limits these.
        pub fn batch_size(mut self, size: u32) -> Self {
            self.options.batch_size = Some(size);
            self
        }

        /// Sets how long the server waits for a change before it returns an empty batch. The default is one second.
        ///
        /// Without changes, the position advances at this interval, and
        /// [`ChangeStream::next_if_any`](crate::watch::ChangeStream::next_if_any) waits this long.
        pub fn max_await_time(mut self, time: ::std::time::Duration) -> Self {
            self.options.max_await_time = Some(time);
            self
        }
    };
    (start) => {
        /// Starts with the first change after the one with this token. `None` starts with the changes from now on.
        /// Replaces another start.
        ///
        /// `{ $changeStream: { resumeAfter: token } }`
        pub fn resume_after(mut self, token: impl Into<Option<$crate::watch::ResumeToken>>) -> Self {
            use $crate::watch::resume_state::Start;
            self.start = self.start.and(Ok(token.into().map_or(Start::Now, Start::Resume)));
            self
        }

        /// Starts like [`resume_after`](Self::resume_after), but the change with this token may be an invalidate event:
        /// the stream continues with a collection that was created with the same name afterwards.
        ///
        /// `{ $changeStream: { startAfter: token } }`
        pub fn start_after(mut self, token: impl Into<Option<$crate::watch::ResumeToken>>) -> Self {
            use $crate::watch::resume_state::Start;
            self.start = self.start.and(Ok(token.into().map_or(Start::Now, Start::After)));
            self
        }

        /// Starts with the changes at this cluster time and later. Replaces another start.
        ///
        /// `{ $changeStream: { startAtOperationTime: time } }`
        pub fn start_at(mut self, time: ::mongodb::bson::Timestamp) -> Self {
            self.start = self.start.and(Ok($crate::watch::resume_state::Start::AtTime(time)));
            self
        }

        /// Sets how long the stream tries to resume while no server is available. After this time, the error of the
        /// last attempt ends the stream.
        ///
        /// By default there is no limit: the changes stay in the oplog, and the stream logs warnings.
        pub fn max_outage(mut self, time: ::std::time::Duration) -> Self {
            self.max_outage = Some(time);
            self
        }
    };
}

pub(crate) use stream_setters;
