//! Orphans: what is left of a server whose guardian was killed before it could clean up.
//!
//! A folder carries its guardian's process id in a note, a container carries it in a label. Whoever starts a server of
//! the same kind next removes what belongs to a guardian that no longer runs.

use std::{env, fs, path::Path, process};

use crate::error::{Error, OrError};

/// The file in a folder that holds the process id of whoever removes it.
const NOTE: &str = "guardian";

/// What the folders of servers are called in the folder for temporary files.
pub(crate) const PREFIX: &str = "odm-test-";

/// Notes that the process `guardian` removes this folder.
pub(crate) fn belongs_to(folder: &Path, guardian: u32) -> Result<(), Error> {
    let note = folder.join(NOTE);
    fs::write(&note, guardian.to_string()).or_error(format_args!("cannot write {}", note.display()))
}

/// Removes the folders of dead guardians. Leaves what it cannot judge.
pub(crate) fn remove_folders() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let guardian =
                fs::read_to_string(entry.path().join(NOTE)).ok().and_then(|id| id.trim().parse().ok());
            if guardian.is_some_and(is_dead) {
                // Another process may be at the same; nothing depends on who wins.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Whether it is certain that no process has this id.
pub(crate) fn is_dead(id: u32) -> bool {
    // Only Linux shows processes as files; elsewhere nothing is certain without unsafe code.
    Path::new("/proc").join(process::id().to_string()).exists()
        && !Path::new("/proc").join(id.to_string()).exists()
}

/// Names the process ids among which ours is one: this boot of this machine, this container.
pub(crate) fn realm() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), space.display()))
}
