//! Every mistake that the derives tell has a case that makes it, with the message as a user reads it.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{fs, path::Path};

use syn::{
    Attribute, ItemMod, LitStr, Macro,
    visit::{self, Visit},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The rooms that tell mistakes; what is expanded afterwards tells none.
const ROOMS: &[&str] = &["ast.rs", "ast", "attr.rs", "attr", "check.rs", "check", "view.rs"];

/// Texts that are no messages: by them one of serde's is known that we tell better.
const NO_MESSAGES: &[&str] = &["variant field name `", "conflicts with internal tag"];

/// The texts of a file, without those of its tests and documentation.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.0.push(text.value());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let formats = ["format", "format_args", "write", "vec"];
        if mac.path.get_ident().is_some_and(|name| formats.iter().any(|format| name == format)) {
            for token in mac.tokens.clone() {
                if let Ok(text) = syn::parse2::<LitStr>(token.into()) {
                    self.0.push(text.value());
                }
            }
        }
    }
}

fn read(path: &Path, wanted: &str, found: &mut Vec<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), wanted, found);
        }
    } else if path.extension().is_some_and(|extension| extension == wanted) {
        found.push(fs::read_to_string(path).unwrap());
    }
}

/// What the derives say, apart from what they fill in: the pieces between `{` and `}`.
fn said() -> Vec<(String, Vec<String>)> {
    let mut sources = Vec::new();
    for room in ROOMS {
        read(&Path::new(ROOT).join("odm-derive/src").join(room), "rs", &mut sources);
    }
    let mut texts = Texts::default();
    for source in &sources {
        texts.visit_file(&syn::parse_file(source).unwrap());
    }
    let sentences = texts.0.into_iter().filter(|text| text.contains(' '));
    sentences.map(|text| (text.clone(), pieces(&text))).collect()
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut inside = 0;
    for character in text.chars() {
        match character {
            '{' => inside += 1,
            '}' => {
                inside -= 1;
                pieces.push(String::new());
            }
            _ if inside > 0 => {}
            _ => pieces.last_mut().unwrap().push(character),
        }
    }
    pieces.retain(|piece| piece.len() > 2);
    pieces
}

/// Whether a line of the case holds the pieces in their order.
fn is_shown(pieces: &[String], line: &str) -> bool {
    let mut rest = line;
    pieces.iter().all(|piece| match rest.split_once(piece.as_str()) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

#[test]
fn every_mistake_has_a_case() {
    let mut cases = Vec::new();
    read(&Path::new(ROOT).join("tests/ui/cases"), "stderr", &mut cases);
    let said = said();
    assert!(said.len() > 100, "only {} texts were found", said.len());
    let lines: Vec<&str> = cases.iter().flat_map(|case| case.lines()).collect();
    let missing: Vec<_> = said
        .iter()
        .filter(|(text, pieces)| {
            !NO_MESSAGES.contains(&text.as_str()) && !lines.iter().any(|line| is_shown(pieces, line))
        })
        .map(|(text, _)| text)
        .collect();
    assert!(missing.is_empty(), "no case in tests/ui/cases shows: {missing:#?}");
}
