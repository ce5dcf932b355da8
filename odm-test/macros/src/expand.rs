//! Expands `async fn name(db: Database)` to a `#[test]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Error, FnArg, ItemFn, Result, ReturnType, Signature, spanned::Spanned as _};

use crate::options;

/// Expands the attribute. If there is an error, the function is emitted unchanged, so that rustc reports no other
/// error.
pub(crate) fn test(options: TokenStream, item: &TokenStream) -> TokenStream {
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = format!("expected an async function below `#[odm_test::test]`: {CORRECT}");
            let error = Error::new(error.span(), message).into_compile_error();
            return quote!(#error #item);
        }
    };
    match options::parse(options).and_then(|options| check(&function).map(|()| options)) {
        Ok(options) => expand(&options, &function),
        Err(error) => {
            let error = error.into_compile_error();
            quote!(#error #[allow(dead_code)] #function)
        }
    }
}

const CORRECT: &str = "`async fn name(db: odm::Database)`";

/// Rejects the signatures that no test can have. rustc checks the types in the expansion.
fn check(function: &ItemFn) -> Result<()> {
    let Signature { asyncness, fn_token, generics, inputs, .. } = &function.sig;
    let mut errors = Vec::new();
    let mut refuse = |span, message: &str| {
        errors.push(Error::new(span, format!("{message}; the correct form is {CORRECT}")));
    };
    if asyncness.is_none() {
        refuse(fn_token.span(), "a test must be async");
    }
    if !generics.params.is_empty() || generics.where_clause.is_some() {
        refuse(generics.span(), "a test cannot have generic parameters");
    }
    for input in inputs {
        if let FnArg::Receiver(receiver) = input {
            refuse(receiver.span(), "a test cannot be a method");
        }
    }
    for attribute in &function.attrs {
        if attribute.path().is_ident("test") {
            refuse(attribute.span(), "`#[odm_test::test]` already makes it a test: remove `#[test]`");
        }
    }
    errors
        .into_iter()
        .reduce(|mut all, error| {
            all.combine(error);
            all
        })
        .map_or(Ok(()), Err)
}

fn expand(options: &options::Options, function: &ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block, .. } = function;
    let krate = &options.krate;
    let name = &sig.ident;
    let output = &sig.output;
    let threads = options.threads.map_or_else(|| quote!(None), |threads| quote!(Some(#threads)));
    let should_panic = attrs.iter().any(is_should_panic);

    let inputs = &sig.inputs;
    let arguments = inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(&input.ty),
        FnArg::Receiver(_) => None,
    });
    let records = arguments
        .clone()
        .map(|ty| quote_spanned!(ty.span()=> <#ty as #krate::__private::Argument>::RECORDS ||));
    let lint = match options.lint {
        None => quote!(None),
        Some(mode) => {
            let mode = format_ident!("{mode}");
            quote!(Some(#krate::__private::LintMode::#mode))
        }
    };
    let arguments = arguments.map(|ty| {
        let context = format_ident!("context", span = proc_macro2::Span::mixed_site());
        quote_spanned!(ty.span()=> <#ty as #krate::__private::Argument>::from_context(&#context))
    });
    let context = format_ident!("context", span = proc_macro2::Span::mixed_site());
    // The test returns a `Verdict` to the harness. The bound on the return type of the function is checked in one
    // place, with the span of that type.
    let (returned, verdict, end) = match output {
        ReturnType::Default => (quote!(()), quote!(), quote!(;)),
        ReturnType::Type(_, ty) => (quote!(#ty), quote!(-> #krate::__private::Verdict), quote!()),
    };
    let run = quote_spanned!(returned.span()=> #krate::__private::run::<_, #returned>);

    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #verdict {
            async fn #name(#inputs) #output #block

            let test = #krate::__private::Test {
                module: ::core::module_path!(),
                name: ::core::stringify!(#name),
                threads: ::core::option::Option::#threads,
                should_panic: #should_panic,
                records: #(#records)* false,
                lint: ::core::option::Option::#lint,
            };
            #run(test, |#context| async move { #name(#(#arguments),*).await }) #end
        }
    }
}

fn is_should_panic(attribute: &Attribute) -> bool {
    attribute.path().is_ident("should_panic")
}
