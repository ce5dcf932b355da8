//! The reaper: a small shell process that ends a server when the server's owner is gone.
//!
//! A test process can end in sources that run no code of ours: the harness calls `exit`, a signal arrives, the machine
//! kills it. So a server is never left to a destructor. The reaper holds the reading end of a pipe whose writing end
//! only the owner has; the kernel closes it whatever happens, and the reaper cleans up and ends too. It has a process
//! group of its own, so that an interrupt from the terminal reaches the owner alone.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::stale;
use crate::error::{Error, OrError};

/// Whose end is the end of a server.
#[derive(Debug, Clone)]
pub(crate) enum Owner {
    /// This process, or whoever in it holds the [`Reaper`].
    Holder,
    /// A test runner with this process id, whose tests meet in this folder.
    Runner { id: u32, meeting: PathBuf },
    /// Nobody: the server stays until somebody ends it.
    Nobody,
}

/// The running reaper of one server. Dropping it lets the server go, unless it stands and is not the holder's.
#[derive(Debug)]
pub(crate) struct Reaper {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Reaper {
    /// Starts `mongod`, to be killed and its `folder` removed when the owner is gone. Its output ends when it dies.
    pub(crate) fn of_process(
        owner: &Owner,
        folder: &Path,
        command: &[&OsStr],
    ) -> Result<(Self, Option<ChildStdout>), Error> {
        let mut reaper = Self::spawn(owner, Some(folder), "process", command)?;
        let output = reaper.shell.stdout.take();
        Ok((reaper, output))
    }

    /// Runs the removing `command` when the owner is gone. Start it before the container: then no moment is unguarded.
    pub(crate) fn of_container(owner: &Owner, command: &[&OsStr]) -> Result<Self, Error> {
        Self::spawn(owner, None, "container", command)
    }

    /// The process id of the reaper.
    pub(crate) fn id(&self) -> u32 {
        self.shell.id()
    }

    /// Tells the reaper that the server stands. Until then this process owns it, whoever owns it afterwards.
    pub(crate) fn server_stands(&mut self) {
        if let Some(pipe) = &mut self.pipe {
            // A reaper that is gone has ended the server, and the first use of the server says so.
            let _ = pipe.write_all(b"stands\n");
        }
    }

    /// Lets the server go, if it is the holder's, and waits until it is gone.
    pub(crate) fn dismiss(mut self) {
        self.pipe = None;
        let _ = self.shell.wait();
    }

    fn spawn(owner: &Owner, folder: Option<&Path>, kind: &str, command: &[&OsStr]) -> Result<Self, Error> {
        let nothing = Path::new("");
        let (who, meeting) = match owner {
            Owner::Holder => ("pipe".to_owned(), nothing),
            Owner::Runner { id, meeting } => (id.to_string(), meeting.as_path()),
            Owner::Nobody => ("nobody".to_owned(), nothing),
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", &script(), "odm-test-reaper", &who]);
        shell.arg(meeting).arg(folder.unwrap_or(nothing)).arg(kind).args(command);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        let mut shell =
            shell.spawn().or_error("cannot start `sh`, which ends the server when the tests have ended")?;
        let pipe = shell.stdin.take();
        let reaper = Self { shell, pipe };

        // What a reaper that was itself killed leaves behind is recognised by its id: see `stale servers.rs`.
        if let (Some(folder), Owner::Holder | Owner::Runner { .. }) = (folder, owner) {
            stale::belongs_to(folder, reaper.id())?;
        }
        Ok(reaper)
    }
}

/// What the reaper runs. Whoever lists processes sees it, so it goes without its comments.
fn script() -> String {
    let lines = include_str!("reaper.sh").lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.fold(String::new(), |script, line| script + line + "\n")
}
