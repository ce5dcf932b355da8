//! Checks that every error message of the derives appears in the expected output of a UI test.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, ItemMod, LitStr, Macro,
    visit::{self, Visit},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The modules of `odm-derive` that report errors. The modules that run after them report none.
const MODULES: &[&str] = &["ast.rs", "ast", "attr.rs", "attr", "check.rs", "check", "patch.rs", "view.rs"];

/// String literals that are not messages. The derive finds serde's own error by them, to replace it with a better
/// one.
const NO_MESSAGES: &[&str] = &["variant field name `", "conflicts with internal tag"];

/// The string literals of a file, without those of its tests and documentation.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    /// Whether the table of the names of attributes was read.
    has_table: bool,
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.texts.push(text.value());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        // The table of the names of attributes, with their correct forms.
        if mac.path.is_ident("attribute_names") {
            self.has_table = true;
            texts_of(mac.tokens.clone(), &mut self.texts);
        }
        let formats = ["format", "format_args", "write", "vec"];
        if mac.path.get_ident().is_some_and(|name| formats.iter().any(|format| name == format)) {
            for token in mac.tokens.clone() {
                if let Ok(text) = syn::parse2::<LitStr>(token.into()) {
                    self.texts.push(text.value());
                }
            }
        }
    }
}

/// Adds the string literals of the tokens. Groups in brackets are attributes, such as doc comments.
fn texts_of(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
                texts_of(group.stream(), found);
            }
            TokenTree::Literal(_) => {
                found.extend(syn::parse2::<LitStr>(token.into()).ok().map(|text| text.value()));
            }
            _ => {}
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

/// Returns the messages of the derives, each with its literal pieces: the text outside of `{` and `}`.
fn error_texts() -> Vec<(String, Vec<String>)> {
    let mut sources = Vec::new();
    for module in MODULES {
        read(&Path::new(ROOT).join("odm-derive/src").join(module), "rs", &mut sources);
    }
    let mut texts = Texts::default();
    for source in &sources {
        texts.visit_file(&syn::parse_file(source).unwrap());
    }
    assert!(texts.has_table, "the table of the names of attributes was not found");
    let texts_with_spaces = texts.texts.into_iter().filter(|text| text.contains(' '));
    texts_with_spaces.map(|text| (text.clone(), pieces(&text))).collect()
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

/// Returns whether a line of the expected output contains the pieces in their order.
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
fn every_error_message_of_the_derives_has_a_ui_test() {
    let mut cases = Vec::new();
    read(&Path::new(ROOT).join("tests/ui/cases"), "stderr", &mut cases);
    let error_texts = error_texts();
    assert!(error_texts.len() > 100, "only {} texts were found", error_texts.len());
    let lines: Vec<&str> = cases.iter().flat_map(|case| case.lines()).collect();
    let missing: Vec<_> = error_texts
        .iter()
        .filter(|(text, pieces)| {
            !NO_MESSAGES.contains(&text.as_str()) && !lines.iter().any(|line| is_shown(pieces, line))
        })
        .map(|(text, _)| text)
        .collect();
    assert!(missing.is_empty(), "no case in tests/ui/cases shows: {missing:#?}");
}
