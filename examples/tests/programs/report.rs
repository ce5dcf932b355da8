//! Runs `report` on the samples: the figures of the table, and the two pictures. All runs use one running server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

use std::{
    ffi::OsStr,
    fs,
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use odm_test::Server;
use roxmltree::Document;

use crate::lint;

fn run<A: AsRef<OsStr>>(server: &Server, arguments: &[A]) -> Output {
    let mut report = Command::new(env!("CARGO_BIN_EXE_report"));
    report
        .env("ODM_MONGODB_SOURCE", "uri")
        .env("ODM_MONGODB_URI", server.uri())
        .envs(lint::environment("report"))
        // Neither a display nor a folder with fonts.
        .env_remove("DISPLAY")
        .env("HOME", "/nonexistent")
        .args(arguments)
        .output()
        .unwrap()
}

/// Returns the path of a folder that does not exist.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.is_dir() {
        fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

const TABLE: &str = "\
┌───────┬──────────┬────────┬──────────┬──────────────┐
│ state ┆ theaters ┆ cities ┆ % of all ┆ cumulative % │
╞═══════╪══════════╪════════╪══════════╪══════════════╡
│ CA    ┆       10 ┆      5 ┆     17.2 ┆         17.2 │
│ TX    ┆        8 ┆      4 ┆     13.8 ┆         31.0 │
│ NY    ┆        7 ┆      5 ┆     12.1 ┆         43.1 │
│ FL    ┆        5 ┆      3 ┆      8.6 ┆         51.7 │
│ IL    ┆        4 ┆      2 ┆      6.9 ┆         58.6 │
│ GA    ┆        3 ┆      2 ┆      5.2 ┆         63.8 │
│ MN    ┆        3 ┆      3 ┆      5.2 ┆         69.0 │
│ PA    ┆        3 ┆      2 ┆      5.2 ┆         74.1 │
│ MA    ┆        2 ┆      2 ┆      3.4 ┆         77.6 │
│ NJ    ┆        2 ┆      2 ┆      3.4 ┆         81.0 │
│ NV    ┆        2 ┆      1 ┆      3.4 ┆         84.5 │
│ WA    ┆        2 ┆      1 ┆      3.4 ┆         87.9 │
│ AK    ┆        1 ┆      1 ┆      1.7 ┆         89.7 │
│ CO    ┆        1 ┆      1 ┆      1.7 ┆         91.4 │
│ HI    ┆        1 ┆      1 ┆      1.7 ┆         93.1 │
│ ME    ┆        1 ┆      1 ┆      1.7 ┆         94.8 │
│ MO    ┆        1 ┆      1 ┆      1.7 ┆         96.6 │
│ OH    ┆        1 ┆      1 ┆      1.7 ┆         98.3 │
│ OR    ┆        1 ┆      1 ┆      1.7 ┆        100.0 │
└───────┴──────────┴────────┴──────────┴──────────────┘
";

#[odm_test::test]
async fn the_report_is_a_table_and_two_pictures(server: Server) {
    let folder = folder("report");
    let run = run(&server, &[&folder]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let (svg, png) = (folder.join("theaters.svg"), folder.join("theaters.png"));
    let expected = format!("{TABLE}wrote {}\nwrote {}\n", svg.display(), png.display());
    assert_eq!(String::from_utf8(run.stdout).unwrap(), expected);

    let text = fs::read_to_string(&svg).unwrap();
    let labels = labels(&text);
    let first = labels.first().unwrap();
    assert_eq!(first, "Half of the 58 theaters are in 4 of 19 states");
    let titles = ["state (postal abbreviation)", "number of theaters", "cumulative share of all theaters"];
    for expected in titles.into_iter().chain(["theaters", "cumulative share", "CA", "OR", "10", "100 %"]) {
        assert!(labels.iter().any(|label| label == expected), "{expected}: {labels:?}");
    }

    let mut png = png::Decoder::new(BufReader::new(fs::File::open(&png).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; png.output_buffer_size().unwrap()];
    let frame = png.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (1200, 675));
    // Text is drawn: some of the pixels around the title are dark.
    let title = &pixels[..40 * 3 * 1200];
    assert!(title.iter().any(|channel| *channel < 100));
}

/// Returns the strings of a picture, in order.
fn labels(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| Some(node.text()?.trim().to_owned())).collect()
}

#[odm_test::test]
async fn wrong_arguments_are_errors(server: Server) {
    let folder = folder("report-errors");
    let nowhere = run(&server, &[folder.as_os_str(), OsStr::new("/there/is/no/such/folder")]);
    assert!(!nowhere.status.success());
    let nowhere = String::from_utf8(nowhere.stderr).unwrap();
    assert!(nowhere.contains("reading /there/is/no/such/folder"), "{nowhere}");

    let three = run(&server, &["a", "b", "c"]);
    let three = String::from_utf8(three.stderr).unwrap();
    assert!(three.contains("expected at most two arguments"), "{three}");

    // A file where the folder would be.
    fs::write(&folder, "").unwrap();
    let file = run(&server, &[&folder]);
    assert!(!file.status.success());
    let file = String::from_utf8(file.stderr).unwrap();
    assert!(file.contains("creating ") && file.contains("report-errors"), "{file}");
}
