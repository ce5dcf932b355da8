//! The cost of `odm` compared with the driver: `cargo bench -p odm --bench verbs`, with `-- --quick` for a shorter
//! run, and with `-- filter_build` or `-- pipeline_build` for this one alone, which needs no server.
//!
//! Prints a table. The last line is how many times as long each verb takes through `odm` as through the driver's
//! typed collection, and how many times as long it takes to build a filter and a pipeline as to write their documents
//! by hand.

mod calls;
mod filter;
#[path = "../shared/measure.rs"]
mod measure;
#[path = "../shared/order.rs"]
mod order;
mod pipeline;
#[path = "../shared/rounds.rs"]
mod rounds;

use std::{env, error::Error};

use rounds::Rounds;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The indexes of the sides.
const ODM: usize = 0;
const DRIVER: usize = 1;

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|argument| argument == word);
    if !has("--bench") {
        // `cargo test` only checks that both sides build the same.
        return filter::agree().and_then(|()| pipeline::agree());
    }
    let (turns, calls) = if has("--quick") { (101, 1_000) } else { (1_001, 10_000) };
    // Words without dashes name the benches to run; without any, all of them run.
    let named = |what: &str| has(what) || words.iter().all(|argument| argument.starts_with("--"));
    println!("{:14}{:>10}{:>12}{:>9}", "", "odm, µs", "driver, µs", "ratio");
    let (mut verbs, mut builds) = (Vec::new(), Vec::new());
    // First, while no server runs.
    if named("filter_build") {
        builds.push(report("filter_build", &filter::measure(turns)?));
    }
    if named("pipeline_build") {
        builds.push(report("pipeline_build", &pipeline::measure(turns)?));
    }
    if ["find_one", "insert_one", "update_one"].into_iter().any(named) {
        let rounds = calls::measure(calls).await?;
        verbs.push(report("find_one", &rounds.found));
        verbs.push(report("insert_one", &rounds.inserted));
        verbs.push(report("update_one", &rounds.updated));
    }
    verbs.append(&mut builds);
    println!("\nratios: {}", verbs.join(" "));
    Ok(())
}

/// Prints a row of the table, and returns the ratio as the last line shows it.
fn report(what: &str, rounds: &Rounds<2>) -> String {
    let [odm, driver] = [ODM, DRIVER].map(|side| rounds.seconds(side) * 1e6);
    // How many times as fast the driver is.
    let ratio = rounds.ratio(DRIVER, ODM);
    println!("{what:14}{odm:>10.2}{driver:>12.2}{ratio:>8}x");
    format!("{what}={ratio}")
}
