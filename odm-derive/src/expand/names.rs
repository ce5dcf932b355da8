//! Generated names that do not collide with the user's names.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;

/// Returns `name`, followed by as many `_` as are needed for a name that is not used.
pub(crate) fn fresh(used: &HashSet<String>, name: &str) -> Ident {
    let mut name = name.to_owned();
    while used.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// Returns an identifier for a name. A keyword such as `type` becomes raw, or gets a `_` if it cannot be raw. syn
/// does not know yet that `gen` is a keyword.
pub(crate) fn identifier(name: &str) -> Ident {
    match name {
        "self" | "Self" | "super" | "crate" | "_" => Ident::new(&format!("{name}_"), Span::call_site()),
        "gen" => Ident::new_raw(name, Span::call_site()),
        _ => syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, Span::call_site())),
    }
}

/// Returns the name of an accessor for the element `stored`, which may be any string: `type` for `@type`.
pub(crate) fn accessor_name(stored: &str) -> String {
    let names: String =
        stored.chars().map(|it| if it.is_alphanumeric() || it == '_' { it } else { ' ' }).collect();
    let name = snake(&names.split_whitespace().collect::<Vec<_>>().join("_"));
    let is_name = syn::parse_str::<Ident>(&format!("r{name}")).is_ok();
    match name.chars().next() {
        Some(first) if is_name && first.is_numeric() => format!("_{name}"),
        Some(_) if is_name && name != "_" => name,
        _ => "tag".to_owned(),
    }
}

/// Collects every name in the item, at any depth. `r#type` is the name `type`.
pub(crate) fn collect(tokens: TokenStream, used: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                used.insert(ident.unraw().to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), used),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Returns the name in snake case: `http_log` for `HTTPLog` and for `HttpLog`.
pub(crate) fn snake(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after_attribute = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let ends_run = before.is_some_and(|before| before.is_uppercase())
            && characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if character.is_uppercase() && (after_attribute || ends_run) {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
