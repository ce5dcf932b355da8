//! The structs and enums of a model.

use std::collections::VecDeque;

use super::{
    Imports,
    kind::{Kind, Kinds},
};
use crate::introspect::{
    names::{self, Names},
    seen::{Fields, Seen, is_declarable},
};

/// What is still to be written.
enum Pending<'a> {
    Document { name: String, fields: &'a Fields, path: String },
    Item(String),
}

/// Writes the structs and enums of a model.
pub(super) struct Writer<'a> {
    collection: &'a str,
    types: Names,
    pub(super) imports: Imports,
    pub(super) unsure: Vec<String>,
    pending: VecDeque<Pending<'a>>,
    pub(super) items: Vec<String>,
}

/// Where a value is.
struct Place<'a> {
    /// The stored name of its field.
    name: &'a str,
    /// The Rust name of the struct with the field.
    owner: &'a str,
    path: &'a str,
}

impl<'a> Writer<'a> {
    /// Writes the model and all types in it.
    pub(super) fn model(collection: &'a str, fields: &'a Fields) -> Self {
        let mut writer = Self {
            collection,
            types: Names::of_types(),
            imports: Imports::default(),
            unsure: Vec::new(),
            pending: VecDeque::new(),
            items: Vec::new(),
        };
        let singular = names::singular(collection);
        let name = writer.types.take(&[singular.clone(), format!("{singular}Document")]);
        writer.document(&name, fields, true, "");
        while let Some(pending) = writer.pending.pop_front() {
            match pending {
                Pending::Document { name, fields, path } => writer.document(&name, fields, false, &path),
                Pending::Item(item) => writer.items.push(item),
            }
        }
        writer
    }

    fn document(&mut self, name: &str, fields: &'a Fields, is_model: bool, path: &str) {
        let mut taken = Names::none();
        if is_model {
            taken.take(&["id".to_owned()]);
        }
        let mut lines = Vec::new();
        let declared: Vec<(String, &str, &Seen)> = fields
            .named
            .iter()
            .filter(|(stored, _)| is_declarable(stored))
            .map(|(stored, seen)| {
                let is_id = is_model && stored == "_id";
                let name = names::field(stored);
                let rust =
                    if is_id { "id".to_owned() } else { taken.take(&[name.clone(), format!("{name}_")]) };
                (rust, stored.as_str(), seen)
            })
            .collect();
        let is_same = |rust: &str, stored: &str| names::unraw(rust) == stored;
        let named = || declared.iter().filter(move |(_, stored, _)| !(is_model && *stored == "_id"));
        let is_camel = named().any(|(rust, stored, _)| !is_same(rust, stored))
            && named().all(|(rust, stored, _)| names::camel_case(rust) == *stored);

        for (rust, stored, seen) in &declared {
            let is_id = is_model && *stored == "_id";
            let path = if path.is_empty() { (*stored).to_owned() } else { format!("{path}.{stored}") };
            let place = Place { name: stored, owner: name, path: &path };
            let mut unsure = Vec::new();
            let mut stored_as = if is_id {
                self.id(seen, &place, &mut unsure)
            } else {
                self.value(seen, &place, false, &mut unsure)
            };
            let missing = fields.documents - seen.count.min(fields.documents);
            if is_id && missing > 0 {
                unsure.push("documents without an `_id` are not read".to_owned());
            }
            if !is_id && (missing > 0 || seen.nulls > 0) {
                stored_as = format!("Option<{stored_as}>");
            }
            for reason in &unsure {
                lines.push(format!("    // unsure: {reason}"));
                self.unsure.push(format!("{path}: {reason}"));
            }
            if missing > 0 {
                lines.push(format!("    // missing in {missing} of {} documents", fields.documents));
            }
            if !is_id && !is_camel && !is_same(rust, stored) {
                lines.push(format!("    #[serde(rename = {stored:?})]"));
            }
            if missing > 0 && seen.nulls == 0 && !is_id {
                lines.push("    #[serde(skip_serializing_if = \"Option::is_none\")]".to_owned());
            }
            lines.push(format!("    pub {rust}: {stored_as},"));
        }
        for (stored, _) in fields.named.iter().filter(|(stored, _)| !is_declarable(stored)) {
            let reason = format!("a field cannot be declared as {stored:?}, so it is not read");
            lines.push(format!("    // unsure: {reason}"));
            self.unsure.push(format!("{path}{}{stored}: {reason}", if path.is_empty() { "" } else { "." }));
        }
        for (_, reason) in [
            (fields.incomplete, "there are more fields than can be declared"),
            (fields.repeats, "a document that has a name twice is not read"),
        ]
        .into_iter()
        .filter(|(applies, _)| *applies)
        {
            lines.push(format!("    // unsure: {reason}"));
            self.unsure.push(reason.to_owned());
        }
        let derive = if is_model { "Model" } else { "Embedded" };
        self.imports.odm.insert(derive);
        let mut item = format!("#[derive(Debug, Clone, {derive})]\n");
        if is_camel {
            item.push_str("#[serde(rename_all = \"camelCase\")]\n");
        }
        if is_model {
            item.extend(["#[odm(collection = ", &format!("{:?}", self.collection), ")]\n"]);
            if !declared.iter().any(|(_, stored, _)| *stored == "_id") {
                self.imports.odm.insert("Id");
                let reason = "the documents have no `_id`, so they are not read";
                self.unsure.push(reason.to_owned());
                lines.insert(0, format!("    // unsure: {reason}\n    pub id: Id<{name}>,"));
            }
        }
        item.extend(["pub struct ", name, " {\n", &lines.join("\n"), "\n}\n"]);
        self.items.push(item);
    }

    /// Returns the type of an id, which must be written as it is stored.
    fn id(&mut self, seen: &'a Seen, at: &Place<'_>, unsure: &mut Vec<String>) -> String {
        let name = if seen.nulls > 0 {
            unsure.push("null is one of the ids".to_owned());
            "Bson"
        } else if seen.is_written_as_stored() {
            return self.value(seen, at, true, unsure);
        } else if seen.scalars.is_empty() && seen.items.is_none() {
            unsure.push("documents with other names, or with the same in another order".to_owned());
            "Document"
        } else {
            unsure.push("values of several types".to_owned());
            "Bson"
        };
        self.bson(name)
    }

    /// Returns the type of a value that is not null, and declares the types in it.
    fn value(&mut self, seen: &'a Seen, at: &Place<'_>, is_id: bool, unsure: &mut Vec<String>) -> String {
        let kinds = Kinds::of(seen);
        if seen.deep {
            unsure.push("documents nest deeper than 16 levels".to_owned());
            return self.bson("Bson");
        }
        let is_structured = seen.document.is_some() || seen.items.is_some();
        match (&kinds.0[..], &seen.document, &seen.items) {
            ([], None, None) => {
                unsure.push("only null".to_owned());
                self.bson("Bson")
            }
            ([], Some(document), None) => self.embedded(document, at, unsure),
            ([], None, Some(items)) => {
                if items.count == 0 {
                    unsure.push("only empty arrays".to_owned());
                    return format!("Vec<{}>", self.bson("Bson"));
                }
                let mut item = self.value(items, at, false, unsure);
                if items.nulls > 0 {
                    item = format!("Option<{item}>");
                }
                format!("Vec<{item}>")
            }
            ([Kind::ObjectId], None, None) if is_id => {
                self.imports.odm.insert("Id");
                format!("Id<{}>", at.owner)
            }
            ([kind], None, None) => self.scalar(*kind, seen, unsure),
            (kinds, _, _) => {
                let mut list: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                list.extend(seen.document.is_some().then_some("document"));
                list.extend(seen.items.is_some().then_some("array"));
                unsure.push(format!("values of several types: {}", list.join(", ")));
                let is_inexact = seen.large && kinds.contains(&Kind::Float { integers: true });
                if is_structured || is_id || is_inexact || kinds.iter().any(|kind| kind.variant().is_none()) {
                    self.bson("Bson")
                } else {
                    self.untagged(kinds, at)
                }
            }
        }
    }

    fn embedded(&mut self, fields: &'a Fields, at: &Place<'_>, unsure: &mut Vec<String>) -> String {
        if fields.repeats {
            unsure.push("documents that have a name twice".to_owned());
            return self.bson("RawDocumentBuf");
        }
        if let Some(values) = &fields.map {
            unsure.push("a map: its names look like keys".to_owned());
            self.imports.map = true;
            let mut value = self.value(values, at, false, unsure);
            if values.nulls > 0 {
                value = format!("Option<{value}>");
            }
            return format!("HashMap<String, {value}>");
        }
        if !fields.named.iter().any(|(stored, _)| is_declarable(stored)) {
            unsure.push(if fields.named.is_empty() {
                "only empty documents".to_owned()
            } else {
                "documents whose fields cannot be declared".to_owned()
            });
            return self.bson("Document");
        }
        let short = names::singular(at.name);
        let name = self.types.take(&[short.clone(), format!("{}{short}", at.owner)]);
        self.pending.push_back(Pending::Document { name: name.clone(), fields, path: at.path.to_owned() });
        name
    }

    fn untagged(&mut self, kinds: &[Kind], at: &Place<'_>) -> String {
        let short = names::singular(at.name);
        let name = self.types.take(&[short.clone(), format!("{}{short}", at.owner)]);
        self.imports.odm.insert("Value");
        let variants: Vec<String> = kinds
            .iter()
            .filter_map(|kind| Some((kind.variant()?, *kind)))
            .map(|(variant, kind)| format!("    {variant}({}),", self.plain(kind)))
            .collect();
        self.pending.push_back(Pending::Item(format!(
            "#[derive(Debug, Clone, Value)]\n#[serde(untagged)]\npub enum {name} {{\n{}\n}}\n",
            variants.join("\n")
        )));
        name
    }

    fn scalar(&mut self, kind: Kind, seen: &Seen, unsure: &mut Vec<String>) -> String {
        match kind {
            Kind::Float { integers: true } if seen.large => {
                unsure.push("doubles, and integers that a double does not hold".to_owned());
                return self.bson("Bson");
            }
            Kind::Float { integers: true } => {
                unsure.push("doubles and integers: all are written as doubles".to_owned());
            }
            Kind::Long { shorter: true } => {
                unsure.push("int32 and int64: all are written as int64".to_owned());
            }
            Kind::Text => {
                if let Some(texts) = &seen.texts
                    && seen.count >= 20
                    && texts.len() > 1
                    && seen.count >= 5 * u64::try_from(texts.len()).unwrap_or(u64::MAX)
                {
                    let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
                    unsure.push(format!("perhaps an enum, of {}", texts.join(", ")));
                }
            }
            Kind::Other => unsure.push("a type of BSON that has no type of its own here".to_owned()),
            _ => {}
        }
        self.plain(kind)
    }

    fn plain(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => "i32".to_owned(),
            Kind::Long { .. } => "i64".to_owned(),
            Kind::Float { .. } => "f64".to_owned(),
            Kind::Text => "String".to_owned(),
            Kind::Bool => "bool".to_owned(),
            Kind::ObjectId => {
                self.imports.bson.insert("oid::ObjectId");
                "ObjectId".to_owned()
            }
            Kind::Date => self.bson("DateTime"),
            Kind::Binary => self.bson("Binary"),
            Kind::Decimal => self.bson("Decimal128"),
            Kind::Regex => self.bson("Regex"),
            Kind::Timestamp => self.bson("Timestamp"),
            Kind::Other => self.bson("Bson"),
        }
    }

    fn bson(&mut self, name: &'static str) -> String {
        self.imports.bson.insert(name);
        name.to_owned()
    }
}
