//! Runs `explore` on its samples, and on files that cannot be read. All runs use one running server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use odm_test::Server;

use crate::lint;

const ANSWERS: &str = "\
accounts: 41 documents, read back as they were stored
  with commodities and derivatives, the lowest limits:
    371005: $3000
    371003: $7000
  which other product the holders of each product have most often:
    ┌─────────────────┬──────────┬─────────────────┬──────────┬──────┐
    │ product         ┆ accounts ┆ most often also ┆ accounts ┆    % │
    ╞═════════════════╪══════════╪═════════════════╪══════════╪══════╡
    │ InvestmentStock ┆       30 ┆ Derivatives     ┆       19 ┆ 63.3 │
    │ Derivatives     ┆       28 ┆ InvestmentStock ┆       19 ┆ 67.9 │
    │ Brokerage       ┆       20 ┆ InvestmentStock ┆       15 ┆ 75.0 │
    │ Commodity       ┆       17 ┆ Derivatives     ┆       13 ┆ 76.5 │
    │ CurrencyService ┆       16 ┆ InvestmentStock ┆       13 ┆ 81.2 │
    │ InvestmentFund  ┆       10 ┆ Brokerage       ┆        7 ┆ 70.0 │
    │ InvestmentFund  ┆       10 ┆ InvestmentStock ┆        7 ┆ 70.0 │
    └─────────────────┴──────────┴─────────────────┴──────────┴──────┘
  how many customers own an account:
    ┌────────┬──────────┬──────────────────┬────────────────────────┐
    │ owners ┆ accounts ┆ average limit, $ ┆ lowest numbers         │
    ╞════════╪══════════╪══════════════════╪════════════════════════╡
    │      0 ┆        5 ┆             9000 ┆ 371017, 371029, 371036 │
    │      1 ┆       34 ┆            11147 ┆ 371001, 371002, 371003 │
    │      3 ┆        2 ┆             7000 ┆ 371012, 371012         │
    └────────┴──────────┴──────────────────┴────────────────────────┘
  how the limits are distributed:
    ┌───────────────┬──────────┐
    │ limit from, $ ┆ accounts │
    ╞═══════════════╪══════════╡
    │             0 ┆        2 │
    │          5000 ┆        3 │
    │          8000 ┆        4 │
    │         10000 ┆       25 │
    │         15000 ┆        7 │
    └───────────────┴──────────┘
  whether accounts with more products have higher limits:
    ┌──────────┬──────────┬──────────────────┐
    │ products ┆ accounts ┆ average limit, $ │
    ╞══════════╪══════════╪══════════════════╡
    │        1 ┆        4 ┆            12000 │
    │        2 ┆       11 ┆            10091 │
    │        3 ┆       15 ┆            11400 │
    │        4 ┆        6 ┆            10000 │
    │        5 ┆        4 ┆             9500 │
    │        6 ┆        1 ┆            10000 │
    └──────────┴──────────┴──────────────────┘
  numbers that several accounts have:
    371012: 2 accounts
customers: 24 documents, read back as they were stored
  the oldest:
    Sam Osei, 1962-12-01 21:07:00.0 +00:00:00
    Rosa Silva, 1966-11-01 10:46:00.0 +00:00:00
    Nora Lund, 1967-01-01 0:00:00.0 +00:00:00
  the first gold card, and who is found by its key:
    154c30a8000000000000000000000011: Ben Falk
  who has the most credit, and how much of all credit they have together:
    ┌───┬─────────────┬──────────┬───────────┬──────────────┐
    │   ┆ customer    ┆ accounts ┆ credit, $ ┆ cumulative % │
    ╞═══╪═════════════╪══════════╪═══════════╪══════════════╡
    │ 1 ┆ Eva Lind    ┆        3 ┆     35000 ┆          8.3 │
    │ 2 ┆ Lea Vogt    ┆        3 ┆     30000 ┆         15.4 │
    │ 3 ┆ Cleo Rossi  ┆        3 ┆     29000 ┆         22.3 │
    │ 4 ┆ Quinn Doyle ┆        2 ┆     25000 ┆         28.3 │
    │ 5 ┆ Dov Katz    ┆        3 ┆     24000 ┆         34.0 │
    │ 5 ┆ Jon Aas     ┆        3 ┆     24000 ┆         39.7 │
    │ 7 ┆ Greta Hahn  ┆        1 ┆     20000 ┆         44.4 │
    │ 7 ┆ Hugo Marsh  ┆        1 ┆     20000 ┆         49.2 │
    │ 7 ┆ Kai Tanaka  ┆        1 ┆     20000 ┆         53.9 │
    │ 7 ┆ Nils Holm   ┆        2 ┆     20000 ┆         58.7 │
    └───┴─────────────┴──────────┴───────────┴──────────────┘
  whether older customers have better cards:
    ┌─────────────┬────────┬────────┬──────┬──────────┐
    │ born in the ┆ bronze ┆ silver ┆ gold ┆ platinum │
    ╞═════════════╪════════╪════════╪══════╪══════════╡
    │ 1960s       ┆      2 ┆      0 ┆    1 ┆        2 │
    │ 1970s       ┆      6 ┆      5 ┆    2 ┆        2 │
    │ 1980s       ┆      3 ┆      1 ┆    1 ┆        3 │
    │ 1990s       ┆      1 ┆      0 ┆    0 ┆        0 │
    └─────────────┴────────┴────────┴──────┴──────────┘
  how many cards they have:
    ┌───────┬───────────┐
    │ cards ┆ customers │
    ╞═══════╪═══════════╡
    │     0 ┆         6 │
    │     1 ┆         9 │
    │     2 ┆         6 │
    │     3 ┆         3 │
    └───────┴───────────┘
  what the cards grant most often:
    ┌───────────────────────┬───────┐
    │ benefit               ┆ cards │
    ╞═══════════════════════╪═══════╡
    │ sports tickets        ┆     8 │
    │ shopping discounts    ┆     7 │
    │ concert tickets       ┆     6 │
    │ airline lounge access ┆     5 │
    │ travel insurance      ┆     5 │
    └───────────────────────┴───────┘
  user names that several have:
    greta: 2, Greta Hahn and Hugo Marsh
    kim: 2, Kim Berg and Kim Strand
theaters: 58 documents, read back as they were stored
  the northernmost:
    1005 in Juneau, AK, at 58.3
    1014 in Seattle, WA, at 47.6176
    1047 in Seattle, WA, at 47.6062
  within ten kilometres of Times Square: 5, with a second line of address: 2
  the city with the most theaters in each of the ten largest states:
    ┌───────┬──────────┬────────┬──────────────┬──────────┬──────┐
    │ state ┆ theaters ┆ cities ┆ city         ┆ theaters ┆    % │
    ╞═══════╪══════════╪════════╪══════════════╪══════════╪══════╡
    │ CA    ┆       10 ┆      5 ┆ Los Angeles  ┆        4 ┆ 40.0 │
    │ TX    ┆        8 ┆      4 ┆ Houston      ┆        3 ┆ 37.5 │
    │ NY    ┆        7 ┆      5 ┆ New York     ┆        3 ┆ 42.9 │
    │ FL    ┆        5 ┆      3 ┆ Miami        ┆        2 ┆ 40.0 │
    │ IL    ┆        4 ┆      2 ┆ Chicago      ┆        3 ┆ 75.0 │
    │ GA    ┆        3 ┆      2 ┆ Atlanta      ┆        2 ┆ 66.7 │
    │ MN    ┆        3 ┆      3 ┆ Bloomington  ┆        1 ┆ 33.3 │
    │ PA    ┆        3 ┆      2 ┆ Philadelphia ┆        2 ┆ 66.7 │
    │ MA    ┆        2 ┆      2 ┆ Boston       ┆        1 ┆ 50.0 │
    │ NJ    ┆        2 ┆      2 ┆ Jersey City  ┆        1 ┆ 50.0 │
    └───────┴──────────┴────────┴──────────────┴──────────┴──────┘
  how far they are from Times Square:
    ┌──────────┬──────────┬─────────────┬──────────────┐
    │ from, km ┆ theaters ┆ nearest, km ┆ in           │
    ╞══════════╪══════════╪═════════════╪══════════════╡
    │        0 ┆        5 ┆         1.0 ┆ New York     │
    │       10 ┆        3 ┆        16.0 ┆ Newark       │
    │       50 ┆        3 ┆       133.5 ┆ Philadelphia │
    │      250 ┆        5 ┆       302.0 ┆ Boston       │
    │     1000 ┆       41 ┆      1145.5 ┆ Chicago      │
    │     5000 ┆        1 ┆      7991.2 ┆ Honolulu     │
    └──────────┴──────────┴─────────────┴──────────────┘
  in the north Juneau, in the east Portland, in the south Honolulu, in the west Honolulu
  cities with the same name:
    ┌─────────────┬────────────┐
    │ city        ┆ states     │
    ╞═════════════╪════════════╡
    │ Columbus    ┆ GA, OH     │
    │ Portland    ┆ ME, OR     │
    │ Springfield ┆ IL, MA, MO │
    └─────────────┴────────────┘
  whether the address has a second line:
    ┌─────────────┬──────────┐
    │ second line ┆ theaters │
    ╞═════════════╪══════════╡
    │ no          ┆       45 │
    │ yes         ┆       13 │
    └─────────────┴──────────┘
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
        .envs(lint::environment("explore"))
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
