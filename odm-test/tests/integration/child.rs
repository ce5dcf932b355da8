//! Runs a subject, which is a test of `subject.rs`, in a process of its own, in an environment that the test chooses.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A Docker address at which no process listens.
pub(crate) const NO_DOCKER: &str = "tcp://127.0.0.1:1";

/// Returns the command that runs the test `name` of `subject.rs`. The command does not inherit the variables that
/// select a server. It inherits `ODM_MONGODB_IMAGE`, because that variable does not select a source.
pub(crate) fn subject(name: &str) -> Command {
    ignored_test(&format!("subject::{name}"))
}

/// Returns the command that runs the test with this path, which other runs ignore.
pub(crate) fn ignored_test(path: &str) -> Command {
    run_by(Command::new(this_program()), path)
}

/// Returns the same command, but its process does not ignore interrupts. A process that a script starts in the
/// background ignores them, and its children inherit that. Only GNU `env` can undo it; without it this is the same as
/// [`subject`].
pub(crate) fn interruptible_subject(name: &str) -> Command {
    const RESET: &str = "--default-signal=INT";
    let tried = Command::new("env").args([RESET, "true"]).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        return subject(name);
    }
    let mut command = Command::new("env");
    command.arg(RESET).arg(this_program());
    run_by(command, &format!("subject::{name}"))
}

fn this_program() -> PathBuf {
    env::current_exe().expect("this test is a program")
}

fn run_by(mut command: Command, path: &str) -> Command {
    command.args(["--exact", path, "--ignored", "--nocapture", "--test-threads=1"]);
    for variable in
        ["ODM_MONGODB_URI", "ODM_MONGODB_SOURCE", "ODM_MONGODB_KEEP", "ODM_MONGOD", "NEXTEST_RUN_ID"]
    {
        command.env_remove(variable);
    }
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The result of a subject that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) passed: bool,
    pub(crate) output: String,
}

impl Ended {
    /// Returns the value that the subject printed with `subject::report`.
    pub(crate) fn reported(&self, what: &str) -> &str {
        reported(&self.output, what)
            .unwrap_or_else(|| panic!("the subject printed no {what}:\n{}", self.output))
    }
}

/// Runs a subject to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    let output = command.output().expect("the subject starts");
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Ended { passed: output.status.success(), output: text }
}

/// A subject that runs until it is ended, and the address of its server.
pub(crate) struct Holding {
    pub(crate) child: Child,
    pub(crate) address: String,
    /// Its standard error until it had a server.
    pub(crate) log: String,
}

/// Starts the subject that holds a server and waits until it has one.
pub(crate) fn hold(command: &mut Command) -> Holding {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the subject starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut output = String::new();
    let address = loop {
        let Some(Ok(line)) = lines.next() else {
            let mut log = String::new();
            child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut log));
            panic!("the subject got no server:\n{output}{log}");
        };
        output.push_str(&line);
        if let Some(uri) = reported(&line, "uri") {
            break address(uri);
        }
    };
    let mut log = String::new();
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    while !log.contains("server from") && !log.contains("replica set from") {
        assert_ne!(stderr.read_line(&mut log).expect("standard error is text"), 0, "{log}");
    }
    Holding { child, address, log }
}

impl Holding {
    /// Waits until the subject has ended. Panics after 30 seconds.
    pub(crate) fn wait(&mut self) {
        let started = Instant::now();
        while self.child.try_wait().expect("it is a child").is_none() {
            if started.elapsed() > Duration::from_secs(30) {
                self.child.kill().expect("it can be killed");
                panic!(
                    "the subject still runs after its signal; are these tests run where signals are ignored?"
                );
            }
            sleep(Duration::from_millis(50));
        }
    }
}

/// Returns the host and port of a connection string.
pub(crate) fn address(uri: &str) -> String {
    uri.trim_start_matches("mongodb://").split('/').next().unwrap_or_default().to_owned()
}

/// Waits until no process listens at `address`. Panics after 30 seconds.
pub(crate) fn wait_until_gone(address: &str) {
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(30), "the server at {address} still runs");
        sleep(Duration::from_millis(50));
    }
}

fn reported<'a>(output: &'a str, what: &str) -> Option<&'a str> {
    let start = format!("subject {what}: ");
    output.lines().find_map(|line| Some(line.split_once(&start)?.1))
}
