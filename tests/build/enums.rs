//! Enums in all their taggings.

use std::fmt::Write;

use crate::types::{About, Type, Types};

#[derive(Clone, Copy, PartialEq)]
enum Tagging {
    External,
    Internal,
    Adjacent,
    Untagged,
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
            attributes += self.random.pick(&[
                "#[serde(rename_all_fields = \"camelCase\")]\n",
                "#[serde(rename_all_fields = \"UPPERCASE\")]\n",
                "#[serde(rename_all_fields = \"kebab-case\")]\n",
            ]);
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
            let other = other && index == count - 1;
            // serde's derives refuse tuples beside an internal tag, without a tag of their own too.
            let tuples = tagging != Tagging::Internal;
            let tagging = if untagged { Tagging::Untagged } else { tagging };
            let (variant, make) = self.variant(name, tagging, tuples, other, &mut about);
            variants += if untagged && count > 0 { "\n    #[serde(untagged)] " } else { "\n    " };
            variants += &variant;
            let pattern = if index + 1 == count { "_".to_owned() } else { index.to_string() };
            let _ = write!(made, "{pattern} => {make}, ");
        }
        // Those whose values are not all documents cannot lie flat.
        about.flat =
            about.flat && matches!(tagging, Tagging::Internal | Tagging::Adjacent | Tagging::External);
        let item = format!("enum {name} {{{variants}\n}}");
        self.define(name, "Value", &attributes, &item, about);
        self.makes(name, &format!("match choices.below({count}) {{ {made} }}"));
    }

    /// One variant with its attributes, and how it is made.
    fn variant(
        &mut self,
        own: &str,
        tagging: Tagging,
        tuples: bool,
        other: bool,
        about: &mut About,
    ) -> (String, String) {
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
        let kind = match (tagging, self.random.below(8)) {
            (_, 0 | 1) => "unit",
            (Tagging::Internal, 2..5) => "part",
            (Tagging::Internal, _) | (_, 2 | 3) => "document",
            (_, 4 | 5) => "newtype",
            (_, 7) if tuples => "tuple",
            _ => "itself",
        };
        // serde buffers the items of a flattened tuple, and forgets there that it writes BSON.
        if kind == "unit" || kind == "tuple" || tagging == Tagging::Untagged {
            about.flat &= matches!(tagging, Tagging::Internal | Tagging::Adjacent);
        }
        match kind {
            "unit" => (format!("{attributes}{name},"), format!("Self::{name}")),
            "document" => {
                let (fields, make, more) = self.fields(true, false);
                about.weight += more.weight;
                about.flat_option |= more.flat_option;
                if self.random.percent(20) {
                    attributes += "#[serde(rename_all = \"PascalCase\")] ";
                }
                (format!("{attributes}{name} {{ {fields} }},"), format!("Self::{name} {{ {make} }}"))
            }
            "tuple" => {
                let (items, make, more) = self.items(false);
                about.weight += more.weight;
                about.flat_option |= more.flat_option;
                (format!("{attributes}{name}({items}),"), format!("Self::{name}({make})"))
            }
            "itself" => {
                // Untagged, an `Option` of itself is read for ever: serde overflows the stack, odm refuses.
                let forms: &[&str] = match tagging {
                    Tagging::Untagged => &["Vec<{}>", "BTreeMap<String, {}>"],
                    _ if attributes.contains("untagged") => &["Vec<{}>", "BTreeMap<String, {}>"],
                    _ => &["Vec<{}>", "Option<Box<{}>>", "BTreeMap<String, {}>"],
                };
                let form = self.random.pick(forms);
                about.weight += 4;
                let ty = form.replace("{}", own);
                (format!("{attributes}{name}({ty}),"), format!("Self::{name}(choices.make())"))
            }
            kind => {
                let ty = match kind {
                    "part" => self.before(|about| about.flat).unwrap_or_else(|| Type {
                        rust: "BTreeMap<String, i32>".to_owned(),
                        about: About { weight: 1, ..About::default() },
                    }),
                    _ => self.ty(0),
                };
                about.weight += ty.about.weight;
                about.flat_option |= ty.about.flat_option;
                (format!("{attributes}{name}({}),", ty.rust), format!("Self::{name}(choices.make())"))
            }
        }
    }

    /// Names alone, which may be keys too.
    fn plain_names(&mut self, name: &str) {
        let attributes = self.rename_all();
        let first = format!("First{}", self.number());
        let second = format!("SecondOne{}", self.number());
        let third = format!("Third{}", self.number());
        let item = format!(
            "enum {name} {{ #[default] {first}, {second}, #[serde(rename = \"the {third}\", alias = \"{third}\")] {third} }}"
        );
        let _ = write!(self.aliases, "(\"the {third}\", {third:?}), ");
        let about = About { key: true, default: true, weight: 1, ..About::default() };
        let derives = "Default, PartialEq, Eq, PartialOrd, Ord, Value";
        self.define(name, derives, &attributes, &item, about);
        let body = format!(
            "match choices.below(3) {{ 0 => Self::{first}, 1 => Self::{second}, _ => Self::{third} }}"
        );
        self.makes(name, &body);
        let _ = writeln!(
            self.out,
            "impl MakeKey for {name} {{ fn make_key(choices: &mut Choices<'_>) -> Self {{ choices.make() }} }}"
        );
    }
}
