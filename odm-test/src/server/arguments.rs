//! `Arguments`: the command line of a `mongod`, without what belongs to its process or container.

use super::replica_set;

/// The arguments of every `mongod` of this kit, in containers too: test commands (fail points), a replica set, little
/// memory and disk space, and a journal that is written every millisecond, because each `dropDatabase` waits for that.
const EVERY: [&[&str]; 7] = [
    &["--replSet", replica_set::NAME],
    &["--setParameter", "enableTestCommands=1"],
    &["--setParameter", "diagnosticDataCollectionEnabled=false"],
    &["--wiredTigerCacheSizeGB", "0.25"],
    &["--oplogSize", "128"],
    &["--journalCommitInterval", "1"],
    &["--quiet"],
];

/// The arguments of a `mongod`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    /// Returns arguments beside those of every server. They replace those with the same name.
    pub(crate) fn with<T: Into<String>>(arguments: impl IntoIterator<Item = T>) -> Self {
        Self(arguments.into_iter().map(Into::into).collect())
    }

    /// Returns all arguments.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let is_replaced = |name: &str| name != "--setParameter" && self.0.iter().any(|own| own == name);
        let every =
            EVERY.into_iter().filter(move |argument| !argument.first().is_some_and(|name| is_replaced(name)));
        every.flatten().copied().chain(self.0.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    #[test]
    fn an_argument_replaces_the_one_with_the_same_name() {
        let all = Arguments::with(["--oplogSize", "1", "--setParameter", "syncdelay=1"]);
        let line = all.all().collect::<Vec<_>>().join(" ");
        assert!(line.contains("--quiet --oplogSize 1 --setParameter syncdelay=1"), "{line}");
        assert!(line.contains("enableTestCommands=1") && !line.contains("128"), "{line}");
        assert_eq!(Arguments::default().all().count(), 13);
    }
}
