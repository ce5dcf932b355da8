//! Runs `bank` in its short form: the primary is killed twice, and no money is lost or made.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::process::{Command, Output};

use crate::lint;

fn bank(arguments: &[&str]) -> Output {
    let mut bank = Command::new(env!("CARGO_BIN_EXE_bank"));
    bank.envs(lint::environment("bank")).args(arguments).output().unwrap()
}

#[test]
fn the_bank_survives_the_death_of_its_servers() {
    let Output { status, stdout, stderr } = bank(&["--seconds", "8", "--kills", "2"]);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success(), "{stdout}{stderr}");
    let last = stdout.lines().last().unwrap();
    let numbers = last.strip_prefix("bank: transfers=").unwrap();
    assert!(numbers.ends_with(" failovers=2 lost=0 doubled=0 sum=ok"), "{last}");
    let transfers: u64 = numbers.split_once(' ').unwrap().0.parse().unwrap();
    assert!(transfers > 0, "{last}");
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, expected) in [
        (&["--minutes"][..], "unknown argument `--minutes`; the arguments are `--seconds 30 --kills 10`"),
        (&["--kills"], "`--kills` needs a number, such as `--kills 10`"),
        (&["--kills", "many"], "`--kills many`"),
        (&["--seconds", "0"], "`--seconds` must be at least 1"),
    ] {
        let run = bank(arguments);
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert!(!run.status.success() && stderr.contains(expected), "{stderr}");
    }
}
