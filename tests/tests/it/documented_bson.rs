//! The BSON snippets in the documentation of operators equal the BSON that the operators render.
//!
//! Each public function of a filter, an update, a sort or a pipeline whose documentation contains a BSON snippet has
//! an entry in a file below `operators`. The rendered BSON of the entry must contain every snippet.

mod operators;
mod quote;
mod sources;

use std::collections::BTreeSet;

use self::{operators::rendered, quote::Quote, sources::all_quotes};

#[test]
fn bson_in_the_documentation_equals_the_rendered_bson() {
    let (quotes, rendered) = (all_quotes(), rendered());
    assert!(quotes.len() > 400, "only {} functions quote BSON: are the sources still read?", quotes.len());
    let documented: BTreeSet<&str> = quotes.keys().map(String::as_str).collect();
    let covered: BTreeSet<&str> = rendered.keys().copied().collect();
    let (missing, idle): (Vec<_>, Vec<_>) =
        (documented.difference(&covered).collect(), covered.difference(&documented).collect());
    assert!(missing.is_empty(), "no entry below `documented_bson/operators` renders {missing:?}");
    assert!(idle.is_empty(), "no documentation contains a BSON snippet of {idle:?}");

    let mut wrong = Vec::new();
    for (name, quotes) in &quotes {
        let examples = &rendered[name.as_str()];
        for text in quotes {
            let quote = Quote::parse(text);
            if !examples.iter().any(|example| quote.matches_part_of(example)) {
                wrong.push(format!("{name} quotes {text}, and renders {examples:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_snippet_that_differs_from_the_rendered_bson_is_detected() {
    use odm::bson::{bson, doc};
    let matches_part =
        |quote: &str, rendered: odm::bson::Document| Quote::parse(quote).matches_part_of(&rendered.into());
    assert!(matches_part("{ field: { $eq: value } }", doc! { "field": { "$eq": 1 } }));
    assert!(!matches_part("{ field: { $eq: value } }", doc! { "field": { "$ne": 1 } }));
    assert!(!matches_part("{ field: { $eq: value } }", doc! { "field": { "$eq": 1, "$ne": 2 } }));
    assert!(!matches_part("{ field: { $eq: value } }", doc! { "other": { "$eq": 1 } }));
    assert!(matches_part("{ $slice: -5 }", doc! { "$push": { "field": { "$each": [], "$slice": -5 } } }));
    assert!(!matches_part("{ $slice: -5 }", doc! { "$push": { "field": { "$slice": 5 } } }));
    assert!(matches_part("{ $in: [..] }", doc! { "$in": bson!([1, 2]) }));
    assert!(matches_part("{ a: [{ b: c }, ..] }", doc! { "a": [{ "b": 1 }, 2] }));
    assert!(!matches_part("{ $unwind: \"$lines\" }", doc! { "$unwind": { "path": "$lines" } }));
}
