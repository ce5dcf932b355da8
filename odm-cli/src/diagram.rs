//! `diagram`: models and their references as a Mermaid class diagram.

use std::{any::TypeId, collections::BTreeSet, fmt};

use odm::{
    meta::{ContentMeta, DocumentMeta, EnumMeta, TypeMeta},
    model::ModelMeta,
};
use serde_json::{Value, json};

use crate::output::Report;

/// The classes and the relations between them.
#[derive(Debug, Default)]
pub(crate) struct Diagram {
    classes: Vec<Class>,
    relations: BTreeSet<String>,
    models: Vec<(TypeId, String)>,
}

#[derive(Debug)]
struct Class {
    name: String,
    /// The collection, or `enumeration`.
    stereotype: Option<String>,
    members: Vec<String>,
}

impl Diagram {
    pub(crate) fn of(models: &[&'static ModelMeta]) -> Self {
        let mut diagram = Self {
            models: models
                .iter()
                .map(|model| (model.type_id(), model.document().name().to_owned()))
                .collect(),
            ..Self::default()
        };
        for model in models {
            diagram.document(model.document(), Some(model.collection()));
        }
        diagram
    }

    fn has(&self, name: &str) -> bool {
        self.classes.iter().any(|class| class.name == name)
    }

    fn document(&mut self, document: &'static DocumentMeta, collection: Option<&str>) {
        let name = document.name();
        if self.has(name) {
            return;
        }
        let position = self.classes.len();
        let stereotype = collection.map(str::to_owned);
        self.classes.push(Class { name: name.to_owned(), stereotype, members: Vec::new() });
        if let Some(variants) = document.variants() {
            self.variants(variants, name);
        }
        for field in document.fields() {
            let shown = if field.is_flattened() { field.rust_name() } else { field.name() };
            let optional = if field.is_required() { "" } else { "?" };
            let stored_as = self.type_name(field.stored_as(), name, shown);
            let member = format!("{} {}", stored_as.replace('?', "") + optional, member_name(shown));
            if let Some(class) = self.classes.get_mut(position) {
                class.members.push(member);
            }
        }
    }

    fn enumeration(&mut self, meta: &'static EnumMeta) {
        if self.has(meta.name()) {
            return;
        }
        let members = meta.variants().iter().map(|variant| member_name(variant.name())).collect();
        let stereotype = Some("enumeration".to_owned());
        self.classes.push(Class { name: meta.name().to_owned(), stereotype, members });
        self.variants(meta, meta.name());
    }

    fn variants(&mut self, meta: &'static EnumMeta, owner: &str) {
        for variant in meta.variants() {
            match variant.content() {
                ContentMeta::Single(value) => {
                    self.type_name(value, owner, variant.name());
                }
                ContentMeta::Tuple(values) => {
                    for value in values {
                        self.type_name(value, owner, variant.name());
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns the name of a type, and adds its class and the relation to it.
    fn type_name(&mut self, stored_as: &'static TypeMeta, owner: &str, field: &str) -> String {
        match stored_as {
            TypeMeta::Scalar(element_type) => alias(*element_type).to_owned(),
            TypeMeta::Int { written, .. } => alias(*written).to_owned(),
            TypeMeta::Float => "double".to_owned(),
            TypeMeta::Binary(_) => "binData".to_owned(),
            TypeMeta::Nullable(inside) => format!("{}?", self.type_name(inside, owner, field)),
            TypeMeta::Array { items, .. } => format!("{}[]", self.type_name(items, owner, field)),
            TypeMeta::Tuple(_) => "array".to_owned(),
            TypeMeta::Map { values } => format!("map~{}~", self.type_name(values, owner, field)),
            TypeMeta::Document(document) => {
                let document = document.get();
                self.relate(owner, "*--", document.name(), field);
                self.document(document, None);
                document.name().to_owned()
            }
            TypeMeta::Enum(meta) => {
                let meta = meta.get();
                if meta.name() != owner {
                    self.relate(owner, "-->", meta.name(), field);
                }
                self.enumeration(meta);
                meta.name().to_owned()
            }
            TypeMeta::Id(id) => {
                let known = self.models.iter().find(|(type_id, _)| *type_id == id.model());
                let path = id.model_name();
                let model = known.map_or_else(
                    || path.rsplit("::").next().unwrap_or(path).to_owned(),
                    |(_, name)| name.clone(),
                );
                if known.is_some() && field != "_id" {
                    self.relate(owner, "..>", &model, field);
                }
                format!("Id~{model}~")
            }
            _ => "any".to_owned(),
        }
    }

    fn relate(&mut self, owner: &str, arrow: &str, other: &str, field: &str) {
        self.relations.insert(format!("{owner} {arrow} {other} : {}", member_name(field)));
    }
}

/// Returns the alias of a BSON type.
fn alias(element_type: odm::bson::spec::ElementType) -> &'static str {
    use odm::bson::spec::ElementType;
    match element_type {
        ElementType::Double => "double",
        ElementType::String => "string",
        ElementType::EmbeddedDocument => "object",
        ElementType::Array => "array",
        ElementType::Binary => "binData",
        ElementType::ObjectId => "objectId",
        ElementType::Boolean => "bool",
        ElementType::DateTime => "date",
        ElementType::Null => "null",
        ElementType::RegularExpression => "regex",
        ElementType::Int32 => "int",
        ElementType::Timestamp => "timestamp",
        ElementType::Int64 => "long",
        ElementType::Decimal128 => "decimal",
        _ => "any",
    }
}

/// Returns a name without the characters that have a meaning in a diagram.
fn member_name(name: &str) -> String {
    name.chars().map(|one| if one.is_alphanumeric() || one == '_' { one } else { '_' }).collect()
}

impl fmt::Display for Diagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "classDiagram")?;
        for Class { name, stereotype, members } in &self.classes {
            writeln!(f, "  class {name} {{")?;
            if let Some(stereotype) = stereotype {
                writeln!(f, "    <<{}>>", member_name(stereotype))?;
            }
            for member in members {
                writeln!(f, "    {member}")?;
            }
            writeln!(f, "  }}")?;
        }
        self.relations.iter().try_for_each(|relation| writeln!(f, "  {relation}"))
    }
}

impl Report for Diagram {
    fn json(&self) -> Value {
        json!({ "mermaid": self.to_string() })
    }
}
