//! A `mongod` process of this machine: the `mongod` source, and the last step of the `wheel` source.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Read as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::ChildStdout,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{
    arguments::Arguments,
    reaper::{Owner, Reaper},
    replica_set, stale,
};
use crate::error::{Error, OrError};
use crate::log::log;

/// A `mongod` process that accepts writes.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) uri: String,
    pub(crate) reaper: Reaper,
}

/// Returns the path in `ODM_MONGOD`, else the first `mongod` on `PATH`.
pub(crate) fn find() -> Result<PathBuf, Error> {
    match env::var_os("ODM_MONGOD").filter(|path| !path.is_empty()) {
        Some(path) => which::which(&path)
            .or_error(format_args!("ODM_MONGOD is `{}`, which cannot be run", Path::new(&path).display())),
        None => which::which("mongod")
            .map_err(|_| Error::new("ODM_MONGOD is not set, and there is no `mongod` on PATH")),
    }
}

/// Starts `program` as a replica set of one member on a free port of 127.0.0.1.
pub(crate) async fn start(program: &Path, owner: &Owner, arguments: &Arguments) -> Result<Process, Error> {
    stale::remove_folders();
    // Another process may take the free port before `mongod` binds it.
    let mut tries = 3;
    loop {
        tries -= 1;
        match try_to_start(program, owner, arguments).await {
            Err(error) if tries > 0 && error.to_string().contains("Address already in use") => {}
            result => return result,
        }
    }
}

async fn try_to_start(program: &Path, owner: &Owner, arguments: &Arguments) -> Result<Process, Error> {
    let port = free_port()?;
    let temporary = tempfile::Builder::new()
        .prefix(&format!("{}mongod-", stale::PREFIX))
        .tempdir()
        .or_error("cannot create a folder for the server's files")?;
    let command = command(program, temporary.path(), port, arguments)?;
    let command: Vec<&OsStr> = command.iter().map(OsString::as_os_str).collect();
    let (mut reaper, output) = Reaper::of_process(owner, Some(temporary.path()), &command)?;
    // From here on the reaper removes the folder.
    let folder = temporary.keep();
    let output = Output::follow(output);
    let member = format!("127.0.0.1:{port}");
    let uri = format!("mongodb://{member}/?directConnection=true");
    let config = replica_set::single(&member);
    match replica_set::initiate(&uri, &config, replica_set::is_primary, async || !output.has_ended()).await {
        Ok(()) => {
            reaper.server_ready();
            if matches!(owner, Owner::Nobody) {
                let id = id(&folder).unwrap_or_default();
                log(format_args!("ODM_MONGODB_KEEP: the server stays until you end it with `kill {id}`"));
            }
            Ok(Process { uri, reaper })
        }
        Err(error) => {
            let log_tail = log_tail(&folder, &output.text());
            reaper.dismiss();
            Err(Error::new(format!("{}: {error}{log_tail}", program.display())))
        }
    }
}

/// Creates the folder of the server's data in `folder`, and returns the command line that starts the server on this
/// port. A server that has ended can be started again in the same folder.
pub(crate) fn command(
    program: &Path,
    folder: &Path,
    port: u16,
    arguments: &Arguments,
) -> Result<Vec<OsString>, Error> {
    let data = folder.join(DATA);
    fs::create_dir_all(&data).or_error(format_args!("cannot create {}", data.display()))?;
    let mut command = vec![program.into()];
    command.extend(
        ["--bind_ip", "127.0.0.1", "--port", &port.to_string(), "--nounixsocket"].map(OsString::from),
    );
    command.extend(["--dbpath".into(), data.into_os_string()]);
    command.extend(["--logappend".into(), "--logpath".into(), folder.join(LOG).into_os_string()]);
    command.extend(arguments.all().map(OsString::from));
    Ok(command)
}

const DATA: &str = "data";
const LOG: &str = "mongod.log";

/// Returns the process id of the server in this folder, if it runs.
pub(crate) fn id(folder: &Path) -> Option<String> {
    let id = fs::read_to_string(folder.join(DATA).join("mongod.lock")).ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// Returns a port on which no process listened a moment ago.
fn free_port() -> Result<u16, Error> {
    let [port] = free_ports()?;
    Ok(port)
}

/// Returns different ports on which no process listened a moment ago.
pub(crate) fn free_ports<const N: usize>() -> Result<[u16; N], Error> {
    let bind = || TcpListener::bind(("127.0.0.1", 0)).or_error("no free port on 127.0.0.1");
    let listeners = (0..N).map(|_| bind()).collect::<Result<Vec<_>, _>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr().or_error("no free port on 127.0.0.1")?.port();
    }
    Ok(ports)
}

/// The standard output and error of the server. A thread reads them until the server ends.
#[derive(Debug)]
pub(crate) struct Output {
    text: Arc<Mutex<String>>,
    ended: Arc<AtomicBool>,
}

impl Output {
    pub(crate) fn follow(output: Option<ChildStdout>) -> Self {
        let this = Self { text: Arc::default(), ended: Arc::default() };
        let (text, ended) = (this.text.clone(), this.ended.clone());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            let mut output = output;
            while let Some(read) = output.as_mut().and_then(|output| output.read(&mut buffer).ok()) {
                if read == 0 {
                    break;
                }
                let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
                if text.len() < 64 * 1024 {
                    text.push_str(&String::from_utf8_lossy(&buffer[..read]));
                }
            }
            ended.store(true, Ordering::Release);
        });
        this
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(crate) fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Returns the errors in the log of the server in this folder, which ended, else the end of its log, else its output.
pub(crate) fn log_tail(folder: &Path, output: &str) -> String {
    let log = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    let source = if log.trim().is_empty() { output } else { &log };
    quote(source)
}

/// Returns the last error lines of a server's log, else its last lines, indented. Returns an empty string for an empty
/// log.
pub(crate) fn quote(log: &str) -> String {
    const LINES: usize = 8;
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let errors: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| line.contains(r#""s":"E""#) || line.contains(r#""s":"F""#))
        .collect();
    let chosen = if errors.is_empty() { &lines } else { &errors };
    let last = &chosen[chosen.len().saturating_sub(LINES)..];
    last.iter().fold(String::new(), |text, line| text + "\n      | " + line)
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn errors_are_quoted_before_the_rest() {
        let log =
            "{\"s\":\"I\",\"msg\":\"one\"}\n{\"s\":\"E\",\"msg\":\"two\"}\n{\"s\":\"I\",\"msg\":\"three\"}\n";
        assert_eq!(quote(log), "\n      | {\"s\":\"E\",\"msg\":\"two\"}");
        assert_eq!(quote("a\n\nb\n"), "\n      | a\n      | b");
        assert_eq!(quote(""), "");
    }
}
