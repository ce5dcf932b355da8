//! Checks of the fields that policies maintain.

use crate::{
    ast::{Codec, Container, Field, member_name},
    attr::field::Policy,
    ctxt::Ctxt,
};

/// Refuses a policy on two fields, two policies on one field, and a field that a policy cannot maintain.
pub(super) fn policies(cx: &Ctxt, container: &Container<'_>) {
    let mut seen: Vec<(Policy, &Field<'_>)> = Vec::new();
    for field in container.fields() {
        for (at, (policy, span)) in field.attrs.policies.iter().enumerate() {
            let attribute = policy.attribute();
            let problem = if let Some((_, first)) = seen.iter().find(|(other, _)| other == policy) {
                Some(format!(
                    "`{}` is marked `{attribute}` too: a model has one such field",
                    member_name(&first.member)
                ))
            } else if let Some((other, _)) = field.attrs.policies[..at].first() {
                Some(format!(
                    "the field is marked `{}` too: a policy needs a field of its own",
                    other.attribute()
                ))
            } else {
                unusable(field, *policy)
            };
            match problem {
                Some(message) => cx.push(syn::Error::new(*span, message)),
                None => seen.push((*policy, field)),
            }
        }
    }
}

/// Returns why a policy cannot maintain the field.
fn unusable(field: &Field<'_>, policy: Policy) -> Option<String> {
    let attribute = policy.attribute();
    if field.stored == "_id" {
        Some(format!("the `_id` of a document never changes: `{attribute}` needs a field of its own"))
    } else if field.flatten.is_some() || field.skip_serializing || field.skip_deserializing {
        Some(format!("`{attribute}` needs a field that is stored and read under a name of its own"))
    } else if !matches!(field.codec, Codec::Value | Codec::Invalid) {
        Some(format!(
            "`{attribute}` needs a field that is stored as its type stores it: remove the attribute that specifies \
             another encoding"
        ))
    } else if field.skip_serializing_if.is_some() && matches!(policy, Policy::Version | Policy::Tenant) {
        Some(format!("every document contains the `{attribute}`: remove `skip_serializing_if`"))
    } else {
        None
    }
}
