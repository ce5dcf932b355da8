//! Untagged variants that overlap: the time to select a variant does not multiply with each level.

use std::collections::BTreeMap;

use odm::{__private::Raw, Embedded, Value};
use odm_integration::hostile::bytes_of;

use super::{on_a_small_stack, outer};

/// Each level fits `First` up to its last field.
#[derive(Debug, PartialEq, Value)]
#[serde(untagged)]
enum Chain {
    First { next: Option<Box<Chain>>, first: i32 },
    Second { next: Option<Box<Chain>>, second: i32 },
    Third(Last),
}

#[derive(Debug, PartialEq, Embedded)]
struct Last {
    next: Option<Box<Chain>>,
    third: i32,
}

/// The same in arrays, maps, tuples and flattened documents, and beside a tag.
#[derive(Debug, Value)]
#[serde(untagged)]
enum Listed {
    First { next: Vec<Listed>, first: i32 },
    Second { next: Vec<Listed>, second: i32 },
}

#[derive(Debug, Value)]
#[serde(untagged)]
enum Mapped {
    First { next: BTreeMap<String, Mapped>, first: i32 },
    Second { next: BTreeMap<String, Mapped>, second: i32 },
}

#[derive(Debug, Value)]
#[serde(untagged)]
enum Flat {
    First {
        #[serde(flatten)]
        held: Held,
        first: i32,
    },
    Second {
        #[serde(flatten)]
        held: Held,
        second: i32,
    },
}

#[derive(Debug, Embedded)]
struct Held {
    next: Option<Box<Flat>>,
}

#[derive(Debug, Value)]
enum Tagged {
    Named(i32),
    #[serde(untagged)]
    First {
        next: Option<Box<Tagged>>,
        first: i32,
    },
    #[serde(untagged)]
    Second {
        next: Option<Box<Tagged>>,
        second: i32,
    },
}

/// With levels of another type between the untagged enums.
#[derive(Debug, Value)]
#[serde(untagged)]
enum Apart {
    First { next: Option<Box<Between>>, first: i32 },
    Second { next: Option<Box<Between>>, second: i32 },
}

#[derive(Debug, Embedded)]
struct Between {
    next: Apart,
}

/// Returns `{ next: inner, name: 1 }`, or the same without `next`.
fn level(next: Option<(u8, &[u8])>, name: &str) -> Vec<u8> {
    let last = outer(0x10, name, &[1, 0, 0, 0]);
    let Some((tag, inner)) = next else { return last };
    let first = outer(tag, "next", inner);
    let elements = [&first[4..first.len() - 1], &last[4..last.len() - 1]].concat();
    let length = i32::try_from(elements.len() + 5).unwrap();
    [length.to_le_bytes().as_slice(), &elements, &[0]].concat()
}

/// Returns `levels` nested documents. Each ends in `name`, and the innermost one in `innermost`.
fn nested(levels: usize, name: &str, innermost: &str, wrap: fn(Vec<u8>) -> (u8, Vec<u8>)) -> Vec<u8> {
    let mut bytes = level(None, innermost);
    for _ in 1..levels {
        let (tag, inner) = wrap(bytes);
        bytes = level(Some((tag, &inner)), name);
    }
    bytes
}

fn plain(bytes: Vec<u8>) -> (u8, Vec<u8>) {
    (0x03, bytes)
}

/// If every level tried all variants again, this would take years and the test would not end.
fn read<V: Value>(bytes: &[u8]) -> Result<V, String> {
    V::decode(Raw::document(bytes)).map_err(|error| error.to_string())
}

#[track_caller]
fn there_and_back<V: Value>(bytes: &[u8]) -> V {
    let value: V = read(bytes).unwrap();
    assert_eq!(bytes_of(&value).unwrap(), bytes);
    value
}

#[test]
fn every_level_is_the_first_variant_that_fits_it() {
    on_a_small_stack(|| {
        for levels in [3, 22, 170] {
            for name in ["first", "second", "third"] {
                // The innermost has no `next`; it is written as null.
                let bytes = nested(levels, name, name, plain);
                let mut value: Chain = read(&bytes).unwrap();
                for _ in 1..levels {
                    let next = match value {
                        Chain::First { next, first: 1 } if name == "first" => next,
                        Chain::Second { next, second: 1 } if name == "second" => next,
                        Chain::Third(Last { next, third: 1 }) if name == "third" => next,
                        other => panic!("{name}: {other:?}"),
                    };
                    value = *next.unwrap();
                }
            }
        }
    });
}

#[test]
fn overlapping_variants_are_read_in_every_container() {
    on_a_small_stack(|| {
        there_and_back::<Listed>(&nested_in_lists(85));
        there_and_back::<Mapped>(&nested_in_maps(85));
        read::<Flat>(&nested(170, "second", "second", plain)).unwrap();
        read::<Tagged>(&nested(170, "second", "second", plain)).unwrap();
        read::<Apart>(&nested(85, "second", "second", |bytes| (0x03, outer(0x03, "next", &bytes)))).unwrap();
    });
}

fn nested_in_lists(levels: usize) -> Vec<u8> {
    let mut bytes = level(Some((0x04, &[5, 0, 0, 0, 0])), "second");
    for _ in 1..levels {
        bytes = level(Some((0x04, &outer(0x03, "0", &bytes))), "second");
    }
    bytes
}

fn nested_in_maps(levels: usize) -> Vec<u8> {
    let mut bytes = level(Some((0x03, &[5, 0, 0, 0, 0])), "second");
    for _ in 1..levels {
        bytes = level(Some((0x03, &outer(0x03, "x", &bytes))), "second");
    }
    bytes
}

/// More small values than there are cached results. The results of the large values around them stay cached.
#[test]
fn many_small_values_inside_nested_ones_are_read() {
    on_a_small_stack(|| {
        let mut item = level(Some((0x04, &[5, 0, 0, 0, 0])), "first");
        let end = item.len() - 1;
        let mut elements = Vec::new();
        for number in 0..5_000_i32 {
            item[end - 4..end].copy_from_slice(&number.to_le_bytes());
            elements.push(0x03);
            elements.extend_from_slice(number.to_string().as_bytes());
            elements.push(0);
            elements.extend_from_slice(&item);
        }
        let length = i32::try_from(elements.len() + 5).unwrap();
        let items = [length.to_le_bytes().as_slice(), &elements, &[0]].concat();
        let mut bytes = level(Some((0x04, &items)), "second");
        for _ in 1..22 {
            bytes = level(Some((0x04, &outer(0x03, "0", &bytes))), "second");
        }
        there_and_back::<Listed>(&bytes);
    });
}

#[test]
fn a_value_that_fits_no_variant_is_an_error_at_every_depth() {
    on_a_small_stack(|| {
        for levels in [2, 22, 170] {
            let none = "a value of a variant: `First`, `Second`, `Third`, found a document that fits none";
            let bytes = nested(levels, "second", "fourth", plain);
            assert_eq!(read::<Chain>(&bytes), Err(format!("expected {none}")));
            assert!(read::<Flat>(&bytes).is_err());
            assert!(read::<Tagged>(&bytes).is_err());
        }
    });
}

/// No other variant could read these either, so none is tried.
#[test]
fn malformed_bytes_end_the_search() {
    on_a_small_stack(|| {
        for levels in [181, 500, 1_000] {
            let error = read::<Chain>(&nested(levels, "second", "second", plain)).unwrap_err();
            assert!(error.ends_with("expected at most 180 nested levels, found more"), "{error}");
            assert!(error.starts_with("`next.next.next"), "{error}");
        }
        // The innermost value has a wrong length.
        let mut bytes = nested(22, "second", "second", plain);
        let last = bytes.len() - 22 - 21 * 12 - 5;
        let at = (0..bytes.len() - 4)
            .rev()
            .find(|at| bytes[*at..].starts_with(&17_i32.to_le_bytes()))
            .unwrap_or(last);
        bytes[at] = 16;
        let error = read::<Chain>(&bytes).unwrap_err();
        assert!(error.contains("well-formed BSON"), "{error}");
    });
}

/// A search discards its results, because the next value is another one.
#[test]
fn a_search_does_not_use_the_results_of_another() {
    on_a_small_stack(|| {
        let (second, third) = (nested(60, "second", "second", plain), nested(60, "third", "third", plain));
        for _ in 0..3 {
            assert!(matches!(read::<Chain>(&second), Ok(Chain::Second { .. })));
            assert!(matches!(read::<Chain>(&third), Ok(Chain::Third(_))));
            assert!(read::<Chain>(&nested(60, "second", "fourth", plain)).is_err());
        }
    });
}
