//! The command with which the reaper removes a container after our process has ended.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::error::Error;

/// Returns a command line that removes the container `name`. It uses the first tool that is installed: `docker`,
/// `curl`, or `perl`, which every Debian image contains.
pub(super) fn command(name: &str) -> Result<Vec<String>, Error> {
    let engine = engine();
    let request = format!("/containers/{name}?force=true&v=true");
    let has = |tool: &str| which::which(tool).is_ok();
    let socket = engine.strip_prefix("unix://");
    let plain = engine.strip_prefix("tcp://").or_else(|| engine.strip_prefix("http://"));

    let command: Vec<&str> = if has("docker") {
        vec!["docker", "--host", &engine, "rm", "--force", "--volumes", name]
    } else if let (Some(socket), true) = (socket, has("curl")) {
        let url = format!("http://docker{request}");
        return Ok(["curl", "--silent", "--unix-socket", socket, "--request", "DELETE", &url]
            .map(Into::into)
            .into());
    } else if let (Some(host), true) = (plain, has("curl")) {
        let url = format!("http://{host}{request}");
        return Ok(["curl", "--silent", "--request", "DELETE", &url].map(Into::into).into());
    } else if let (Some(socket), true) = (socket, has("perl")) {
        vec!["perl", "-MIO::Socket::UNIX", "-e", PERL, socket, &request]
    } else {
        return Err(Error::new(format!(
            "no installed tool can remove a container after the tests (Docker at {engine}): \
             install the `docker` command or `curl`"
        )));
    };
    Ok(command.into_iter().map(Into::into).collect())
}

/// A Perl program that sends one request over a socket and waits for the answer.
const PERL: &str = r#"my $s = IO::Socket::UNIX->new(shift) or exit 1; print $s "DELETE ", shift, " HTTP/1.0\r\n\r\n"; $s->flush; <$s>"#;

/// Returns the address of the Docker engine. Searches the same places as `testcontainers`.
fn engine() -> String {
    if let Ok(host) = env::var("DOCKER_HOST") {
        return host;
    }
    let standard = PathBuf::from("/var/run/docker.sock");
    let run = env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join(".docker/run/docker.sock"));
    let home = |path: &str| env::var_os("HOME").map(|folder| Path::new(&folder).join(path));
    let socket =
        [Some(standard.clone()), run, home(".docker/run/docker.sock"), home(".docker/desktop/docker.sock")]
            .into_iter()
            .flatten()
            .find(|path| path.exists())
            .unwrap_or(standard);
    format!("unix://{}", socket.display())
}
