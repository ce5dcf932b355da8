//! Generates enums in every representation.

use std::fmt::Write;

use crate::{
    fields::Fields,
    types::{About, Type, Types},
};

#[derive(Clone, Copy, PartialEq)]
enum Tagging {
    External,
    Internal,
    Adjacent,
    Untagged,
}

/// What is known about a variant before its source is written.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The name of the enum.
    own: &'a str,
    /// The representation of this variant.
    tagging: Tagging,
    /// Whether the variant may be a tuple. serde's derives refuse tuples in an internally tagged enum, even if the
    /// variant is untagged.
    tuples: bool,
    /// Whether this is the variant that is read for every unknown name.
    other: bool,
    /// Whether the variant may be skipped: it is not the only one.
    skips: bool,
}

impl Types {
    pub(crate) fn enumeration(&mut self, name: &str) {
        if self.random.percent(15) {
            return self.plain_names(name);
        }
        let tagging = self.random.pick(&[
            Tagging::External,
            Tagging::External,
            Tagging::Internal,
            Tagging::Internal,
            Tagging::Adjacent,
            Tagging::Untagged,
        ]);
        let mut attributes = self.rename_all();
        let number = self.number();
        attributes += &match tagging {
            Tagging::External => String::new(),
            Tagging::Internal => format!("#[serde(tag = \"kind {number}\")]\n"),
            Tagging::Adjacent => format!("#[serde(tag = \"t{number}\", content = \"c{number}\")]\n"),
            Tagging::Untagged => "#[serde(untagged)]\n".to_owned(),
        };
        if self.random.percent(30) {
            let _ = writeln!(attributes, "#[serde(rename_all_fields = {:?})]", self.rule());
        }
        if tagging != Tagging::Untagged && self.random.percent(15) {
            attributes += "#[serde(deny_unknown_fields)]\n";
        }
        let count = 1 + self.random.below(5);
        let untagged_from = if self.random.percent(15) { count - 1 } else { count };
        let other = untagged_from == count
            && matches!(tagging, Tagging::Internal | Tagging::Adjacent)
            && self.random.percent(25);
        let (mut variants, mut made) = (String::new(), String::new());
        let mut about = About { flat: true, ..About::default() };
        for index in 0..count {
            let untagged = index >= untagged_from;
            let place = Place {
                own: name,
                tagging: if untagged { Tagging::Untagged } else { tagging },
                tuples: tagging != Tagging::Internal,
                other: other && index == count - 1,
                skips: index > 0,
            };
            let (variant, make) = self.variant(place, &mut about);
            variants += if untagged { "\n    #[serde(untagged)] " } else { "\n    " };
            variants += &variant;
            let pattern = if index + 1 == count { "_".to_owned() } else { index.to_string() };
            let _ = write!(made, "{pattern} => {make}, ");
        }
        let item = format!("enum {name} {{{variants}\n}}");
        self.define(name, "Value", &attributes, &item, about);
        self.makes(name, &format!("match choices.below({count}) {{ {made} }}"));
    }

    /// Returns a variant with its attributes, and an expression that makes it.
    fn variant(&mut self, place: Place<'_>, about: &mut About) -> (String, String) {
        let Place { own, tagging, tuples, other, skips } = place;
        let words = ["First", "TwoWords", "HTTPThing", "X", "Snake_Case"];
        let name = format!("{}{}", self.random.pick(&words), self.number());
        let mut attributes = String::new();
        if self.random.percent(20) {
            let number = self.number();
            let _ =
                write!(attributes, "#[serde(rename = \"renamed {number}\", alias = \"alias {number}\")] ");
            let _ = write!(self.aliases, "(\"renamed {number}\", \"alias {number}\"), ");
        }
        if other {
            return (format!("{attributes}#[serde(other)] {name},"), format!("Self::{name}"));
        }
        let kind = match (tagging, self.random.below(9)) {
            (_, 0 | 1) => "unit",
            (Tagging::Internal, 2..5) | (Tagging::Untagged, 4) => "part",
            (Tagging::Internal, _) | (_, 2 | 3) => "document",
            (_, 4 | 5) => "newtype",
            (_, 6) => "functions",
            (_, 7) if tuples => "tuple",
            _ => "itself",
        };
        // serde refuses functions for a variant that is not written.
        if skips && kind != "functions" && self.random.percent(6) {
            let word = self.random.pick(&["skip", "skip_serializing", "skip_deserializing"]);
            let _ = write!(attributes, "#[serde({word})] ");
        }
        // A value that is not a document cannot be flattened. A tuple could, but serde buffers its elements and then
        // no longer knows that it writes BSON. For an untagged unit, serde writes nothing, and does not read that
        // back. An externally tagged unit variant can be flattened.
        about.flat &= match tagging {
            Tagging::Internal | Tagging::Adjacent => true,
            Tagging::External => kind != "tuple",
            Tagging::Untagged => matches!(kind, "part" | "document"),
        };
        match kind {
            "unit" => (format!("{attributes}{name},"), format!("Self::{name}")),
            "document" if self.random.percent(5) => {
                (format!("{attributes}{name} {{}},"), format!("Self::{name} {{}}"))
            }
            "document" => {
                let Fields { declared, made, about: more, .. } = self.fields(true, false);
                about.add(more);
                if self.random.percent(20) {
                    let _ = write!(attributes, "#[serde(rename_all = {:?})] ", self.rule());
                }
                (format!("{attributes}{name} {{ {declared} }},"), format!("Self::{name} {{ {made} }}"))
            }
            "functions" => {
                let functions = self.through_functions();
                about.add(About::ONE);
                (format!("{attributes}{functions} {name}(u32),"), format!("Self::{name}(choices.make())"))
            }
            "tuple" if self.random.percent(8) => {
                (format!("{attributes}{name}(),"), format!("Self::{name}()"))
            }
            "tuple" => {
                let (items, make, more) = self.items(false);
                about.add(more);
                (format!("{attributes}{name}({items}),"), format!("Self::{name}({make})"))
            }
            "itself" => {
                // An untagged `Option` of its own enum is read without end: serde overflows the stack, odm returns an
                // error.
                let forms: &[&str] = match tagging {
                    Tagging::Untagged => &["Vec<{}>", "BTreeMap<String, {}>"],
                    _ => &["Vec<{}>", "Option<Box<{}>>", "BTreeMap<String, {}>"],
                };
                let ty = self.random.pick(forms).replace("{}", own);
                about.weight += 4;
                (format!("{attributes}{name}({ty}),"), format!("Self::{name}(choices.make())"))
            }
            kind => {
                let ty = if kind == "part" { self.part() } else { self.ty(0) };
                about.add(ty.about);
                (format!("{attributes}{name}({}),", ty.rust), format!("Self::{name}(choices.make())"))
            }
        }
    }

    /// Returns a document type that is flattened beside a tag or into the enum's parent.
    fn part(&mut self) -> Type {
        self.before(|about| about.flat)
            .unwrap_or_else(|| Type { rust: "BTreeMap<String, i32>".to_owned(), about: About::ONE })
    }

    /// Generates an enum of unit variants, which may also be the key of a map.
    fn plain_names(&mut self, name: &str) {
        let attributes = self.rename_all();
        let first = format!("First{}", self.number());
        let second = format!("SecondOne{}", self.number());
        let third = format!("Third{}", self.number());
        let skip = self.random.pick(&["", "", "", "#[serde(skip_deserializing)] ", "#[serde(skip)] "]);
        let item = format!(
            "enum {name} {{ #[default] {first}, {skip}{second}, #[serde(rename = \"the {third}\", alias = \"{third}\")] {third} }}"
        );
        let _ = write!(self.aliases, "(\"the {third}\", {third:?}), ");
        // A variant that is never written cannot be a key.
        let key = skip != "#[serde(skip)] ";
        let about = About { key, default: true, ..About::ONE };
        let derives = "Default, PartialEq, Eq, PartialOrd, Ord, Hash, Value";
        self.define(name, derives, &attributes, &item, about);
        let body = format!(
            "match choices.below(3) {{ 0 => Self::{first}, 1 => Self::{second}, _ => Self::{third} }}"
        );
        self.makes(name, &body);
        if key {
            self.makes_key(name, "choices.make()");
        }
    }
}
