//! `cargo xtask compile-time`: the compile time of a hundred models, with `odm` and with serde's derives alone.
//!
//! Two generated programs have the same models. One uses our derives and `odm`, the other uses serde's derives and
//! the driver's typed collection. Their dependencies are built first, so that only the programs are timed. Two further
//! programs have the same pipelines, by typed closures and as documents.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

mod source;

use self::source::pipelines::{self, PIPELINES};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The number of models in each program.
const MODELS: usize = 100;

/// One of the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Odm,
    Serde,
}

impl Side {
    const BOTH: [Self; 2] = [Self::Odm, Self::Serde];

    fn package(self) -> &'static str {
        match self {
            Self::Odm => "with-odm",
            Self::Serde => "with-serde",
        }
    }
}

/// Measures and prints a table. `rounds` is how often `cargo check` is timed. The release builds take many minutes.
pub(crate) fn measure(rounds: usize, with_release: bool) -> Outcome<()> {
    let scratch = Scratch::write()?;
    println!("{MODELS} models of {} fields, seconds for the program alone:", source::FIELDS);
    println!("{:24}{:>8}{:>8}{:>8}", "", "odm", "serde", "ratio");
    let check = scratch.contest("cargo check", &["check"], rounds, source::program)?;
    let release = if with_release {
        Some(scratch.contest("cargo build --release", &["build", "--release"], 2, source::program)?)
    } else {
        None
    };
    let [odm, serde] = Side::BOTH.map(|side| scratch.lines_per_model(side));
    let (odm, serde) = (odm?, serde?);
    println!("{:24}{odm:>8}{serde:>8}", "lines per model");
    println!("\n{PIPELINES} pipelines of eight stages, compared with `doc!`:");
    let pipelines = scratch.contest("cargo check", &["check"], rounds, pipelines::program)?;
    let release = release.map(|ratio| format!(" release={ratio:.2}")).unwrap_or_default();
    println!("\ncompile: check={check:.2}{release} pipelines={pipelines:.2} lines={odm}");
    Ok(())
}

/// The workspace of the two programs, and the folder of what is built, both below the target folder.
struct Scratch {
    folder: PathBuf,
    built: PathBuf,
}

impl Scratch {
    fn write() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let folder = target.join("compile-time");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("Cargo.toml"), source::WORKSPACE)?;
        // Use the same versions as this workspace.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        for side in Side::BOTH {
            let package = folder.join(side.package());
            fs::create_dir_all(package.join("src"))?;
            fs::write(package.join("Cargo.toml"), source::manifest(side, &root))?;
            // Cargo rejects a package without a target, even if it builds only the other package.
            fs::write(package.join("src/main.rs"), source::NOTHING)?;
        }
        Ok(Self { folder, built: crate::outside_target(&target) })
    }

    /// Times a cargo command on both sides in turn. Prints the fastest time of each side, which other processes
    /// disturbed least, and returns how many times as fast ours is.
    fn contest(
        &self,
        name: &str,
        command: &[&str],
        rounds: usize,
        program: fn(Side) -> String,
    ) -> Outcome<f64> {
        for side in Side::BOTH {
            self.put(side, source::NOTHING)?;
            self.run(self.cargo(command, side))?;
        }
        let mut fastest = [f64::INFINITY; 2];
        for _ in 0..rounds {
            for (side, fastest) in Side::BOTH.into_iter().zip(&mut fastest) {
                self.put(side, &program(side))?;
                let start = Instant::now();
                self.run(self.cargo(command, side))?;
                *fastest = fastest.min(start.elapsed().as_secs_f64());
            }
        }
        let [odm, serde] = fastest;
        println!("{name:24}{odm:>8.1}{serde:>8.1}{:>7.2}x", serde / odm);
        Ok(serde / odm)
    }

    fn put(&self, side: Side, program: &str) -> Outcome<()> {
        Ok(fs::write(self.folder.join(side.package()).join("src/main.rs"), program)?)
    }

    /// Returns the number of lines per model that the derives of a program generate.
    fn lines_per_model(&self, side: Side) -> Outcome<usize> {
        // Only nightly compilers print the expanded source, unless `RUSTC_BOOTSTRAP` is set. A wrapper sets it for
        // the programs alone, because cargo would rebuild the dependencies if it were set for them too.
        let mut cargo = self.cargo(&["rustc", "--profile", "check"], side);
        cargo.env("RUSTC_WORKSPACE_WRAPPER", self.bootstrap_rustc()?).args(["--", "-Zunpretty=expanded"]);
        let expanded = String::from_utf8(self.run(cargo)?)?;
        let written = source::program(side).lines().count();
        Ok(expanded.lines().count().saturating_sub(written) / MODELS)
    }

    fn bootstrap_rustc(&self) -> Outcome<PathBuf> {
        let path = self.folder.join("rustc.sh");
        fs::write(&path, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\"\n")?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(path)
    }

    fn cargo(&self, command: &[&str], side: Side) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder).args(command).args(["--quiet", "--package", side.package()]);
        // Without incremental compilation, each round compiles everything.
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", &self.built);
        cargo
    }

    /// Runs the command and returns what it prints.
    fn run(&self, mut command: Command) -> Outcome<Vec<u8>> {
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("{command:?} failed in {}", self.folder.display()).into());
        }
        Ok(output.stdout)
    }
}
