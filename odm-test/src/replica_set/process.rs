//! A member that is a process of this machine.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::start::arguments;
use crate::error::{Error, OrError};
use crate::server::{
    mongod::{self, Output},
    reaper::{Owner, Reaper},
    replica_set::PATIENCE,
};

/// A `mongod` with a port and a folder, which it keeps when it is started again.
pub(super) struct Process {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    owner: Owner,
    running: Option<Running>,
}

struct Running {
    reaper: Reaper,
    output: Output,
}

impl Process {
    pub(super) fn new(program: PathBuf, folder: PathBuf, port: u16, owner: Owner) -> Self {
        Self { program, folder, port, owner, running: None }
    }

    /// Starts the server. Does not wait until it answers.
    pub(super) fn start(&mut self) -> Result<(), Error> {
        self.check_ended()?;
        let command = mongod::command(&self.program, &self.folder, self.port, &arguments())?;
        let command: Vec<&OsStr> = command.iter().map(OsString::as_os_str).collect();
        let (mut reaper, output) = Reaper::of_process(&self.owner, None, &command)?;
        reaper.server_ready();
        self.running = Some(Running { reaper, output: Output::follow(output) });
        Ok(())
    }

    /// Starts the server without its data and its log.
    pub(super) fn start_empty(&mut self) -> Result<(), Error> {
        self.check_ended()?;
        fs::remove_dir_all(&self.folder).or_error(format_args!("cannot remove {}", self.folder.display()))?;
        self.start()
    }

    fn check_ended(&self) -> Result<(), Error> {
        match self.running {
            None => Ok(()),
            Some(_) => Err(Error::new("this member runs: kill or stop it before you start it again")),
        }
    }

    /// Returns the end of the log if the server has ended by itself.
    pub(super) fn failure(&self) -> Option<String> {
        let Running { output, .. } = self.running.as_ref()?;
        output.has_ended().then(|| mongod::log_tail(&self.folder, &output.text()))
    }

    pub(super) async fn kill(&mut self) -> Result<(), Error> {
        if self.running.is_some() {
            self.signal("KILL")?;
            self.reap().await;
        }
        Ok(())
    }

    pub(super) async fn stop(&mut self) -> Result<(), Error> {
        if self.running.is_none() {
            return Ok(());
        }
        self.signal("TERM")?;
        let started = Instant::now();
        while self.running.as_ref().is_some_and(|running| !running.output.has_ended()) {
            if started.elapsed() > PATIENCE {
                return Err(Error::new(format!("the member did not end within {PATIENCE:?}")));
            }
            sleep(Duration::from_millis(20)).await;
        }
        self.reap().await;
        Ok(())
    }

    /// Sends a signal to the server. No other process has its id, because its reaper is its parent and waits for it
    /// only later.
    pub(super) fn signal(&self, signal: &str) -> Result<(), Error> {
        let id = self.running.as_ref().and_then(|_| mongod::id(&self.folder));
        let id = id.ok_or_else(|| Error::new("this member does not run"))?;
        let sent = Command::new("kill").args(["-s", signal, &id]).status().or_error("cannot run `kill`")?;
        if sent.success() { Ok(()) } else { Err(Error::new(format!("cannot send {signal} to the member"))) }
    }

    /// Ends the server for good, unless it outlives the tests.
    pub(super) async fn end(mut self) {
        if !matches!(self.owner, Owner::Nobody) {
            self.reap().await;
        }
    }

    /// Waits for the reaper, which kills the server if it has not ended.
    async fn reap(&mut self) {
        if let Some(Running { reaper, .. }) = self.running.take() {
            // It ends in any case. If the runtime is shutting down, nobody waits for it.
            let _ = tokio::task::spawn_blocking(|| reaper.dismiss()).await;
        }
    }
}
