//! Runs `storm` in its short form: the primary and the consumer are killed twice, and no change is lost or doubled.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::process::{Command, Output};

fn storm(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_storm")).args(arguments).output().unwrap()
}

#[test]
fn no_change_is_lost_or_doubled_in_a_storm() {
    let Output { status, stdout, stderr } = storm(&["--changes", "1200", "--kills", "2"]);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success(), "{stdout}{stderr}");
    let last = stdout.lines().last().unwrap();
    let numbers = last.strip_prefix("storm: changes=").unwrap();
    let (changes, rest) = numbers.split_once(' ').unwrap();
    assert!(changes.parse::<u32>().unwrap() >= 1200, "{last}");
    let (kills, gap) = rest.split_once(" longest_gap_ms=").unwrap();
    assert_eq!(kills, "primary_kills=2 consumer_kills=2 lost=0 doubled=0");
    gap.parse::<u32>().unwrap();
    assert!(stdout.contains("slow consumer: handled 1 of 1"), "{stdout}");
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, expected) in [
        (&["--seconds"][..], "unknown argument `--seconds`; the arguments are `--changes 50000 --kills 8`"),
        (&["--kills"], "`--kills` needs a number, such as `--kills 10`"),
        (&["--kills", "many"], "`--kills many`"),
        (&["--changes", "99"], "`--changes` must be at least 100"),
    ] {
        let run = storm(arguments);
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert!(!run.status.success() && stderr.contains(expected), "{stderr}");
    }
}
