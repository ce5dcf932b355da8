//! `cargo xtask bench`: runs all benches, and writes their results as a page with pictures.

mod chart;
mod machine;

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use odm_test::Server;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A bench, and what its ratios are.
struct Bench {
    name: &'static str,
    title: &'static str,
    /// What `odm` is compared with.
    about: &'static str,
    /// Whether a ratio is how many times as long `odm` takes. Otherwise it is how many times as fast `odm` is.
    times_as_long: bool,
}

const COMPILE_TIME: &str = "compile-time";

const BENCHES: [Bench; 6] = [
    Bench {
        name: "codec",
        title: "Encoding, decoding, find and insert_many",
        about: "In memory, an order compared with `bson`'s serde; `find` and `insert_many` compared with \
                the driver's typed collection.",
        times_as_long: false,
    },
    Bench {
        name: "verbs",
        title: "Single calls, and building filters and pipelines",
        about: "One call each, compared with the driver's typed collection; a filter and a pipeline \
                compared with the same documents written by hand.",
        times_as_long: true,
    },
    Bench {
        name: "relations",
        title: "Includes",
        about: "Orders with what they refer to: an include compared with one query for each document, and \
                with a `$lookup`.",
        times_as_long: false,
    },
    Bench {
        name: "watch",
        title: "Subscriptions",
        about: "All events through a subscription, and through a fan-out until each of 1,000 subscribers \
                has received them; both compared with one change stream of the driver, of undecoded \
                documents.",
        times_as_long: false,
    },
    Bench {
        name: "odm",
        title: "MongoDB ODM Performance Benchmark",
        about: "The ten tasks of MongoDB's specification, compared with the driver's typed collection.",
        times_as_long: true,
    },
    Bench {
        name: COMPILE_TIME,
        title: "Compile time",
        about: "Models with our derives compared with serde's, and typed pipelines compared with `doc!`.",
        times_as_long: false,
    },
];

/// One number of the last line of a bench, with its name.
pub(crate) type Figure = (String, f64);

/// Runs all benches and writes `RESULTS.md` and a picture for each bench to `benches`. `quick` runs the short forms in a
/// development build, and writes to the target folder, because its numbers are not measurements.
pub(crate) async fn run(quick: bool) -> Outcome<()> {
    let folder = if quick { target().join("bench-results") } else { root().join("benches") };
    fs::create_dir_all(&folder)?;
    let server = Server::shared().await?;
    let mut page = String::from("# Results of the benches\n\n`cargo xtask bench` writes this page.\n\n");
    if quick {
        page.push_str("The short forms in a development build: these numbers are not measurements.\n\n");
    }
    page.push_str(&machine::table(server.version())?);
    let file = folder.join("RESULTS.md");
    for bench in &BENCHES {
        println!("\n{}\n", bench.title);
        let command = if bench.name == COMPILE_TIME {
            compile_time(quick)?
        } else {
            command(bench.name, &server, quick)
        };
        section(&mut page, &folder, bench, command)?;
        // An interrupted run leaves what it has measured.
        fs::write(&file, &page)?;
    }
    println!("\nwrote {}", file.display());
    Ok(())
}

/// Returns the command of a bench of the crate `odm` on this server. `quick` selects its short form, in a development
/// build.
pub(crate) fn command(name: &str, server: &Server, quick: bool) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["bench", "--quiet"]);
    // A development build has the features of the workspace, as the tests do, so that they share it.
    if quick {
        cargo.args(["--workspace", "--profile", "dev"]);
    } else {
        cargo.args(["--package", "odm"]);
    }
    cargo.args(["--bench", name, "--"]).current_dir(root());
    cargo.env("ODM_MONGODB_SOURCE", "uri").env("ODM_MONGODB_URI", server.uri());
    if quick {
        cargo.arg("--quick");
    }
    cargo
}

/// Returns the command that measures compile times, without the release builds, which take longer than all benches.
fn compile_time(quick: bool) -> Outcome<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([COMPILE_TIME, if quick { "--quick" } else { "--no-release" }]);
    Ok(command)
}

/// Runs a bench, and adds its output, its picture and its ratios to the page.
fn section(page: &mut String, folder: &Path, bench: &Bench, command: Command) -> Outcome<()> {
    let text = output(command)?;
    let figures = figures(&text);
    if figures.is_empty() {
        return Err(format!("the last line of `{}` has no numbers", bench.name).into());
    }
    let Bench { name, title, about, times_as_long } = bench;
    let meaning = if *times_as_long {
        "A ratio is how many times as long `odm` takes: less is better."
    } else {
        "A ratio is how many times as fast `odm` is: more is better."
    };
    fs::write(folder.join(format!("{name}.svg")), chart::bars(title, meaning, *times_as_long, &figures))?;
    write!(
        page,
        "\n## {title}\n\n{about} {meaning}\n\n![{title}]({name}.svg)\n\n```text\n{}\n```\n",
        text.trim_start_matches('\n').trim_end()
    )?;
    Ok(())
}

/// Runs a command, prints what it prints, and returns it.
fn output(mut command: Command) -> Outcome<String> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut text = String::new();
    if let Some(printed) = child.stdout.take() {
        for line in BufReader::new(printed).lines() {
            let line = line?;
            println!("{line}");
            writeln!(text, "{line}")?;
        }
    }
    if child.wait()?.success() { Ok(text) } else { Err(format!("{command:?} failed").into()) }
}

/// Returns the ratios of the last line: `ratios: decode=3.06 encode=8.29`.
fn figures(text: &str) -> Vec<Figure> {
    let last = text.trim_end().lines().next_back().unwrap_or_default();
    let figure = |word: &str| {
        let (name, number) = word.split_once('=')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    // The last line of the compile times also has a number of lines, which is no ratio.
    last.split_whitespace().filter_map(figure).filter(|(name, _)| name != "lines").collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
