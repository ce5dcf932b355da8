//! Expansion of the checked tree to code.

mod codec;
mod collection;
mod delete_rules;
mod docs;
mod fields;
mod flatten;
mod generics;
mod hooks;
mod index;
mod inferred_bounds;
mod keys;
mod literal;
mod meta;
mod model;
mod names;
mod newtype;
mod patch;
mod policies;
mod scope;
mod search_index;
mod serde_with;
mod span;
mod tuple;
mod unit_enum;
mod upgrade;
mod validate;
mod value;
mod variants;
mod view;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::DeriveInput;

use self::scope::{Scope, odm_path};
use crate::{
    ast::{Container, Content, Data, Variant},
    attr::serde::{Tagging, replace_receiver},
    check::{check, without_ids_of_keys},
    ctxt::Ctxt,
    derive::Derive,
};

/// Runs one derive. Returns its errors and the code.
pub(crate) fn derive(derive: Derive, input: TokenStream) -> TokenStream {
    let mut input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    replace_receiver(&mut input);
    match derive {
        Derive::View => return view::derive(&input),
        Derive::Patch => return patch::derive(&input),
        Derive::Model | Derive::Embedded | Derive::Shape | Derive::Value => {}
    }
    let cx = Ctxt::new();
    let container = Container::read(&cx, &input, derive);
    check(&cx, &container);
    let errors: Vec<_> = cx.finish().iter().map(syn::Error::to_compile_error).collect();
    let mistake = errors.first().cloned();
    let code = match without_ids_of_keys(&container, &odm_path(container.attrs.krate.get())) {
        Some(input) => {
            let cx = Ctxt::new();
            let container = Container::read(&cx, &input, derive);
            drop(cx.finish());
            expand(&Scope::new(&container, mistake))
        }
        None => expand(&Scope::new(&container, mistake)),
    };
    quote!(#(#errors)* #code)
}

fn expand(scope: &Scope<'_>) -> TokenStream {
    let (outside, inside) = match &scope.container.data {
        // Lifetimes are refused, because a `Value` is `'static`.
        _ if scope.container.original.generics.lifetimes().next().is_some() => {
            (TokenStream::new(), value::placeholder(scope))
        }
        Data::Newtype(field, others) => (TokenStream::new(), newtype::expand(scope, field, others)),
        Data::Tuple(fields) => (TokenStream::new(), tuple::expand(scope, fields)),
        Data::Unit => (TokenStream::new(), value::of_unit(scope)),
        Data::Serde => (TokenStream::new(), value::through_serde(scope)),
        Data::Enum(tagging, variants) => (TokenStream::new(), enumeration(scope, tagging, variants)),
        Data::Units(variants) => (TokenStream::new(), unit_enum::expand(scope, variants)),
        Data::Document(_) => document(scope),
        Data::Unsupported => (TokenStream::new(), value::placeholder(scope)),
    };
    let inside = in_const(&scope.odm, &scope.runtime, &inside);
    quote!(#outside #inside)
}

/// Returns the code of an enum with data, including that of a model.
fn enumeration(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let fields = variants.iter().flat_map(|variant| match &variant.content {
        Content::Document(fields) => fields.as_slice(),
        _ => &[],
    });
    let (value, rules) = (variants::expand(scope, tagging, variants), delete_rules::checks(scope, fields));
    let value = quote!(#value #rules);
    if scope.container.derive != Derive::Model {
        return value;
    }
    let (doc, validate, model) =
        (value::of_enum_model(scope), validate::expand(scope), model::of_enum(scope, variants));
    quote!(#value #doc #validate #model)
}

/// Returns the code beside the struct, and the code inside the unnamed constant.
fn document(scope: &Scope<'_>) -> (TokenStream, TokenStream) {
    let keys = keys::module(scope);
    let mut inside = vec![
        keys::layers(scope),
        fields::expand(scope),
        serde_with::expand(scope),
        value::of_document(scope),
        delete_rules::checks(scope, scope.container.fields()),
    ];
    match scope.container.derive {
        Derive::Model => {
            inside.push(validate::expand(scope));
            inside.push(model::expand(scope));
            if scope.container.attrs.options.has_pipeline() {
                // The pipeline makes the documents, so it needs their literal.
                let (literal, implementations) = literal::expand(scope);
                inside.push(implementations);
                return (quote!(#keys #literal), quote!(#(#inside)*));
            }
            inside.insert(0, keys);
            (TokenStream::new(), quote!(#(#inside)*))
        }
        derive => {
            if derive == Derive::Embedded {
                inside.push(validate::expand(scope));
                inside.push(model::identified(scope));
            }
            let (literal, implementations) = literal::expand(scope);
            inside.push(implementations);
            (quote!(#keys #literal), quote!(#(#inside)*))
        }
    }
}

/// Wraps the code in an unnamed constant. This keeps its names out of the user's module, and the user's lints away
/// from the code.
fn in_const(odm: &TokenStream, runtime: &Ident, code: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction,
            dead_code, deprecated, missing_debug_implementations, non_camel_case_types, non_snake_case,
            non_upper_case_globals, private_bounds, private_interfaces, unreachable_code, unreachable_patterns,
            unreachable_pub, unused_qualifications, unused_variables, unused_mut
        )]
        const _: () = {
            use #odm::__private as #runtime;
            #code
        };
    }
}
