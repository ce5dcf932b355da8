//! Generates structs of every form.

use std::fmt::Write;

use crate::{
    fields::Fields,
    types::{About, Type, Types},
};

impl Types {
    /// Generates an empty struct in one of its three forms.
    pub(crate) fn empty(&mut self, name: &str) {
        let about = About { default: true, ..About::ONE };
        let (derives, form, flat) = self.random.pick(&[
            ("Default, Value", ";", false),
            ("Default, Value", "();", false),
            ("Default, Embedded", " {}", true),
        ]);
        self.define(name, derives, "", &format!("struct {name}{form}"), About { flat, ..about });
        self.makes(name, "Self::default()");
    }

    pub(crate) fn newtype(&mut self, name: &str) {
        let kind = self.random.below(4);
        let inner = if kind == 2 { self.sent(0) } else { self.ty(0) };
        let mut about = About { flat: inner.about.flat && kind != 2, ..inner.about.inside() };
        about.via |= kind == 2;
        let Type { rust, .. } = inner;
        match kind {
            0 => {
                let item = format!("struct {name} {{ held: {rust}, #[serde(skip)] none: PhantomData<u8> }}");
                self.define(name, "Value", "#[serde(transparent)]\n", &item, about);
                return self.makes(name, "Self { held: choices.make(), none: PhantomData }");
            }
            1 => {
                let item = format!("struct {name}({rust});");
                self.define(name, "Value", "#[serde(transparent)]\n", &item, about);
            }
            2 => self.define(name, "Value", "", &format!("struct {name}(#[odm(serde)] {rust});"), about),
            _ => self.define(name, "Value", "", &format!("struct {name}({rust});"), about),
        }
        self.makes(name, "Self(choices.make())");
    }

    /// Generates a newtype that may be the key of a map.
    pub(crate) fn key(&mut self, name: &str) {
        let key = self.any_key();
        let derives = "PartialEq, Eq, PartialOrd, Ord, Hash, Value";
        let about = About { key: true, ..About::ONE };
        // If the newtype is not transparent, `bson` writes such a key but does not read it back.
        self.define(name, derives, "#[serde(transparent)]\n", &format!("struct {name}({key});"), about);
        self.makes(name, "Self(choices.make())");
        self.makes_key(name, "Self(MakeKey::make_key(choices))");
    }

    /// Writes the implementation that makes a key.
    pub(crate) fn makes_key(&mut self, name: &str, body: &str) {
        let _ = writeln!(
            self.out,
            "impl MakeKey for {name} {{ fn make_key(choices: &mut Choices<'_>) -> Self {{ {body} }} }}"
        );
    }

    pub(crate) fn tuple_struct(&mut self, name: &str) {
        let default = self.random.percent(15);
        let (items, make, about) = self.items(true);
        let attributes = if default { "#[serde(default = \"made\")]\n" } else { "" };
        self.define(name, "Value", attributes, &format!("struct {name}({items});"), about);
        self.makes(name, &format!("Self({make})"));
    }

    /// Generates a struct that is read and written as another type, only read as another type, or only written as
    /// one.
    pub(crate) fn converted(&mut self, name: &str) {
        if self.random.percent(25) {
            return self.read_as_another_document(name);
        }
        let Type { rust: other, about } = self.sent(0);
        let forms = [("from", true), ("try_from", true), ("from", false), ("try_from", false), ("", true)];
        let (from, into) = self.random.pick(&forms);
        let mut attributes =
            if from.is_empty() { String::new() } else { format!("#[serde({from} = {other:?})]\n") };
        if into {
            let _ = writeln!(attributes, "#[serde(into = {other:?})]");
        }
        let about = About { via: true, ..about.inside() };
        self.define(name, "Value", &attributes, &format!("struct {name}({other});"), about);
        self.makes(name, "Self(choices.make())");
        if from == "try_from" {
            let _ = writeln!(
                self.out,
                "impl TryFrom<{other}> for {name} {{ type Error = &'static str; fn try_from(other: {other}) -> Result<Self, \
                 &'static str> {{ if refused(&other) {{ Err(\"refused\") }} else {{ Ok(Self(other)) }} }} }}"
            );
        } else if from == "from" {
            let _ = writeln!(
                self.out,
                "impl From<{other}> for {name} {{ fn from(other: {other}) -> Self {{ Self(other) }} }}"
            );
        }
        if into {
            let _ = writeln!(
                self.out,
                "impl From<{name}> for {other} {{ fn from(own: {name}) -> Self {{ own.0 }} }}"
            );
        }
    }

    /// Generates a document that is stored as declared, and read as another one with the same fields.
    fn read_as_another_document(&mut self, name: &str) {
        let fields = loop {
            let fields = self.fields(true, false);
            if !fields.about.shared {
                break fields;
            }
        };
        let Fields { declared, made, names, about } = fields;
        let attributes = self.rename_all();
        let other = format!("{name}Read");
        let flat = About { flat: true, ..about };
        self.define(&other, "Embedded", &attributes, &format!("struct {other} {{ {declared} }}"), flat);
        self.makes(&other, &format!("Self {{ {made} }}"));
        let attributes = format!("{attributes}#[serde(from = {other:?})]\n");
        let through = About { via: true, ..flat };
        self.define(name, "Embedded", &attributes, &format!("struct {name} {{ {declared} }}"), through);
        self.makes(name, &format!("Self {{ {made} }}"));
        let moved = names.iter().map(|name| format!("{name}: read.{name}, ")).collect::<Vec<_>>().concat();
        let _ = writeln!(
            self.out,
            "impl From<{other}> for {name} {{ fn from(read: {other}) -> Self {{ let _ = &read; Self {{ {moved} }} }} }}"
        );
    }

    pub(crate) fn generic(&mut self, name: &str) {
        match self.random.below(8) {
            0..3 => self.generic_document(name),
            3 => self.counted_document(name),
            4 => {
                let item = format!("struct {name}<A>(A);");
                self.declare("Value", "", &item);
                self.implement(&format!("<A: Make> Make for {name}<A>"), "Self(choices.make())");
                self.instances(name, 1, About::default());
            }
            5 => {
                let item = format!("struct {name}<A, B>(A, Vec<B>, Option<A>);");
                self.declare("Value", "", &item);
                let body = "Self(choices.make(), choices.make(), choices.make())";
                self.implement(&format!("<A: Make, B: Make> Make for {name}<A, B>"), body);
                self.instances(name, 2, About::default());
            }
            _ => self.generic_enumeration(name),
        }
    }

    fn generic_document(&mut self, name: &str) {
        let Fields { declared, made, about, .. } = self.fields(false, false);
        let forms = ["T", "Option<T>", "Vec<T>", "Box<T>", "BTreeMap<String, T>", "(T, i32)"];
        let form = self.random.pick(&forms);
        let field = format!("generic_{}", self.number());
        let attributes = self.rename_all();
        let item = format!("struct {name}<T> {{ {declared} {field}: {form} }}");
        self.declare("Embedded", &attributes, &item);
        let body = format!("Self {{ {made} {field}: choices.make() }}");
        self.implement(&format!("<T: Make> Make for {name}<T>"), &body);
        self.instances(name, 1, About { flat: true, ..about.inside() });
    }

    /// Generates a document with a field whose default depends on a const parameter.
    fn counted_document(&mut self, name: &str) {
        let Fields { declared, made, about, .. } = self.fields(true, false);
        let field = format!("counted_{}", self.number());
        let attributes = self.rename_all();
        let item = format!(
            "struct {name}<const N: usize> {{ {declared} #[serde(default = \"length::<N>\")] {field}: usize }}"
        );
        self.declare("Embedded", &attributes, &item);
        let body = format!("Self {{ {made} {field}: choices.make() }}");
        self.implement(&format!("<const N: usize> Make for {name}<N>"), &body);
        for length in [0, 3] {
            let rust = format!("{name}<{length}>");
            self.known.push(Type { rust, about: About { flat: true, ..about.inside() } });
        }
    }

    fn generic_enumeration(&mut self, name: &str) {
        let (tag, newtype) = self.random.pick(&[
            ("", true),
            ("#[serde(tag = \"is\")]\n", false),
            ("#[serde(tag = \"is\", content = \"what\")]\n", true),
            ("#[serde(untagged)]\n", true),
        ]);
        let one = if newtype { "One(A)" } else { "One { only: A }" };
        let item = format!("enum {name}<A, B> {{ Two {{ first: Option<A>, second: B }}, {one}, Three }}");
        self.declare("Value", tag, &item);
        let one = if newtype { "One(choices.make())" } else { "One { only: choices.make() }" };
        let body = format!(
            "match choices.below(3) {{ 0 => Self::Three, 1 => Self::{one}, \
             _ => Self::Two {{ first: choices.make(), second: choices.make() }} }}"
        );
        self.implement(&format!("<A: Make, B: Make> Make for {name}<A, B>"), &body);
        let flat = tag.contains("tag =");
        self.instances(name, 2, About { flat, ..About::default() });
    }

    /// Adds two instances of a generic type.
    fn instances(&mut self, name: &str, parameters: usize, about: About) {
        for _ in 0..2 {
            let mut about = about;
            let inner: Vec<String> = (0..parameters)
                .map(|_| {
                    let ty = self.ty(1);
                    about.add(ty.about);
                    ty.rust
                })
                .collect();
            self.known.push(Type { rust: format!("{name}<{}>", inner.join(", ")), about });
        }
    }

    pub(crate) fn document(&mut self, name: &str) {
        let all_default = self.random.percent(25);
        let Fields { declared, made, about, .. } = self.fields(true, all_default);
        let mut attributes = self.rename_all();
        let mut derives = "Embedded";
        if all_default {
            derives = "Default, Embedded";
            attributes += self.random.pick(&["#[serde(default)]\n", ""]);
        } else if self.random.percent(15) {
            attributes += "#[serde(default = \"made\")]\n";
        }
        if self.random.percent(20) {
            attributes += "#[serde(deny_unknown_fields)]\n";
        } else if !declared.contains("flatten") && self.random.percent(35) {
            // serde writes a struct's own tag but refuses it when `deny_unknown_fields` is set. It also reads the tag
            // into a flattened map, so it would be written twice.
            let number = self.number();
            let _ = writeln!(attributes, "#[serde(tag = \"tag {number}\")]");
            if self.random.percent(40) {
                let _ = writeln!(attributes, "#[serde(rename = \"name {number}\")]");
            }
        }
        let item = format!("struct {name} {{ {declared} }}");
        let about = About { flat: true, default: all_default, ..about.inside() };
        self.define(name, derives, &attributes, &item, about);
        self.makes(name, &format!("Self {{ {made} }}"));
    }
}
