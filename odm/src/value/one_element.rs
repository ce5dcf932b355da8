//! Documents with one element, `{ $eq: value }`, of which filters, updates and pipelines consist.

use std::{borrow::Cow, mem, ptr, sync::OnceLock};

use mongodb::bson::{Bson, Document};

use super::document_with_capacity;

/// A name of the program, and a document with only this element.
type Template = (&'static str, Document);

/// The templates of names, by the address of the name. A name whose place another one has taken has no template.
static TEMPLATES: [OnceLock<Template>; 256] = [const { OnceLock::new() }; 256];

/// `{ name: value }`
///
/// If the name is part of the program, the document is the copy of a template, with another value: a copy neither hashes
/// the name nor searches for it.
pub(crate) fn one_element(name: impl Into<Cow<'static, str>>, value: impl Into<Bson>) -> Document {
    let name = name.into();
    if let Cow::Borrowed(name) = name
        && let Some(template) = template(name)
    {
        let mut document = template.clone();
        if let Some((_, place)) = document.iter_mut().next() {
            // The null of the template needs no drop, which would be a call.
            mem::forget(mem::replace(place, value.into()));
        }
        return document;
    }
    let mut document = document_with_capacity(1);
    document.insert(name, value);
    document
}

fn template(name: &'static str) -> Option<&'static Document> {
    let place = TEMPLATES.get(place_of(name, TEMPLATES.len()))?;
    let (of, template) = place.get_or_init(|| {
        let mut template = document_with_capacity(1);
        template.insert(name, Bson::Null);
        (name, template)
    });
    ptr::eq(*of, name).then_some(template)
}

/// Returns the place of a name of the program in a table of this size, by the address of the name.
pub(crate) fn place_of(name: &'static str, places: usize) -> usize {
    // The addresses of allocated names have their last bits in common.
    let address = name.as_ptr().addr();
    (address ^ (address >> 4) ^ (address >> 12)) % places
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn a_document_has_its_own_name_and_value_even_if_names_share_a_place() {
        // More names than places, which overlap each other: some of them share a place, and some begin at one address.
        static NAMES: &str = "abcdefghijklmnopqrstuvwxyz";
        let text: &'static str = NAMES.repeat(40).leak();
        for round in 0..2 {
            for start in 0..1_000 {
                for length in 1..4 {
                    let name = &text[start..start + length];
                    let document = one_element(name, round);
                    assert_eq!(document, doc! { name: round });
                    assert_eq!(document.get(name), Some(&Bson::Int32(round)));
                    assert_eq!(document.get("another"), None);
                }
            }
        }
    }

    #[test]
    fn a_document_grows_and_a_name_of_the_caller_needs_no_template() {
        let mut document = one_element("$gt", 1);
        document.insert("$lt", 5);
        document.insert("$gt", 2);
        assert_eq!(document, doc! { "$gt": 2, "$lt": 5 });
        assert_eq!(one_element("$gt", "a"), doc! { "$gt": "a" });
        assert_eq!(one_element(format!("a.{}", 1), true), doc! { "a.1": true });
    }
}
