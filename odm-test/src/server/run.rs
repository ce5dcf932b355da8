//! One server for one run of `cargo nextest`, which runs every test in a process of its own.
//!
//! The processes of a run share a folder whose name contains `NEXTEST_RUN_ID`. The first process that locks the
//! folder starts the server and writes its address there; the others read it. The reaper of the server watches
//! nextest itself and removes the folder when the run has ended.

use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use fs4::FileExt;

use super::{
    Running,
    arguments::Arguments,
    reaper::Owner,
    replica_set,
    resolve::{self, Sources},
    source::Source,
    stale,
};
use crate::error::{Error, OrError};
use crate::log::log;

/// The run of nextest that this process belongs to.
pub(crate) struct NextestRun {
    /// The process id of nextest.
    runner: u32,
    /// The folder that its processes share.
    shared_folder: PathBuf,
}

impl NextestRun {
    /// Returns the run that this process belongs to, if nextest started it.
    pub(crate) fn current() -> Option<Self> {
        let id = env::var("NEXTEST_RUN_ID").ok().filter(|id| !id.is_empty())?;
        let name: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let shared_folder = env::temp_dir().join(format!("{}run-{name}", stale::PREFIX));
        Some(Self { runner: runner()?, shared_folder })
    }

    /// Returns the owner of the server that this run starts.
    pub(crate) fn owner(&self) -> Owner {
        Owner::Runner { id: self.runner, shared_folder: self.shared_folder.clone() }
    }

    /// Returns the server of this run. Starts it for `owner` if no process of the run has started it. If that fails,
    /// stores the error in the folder, so that the other processes do not try again.
    pub(crate) async fn server(&self, sources: Sources, owner: &Owner) -> Result<Running, Error> {
        let _lock = self.lock()?;
        let (announcement, failure) =
            (self.shared_folder.join("announcement"), self.shared_folder.join("failure"));
        if let Ok(failure) = fs::read_to_string(&failure) {
            return Err(Error::new(failure));
        }
        if let Some(running) = read(&announcement)
            && replica_set::server_info(&running.uri, Duration::from_secs(5)).await.is_ok()
        {
            log(format_args!("server of this nextest run, from {}: {}", running.source, running.uri));
            return Ok(running);
        }
        let result = resolve::find_or_start(sources, owner, &Arguments::default()).await;
        match &result {
            // The connection string may contain credentials, and every process can read it from the environment.
            Ok(running) if running.source == Source::Uri => {}
            Ok(Running { source, version, uri, .. }) => {
                write(&announcement, &format!("{source}\n{version}\n{uri}\n"))?;
            }
            Err(error) => write(&failure, &error.to_string())?,
        }
        result
    }

    /// Locks the folder of the run. The reaper of an earlier server of this run may remove the folder at the same
    /// time, so the lock is valid only if the locked file still exists.
    fn lock(&self) -> Result<File, Error> {
        let path = self.shared_folder.join("lock");
        loop {
            let attempt = fs::create_dir_all(&self.shared_folder).and_then(|()| {
                let file = File::options().create(true).truncate(false).write(true).open(&path)?;
                FileExt::lock(&file)?;
                Ok(file)
            });
            match attempt {
                Ok(file) if path.exists() => {
                    stale::belongs_to(&self.shared_folder, self.runner)?;
                    return Ok(file);
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::new(format!("cannot lock {}: {error}", path.display())));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).or_error(format_args!("cannot write {}", path.display()))
}

fn read(announcement: &Path) -> Option<Running> {
    let text = fs::read_to_string(announcement).ok()?;
    let mut lines = text.lines();
    let source = lines.next()?.parse().ok()?;
    let version = lines.next()?.to_owned();
    let uri = lines.next()?.to_owned();
    Some(Running { source, uri, version, reaper: None })
}

/// Returns the process id of nextest: the nearest ancestor of this process with that name, else the parent.
#[cfg(unix)]
fn runner() -> Option<u32> {
    let parent = std::os::unix::process::parent_id();
    let mut id = parent;
    while id > 1 {
        let Some((above, name)) = above(id) else { break };
        if name.contains("nextest") {
            return Some(id);
        }
        id = above;
    }
    (parent > 1).then_some(parent)
}

/// Returns the parent of a process, and the name of the process.
#[cfg(unix)]
fn above(id: u32) -> Option<(u32, String)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok();
    if let Some(stat) = stat {
        // The format is `id (name) state parent …`. A name may contain spaces and parentheses.
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
        return Some((rest.split_whitespace().nth(1)?.parse().ok()?, name.to_owned()));
    }
    let output =
        std::process::Command::new("ps").args(["-o", "ppid=,comm=", "-p", &id.to_string()]).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    let (above, name) = line.trim().split_once(char::is_whitespace)?;
    Some((above.parse().ok()?, name.to_owned()))
}

/// Returns `None`, because there are no process ids to watch: every test process starts a server of its own.
#[cfg(not(unix))]
fn runner() -> Option<u32> {
    None
}
