//! Batches: how many documents or writes go into one command.
//!
//! They are cut here and not by the driver, which does not tell how many it has sent when one of them breaks.

/// What one command takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// `maxWriteBatchSize`, the same for every version since 3.6.
    count: usize,
    bytes: usize,
    /// What stands before each thing.
    key: usize,
}

impl Limits {
    /// Of an `insert` by the driver, whose documents stand outside of the command: `maxMessageSizeBytes` less room
    /// for the rest.
    pub(super) const DOCUMENTS: Self = Self { count: 100_000, bytes: 47_000_000, key: 0 };
    /// Of a command that is one document, as those made here are: `maxBsonObjectSize`. The 16 KiB that the server
    /// allows a command beyond it are for what is around a single write with a document of the greatest size. In an
    /// array each has a key, `99999` at most.
    pub(super) const COMMAND: Self = Self { count: 100_000, bytes: 16 * 1024 * 1024 - 64 * 1024, key: 7 };

    /// The positions of the things of these sizes that go into each command, each in one command, in order.
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
