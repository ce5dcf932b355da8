//! A child process: this program again, with another task.

use std::{env, fs, process::Stdio, thread, time::Duration};

use anyhow::{Context, ensure};
use tokio::{io::AsyncWriteExt, process, sync::watch, time::timeout};

/// How long a child may take to end after its input was closed.
const GRACE: Duration = Duration::from_secs(60);

/// A child process. It is killed when this is dropped, and ends itself if its parent does.
pub(crate) struct Child(process::Child);

impl Child {
    pub(crate) fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = process::Command::new(env::current_exe()?);
        command.args(arguments).stdin(Stdio::piped()).kill_on_drop(true);
        Ok(Self(command.spawn().context("starting a child process")?))
    }

    pub(crate) fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Kills the child, on Unix with SIGKILL. Returns whether it was still running.
    pub(crate) async fn kill(mut self) -> anyhow::Result<bool> {
        let was_running = !self.has_ended()?;
        self.0.start_kill()?;
        self.0.wait().await?;
        Ok(was_running)
    }

    /// Writes one byte to the input of the child.
    pub(crate) async fn send(&mut self) -> anyhow::Result<()> {
        let input = self.0.stdin.as_mut().context("the input of the child is closed")?;
        input.write_all(b".").await.context("the child has ended")
    }

    /// Closes the input of the child, and waits for its end.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.0.stdin.take());
        let status = timeout(GRACE, self.0.wait()).await.context("the child does not end")??;
        ensure!(status.success(), "the child failed: {status}");
        Ok(())
    }

    /// Returns the resident memory of the child, in bytes, where the system reports it.
    pub(crate) fn resident_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(kibibytes << 10)
    }
}

/// The end of the input of this process.
#[derive(Clone)]
pub(crate) struct Closed(watch::Receiver<bool>);

impl Closed {
    /// Waits until the input is closed.
    pub(crate) async fn wait(mut self) {
        // The sender is never dropped before it has sent.
        let _ = self.0.wait_for(|is_closed| *is_closed).await;
    }
}

/// Reads the input of this process until it is closed.
pub(crate) fn stdin_closed() -> Closed {
    let (sender, receiver) = watch::channel(false);
    thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        sender.send_replace(true);
    });
    Closed(receiver)
}
