//! The reaper: a small shell process that ends a server when the server's owner has ended.
//!
//! A test process can end without running its destructors: the harness calls `exit`, a signal arrives, or the system
//! kills the process. Therefore no destructor ends a server. The reaper reads from a pipe, and only the owner has the
//! writing end. The kernel closes that end when the owner ends, for whatever reason; then the reaper cleans up and
//! ends too. The reaper is in a process group of its own, so that an interrupt from the terminal reaches only the
//! owner.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::stale;
use crate::error::{Error, OrError};

/// The process whose end also ends the server.
#[derive(Debug, Clone)]
pub(crate) enum Owner {
    /// This process, as long as it holds the [`Reaper`].
    Holder,
    /// A test runner with this process id. Its tests share the folder `shared_folder`.
    Runner { id: u32, shared_folder: PathBuf },
    /// No process: the server runs until the user ends it.
    Nobody,
}

/// The running reaper of one server. Dropping it ends the server, unless the server is ready and has another owner
/// than [`Owner::Holder`].
#[derive(Debug)]
pub(crate) struct Reaper {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Reaper {
    /// Starts `mongod`. When the owner has ended, the reaper kills `mongod` and removes its `folder`, if that is not
    /// the task of another reaper. The returned output ends when `mongod` ends.
    pub(crate) fn of_process(
        owner: &Owner,
        folder: Option<&Path>,
        command: &[&OsStr],
    ) -> Result<(Self, Option<ChildStdout>), Error> {
        let mut reaper = Self::spawn(owner, folder, "process", command)?;
        let output = reaper.shell.stdout.take();
        Ok((reaper, output))
    }

    /// Starts a reaper that removes `folder` when the owner has ended. The servers whose files are in it have reapers
    /// of their own.
    pub(crate) fn of_folder(owner: &Owner, folder: &Path) -> Result<Self, Error> {
        Self::spawn(owner, Some(folder), "folder", &[])
    }

    /// Starts a reaper that runs `command`, which removes the container, when the owner has ended. Call this before
    /// the container is started, so that the container never runs without a reaper.
    pub(crate) fn of_container(owner: &Owner, command: &[&OsStr]) -> Result<Self, Error> {
        Self::spawn(owner, None, "container", command)
    }

    /// Returns the process id of the reaper.
    pub(crate) fn id(&self) -> u32 {
        self.shell.id()
    }

    /// Reports to the reaper that the server is ready. Before that, this process is the owner, whichever `Owner` was
    /// given.
    pub(crate) fn server_ready(&mut self) {
        if let Some(pipe) = &mut self.pipe {
            // If the reaper has ended, so has the server, and the first use of the server returns an error.
            let _ = pipe.write_all(b"ready\n");
        }
    }

    /// Ends the server if its owner is [`Owner::Holder`], and waits until it has ended.
    pub(crate) fn dismiss(mut self) {
        self.pipe = None;
        let _ = self.shell.wait();
    }

    fn spawn(owner: &Owner, folder: Option<&Path>, kind: &str, command: &[&OsStr]) -> Result<Self, Error> {
        let nothing = Path::new("");
        let (who, shared_folder) = match owner {
            Owner::Holder => ("pipe".to_owned(), nothing),
            Owner::Runner { id, shared_folder } => (id.to_string(), shared_folder.as_path()),
            Owner::Nobody => ("nobody".to_owned(), nothing),
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", &script(), "odm-test-reaper", &who]);
        shell.arg(shared_folder).arg(folder.unwrap_or(nothing)).arg(kind).args(command);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        let mut shell =
            shell.spawn().or_error("cannot start `sh`, which ends the server when the tests have ended")?;
        let pipe = shell.stdin.take();
        let reaper = Self { shell, pipe };

        // If the reaper itself is killed, `stale.rs` recognises the remaining files by the id of the reaper.
        if let (Some(folder), Owner::Holder | Owner::Runner { .. }) = (folder, owner) {
            stale::belongs_to(folder, reaper.id())?;
        }
        Ok(reaper)
    }
}

/// Returns the script of the reaper. Lists of processes show it, so its comments are removed.
fn script() -> String {
    let lines = include_str!("reaper.sh").lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.fold(String::new(), |script, line| script + line + "\n")
}
