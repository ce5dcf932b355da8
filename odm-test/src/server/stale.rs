//! Orphans: what is left of a server whose reaper was killed before it could clean up.
//!
//! A folder carries its reaper's process id in a note, a container carries it in a label. Whoever starts a server of
//! the same kind next removes what belongs to a reaper that no longer runs.

use std::{
    env, fs, io,
    path::Path,
    process::{self, Command},
};

use crate::error::{Error, OrError};

/// The file in a folder that holds the process id of whoever removes it.
const NOTE: &str = "reaper";

/// What the folders of servers are called in the folder for temporary files.
pub(crate) const PREFIX: &str = "odm-test-";

/// Notes that the process `reaper` removes this folder.
pub(crate) fn belongs_to(folder: &Path, reaper: u32) -> Result<(), Error> {
    let note = folder.join(NOTE);
    fs::write(&note, reaper.to_string()).or_error(format_args!("cannot write {}", note.display()))
}

/// Ends the servers of dead reapers and removes their folders. Leaves what it cannot judge.
pub(crate) fn remove_folders() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        let reaper = fs::read_to_string(folder.join(NOTE)).ok().and_then(|id| id.trim().parse().ok());
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && reaper.is_some_and(is_dead) {
            kill_server(&folder);
            // Another process may be at the same; nothing depends on who wins.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Kills the server whose files are in this folder, if it still runs.
fn kill_server(folder: &Path) {
    let Ok(id) = fs::read_to_string(folder.join("data/mongod.lock")) else { return };
    // By now another process may have the id; the server's command line names its folder.
    let command = fs::read_to_string(Path::new("/proc").join(id.trim()).join("cmdline")).unwrap_or_default();
    if command.contains(&*folder.to_string_lossy()) {
        let _ = Command::new("kill").args(["-s", "KILL", id.trim()]).status();
    }
}

/// Whether it is certain that no process with this id runs.
pub(crate) fn is_dead(id: u32) -> bool {
    // Only Linux shows processes as files; elsewhere nothing is certain without unsafe code.
    let stat = |id: u32| fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"));
    match (stat(process::id()), stat(id)) {
        // `id (name) state …`: a zombie waits for somebody to notice that it is dead.
        (Ok(_), Ok(stat)) => stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')),
        (Ok(_), Err(error)) => error.kind() == io::ErrorKind::NotFound,
        (Err(_), _) => false,
    }
}

/// Names the process ids among which ours is one: this boot of this machine, this container.
pub(crate) fn realm() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), space.display()))
}
