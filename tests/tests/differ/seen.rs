//! What was seen of each type: that two sides never differed says something only where both had something to say.

use std::fmt;

use super::{exceptions::Exception, subject::Subject};

/// How often each thing happened to the values of one type.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    name: &'static str,
    pub(crate) values: usize,
    /// Both sides wrote it, and the same.
    pub(crate) written: usize,
    pub(crate) refused_by_both: usize,
    /// serde wrote one name twice.
    pub(crate) twice: usize,
    /// What serde read was the value that had been written.
    pub(crate) read_back: usize,
    pub(crate) changed: usize,
    /// Both sides read the same from it after the change.
    pub(crate) changed_and_read: usize,
    exceptions: Vec<(Exception, usize)>,
}

impl Seen {
    pub(crate) fn of(subject: &Subject) -> Self {
        Self {
            name: subject.name,
            values: 0,
            written: 0,
            refused_by_both: 0,
            twice: 0,
            read_back: 0,
            changed: 0,
            changed_and_read: 0,
            exceptions: Vec::new(),
        }
    }

    pub(crate) fn except(&mut self, exception: Exception) {
        add(&mut self.exceptions, exception, 1);
    }
}

fn add(exceptions: &mut Vec<(Exception, usize)>, exception: Exception, more: usize) {
    match exceptions.iter_mut().find(|(other, _)| *other == exception) {
        Some((_, count)) => *count += more,
        None => exceptions.push((exception, more)),
    }
}

/// What was seen of all types.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Seen>);

impl Report {
    pub(crate) fn add(&mut self, seen: Seen) {
        self.0.push(seen);
    }

    fn sum(&self, count: fn(&Seen) -> usize) -> usize {
        self.0.iter().map(count).sum()
    }

    /// The types to which something never happened.
    fn never(&self, count: fn(&Seen) -> usize) -> Vec<&'static str> {
        self.0.iter().filter(|seen| count(seen) == 0).map(|seen| seen.name).collect()
    }

    fn exceptions(&self) -> Vec<(Exception, usize)> {
        let mut all = Vec::new();
        for (exception, count) in self.0.iter().flat_map(|seen| &seen.exceptions) {
            add(&mut all, *exception, *count);
        }
        all
    }

    /// Both sides were asked of nearly every type, and had something to say: a value was written, read back, and read
    /// after a change. A type of which no value can be written says nothing of the others, so it does not count among
    /// the values; and of those that can be written, most values are.
    pub(crate) fn both_were_asked(&self) {
        let (mute, unread, unchanged) = (
            self.never(|seen| seen.written),
            self.never(|seen| seen.read_back),
            self.never(|seen| seen.changed_and_read),
        );
        let few = |names: &[&str], of: usize| names.len() * of <= self.0.len();
        assert!(few(&mute, 20), "never written: {mute:?}\n{self}");
        assert!(few(&unread, 10), "never read back: {unread:?}\n{self}");
        assert!(few(&unchanged, 10), "never read after a change: {unchanged:?}\n{self}");
        let speaking = Self(self.0.iter().filter(|seen| seen.written > 0).cloned().collect());
        let values = speaking.sum(|seen| seen.values);
        // Variants that serde skips are refused by both on purpose, so it is asked of each type, not of all values.
        let refusing: Vec<&str> =
            self.0.iter().filter(|seen| seen.written * 2 < seen.values).map(|seen| seen.name).collect();
        assert!(few(&refusing, 10), "mostly refused: {refusing:?}\n{self}");
        assert!(speaking.sum(|seen| seen.written) > values * 3 / 4, "{self}");
        assert!(speaking.sum(|seen| seen.twice) < values / 50, "{self}");
        let written = speaking.sum(|seen| seen.written);
        assert!(speaking.sum(|seen| seen.read_back) > written * 2 / 3, "{self}");
        let changed = speaking.sum(|seen| seen.changed);
        assert!(speaking.sum(|seen| seen.changed_and_read) > changed / 4, "{self}");
        let excepted: usize = self.exceptions().iter().map(|(_, count)| count).sum();
        assert!(excepted < changed / 50, "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types = self.0.len();
        let all = |count: fn(&Seen) -> usize| types - self.never(count).len();
        let (written, read_back, changed) =
            (all(|seen| seen.written), all(|seen| seen.read_back), all(|seen| seen.changed_and_read));
        writeln!(
            f,
            "types: {types}, {written} written, {read_back} read back, {changed} read after a change"
        )?;
        writeln!(
            f,
            "values: {}, {} written, {} refused by both, {} with a name twice; {} read back",
            self.sum(|seen| seen.values),
            self.sum(|seen| seen.written),
            self.sum(|seen| seen.refused_by_both),
            self.sum(|seen| seen.twice),
            self.sum(|seen| seen.read_back),
        )?;
        writeln!(
            f,
            "changes: {}, {} read",
            self.sum(|seen| seen.changed),
            self.sum(|seen| seen.changed_and_read)
        )?;
        writeln!(f, "never written: {:?}", self.never(|seen| seen.written))?;
        writeln!(f, "never read back: {:?}", self.never(|seen| seen.read_back))?;
        writeln!(f, "never read after a change: {:?}", self.never(|seen| seen.changed_and_read))?;
        write!(f, "exceptions: {:?}", self.exceptions())
    }
}
