//! The cost of `odm` compared with the driver: `cargo bench -p odm --bench verbs`, with `-- --quick` for a shorter
//! run.
//!
//! Prints a table. The last line is how many times as long each verb takes through `odm` as through the driver's
//! typed collection, and how many times as long it takes to build a filter as to write its document by hand.

mod calls;
mod filter;
#[path = "../shared/measure.rs"]
mod measure;
#[path = "../shared/order.rs"]
mod order;
#[path = "../shared/rounds.rs"]
mod rounds;

use std::{env, error::Error};

use rounds::{Ratio, Rounds};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The indexes of the sides.
const ODM: usize = 0;
const DRIVER: usize = 1;

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|argument| argument == word);
    if !has("--bench") {
        // `cargo test` only checks that both sides build the same filter.
        return filter::agree();
    }
    let (turns, calls) = if has("--quick") { (101, 1_000) } else { (1_001, 10_000) };
    println!("{:14}{:>10}{:>12}{:>9}", "", "odm, µs", "driver, µs", "ratio");
    let filter_build = report("filter_build", &filter::measure(turns)?);
    let rounds = calls::measure(calls).await?;
    let find_one = report("find_one", &rounds.found);
    let insert_one = report("insert_one", &rounds.inserted);
    let update_one = report("update_one", &rounds.updated);
    println!(
        "\nratios: find_one={find_one} insert_one={insert_one} update_one={update_one} filter_build={filter_build}"
    );
    Ok(())
}

fn report(what: &str, rounds: &Rounds<2>) -> Ratio {
    let [odm, driver] = [ODM, DRIVER].map(|side| rounds.seconds(side) * 1e6);
    // How many times as fast the driver is.
    let ratio = rounds.ratio(DRIVER, ODM);
    println!("{what:14}{odm:>10.2}{driver:>12.2}{ratio:>8}x");
    ratio
}
