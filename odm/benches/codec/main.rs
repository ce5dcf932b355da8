//! The speed of the codec: `cargo bench -p odm --bench codec`, with `-- --quick` for a first impression.
//!
//! Prints two tables and, as its last line, how many times as fast `odm` is as serde, and as the driver's typed
//! collection, with the order document.

mod documents;
#[path = "../shared/measure.rs"]
mod measure;
mod memory;
#[path = "../shared/order.rs"]
mod order;
#[path = "../shared/rounds.rs"]
mod rounds;
mod server;

use std::{env, error::Error};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let said = |word: &str| words.iter().any(|said| said == word);
    if !said("--bench") {
        // As a test: the sides agree on the bytes, and nothing is measured.
        return memory::measure(1).map(drop);
    }
    let (turns, rounds, orders) = if said("--quick") { (21, 3, 5_000) } else { (201, 21, 50_000) };
    let memory::Ratios { decode, encode } = memory::measure(turns)?;
    let server::Ratios { find, insert_many } = server::measure(rounds, orders).await?;
    println!("\nratios: decode={decode} encode={encode} find={find} insert_many={insert_many}");
    Ok(())
}
