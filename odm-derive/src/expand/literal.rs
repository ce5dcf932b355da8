//! The literal of a document, with which a stage of a pipeline produces one: `RevenueOf { customer: .., total: .. }`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{Scope, docs, span::local};
use crate::ast::{Codec, Field};

/// A slot: one field of the literal.
struct Slot<'a> {
    field: &'a Field<'a>,
    /// The type parameter for the expression that fills the slot.
    filler: Ident,
    key: TokenStream,
    /// The key in the bounds: `IdOf<..>` for `_id`, for which `group` requires an expression.
    kind: TokenStream,
    ty: TokenStream,
}

/// Returns the struct, which is beside the user's struct, and its implementations.
///
/// A generic document has no literal, because the parameters of the slots could not be distinguished from its own.
/// Nor has a document with flattened fields, because one expression cannot produce several elements.
pub(crate) fn expand(scope: &Scope<'_>) -> (TokenStream, TokenStream) {
    if scope.is_generic() || scope.container.fields().iter().any(|field| field.flatten.is_some()) {
        return (TokenStream::new(), TokenStream::new());
    }
    let slots: Vec<_> = scope.stored().enumerate().map(|(index, field)| slot(scope, index, field)).collect();
    (structure(scope, &slots), implementations(scope, &slots))
}

fn slot<'a>(scope: &Scope<'a>, index: usize, field: &'a Field<'a>) -> Slot<'a> {
    let Scope { runtime, .. } = scope;
    let key = scope.key(field);
    let kind = if field.stored == "_id" { quote!(#runtime::IdOf<#key>) } else { key.clone() };
    let ty = match field.codec {
        Codec::Binary | Codec::Unit(_) => outer_type(scope, field),
        _ => scope.path_type(field),
    };
    Slot { field, filler: scope.fresh(&format!("G{index}")), key, kind, ty }
}

fn structure(scope: &Scope<'_>, slots: &[Slot<'_>]) -> TokenStream {
    let Scope { odm, vis, literal, .. } = scope;
    let (docs, in_a_stage) = (docs::literal(scope), scope.fresh("IN_A_STAGE"));
    let fillers = slots.iter().map(|slot| &slot.filler);
    let bounds = slots.iter().map(|Slot { field, filler, key, .. }| {
        let (ty, fills) = (outer_type(scope, field), quote!(#odm::__private::FillsField));
        if scope.failed {
            return quote!(#filler: #fills<#key, #ty>);
        }
        let value = quote!(#odm::__private::SlotValue<#filler, #in_a_stage>);
        quote!(#value: #odm::__private::Filled<Value: #fills<#key, #ty>>)
    });
    // The literal of a document with errors may not be passed to a stage.
    let stage = (!scope.failed).then(|| quote!(const #in_a_stage: bool = true));
    let fields = slots.iter().map(|Slot { field, filler, .. }| {
        let (member, docs) = (&field.member, docs::slot(field));
        quote!(#docs pub #member: #filler,)
    });
    quote! {
        #docs
        #[derive(::core::clone::Clone)]
        #[allow(
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, dead_code,
            missing_debug_implementations, private_bounds, unreachable_pub
        )]
        #vis struct #literal<#(#fillers,)* #stage>
        where
            #(#bounds),*
        {
            #(#fields)*
        }
    }
}

/// Returns the type that fills a slot, by its name outside the constant. The marker type of a serde `with` has a name
/// inside the constant only, so the field's own type is used instead.
fn outer_type(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let (odm, ty) = (&scope.odm, field.ty);
    match field.codec {
        // If the type does not have this encoding, rustc reports it at the declaration of the field.
        Codec::Binary => quote!(#odm::__private::BinarySlot<#ty>),
        Codec::Unit(unit) => {
            let unit = Ident::new(unit, Span::call_site());
            quote!(#odm::__private::UnitSlot<#odm::__private::#unit, #ty>)
        }
        Codec::Invalid => quote!(#odm::__private::Encoded<#odm::__private::Placeholder, #ty>),
        Codec::Serde { ordered: false } => quote!(#odm::__private::Encoded<#odm::__private::Serde, #ty>),
        Codec::Serde { ordered: true } => {
            quote!(#odm::__private::Encoded<#odm::__private::SerdeInOrder, #ty>)
        }
        _ => quote!(#ty),
    }
}

fn implementations(scope: &Scope<'_>, slots: &[Slot<'_>]) -> TokenStream {
    let Scope { runtime, ident, literal, .. } = scope;
    let (stage, row, to, filled) = (scope.fresh("S"), scope.fresh("R"), local("to"), local("filled"));
    let fillers: Vec<_> = slots.iter().map(|slot| &slot.filler).collect();
    let fills: Vec<_> = slots
        .iter()
        .map(|Slot { field, filler, key, .. }| {
            let ty = outer_type(scope, field);
            quote!(#filler: #runtime::FillsField<#key, #ty>)
        })
        .collect();
    let bounds = |stage: &TokenStream| {
        let bounds = slots
            .iter()
            .map(|Slot { filler, kind, ty, .. }| quote!(#filler: #runtime::Slot<#stage, #kind, #ty>));
        quote!(where #(#bounds),*)
    };
    let fill = |stage: &TokenStream| {
        let calls = slots.iter().map(|Slot { field, filler, key, kind, ty, .. }| {
            let (member, none) = (&field.member, local("none"));
            let skip = field.skip_serializing_if.as_ref().filter(|_| !scope.failed);
            let skip = skip.map(|skip| quote!(#to.skipping::<#ident, #key>(|#none| #skip(#none));));
            quote!(#skip <#filler as #runtime::Slot<#stage, #kind, #ty>>::slot(self.#member, #to);)
        });
        quote!(#(#calls)*)
    };
    let (in_stage, in_object) = (quote!(#stage), quote!(#runtime::InObject<#row>));
    let (stage_bounds, object_bounds) = (bounds(&in_stage), bounds(&in_object));
    let (fill_stage, fill_object) = (fill(&in_stage), fill(&in_object));
    quote! {
        impl<#(#fills),*> #runtime::Produces for #literal<#(#fillers),*> {
            type Output = #ident;
        }
        impl<#stage, #(#fills),*> #runtime::ShapeLiteral<#stage> for #literal<#(#fillers),*> #stage_bounds {
            type Out = #ident;
            fn fill(self, #to: &mut #runtime::RenderedFields) {
                #fill_stage
            }
        }
        impl<#row, #(#fills),*> #runtime::Expression<#row> for #literal<#(#fillers),*> #object_bounds {
            type T = #ident;
            fn render(self) -> #runtime::RenderedExpression {
                let mut #filled = #runtime::RenderedFields::new();
                let #to = &mut #filled;
                #fill_object
                #filled.into_expression()
            }
        }
    }
}
