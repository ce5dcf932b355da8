//! `cargo xtask peers`: compares the speed of `odm` with that of other crates for the same driver.
//!
//! `benches/peers` is built twice, for the reason in its `Cargo.toml`. Both builds run on one server, one after the
//! other.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

use odm_test::Server;

pub(crate) mod python;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The feature of each build.
const BUILDS: [&str; 2] = ["odm", "oximod"];

/// Measures and prints one table. `quick` measures fewer rounds and orders.
pub(crate) async fn measure(quick: bool) -> Outcome<()> {
    for build in BUILDS {
        run(release("build", build))?;
    }
    let server = Server::shared().await?;
    let (rounds, orders) = if quick { ("3", "5000") } else { ("11", "50000") };
    println!("{:28}{:>19}{:>19}", format!("{orders} orders"), "find, ms", "insert_many, ms");
    for build in BUILDS {
        let mut cargo = release("run", build);
        cargo.args(["--", server.uri(), rounds, orders]);
        run(cargo)?;
    }
    Ok(())
}

/// Checks that both builds compile, without the release builds, which take minutes.
pub(crate) fn check() -> Outcome<()> {
    for build in BUILDS {
        let mut cargo = cargo("check", build);
        cargo.arg("--target-dir").arg(crate::outside_target(&target()));
        run(cargo)?;
        println!("the build with {build} compiles");
    }
    Ok(())
}

fn release(task: &str, feature: &str) -> Command {
    let mut cargo = cargo(task, feature);
    // The workspaces share a target folder, so that common dependencies are built once.
    cargo.arg("--release").arg("--target-dir").arg(target());
    cargo
}

fn cargo(task: &str, feature: &str) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([task, "--locked", "--quiet", "--features", feature, "--manifest-path"]);
    cargo.arg(root().join("benches/peers/Cargo.toml"));
    cargo
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn run(mut command: Command) -> Outcome<()> {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
