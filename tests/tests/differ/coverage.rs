//! Counts what happened to the values of each type. That the sides never differ is significant only if both read and
//! write most values.

use std::fmt;

use super::{erased_type::Subject, exceptions::Exception};

/// The counts for the values of one type.
#[derive(Debug)]
pub(crate) struct Seen {
    name: &'static str,
    pub(crate) values: usize,
    /// Both sides wrote the same bytes.
    pub(crate) written: usize,
    pub(crate) refused_by_both: usize,
    /// serde wrote one name twice.
    pub(crate) twice: usize,
    /// serde read the value that had been written.
    pub(crate) read_back: usize,
    pub(crate) changed: usize,
    /// Both sides read the same value after the change.
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

/// The counts for all types.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Seen>);

impl Report {
    pub(crate) fn add(&mut self, seen: Seen) {
        self.0.push(seen);
    }

    fn sum(&self, count: fn(&Seen) -> usize) -> usize {
        self.0.iter().map(count).sum()
    }

    /// Returns the types for which a count is zero.
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

    /// Returns the types of which fewer than half of the values were written, because serde skips some variants.
    fn mostly_refused(&self) -> Vec<&'static str> {
        self.0.iter().filter(|seen| seen.written * 2 < seen.values).map(|seen| seen.name).collect()
    }

    /// Asserts that values of nearly every type were written, read back, and read after a change. Some types are
    /// deliberately not read back by serde, and some values are deliberately refused, so the limits are slightly
    /// below the results of many seeds.
    pub(crate) fn both_were_asked(&self) {
        let few = |names: &[&str], of: usize| names.len() * of <= self.0.len();
        assert!(few(&self.never(|seen| seen.written), 100), "too many never written\n{self}");
        assert!(few(&self.never(|seen| seen.read_back), 16), "too many never read back\n{self}");
        assert!(
            few(&self.never(|seen| seen.changed_and_read), 20),
            "too many never read after a change\n{self}"
        );
        assert!(few(&self.mostly_refused(), 20), "too many mostly refused\n{self}");
        let (values, written) = (self.sum(|seen| seen.values), self.sum(|seen| seen.written));
        assert!(written * 4 > values * 3, "too few values written\n{self}");
        assert!(self.sum(|seen| seen.twice) * 50 < values, "too many with a name twice\n{self}");
        assert!(self.sum(|seen| seen.read_back) * 10 > written * 7, "too few values read back\n{self}");
        let changed = self.sum(|seen| seen.changed);
        assert!(
            self.sum(|seen| seen.changed_and_read) * 5 > changed * 2,
            "too few read after a change\n{self}"
        );
        // Each value is compared once after it is written and once after each change.
        let excepted: usize = self.exceptions().iter().map(|(_, count)| count).sum();
        assert!(excepted * 40 < written + changed, "too many exceptions\n{self}");
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
        let both_read = self.sum(|seen| seen.changed_and_read);
        writeln!(f, "changes: {}, {both_read} read", self.sum(|seen| seen.changed))?;
        writeln!(f, "never written: {:?}", self.never(|seen| seen.written))?;
        writeln!(f, "never read back: {:?}", self.never(|seen| seen.read_back))?;
        writeln!(f, "never read after a change: {:?}", self.never(|seen| seen.changed_and_read))?;
        writeln!(f, "mostly refused: {:?}", self.mostly_refused())?;
        write!(f, "exceptions: {:?}", self.exceptions())
    }
}
