//! Tasks of this workspace: `cargo xtask TASK`.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

mod bench;
mod compile_time;
mod image;
mod peers;
mod public_api;

const USAGE: &str = "\
Usage: cargo xtask TASK

Tasks:
  bench [--quick]   run all benches, and write their results with the machine and the versions to benches/RESULTS.md, with
                    a picture for each; --quick runs the short forms and writes below the target folder
  compile-time [--quick | --no-release]
                    compare the compile time of a hundred models with odm and with serde's derives alone; --no-release
                    measures no release builds, which take many minutes, and --quick moreover only one round
  image [--force]   pack a MongoDB server into a local Docker image, for machines with Docker but no image registry,
                    and print its name for ODM_MONGODB_IMAGE; ODM_MONGODB_VERSION selects its version, and --force
                    rebuilds an existing image
  peers [--quick | --check]
                    compare the speed of odm with that of other crates for the same driver; --quick measures fewer
                    rounds and orders, --check measures nothing and only checks that the programs compile
  peers --python [--quick]
                    compare the speed of odm with that of Beanie and pymongo, which pip installs below the target folder;
                    --quick measures fewer calls, and odm in a development build
  public-api [--write | --check]
                    list the public items of odm, from rustdoc's pages; --write stores them in odm/public-api.txt, --check
                    fails if they differ from that file";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result: Result<(), Box<dyn Error>> = match words[..] {
        ["bench"] => bench::run(false).await,
        ["bench", "--quick"] => bench::run(true).await,
        ["compile-time"] => compile_time::measure(3, true),
        ["compile-time", "--no-release"] => compile_time::measure(3, false),
        ["compile-time", "--quick"] => compile_time::measure(1, false),
        ["image"] => image::pack(false).await,
        ["image", "--force"] => image::pack(true).await,
        ["peers"] => peers::measure(false).await,
        ["peers", "--quick"] => peers::measure(true).await,
        ["peers", "--check"] => peers::check(),
        ["peers", "--python"] => peers::python::measure(false).await,
        ["peers", "--python", "--quick"] => peers::python::measure(true).await,
        ["public-api"] => public_api::list(public_api::Mode::Print),
        ["public-api", "--write"] => public_api::list(public_api::Mode::Write),
        ["public-api", "--check"] => public_api::list(public_api::Mode::Check),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the target folder of programs outside of this workspace. `tests/tests/outside.rs` uses it too, so that
/// dependencies with the same features are built once.
fn outside_target(target: &Path) -> PathBuf {
    target.join("tmp/outside/target")
}
