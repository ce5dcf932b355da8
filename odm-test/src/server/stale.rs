//! Removes stale servers: those whose reaper was killed before it could clean up.
//!
//! A file in the folder of a server contains the process id of its reaper; a container has it in a label. The next
//! start of a server of the same kind removes the folders or containers whose reaper no longer runs.

use std::{
    env, fs, io,
    path::Path,
    process::{self, Command},
};

use super::mongod;
use crate::error::{Error, OrError};

/// The file in a folder that contains the process id of the process that removes the folder.
const NOTE: &str = "reaper";

/// The prefix of the names of our folders in the folder for temporary files.
pub(crate) const PREFIX: &str = "odm-test-";

/// Records that the process `reaper` removes this folder.
pub(crate) fn belongs_to(folder: &Path, reaper: u32) -> Result<(), Error> {
    let note = folder.join(NOTE);
    fs::write(&note, reaper.to_string()).or_error(format_args!("cannot write {}", note.display()))
}

/// Ends the servers whose reaper has ended and removes their folders. Skips folders whose state is unknown.
pub(crate) fn remove_folders() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        let reaper = fs::read_to_string(folder.join(NOTE)).ok().and_then(|id| id.trim().parse().ok());
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && reaper.is_some_and(is_dead) {
            kill_server(&folder, &folder);
            // The members of a replica set.
            for member in fs::read_dir(&folder).into_iter().flatten().flatten() {
                kill_server(&folder, &member.path());
            }
            // Another process may remove it at the same time, so a failure is ignored.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Kills the server whose files are in the folder `files`, if it still runs.
fn kill_server(folder: &Path, files: &Path) {
    let Some(id) = mongod::id(files) else { return };
    // Another process may have this id by now, so check that the command line contains the folder of the server.
    let command = fs::read_to_string(Path::new("/proc").join(&id).join("cmdline")).unwrap_or_default();
    if command.contains(&*folder.to_string_lossy()) {
        let _ = Command::new("kill").args(["-s", "KILL", &id]).status();
    }
}

/// Returns whether it is certain that no process with this id runs.
pub(crate) fn is_dead(id: u32) -> bool {
    // Only Linux shows processes as files. Other systems would need unsafe code, so there the answer is `false`.
    let stat = |id: u32| fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"));
    match (stat(process::id()), stat(id)) {
        // The format is `id (name) state …`. The state `Z` is a zombie: it has ended, but its parent has not called
        // `wait`.
        (Ok(_), Ok(stat)) => stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')),
        (Ok(_), Err(error)) => error.kind() == io::ErrorKind::NotFound,
        (Err(_), _) => false,
    }
}

/// Identifies the set of processes in which our process ids are valid: this boot of this machine, and its PID
/// namespace.
pub(crate) fn pid_namespace() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), space.display()))
}
