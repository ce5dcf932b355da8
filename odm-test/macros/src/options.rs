//! Parses the options of the attribute.

use proc_macro2::TokenStream;
use syn::{
    Error, LitInt, LitStr, Path, Result, Token,
    ext::IdentExt as _,
    parse::{Parse, ParseStream, Parser as _},
    punctuated::Punctuated,
    spanned::Spanned as _,
};

/// The options of one test.
pub(crate) struct Options {
    /// The number of threads of the runtime. `None` is the thread of the test alone, zero is the number of cores.
    pub(crate) threads: Option<usize>,
    /// The mode of the lint: a variant of `LintMode`.
    pub(crate) lint: Option<&'static str>,
    /// The path of the crate `odm-test`.
    pub(crate) krate: Path,
}

/// Parses the options. Errors contain the correct form.
pub(crate) fn parse(tokens: TokenStream) -> Result<Options> {
    let mut options = Options { threads: None, lint: None, krate: syn::parse_quote!(::odm_test) };
    let mut multi = false;
    let mut workers = None;
    for word in Punctuated::<OptionName, Token![,]>::parse_terminated.parse2(tokens)? {
        match word {
            OptionName::Flavor(flavor) => match flavor.value().as_str() {
                "multi_thread" => multi = true,
                "current_thread" => multi = false,
                _ => {
                    let message = "the flavor must be \"current_thread\" (the default) or \"multi_thread\"";
                    return Err(Error::new(flavor.span(), message));
                }
            },
            OptionName::Workers(number) => match number.base10_parse::<usize>() {
                Ok(0) | Err(_) => {
                    return Err(Error::new(number.span(), "there must be at least one worker thread"));
                }
                Ok(count) => workers = Some((number, count)),
            },
            OptionName::Lint(mode) => match mode.value().as_str() {
                "off" => options.lint = Some("Off"),
                "warn" => options.lint = Some("Warn"),
                "fail" => options.lint = Some("Fail"),
                _ => return Err(Error::new(mode.span(), "the lint is \"off\", \"warn\" or \"fail\"")),
            },
            OptionName::Crate(path) => options.krate = path,
        }
    }
    match workers {
        Some((number, _)) if !multi => {
            Err(Error::new(number.span(), "worker threads need `flavor = \"multi_thread\"`"))
        }
        Some((_, count)) => Ok(Options { threads: Some(count), ..options }),
        None => Ok(Options { threads: multi.then_some(0), ..options }),
    }
}

enum OptionName {
    Flavor(LitStr),
    Workers(LitInt),
    Lint(LitStr),
    Crate(Path),
}

impl Parse for OptionName {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.call(syn::Ident::parse_any)?;
        let word = name.to_string();
        if !["flavor", "worker_threads", "lint", "crate"].contains(&word.as_str()) {
            let message = format!(
                "unknown option `{word}`; the options are `flavor = \"multi_thread\"`, \
                 `worker_threads = 2`, `lint = \"fail\"` and `crate = path::to::odm_test`"
            );
            return Err(Error::new(name.span(), message));
        }
        input.parse::<Token![=]>()?;
        match word.as_str() {
            "flavor" => Ok(Self::Flavor(input.parse()?)),
            "worker_threads" => Ok(Self::Workers(input.parse()?)),
            "lint" => Ok(Self::Lint(input.parse()?)),
            _ => {
                let path = input.call(Path::parse_mod_style)?;
                if path.segments.is_empty() {
                    Err(Error::new(path.span(), "expected a path"))
                } else {
                    Ok(Self::Crate(path))
                }
            }
        }
    }
}
