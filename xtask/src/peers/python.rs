//! `cargo xtask peers --python`: the ten tasks of MongoDB's benchmark for mappers through Beanie and pymongo.
//!
//! `benches/peers/python` has the tasks of `odm/benches/odm`, with the same documents. Each task runs through both,
//! one after the other, on one server. One table has the microseconds of both.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use odm_test::Server;

use super::{Outcome, root, target};
use crate::bench;

const TASKS: [&str; 10] = [
    "small_create",
    "small_update",
    "small_find",
    "foreign_key_find",
    "large_create",
    "large_update",
    "nested_create",
    "nested_update",
    "nested_find",
    "nested_array_find",
];

/// Measures and prints one table. `quick` measures few calls and our side in a development build.
pub(crate) async fn measure(quick: bool) -> Outcome<()> {
    let python = Python::install()?;
    let server = Server::shared().await?;
    eprintln!("building and running the benches");
    let db = server.fresh_database("python_peers").await?;
    let outcome = table(&python, &server, db.name(), quick);
    db.drop_database().await?;
    outcome
}

/// Runs each task on both sides, and prints a row for it.
fn table(python: &Python, server: &Server, db: &str, quick: bool) -> Outcome<()> {
    let (documents, calls) = if quick { ("100", "100") } else { ("1000", "3000") };
    if quick {
        println!(
            "odm and the Rust driver are a development build here: these numbers are not measurements.\n"
        );
    }
    println!(
        "{:18}{:>7}{:>10}{:>12}{:>12}{:>13}{:>8}",
        "", "bytes", "odm, µs", "driver, µs", "Beanie, µs", "pymongo, µs", "ratio"
    );
    let (mut ratios, mut logarithms) = (Vec::new(), Vec::new());
    for task in TASKS {
        let mut bench = bench::command("odm", server, quick);
        bench.arg(task);
        let [size, odm, driver] = figures(bench, task)?;
        let mut program = python.command();
        program.arg(folder().join("main.py")).args([server.uri(), db, documents, calls, task]);
        let [python_size, beanie, pymongo] = figures(program, task)?;
        // The sizes are whole numbers.
        if (size - python_size).abs() > 0.5 {
            return Err(
                format!("a document of {task} has {size} bytes in Rust and {python_size} in Python").into()
            );
        }
        let ratio = beanie / odm;
        println!("{task:18}{size:>7}{odm:>10.1}{driver:>12.1}{beanie:>12.1}{pymongo:>13.1}{ratio:>7.2}x");
        ratios.push(format!("{task}={ratio:.2}"));
        logarithms.push(ratio.ln());
    }
    #[allow(clippy::cast_precision_loss, reason = "there are ten tasks")]
    let mean = (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp();
    println!("\nratios: {} geometric_mean={mean:.2}", ratios.join(" "));
    Ok(())
}

/// Runs a command, and returns the first numbers of the line that begins with the name of the task: the bytes of a
/// document, and the microseconds of the first two sides.
fn figures(mut command: Command, task: &str) -> Outcome<[f64; 3]> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let figures = text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        if words.next() != Some(task) {
            return None;
        }
        let mut number = || words.next()?.parse().ok();
        Some([number()?, number()?, number()?])
    });
    figures.ok_or_else(|| format!("{command:?} printed no figures of {task}").into())
}

/// A Python that finds the packages of `requirements.txt`.
struct Python {
    program: PathBuf,
    packages: PathBuf,
}

impl Python {
    /// Installs the packages below the target folder unless an earlier run has done so: in a virtual environment or,
    /// if this machine cannot create one, in a folder.
    fn install() -> Outcome<Self> {
        let place = target().join("python-peers");
        let [environment, packages, installed] =
            ["environment", "packages", "requirements.txt"].map(|name| place.join(name));
        let program = environment.join("bin/python");
        let requirements = folder().join("requirements.txt");
        let expected = fs::read_to_string(&requirements)?;
        // This copy exists if the installation succeeded.
        if !fs::read_to_string(&installed).is_ok_and(|found| found == expected) {
            eprintln!("installing Beanie and pymongo below {}", place.display());
            let _ = fs::remove_dir_all(&place);
            fs::create_dir_all(&place)?;
            // Debian's Python creates none without the package python3-venv.
            if succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment)) {
                install(Command::new(&program).args(["-m", "pip"]), &requirements, &[])?;
            } else {
                let _ = fs::remove_dir_all(&environment);
                install(&mut pip()?, &requirements, &["--target".as_ref(), packages.as_os_str()])?;
            }
            fs::write(installed, expected)?;
        }
        Ok(Self { program: if program.is_file() { program } else { "python3".into() }, packages })
    }

    fn command(&self) -> Command {
        let mut python = Command::new(&self.program);
        // `-B`: Python writes no files beside the sources.
        python.env("PYTHONPATH", &self.packages).arg("-B");
        python
    }
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
    Err("the comparison with Python needs Python 3.10 or newer with venv or pip (on Debian and Ubuntu: `apt-get install \
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
