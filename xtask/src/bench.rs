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

/// A bench of the crate `odm`, and what its ratios are.
struct Bench {
    name: &'static str,
    title: &'static str,
    /// Whether a ratio is how many times as long `odm` takes. Otherwise it is how many times as fast `odm` is.
    times_as_long: bool,
}

const BENCHES: [Bench; 5] = [
    Bench { name: "codec", title: "Encoding, decoding, find and insert_many", times_as_long: false },
    Bench { name: "verbs", title: "Single calls, and building filters and pipelines", times_as_long: true },
    Bench { name: "relations", title: "Includes", times_as_long: false },
    Bench { name: "watch", title: "Subscriptions", times_as_long: false },
    Bench { name: "odm", title: "MongoDB ODM Performance Benchmark", times_as_long: true },
];

const COMPILE_TIME: Bench = Bench { name: "compile-time", title: "Compile time", times_as_long: false };

/// One number of the last line of a bench, with its name.
pub(crate) type Figure = (String, f64);

/// Runs all benches and writes `RESULTS.md` and a picture for each bench to `benches`. `quick` runs the short forms in a
/// development build, and writes to the target folder, because its numbers are not measurements.
pub(crate) async fn run(quick: bool) -> Outcome<()> {
    let folder = if quick { target().join("bench-results") } else { root().join("benches") };
    fs::create_dir_all(&folder)?;
    let server = Server::shared().await?;
    let mut page = String::from("# Results of the benches\n\n`cargo xtask bench` writes this page.\n\n");
    page.push_str(&machine::table(server.version())?);
    for bench in &BENCHES {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["bench", "--quiet"]);
        // A development build has the features of the workspace, as the tests do, so that they share it.
        if quick {
            cargo.args(["--workspace", "--profile", "dev"]);
        } else {
            cargo.args(["--package", "odm"]);
        }
        cargo.args(["--bench", bench.name, "--"]).current_dir(root());
        section(&mut page, &folder, bench, cargo, quick)?;
    }
    section(&mut page, &folder, &COMPILE_TIME, task("compile-time")?, quick)?;
    let file = folder.join("RESULTS.md");
    fs::write(&file, page)?;
    println!("\nwrote {}", file.display());
    Ok(())
}

/// Returns the command of another task.
fn task(name: &str) -> Outcome<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(name);
    Ok(command)
}

/// Runs a bench, and adds its output, its picture and its ratios to the page.
fn section(
    page: &mut String,
    folder: &Path,
    bench: &Bench,
    mut command: Command,
    quick: bool,
) -> Outcome<()> {
    if quick {
        command.arg("--quick");
    }
    let text = output(command)?;
    let figures = figures(&text);
    if figures.is_empty() {
        return Err(format!("the last line of `{}` has no numbers", bench.name).into());
    }
    let Bench { name, title, times_as_long } = bench;
    let meaning = if *times_as_long {
        "A ratio is how many times as long `odm` takes: less is better."
    } else {
        "A ratio is how many times as fast `odm` is: more is better."
    };
    fs::write(folder.join(format!("{name}.svg")), chart::bars(title, &figures))?;
    write!(page, "\n## {title}\n\n{meaning}\n\n![{title}]({name}.svg)\n\n```text\n{}\n```\n", text.trim())?;
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

/// Returns the numbers of the last line: `ratios: decode=3.06 encode=8.29`.
fn figures(text: &str) -> Vec<Figure> {
    let last = text.trim_end().lines().next_back().unwrap_or_default();
    let figure = |word: &str| {
        let (name, number) = word.split_once('=')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    last.split_whitespace().filter_map(figure).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
