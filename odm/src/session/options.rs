//! The setters of the options of a transaction, for a transaction by hand and for one with a body.

/// Declares the setters of a builder whose field `$options` is an `Option<TransactionOptions>`.
macro_rules! transaction_options {
    ($($options:ident).+) => {
        /// Sets the read concern of all reads: `{ readConcern: { level: "snapshot" } }`.
        ///
        /// With `snapshot` and the write concern `majority`, all reads return the data of one moment. Without this, the
        /// default options of the session apply, or else the read concern of the client. A read in the transaction
        /// cannot have another one.
        pub fn read_concern(mut self, concern: ::mongodb::options::ReadConcern) -> Self {
            self.$($options).+.get_or_insert_default().read_concern = Some(concern);
            self
        }

        /// Sets the write concern of the commit: `{ writeConcern: { w: "majority" } }`.
        ///
        /// Without this, the default options of the session apply, or else the write concern of the client. A write in
        /// the transaction cannot have one.
        pub fn write_concern(mut self, concern: ::mongodb::options::WriteConcern) -> Self {
            self.$($options).+.get_or_insert_default().write_concern = Some(concern);
            self
        }

        /// Sets which member runs the transaction, instead of those of the client. It must be the primary:
        /// `ReadPreference::Primary`, for a client that reads from secondaries.
        ///
        /// With another read preference, each read in the transaction returns an error for which
        /// [`is_not_sent`](crate::Error::is_not_sent) is true.
        pub fn selection_criteria(
            mut self,
            criteria: impl Into<::mongodb::options::SelectionCriteria>,
        ) -> Self {
            self.$($options).+.get_or_insert_default().selection_criteria = Some(criteria.into());
            self
        }

        /// Limits how long the server may work on the commit, in whole milliseconds: `{ maxTimeMS: n }`.
        ///
        /// If the limit passes, the commit returns an error for which
        /// [`is_outcome_unknown`](crate::Error::is_outcome_unknown) is true. It is not made again.
        pub fn max_commit_time(mut self, time: ::std::time::Duration) -> Self {
            self.$($options).+.get_or_insert_default().max_commit_time =
                Some($crate::exec::whole_millis(time));
            self
        }

        /// Replaces all options by those of the driver's struct, also those of the setters before.
        pub fn with_options(mut self, options: ::mongodb::options::TransactionOptions) -> Self {
            self.$($options).+ = Some(options);
            self
        }
    };
}
pub(crate) use transaction_options;
