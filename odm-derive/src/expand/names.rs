//! Names of our own that collide with none of the user's.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;

use crate::{
    ast::{Codec, Container},
    attr::{
        rule::{Kind, Rule},
        serde::Default,
    },
};

/// Names that a module of ours must not have: code beside the struct means something else by them.
const TAKEN: &[&str] = &[
    "alloc", "bool", "char", "core", "crate", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize",
    "odm", "self", "std", "str", "super", "u128", "u16", "u32", "u64", "u8", "usize",
];

/// `name`, or as many `_` behind it as it takes to be new.
pub(crate) fn fresh(used: &HashSet<String>, name: &str) -> Ident {
    let mut name = name.to_owned();
    while used.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// The name of the module of the keys: that of the type in snake case.
pub(crate) fn keys_name(used: &HashSet<String>, name: &str) -> Ident {
    let mut name = snake(name);
    while used.contains(&name) || TAKEN.contains(&name.as_str()) {
        name.push('_');
    }
    identifier(&name)
}

/// A keyword such as `type` becomes raw; syn does not know yet that `gen` is one.
pub(crate) fn identifier(name: &str) -> Ident {
    let raw = || Ident::new_raw(name, Span::call_site());
    if name == "gen" { raw() } else { syn::parse_str(name).unwrap_or_else(|_| raw()) }
}

/// Every name that may be a module where the item stands, and that of the item itself, which may be in lower case: a
/// module of ours must not hide it.
pub(crate) fn modules(container: &Container<'_>) -> HashSet<String> {
    let mut used = HashSet::from([container.original.ident.unraw().to_string()]);
    collect(container.original.generics.to_token_stream(), &mut used);
    let mut paths: Vec<TokenStream> = Vec::new();
    paths.extend(container.attrs.key.get().map(ToTokens::to_token_stream));
    paths.extend(default_path(&container.default));
    paths.extend(container.attrs.rules.iter().map(rule_paths));
    paths.extend(
        container
            .attrs
            .versions
            .steps
            .get()
            .into_iter()
            .flatten()
            .map(|step| step.function.to_token_stream()),
    );
    for field in container.all_fields() {
        paths.push(field.ty.to_token_stream());
        paths.extend(default_path(&field.default));
        paths.extend(field.skip_serializing_if.as_ref().map(ToTokens::to_token_stream));
        paths.extend(field.rules.iter().map(rule_paths));
        if let Codec::With { serialize, deserialize } = &field.codec {
            paths.extend(serialize.iter().chain(deserialize).map(ToTokens::to_token_stream));
        }
    }
    for path in paths {
        collect(path, &mut used);
    }
    used
}

fn default_path(default: &Default) -> Option<TokenStream> {
    match default {
        Default::Path(path) => Some(path.to_token_stream()),
        Default::None | Default::Trait => None,
    }
}

fn rule_paths(rule: &Rule) -> TokenStream {
    match &rule.kind {
        Kind::Custom(path) => path.to_token_stream(),
        Kind::Range { min, max } => quote!(#min #max),
        _ => TokenStream::new(),
    }
}

/// Every name the item mentions, however deep; `r#type` is the name `type`.
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

/// `HTTPLog` and `HttpLog` are `http_log`.
pub(crate) fn snake(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after_word = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let ends_run = before.is_some_and(|before| before.is_uppercase())
            && characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if character.is_uppercase() && (after_word || ends_run) {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
