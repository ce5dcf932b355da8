//! The child process, which runs the migration.

use std::{env, fs, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use odm::Database;
use tokio::process;

use super::order;

/// The first argument of a child.
pub(super) const ARGUMENT: &str = "--run";

/// A child process.
pub(super) struct Child(process::Child);

impl Child {
    pub(super) fn start(uri: &str, batch_size: u32) -> anyhow::Result<Self> {
        let mut child = process::Command::new(env::current_exe()?);
        child.args([ARGUMENT, uri, &batch_size.to_string()]).stdout(Stdio::piped()).kill_on_drop(true);
        Ok(Self(child.spawn().context("starting the child")?))
    }

    /// Returns whether the child has ended. It is an error if it has failed.
    pub(super) fn has_ended(&mut self) -> anyhow::Result<bool> {
        let Some(status) = self.0.try_wait()? else { return Ok(false) };
        ensure!(status.success(), "the child failed: {status}");
        Ok(true)
    }

    /// Kills the child, on Unix with SIGKILL. Returns whether it was still running.
    pub(super) async fn kill(mut self) -> anyhow::Result<bool> {
        self.0.start_kill()?;
        Ok(!self.0.wait().await?.success())
    }

    /// Waits for the end of the child, and returns what it has printed.
    pub(super) async fn output(self) -> anyhow::Result<String> {
        let output = self.0.wait_with_output().await?;
        ensure!(output.status.success(), "the child failed: {}", output.status);
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }
}

/// Returns the URI of a database, whose name follows the hosts.
pub(super) fn uri_of(server: &str, database: &str) -> String {
    let (hosts, options) = server.split_once('?').unwrap_or((server, ""));
    let hosts = hosts.trim_end_matches('/');
    if options.is_empty() { format!("{hosts}/{database}") } else { format!("{hosts}/{database}?{options}") }
}

/// Runs the migration in a child process.
pub(super) async fn run(uri: &str, batch_size: u32) -> anyhow::Result<()> {
    let db = Database::connect(uri).await?;
    let migrate = db
        .migrate(order::migrations())
        .batch_size(batch_size)
        .lease(Duration::from_secs(5))
        .wait_for(Duration::from_secs(120));
    print!("{}", migrate.run().await?);
    if let Some(memory) = peak_memory() {
        println!("the last runner needed {memory} of memory");
    }
    Ok(())
}

/// Returns the maximum of the resident memory of this process, where the system reports it.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
