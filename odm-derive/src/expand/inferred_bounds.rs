//! The bounds that the fields of a generic type need on its parameters, inferred as serde infers them.

use std::collections::HashSet;

use syn::{
    Ident, Path, Type, TypePath,
    visit::{self, Visit},
};

use crate::ast::{Codec, Container, Field};

/// The types that need a bound so that the fields can be stored.
#[derive(Default)]
pub(crate) struct InferredBounds<'a> {
    names: HashSet<&'a Ident>,
    /// Parameters that are stored in a field.
    pub(crate) parameters: HashSet<&'a Ident>,
    /// Associated types of parameters that are stored in a field: `T::Item`.
    pub(crate) projections: Vec<&'a TypePath>,
    /// Types with a parameter, of fields that are stored through serde.
    pub(crate) serde: Vec<&'a Type>,
}

impl<'a> InferredBounds<'a> {
    pub(crate) fn of(container: &Container<'a>) -> Self {
        let names = container.original.generics.type_params().map(|parameter| &parameter.ident).collect();
        let mut bounds = Self { names, ..Self::default() };
        if bounds.names.is_empty() {
            return bounds;
        }
        for field in container.all_fields().filter(|field| field.is_stored()) {
            bounds.field(field);
        }
        bounds
    }

    fn field(&mut self, field: &Field<'a>) {
        let mut uses = Self { names: self.names.clone(), ..Self::default() };
        uses.visit_type(field.ty);
        match field.codec {
            Codec::Serde { .. } if !uses.parameters.is_empty() || !uses.projections.is_empty() => {
                self.serde.push(field.ty);
            }
            // The functions declare the bounds that they need.
            Codec::Serde { .. } | Codec::With { .. } => {}
            _ => {
                self.parameters.extend(uses.parameters);
                self.projections.extend(uses.projections);
            }
        }
    }
}

impl<'a> Visit<'a> for InferredBounds<'a> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        if ty.qself.is_none()
            && ty.path.segments.len() > 1
            && ty.path.segments.first().is_some_and(|first| self.names.contains(&first.ident))
        {
            self.projections.push(ty);
        } else {
            visit::visit_type_path(self, ty);
        }
    }

    fn visit_path(&mut self, path: &'a Path) {
        // It stores no value of the parameter.
        if path.segments.last().is_some_and(|last| last.ident == "PhantomData") {
            return;
        }
        if let Some(ident) = path.get_ident()
            && let Some(parameter) = self.names.get(ident).copied()
        {
            self.parameters.insert(parameter);
        }
        visit::visit_path(self, path);
    }
}
