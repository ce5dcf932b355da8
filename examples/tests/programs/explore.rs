//! Runs `explore` on its samples, and on files that cannot be read. All runs use one running server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use odm_test::Server;

const ANSWERS: &str = "\
accounts: 5 documents, read back as they were stored
  accounts by product:
    InvestmentStock 5
    Commodity 4
    Derivatives 4
    Brokerage 3
    CurrencyService 2
    InvestmentFund 2
  with commodities and derivatives, the lowest limits:
    371005: 3000
    371003: 7000
  with five products or more:
    2 accounts, the lowest limit 3000, 6500.00 on average
customers: 4 documents, read back as they were stored
  the oldest:
    Nora Lund, 1967-01-01 0:00:00.0 +00:00:00
    Kim Strand, 1969-01-01 0:00:00.0 +00:00:00
  user names that several have:
    kim: Kim Berg, Kim Strand
  cards by tier:
    Bronze 2
    Gold 1
    Platinum 1
  the first gold card, and who is found by its key:
    b754ec2d000000000000000000000002: Nora Lund
theaters: 5 documents, read back as they were stored
  states with the most theaters:
    MN theaters 2, cities 2
    NY theaters 2, cities 2
    AK theaters 1, cities 1
  the northernmost:
    1005 in Juneau, AK, at 58.3
    1004 in Duluth, MN, at 46.78
  within ten kilometres of Times Square: 2, with a second line of address: 1
restaurants: 6 documents, read back as they were stored
  food with the most restaurants of more than five stars:
    Thai 2, from \"Thai Corner\"
    Curry 1, from \"The Curry Leaf\"
  towns where the most are not rated yet:
    Cardiff 1
    London 1
  whose address is a number:
    \"The Curry Leaf\", 42 in London, 5.5 stars
students: 4 documents, read back as they were stored
  scores by kind:
    Exam: 60.50 to 97.25, 84.31 on average
    Homework: 35.75 to 95.00, 62.75 on average
    Quiz: 52.75 to 92.50, 71.62 on average
  good at exams, not at homework:
    0 Ada North
    3 Dov West
  the best over all:
    2 Cleo South, 91.83
    0 Ada North, 69.17
    3 Dov West, 68.92
";

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

fn run(server: &Server, folder: Option<&Path>) -> Output {
    let mut explore = Command::new(env!("CARGO_BIN_EXE_explore"));
    explore
        .env("ODM_MONGODB_SOURCE", "uri")
        .env("ODM_MONGODB_URI", server.uri())
        .args(folder)
        .output()
        .unwrap()
}

/// Runs `explore` on a folder with a changed copy of the samples, and returns its error output.
fn error_output(server: &Server, name: &str, change: impl FnOnce(&Path)) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for file in fs::read_dir(samples()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    change(&folder);
    let run = run(server, Some(&folder));
    assert!(!run.status.success());
    let error_output = String::from_utf8(run.stderr).unwrap();
    assert!(!error_output.contains("panicked"), "{error_output}");
    error_output
}

#[odm_test::test]
async fn the_samples_are_read_stored_and_queried(server: Server) {
    for folder in [None, Some(samples())] {
        let run = run(&server, folder.as_deref());
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(String::from_utf8(run.stdout).unwrap(), ANSWERS);
    }
}

#[odm_test::test]
async fn the_error_of_a_file_that_cannot_be_read_contains_its_name(server: Server) {
    let nowhere = run(&server, Some(Path::new("/there/is/no/such/folder")));
    let nowhere = String::from_utf8(nowhere.stderr).unwrap();
    assert!(nowhere.contains("reading /there/is/no/such/folder"), "{nowhere}");

    let file = run(&server, Some(&samples().join("students.ndjson")));
    let file = String::from_utf8(file.stderr).unwrap();
    assert!(file.contains("students.ndjson is not a folder"), "{file}");

    let missing =
        error_output(&server, "missing", |folder| fs::remove_file(folder.join("theaters.ndjson")).unwrap());
    assert!(missing.contains("missing/theaters.ndjson"), "{missing}");

    let empty =
        error_output(&server, "empty", |folder| fs::write(folder.join("students.ndjson"), "\n\n").unwrap());
    assert!(empty.contains("empty/students.ndjson has no documents"), "{empty}");
}

#[odm_test::test]
async fn the_error_of_a_line_that_cannot_be_read_contains_its_number(server: Server) {
    let cases = [
        ("cut", "{\"_id\":9,\"name\":", "EOF while parsing"),
        ("list", "[1]", "not a document"),
        ("no-date", "{\"_id\":{\"$date\":\"tomorrow\"}}", "expected rfc3339"),
        (
            "text",
            "{\"_id\":9,\"name\":\"Eve\",\"scores\":[{\"score\":\"1\",\"type\":\"exam\"}]}",
            "`scores.0.score`",
        ),
        (
            "word",
            "{\"_id\":9,\"name\":\"Eve\",\"scores\":[{\"score\":1,\"type\":\"oral\"}]}",
            "`scores.0.type`",
        ),
        ("lacking", "{\"_id\":9,\"scores\":[]}", "`name`"),
    ];
    for (name, line, reason) in cases {
        let error_output = error_output(&server, name, |folder| {
            let path = folder.join("students.ndjson");
            let sample = fs::read_to_string(&path).unwrap();
            fs::write(path, format!("\n{sample}{line}\n")).unwrap();
        });
        assert!(error_output.contains(&format!("{name}/students.ndjson, line 6")), "{error_output}");
        assert!(error_output.contains(reason), "{error_output}");
    }
}
