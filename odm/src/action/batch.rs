//! Batches: the documents or writes of one command.
//!
//! odm splits the writes into batches itself, because the driver does not report how many documents it has sent when
//! a batch fails.

/// The limits of one command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// `maxWriteBatchSize`, the same for every version since 3.6.
    count: usize,
    bytes: usize,
    /// The bytes before each element.
    key: usize,
}

impl Limits {
    /// The limits of the driver's `insert`, whose documents are sent in a section outside of the command:
    /// `maxMessageSizeBytes`, less space for the rest.
    pub(super) const DOCUMENTS: Self = Self { count: 100_000, bytes: 47_000_000, key: 0 };
    /// The limits of a command that is one document, such as those of `bulk_write`: `maxBsonObjectSize`. The server
    /// allows a command 16 KiB more, for what surrounds a single write whose document has the maximum size. Each
    /// element of the array has a key, `99999` at most.
    pub(super) const COMMAND: Self = Self { count: 100_000, bytes: 16 * 1024 * 1024 - 64 * 1024, key: 7 };

    /// Returns limits that distribute these elements evenly over as many commands as are sent at the same time. A
    /// command still contains a thousand elements or a megabyte, because smaller ones gain nothing.
    pub(super) fn spread(self, commands: usize, elements: usize, bytes: usize) -> Self {
        if commands < 2 || elements == 0 {
            return self;
        }
        let average = (bytes / elements).max(1);
        let smallest = (1_000_000 / average).clamp(1, 1_000);
        let count = elements.div_ceil(commands).max(smallest);
        Self { count: count.min(self.count), ..self }
    }

    /// Distributes elements over commands, in order. Accepts the position and the size of each element, and returns
    /// the positions of the elements of each command.
    pub(super) fn cut(self, sizes: impl IntoIterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
        let mut batches = Vec::new();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (position, size) in sizes {
            let size = size + self.key;
            if !batch.is_empty() && (batch.len() == self.count || bytes + size > self.bytes) {
                batches.push(std::mem::take(&mut batch));
                bytes = 0;
            }
            batch.push(position);
            bytes += size;
        }
        if !batch.is_empty() {
            batches.push(batch);
        }
        batches
    }
}

#[cfg(test)]
mod tests {
    use std::iter::repeat_n;

    use super::*;

    #[test]
    fn batches_that_are_sent_at_the_same_time_have_equal_sizes() {
        let spread = |commands: usize, size: usize, count: usize| -> Vec<_> {
            let limits = Limits::DOCUMENTS.spread(commands, count, size * count);
            let batches = limits.cut(repeat_n(size, count).enumerate());
            assert!(batches.concat().into_iter().eq(0..count));
            batches.iter().map(Vec::len).collect()
        };
        assert_eq!(spread(1, 550, 50_000), [50_000]);
        assert_eq!(spread(4, 550, 50_000), [12_500; 4]);
        assert_eq!(spread(3, 550, 50_000), [16_667, 16_667, 16_666]);
        assert_eq!(spread(4, 100, 500_000), [100_000; 5]);
        assert_eq!(spread(4, 550, 1_500), [1_000, 500]);
        assert_eq!(spread(4, 400_000, 10), [3, 3, 3, 1]);
        assert_eq!(spread(4, 16_000_000, 3), [1; 3]);
        assert!(spread(4, 550, 0).is_empty());
    }

    #[test]
    fn cuts_where_the_server_would() {
        let cut = |size, count| -> Vec<_> {
            let batches = Limits::DOCUMENTS.cut(repeat_n(size, count).enumerate());
            assert!(batches.concat().into_iter().eq(0..count));
            batches.iter().map(Vec::len).collect()
        };
        assert!(cut(14, 0).is_empty());
        assert_eq!(cut(14, 3), [3]);
        assert_eq!(cut(14, 200_001), [100_000, 100_000, 1]);
        assert_eq!(cut(16_000_000, 5), [2, 2, 1]);
        assert_eq!(
            Limits::COMMAND.cut([(7, 16_000_000), (3, 16_777_216), (5, 1), (6, 1)]),
            [vec![7], vec![3], vec![5, 6]]
        );
    }
}
