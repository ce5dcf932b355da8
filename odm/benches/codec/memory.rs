//! Encoding and decoding in memory: `odm`, serde, and a plain clone for comparison.

use odm::bson;

use crate::{
    Outcome,
    documents::{Deep, Document, Large, Small, Wide},
    measure::{side, take_turns},
    order::Order,
    rounds::{Ratio, Rounds},
};

/// The ratios of the order document.
#[derive(Debug)]
pub(crate) struct Ratios {
    pub(crate) decode: Ratio,
    pub(crate) encode: Ratio,
}

/// Measures the documents, and prints a line for each.
pub(crate) fn measure(rounds: usize) -> Outcome<Ratios> {
    println!("{:8}{:>8}  {:>38}  {:>38}", "", "", "decode, ns", "encode, ns");
    print!("{:8}{:>8}", "document", "bytes");
    for _ in 0..2 {
        print!("  {:>9}{:>10}{:>9}{:>10}", "odm", "serde", "ratio", "clone");
    }
    println!();
    one("small", &Small::sample(), rounds)?;
    let ratios = one("order", &Order::numbered(42), rounds)?;
    one("wide", &Wide::sample(), rounds)?;
    one("deep", &Deep::sample(), rounds)?;
    one("large", &Large::sample(), rounds)?;
    Ok(ratios)
}

fn one<D: Document>(name: &str, document: &D, rounds: usize) -> Outcome<Ratios> {
    let bytes = odm::to_vec(document)?;
    if bytes != bson::serialize_to_vec(document)? || bytes != odm::to_vec(&odm::from_slice::<D>(&bytes)?)? {
        return Err(format!("the sides do not agree on the bytes of `{name}`").into());
    }
    let decode = take_turns(
        rounds,
        [
            side(|| odm::from_slice::<D>(&bytes)),
            side(|| bson::deserialize_from_slice::<D>(&bytes)),
            side(|| document.clone()),
        ],
    );
    let encode = take_turns(
        rounds,
        [
            side(|| odm::to_vec(document)),
            side(|| bson::serialize_to_vec(document)),
            side(|| document.clone()),
        ],
    );
    println!("{name:8}{:>8}  {}  {}", bytes.len(), line(&decode), line(&encode));
    Ok(Ratios { decode: decode.ratio(0, 1), encode: encode.ratio(0, 1) })
}

fn line(rounds: &Rounds<3>) -> String {
    let [odm, serde, clone] = [0, 1, 2].map(|side| rounds.seconds(side) * 1e9);
    format!("{odm:>9.0}{serde:>10.0}{:>8}x{clone:>10.0}", rounds.ratio(0, 1))
}
