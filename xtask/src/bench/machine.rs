//! The machine and the versions that results come from.

use std::{env, fmt::Write as _, fs, process::Command, thread};

use super::{Outcome, root};

/// Returns a table of the machine and the versions.
pub(super) fn table(server: &str) -> Outcome<String> {
    let rustc =
        Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("--version").output()?;
    let rows = [
        ("CPU", value("/proc/cpuinfo", "model name", ':')),
        ("cores", thread::available_parallelism().map(|cores| cores.to_string()).ok()),
        ("memory", memory()),
        ("system", value("/etc/os-release", "PRETTY_NAME", '=')),
        (
            "rustc",
            Some(String::from_utf8_lossy(&rustc.stdout).trim().trim_start_matches("rustc ").to_owned()),
        ),
        ("MongoDB", Some(format!("{server}, on the same machine"))),
        ("driver", driver()),
        ("odm", Some(env!("CARGO_PKG_VERSION").to_owned())),
    ];
    let mut table = String::from("| | |\n| --- | --- |\n");
    for (name, value) in rows {
        writeln!(table, "| {name} | {} |", value.as_deref().unwrap_or("not known"))?;
    }
    Ok(table)
}

/// Returns the value of the first line of a file that begins with `name`.
fn value(file: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once(separator)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn memory() -> Option<String> {
    let total = value("/proc/meminfo", "MemTotal", ':')?;
    let kilobytes: u64 = total.split_whitespace().next()?.parse().ok()?;
    Some(format!("{} GB", (kilobytes + 500_000) / 1_000_000))
}

/// Returns the version of the driver in the lock file.
fn driver() -> Option<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).ok()?;
    let (_, package) = lock.split_once("name = \"mongodb\"\nversion = \"")?;
    package.split('"').next().map(str::to_owned)
}
