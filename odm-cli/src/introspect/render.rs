//! The source text of a model.

mod kind;
mod writer;

use std::{collections::BTreeSet, fmt};

use self::writer::Writer;
use super::seen::Fields;

/// A model as Rust source, and what is uncertain about it.
#[derive(Debug)]
pub(crate) struct Source {
    collection: String,
    imports: Imports,
    items: Vec<String>,
    unsure: Vec<String>,
    /// What was read, if it was not all.
    sample: Option<String>,
}

impl Source {
    /// Writes a model for the documents of a collection. `total` is about how many there are, if only a sample was read.
    pub(crate) fn of(collection: &str, mut fields: Fields, total: Option<u64>) -> Self {
        fields.find_maps();
        let sample = total.map(|total| {
            format!(
                "a sample of {} of about {total} documents: others may have more fields and other types",
                fields.documents()
            )
        });
        let Writer { imports, items, mut unsure, .. } = Writer::model(collection, &fields);
        if let Some(sample) = &sample {
            unsure.insert(0, sample.clone());
        }
        Self { collection: collection.to_owned(), imports, items, unsure, sample }
    }

    /// Returns the name of the collection.
    pub(crate) fn collection(&self) -> &str {
        &self.collection
    }

    /// Returns what is uncertain: paths with the reasons.
    pub(crate) fn unsure(&self) -> &[String] {
        &self.unsure
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sample) = &self.sample {
            writeln!(f, "// {sample}")?;
        }
        writeln!(f, "{}", self.imports)?;
        for (position, item) in self.items.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            f.write_str(item)?;
        }
        Ok(())
    }
}

/// The names that the model uses.
#[derive(Debug, Default)]
struct Imports {
    odm: BTreeSet<&'static str>,
    bson: BTreeSet<&'static str>,
    map: bool,
}

impl fmt::Display for Imports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.map {
            writeln!(f, "use std::collections::HashMap;\n")?;
        }
        let mut names: Vec<String> = self.odm.iter().map(|name| (*name).to_owned()).collect();
        let bson: Vec<&str> = self.bson.iter().copied().collect();
        match &bson[..] {
            [] => {}
            [one] => names.push(format!("bson::{one}")),
            many => names.push(format!("bson::{{{}}}", many.join(", "))),
        }
        match &names[..] {
            [one] => writeln!(f, "use odm::{one};"),
            many => writeln!(f, "use odm::{{{}}};", many.join(", ")),
        }
    }
}
