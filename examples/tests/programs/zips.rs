//! Runs `zips` on a small file of each kind, and on truncated files. All runs use one running server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use odm::bson::{Bson, Document, doc, oid::ObjectId};
use odm_test::Server;

use crate::lint;

fn zip(number: u8, city: &str, state: &str, pop: i32) -> Document {
    doc! {
        "_id": ObjectId::from_bytes([number; 12]), "city": city, "zip": format!("{number:05}"),
        "loc": { "y": 33.5, "x": 86.25 }, "pop": pop, "state": state,
    }
}

fn zips() -> Vec<Document> {
    vec![
        zip(1, "SPRINGFIELD", "IL", 12_000_000),
        zip(2, "SPRINGFIELD", "MA", 10),
        zip(3, "BOSTON", "MA", 20),
        zip(4, "BOSTON", "MA", 0),
    ]
}

const ANSWERS: &str = "\
states with more than ten million people:
  IL 12000000
average city population by state, the first three:
  IL 12000000
  MA 15
largest and smallest city, the first three states:
  IL: SPRINGFIELD 12000000, SPRINGFIELD 12000000
  MA: BOSTON 20, SPRINGFIELD 10
zip codes: 4
states: 2
zip codes without people: 1
zip codes of cities beginning with SPRING: 2
";

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

fn run(server: &Server, path: &Path) -> Output {
    let mut zips = Command::new(env!("CARGO_BIN_EXE_zips"));
    zips.env("ODM_MONGODB_SOURCE", "uri").env("ODM_MONGODB_URI", server.uri());
    zips.envs(lint::environment("zips")).arg(path).output().unwrap()
}

#[odm_test::test]
async fn both_kinds_of_file_give_the_same_answers(server: Server) {
    let bson: Vec<u8> = zips().iter().flat_map(|zip| zip.to_vec().unwrap()).collect();
    let lines = zips().into_iter().map(|zip| Bson::from(zip).into_canonical_extjson().to_string());
    let json = lines.collect::<Vec<_>>().join("\n");
    for path in [file("zips.bson", &bson), file("zips.ndjson", json.as_bytes())] {
        let run = run(&server, &path);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(String::from_utf8(run.stdout).unwrap(), ANSWERS);
    }
}

#[odm_test::test]
async fn a_file_that_is_cut_off_says_where(server: Server) {
    let mut bson: Vec<u8> = zips().iter().flat_map(|zip| zip.to_vec().unwrap()).collect();
    bson.truncate(bson.len() - 3);
    let cut = run(&server, &file("cut.bson", &bson));
    assert!(!cut.status.success());
    let error_output = String::from_utf8_lossy(&cut.stderr).into_owned();
    assert!(error_output.contains("document 4 is cut off, or not BSON"), "{error_output}");

    let wrong = doc! { "_id": ObjectId::from_bytes([1; 12]), "city": 5 }.to_vec().unwrap();
    let wrong = run(&server, &file("wrong.bson", &wrong));
    let error_output = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(error_output.contains("`city`: expected a string, found an int32"), "{error_output}");
}
