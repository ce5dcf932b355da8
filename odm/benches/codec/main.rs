//! The speed of the codec: `cargo bench -p odm --bench codec`, with `-- --quick` for a shorter run.
//!
//! Prints two tables. The last line is how many times as fast `odm` is as serde and as the driver's typed collection,
//! for the order document.

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
    let has = |word: &str| words.iter().any(|argument| argument == word);
    if !has("--bench") {
        // `cargo test` only checks that both sides encode to the same bytes.
        return memory::measure(1).map(drop);
    }
    let (turns, rounds, orders) = if has("--quick") { (21, 3, 5_000) } else { (201, 21, 50_000) };
    let memory::Ratios { decode, encode } = memory::measure(turns)?;
    let server::Ratios { find, insert_many } = server::measure(rounds, orders).await?;
    println!("\nratios: decode={decode} encode={encode} find={find} insert_many={insert_many}");
    Ok(())
}
