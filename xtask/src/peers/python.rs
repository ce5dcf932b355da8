//! `cargo xtask peers --python`: the ten tasks of MongoDB's benchmark for mappers through Beanie and pymongo.
//!
//! `benches/peers/python` has the tasks of `odm/benches/odm`, with the same documents. That bench runs first and the
//! program second, on one server. One table has the microseconds of both.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use odm_test::Server;

use super::{Outcome, root, target};
use crate::bench;

/// Measures and prints one table. `quick` measures few calls and our side in a development build.
pub(crate) async fn measure(quick: bool) -> Outcome<()> {
    let mut python = python()?;
    let server = Server::shared().await?;
    eprintln!("measuring odm and the Rust driver");
    let rust = rust(&server, quick)?;
    eprintln!("measuring Beanie and pymongo");
    let db = server.fresh_database("python_peers").await?;
    let (documents, calls) = if quick { ("100", "100") } else { ("1000", "3000") };
    python.arg(folder().join("main.py")).args([server.uri(), db.name(), documents, calls]);
    if quick {
        println!(
            "\nodm and the Rust driver are a development build here: these numbers are not measurements."
        );
    }
    let outcome = table(python, &rust);
    db.drop_database().await?;
    outcome
}

/// The figures of a task on the Rust side.
#[derive(Debug)]
struct Rust {
    bytes: String,
    odm: f64,
    driver: f64,
}

/// Runs our bench on the server, and returns the figures of each task.
fn rust(server: &Server, quick: bool) -> Outcome<BTreeMap<String, Rust>> {
    let mut bench = bench::command("odm", server, quick);
    let output = bench.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{bench:?} failed").into());
    }
    let text = String::from_utf8(output.stdout)?;
    let row = |line: &str| {
        let [task, bytes, odm, driver, ..] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return None;
        };
        let figures = Rust { bytes: bytes.to_owned(), odm: odm.parse().ok()?, driver: driver.parse().ok()? };
        Some((task.to_owned(), figures))
    };
    Ok(text.lines().filter_map(row).collect())
}

/// Runs the Python program, and prints a row for each line that it prints.
fn table(mut python: Command, rust: &BTreeMap<String, Rust>) -> Outcome<()> {
    println!(
        "\n{:18}{:>7}{:>10}{:>12}{:>12}{:>13}{:>8}",
        "", "bytes", "odm, µs", "driver, µs", "Beanie, µs", "pymongo, µs", "ratio"
    );
    let mut child = python.stdout(Stdio::piped()).spawn()?;
    let (mut ratios, mut logarithms) = (Vec::new(), Vec::new());
    for line in child.stdout.take().into_iter().flat_map(|printed| BufReader::new(printed).lines()) {
        let line = line?;
        let [task, bytes, beanie, pymongo] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return Err(format!("the Python program printed `{line}`").into());
        };
        let figures = rust.get(task).ok_or_else(|| format!("our bench has no task `{task}`"))?;
        if figures.bytes != bytes {
            return Err(format!(
                "a document of {task} has {} bytes in Rust and {bytes} in Python",
                figures.bytes
            )
            .into());
        }
        let (beanie, pymongo): (f64, f64) = (beanie.parse()?, pymongo.parse()?);
        let Rust { odm, driver, .. } = figures;
        let ratio = beanie / odm;
        println!("{task:18}{bytes:>7}{odm:>10.1}{driver:>12.1}{beanie:>12.1}{pymongo:>13.1}{ratio:>7.2}x");
        ratios.push(format!("{task}={ratio:.2}"));
        logarithms.push(ratio.ln());
    }
    if !child.wait()?.success() || ratios.len() != rust.len() {
        return Err(format!("{python:?} failed").into());
    }
    #[allow(clippy::cast_precision_loss, reason = "there are ten tasks")]
    let mean = (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp();
    println!("\nratios: {} geometric_mean={mean:.2}", ratios.join(" "));
    Ok(())
}

/// Returns the command of a Python that finds the packages of `requirements.txt`. Installs them below the target folder
/// unless an earlier run has done so: in a virtual environment or, if this machine cannot create one, in a folder.
fn python() -> Outcome<Command> {
    let place = target().join("python-peers");
    let [environment, packages, installed] =
        ["environment", "packages", "requirements.txt"].map(|name| place.join(name));
    let requirements = folder().join("requirements.txt");
    let expected = fs::read_to_string(&requirements)?;
    // This copy exists if the installation succeeded.
    if !fs::read_to_string(&installed).is_ok_and(|found| found == expected) {
        eprintln!("installing Beanie and pymongo below {}", place.display());
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(&place)?;
        // Debian's Python creates none without the package python3-venv.
        if succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment)) {
            let mut pip = Command::new(environment.join("bin/python"));
            install(pip.args(["-m", "pip"]), &requirements, &[])?;
        } else {
            let _ = fs::remove_dir_all(&environment);
            install(&mut pip()?, &requirements, &["--target".as_ref(), packages.as_os_str()])?;
        }
        fs::write(installed, expected)?;
    }
    let program = environment.join("bin/python");
    let mut python = Command::new(if program.is_file() { program.as_os_str() } else { "python3".as_ref() });
    // `-B`: Python writes no files beside the sources.
    python.env("PYTHONPATH", packages).arg("-B");
    Ok(python)
}

/// Returns the first `pip` that is installed.
fn pip() -> Outcome<Command> {
    let pips: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];
    for pip in pips {
        let command = || {
            let mut command = Command::new(pip[0]);
            command.args(&pip[1..]);
            command
        };
        if succeeds(command().arg("--version")) {
            return Ok(command());
        }
    }
    Err("the comparison with Python needs Python 3 with venv or pip (on Debian and Ubuntu: `apt-get install \
         python3-venv`)"
        .into())
}

/// Returns whether a command can be run and succeeds. Its output is not shown.
fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Installs the requirements, from wheels alone.
fn install(pip: &mut Command, requirements: &Path, options: &[&OsStr]) -> Outcome<()> {
    pip.args(["install", "--quiet", "--no-input", "--disable-pip-version-check", "--only-binary=:all:"]);
    pip.args(["--retries=2", "--timeout=20"]).args(options).arg("--requirement").arg(requirements);
    if pip.status()?.success() { Ok(()) } else { Err(format!("{pip:?} failed").into()) }
}

fn folder() -> PathBuf {
    root().join("benches/peers/python")
}
