//! `Servers`: the version of the servers, as far as the driver knows it.
//!
//! Nothing is sent to read it: the driver asks each server for its wire version when it connects, and reports a change
//! of the topology as an event.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};

use mongodb::{event::sdam::SdamEvent, options::ClientOptions};

use super::events::with_listener;

/// The versions of MongoDB by their wire version, from that of 6.0.
const VERSIONS: [Version; 11] = [
    Version(6, 0),
    Version(6, 1),
    Version(6, 2),
    Version(6, 3),
    Version(7, 0),
    Version(7, 1),
    Version(7, 2),
    Version(7, 3),
    Version(8, 0),
    Version(8, 1),
    Version(8, 2),
];
/// The wire version of MongoDB 6.0.
const FIRST: i32 = 17;

/// A release of MongoDB, such as 7.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u16, u16);

impl Version {
    /// Reads a version such as `7.0` or `8.0.4`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(str::parse);
        Some(Self(numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The servers of a client. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Servers {
    /// The wire version of the newest server, or 0 if it is not known.
    newest: Arc<AtomicI32>,
}

impl Servers {
    /// Adds an event handler to the client options, which follows the versions. A handler that the options already have
    /// still receives every event.
    pub(crate) fn follow(options: &mut ClientOptions) -> Self {
        let servers = Self::default();
        let newest = Arc::clone(&servers.newest);
        let theirs = options.sdam_event_handler.take();
        options.sdam_event_handler = Some(with_listener(theirs, move |event| {
            if let SdamEvent::TopologyDescriptionChanged(event) = event {
                let servers = event.new_description.servers();
                let wire_versions = servers.values().filter_map(mongodb::ServerInfo::max_wire_version);
                newest.store(wire_versions.max().unwrap_or(0), Ordering::Relaxed);
            }
        }));
        servers
    }

    /// Returns the version of the newest server. Returns `None` if it is not known, or newer than the known versions.
    ///
    /// Members of a deployment may have different versions while it is upgraded, so what this version does not have, no
    /// server has.
    pub(crate) fn newest(&self) -> Option<Version> {
        let index = self.newest.load(Ordering::Relaxed).checked_sub(FIRST)?;
        VERSIONS.get(usize::try_from(index).ok()?).copied()
    }

    #[cfg(test)]
    pub(crate) fn of_wire_version(wire_version: i32) -> Self {
        Self { newest: Arc::new(wire_version.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_version_is_that_of_a_release() {
        let newest = |wire_version| Servers::of_wire_version(wire_version).newest().map(|it| it.to_string());
        assert_eq!(newest(17).as_deref(), Some("6.0"));
        assert_eq!(newest(21).as_deref(), Some("7.0"));
        assert_eq!(newest(25).as_deref(), Some("8.0"));
        // Not known, older than the driver supports, and newer than the known versions.
        for unknown in [0, 13, 99, i32::MIN] {
            assert_eq!(newest(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("6.0") < version("6.3") && version("7.3") < version("8.0"));
        assert!(version("8.0") == version("8.0.4") && version("8.2") < version("10.0"));
        for text in ["", "7", "seven.0", "7."] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
