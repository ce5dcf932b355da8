//! Generates the fields of documents and the elements of tuples, with their attributes.

use std::fmt::Write;

use crate::types::{About, Type, Types};

/// The fields of a document.
pub(crate) struct Fields {
    /// Their declarations.
    pub(crate) declared: String,
    /// The expressions that make their values.
    pub(crate) made: String,
    pub(crate) names: Vec<String>,
    /// The properties that the document gets from its fields.
    pub(crate) about: About,
}

impl Types {
    pub(crate) fn fields(&mut self, may_flatten: bool, all_default: bool) -> Fields {
        let (mut declared, mut made, mut names) = (String::new(), String::new(), Vec::new());
        let mut about = About::default();
        let mut raw = ["r#type", "r#match", "r#in"].into_iter();
        for _ in 0..=self.random.below(5) {
            let words = ["plain", "two_words", "three_more_words", "a", "x2_y", "url"];
            let mut name = format!("{}_{}", self.random.pick(&words), self.number());
            if self.random.percent(6) {
                name = raw.next().map_or(name, str::to_owned);
            }
            let (attributes, ty, make) = if may_flatten && !all_default && self.random.percent(22) {
                self.flattened()
            } else {
                self.field(all_default)
            };
            about.add(ty.about);
            let _ = write!(declared, "\n    {attributes}{name}: {},", ty.rust);
            let _ = write!(made, "{name}: {make}, ");
            names.push(name);
        }
        Fields { declared, made, names, about }
    }

    fn flattened(&mut self) -> (String, Type, String) {
        let scalar = self.scalar();
        let map = self.map_of(&scalar);
        let document = self.before(|about| about.flat);
        let mut ty = match (document, self.random.below(8)) {
            (_, 0) => Type { rust: "Document".to_owned(), about: About::ONE },
            (None, _) | (_, 1) => map,
            (Some(ty), _) => ty,
        };
        let mut attributes = "#[serde(flatten)] ".to_owned();
        match self.random.below(20) {
            0..4 => {
                ty.rust = format!("Option<{}>", ty.rust);
                ty.about.flat_option = true;
                if self.random.percent(30) {
                    attributes += "#[serde(skip_serializing_if = \"Option::is_none\")] ";
                }
            }
            4 => ty.rust = format!("Box<{}>", ty.rust),
            5 => ty.rust = format!("Arc<{}>", ty.rust),
            6 => {
                ty.rust = format!("Rc<{}>", ty.rust);
                ty.about.shared = true;
            }
            7 => attributes += "#[serde(skip_serializing_if = \"sometimes\")] ",
            8 if !ty.about.shared => {
                attributes += "#[odm(serde)] ";
                ty.about.via = true;
            }
            _ => {}
        }
        (attributes, ty, "choices.make()".to_owned())
    }

    fn field(&mut self, must_default: bool) -> (String, Type, String) {
        let mut ty = self.ty(0);
        while must_default && !ty.about.default {
            ty = self.ty(0);
        }
        let mut attributes = String::new();
        let mut made = "choices.make()".to_owned();
        if self.random.percent(10) {
            let _ = write!(attributes, "{} ", self.through_functions());
            ty = Type { rust: "u32".to_owned(), about: About { default: true, ..About::ONE } };
        } else if self.random.percent(8) && !ty.about.shared {
            attributes += "#[odm(serde)] ";
            ty.about.via = true;
        }
        if self.random.percent(5) && ty.about.default {
            let word = self.random.pick(&["skip", "skip_serializing, default", "skip_deserializing"]);
            if word == "skip" {
                "Default::default()".clone_into(&mut made);
            }
            let _ = write!(attributes, "#[serde({word})] ");
        } else {
            let default = match self.random.below(8) {
                0 | 1 if ty.about.default => "default",
                2 => "default = \"made\"",
                _ => "",
            };
            if !default.is_empty() {
                let _ = write!(attributes, "#[serde({default})] ");
            }
            if ty.rust.starts_with("Option<") && self.random.percent(40) {
                attributes += "#[serde(skip_serializing_if = \"Option::is_none\")] ";
            } else if !default.is_empty() && self.random.percent(40) {
                attributes += "#[serde(skip_serializing_if = \"sometimes\")] ";
            }
        }
        attributes += &self.renamed();
        (attributes, ty, made)
    }

    /// Returns attributes that rename a field and add aliases, in some cases.
    fn renamed(&mut self) -> String {
        let mut attributes = String::new();
        if self.random.percent(20) {
            let forms = ["ø {}", "kebab-{}", "Upper{}", "9{}", "_{}"];
            let name = self.random.pick(&forms).replace("{}", &self.number().to_string());
            let _ = match self.random.below(4) {
                0 => write!(attributes, "#[serde(rename(serialize = {name:?}, deserialize = {name:?}))] "),
                _ => write!(attributes, "#[serde(rename = {name:?})] "),
            };
            if self.random.percent(60) {
                let alias = format!("alias {}", self.number());
                let _ = write!(attributes, "#[serde(alias = {alias:?}, alias = \"{alias} too\")] ");
                let _ = write!(self.aliases, "({name:?}, {alias:?}), ({name:?}, \"{alias} too\"), ");
            }
        }
        attributes
    }

    /// Returns an attribute that stores a `u32` as text.
    pub(crate) fn through_functions(&mut self) -> String {
        let hex = [
            "#[serde(with = \"hex\")]",
            "#[serde(serialize_with = \"hex::serialize\", deserialize_with = \"hex::deserialize\")]",
        ];
        self.random.pick(&hex).to_owned()
    }

    /// Returns two or more tuple fields: their declarations, the expressions that make them, and the properties of
    /// the tuple.
    pub(crate) fn items(&mut self, may_skip: bool) -> (String, String, About) {
        let (mut declared, mut made) = (String::new(), String::new());
        let mut about = About::default();
        let count = 2 + self.random.below(3);
        let defaults_from = if self.random.percent(30) { self.random.below(count) } else { count };
        for index in 0..count {
            let mut ty = self.ty(1);
            let mut make = "choices.make()";
            if index >= defaults_from {
                declared += "#[serde(default = \"made\")] ";
            }
            if may_skip && self.random.percent(6) && ty.about.default {
                declared += "#[serde(skip)] ";
                make = if index >= defaults_from { "made()" } else { "Default::default()" };
            } else if self.random.percent(6) && !ty.about.shared {
                declared += "#[odm(serde)] ";
                ty.about.via = true;
            } else if self.random.percent(6) {
                let _ = write!(declared, "{} ", self.through_functions());
                ty = Type { rust: "u32".to_owned(), about: About::ONE };
            }
            about.add(ty.about);
            let _ = write!(declared, "{}, ", ty.rust);
            let _ = write!(made, "{make}, ");
        }
        (declared, made, about)
    }
}
