//! `diagram`: models and their references as a Mermaid class diagram.

use std::{any::TypeId, collections::BTreeSet, fmt, iter, mem};

use odm::{
    meta::{ContentMeta, DocumentMeta, EnumMeta, FieldMeta, TypeMeta, VariantMeta},
    model::ModelMeta,
};
use serde_json::{Value, json};

use crate::output::Report;

/// The classes and the relations between them.
#[derive(Debug, Default)]
pub(crate) struct Diagram {
    classes: Vec<Class>,
    relations: BTreeSet<String>,
    /// The class of each model.
    models: Vec<(TypeId, String)>,
    /// The class of each document and enum, by what it declares: two of them may have one name.
    named: Vec<(String, String)>,
    /// Whether the present value is inside a newtype that contains itself.
    is_in_newtype: bool,
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
        let mut diagram = Self::default();
        for model in models {
            let document = model.document();
            let class = diagram.new_class_name(of_document(document), document.name());
            diagram.models.push((model.type_id(), class));
        }
        for (position, model) in models.iter().enumerate() {
            let class = diagram.models.get(position).map(|(_, class)| class.clone()).unwrap_or_default();
            diagram.class(&class, model.document(), Some(model.collection()));
        }
        diagram
    }

    /// Returns the name of the class of the type that declares this.
    fn class_name(&mut self, declared: String, name: &str) -> String {
        match self.named.iter().find(|(known, _)| *known == declared) {
            Some((_, class)) => class.clone(),
            None => self.new_class_name(declared, name),
        }
    }

    /// Returns the name of a new class: the name of the type, with a number if another type has it.
    fn new_class_name(&mut self, declared: String, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = iter::once(name.to_owned()).chain(numbered);
        let is_free = |name: &String| self.named.iter().all(|(_, known)| known != name);
        let free = names.find(is_free).unwrap_or_else(|| name.to_owned());
        self.named.push((declared, free.clone()));
        free
    }

    fn has(&self, name: &str) -> bool {
        self.classes.iter().any(|class| class.name == name)
    }

    /// Adds the class of a document, and returns its name.
    fn document(&mut self, document: &'static DocumentMeta) -> String {
        let class = self.class_name(of_document(document), document.name());
        self.class(&class, document, None);
        class
    }

    fn class(&mut self, class: &str, document: &'static DocumentMeta, collection: Option<&str>) {
        if self.has(class) {
            return;
        }
        let position = self.classes.len();
        let stereotype = collection.map(str::to_owned);
        self.classes.push(Class { name: class.to_owned(), stereotype, members: Vec::new() });
        if let Some(variants) = document.variants() {
            self.variants(variants, class);
        }
        self.fields(document.fields(), class, Some(position));
    }

    /// Adds the relations of fields, and the members of the class at this position.
    fn fields(&mut self, fields: &'static [FieldMeta], owner: &str, position: Option<usize>) {
        let is_in_newtype = mem::take(&mut self.is_in_newtype);
        for field in fields {
            let shown = if field.is_flattened() { field.rust_name() } else { field.name() };
            let optional = if field.is_required() { "" } else { "?" };
            let stored_as = self.type_name(field.stored_as(), owner, shown);
            let member = format!("{} {}", stored_as.replace('?', "") + optional, member_name(shown));
            if let Some(class) = position.and_then(|position| self.classes.get_mut(position)) {
                class.members.push(member);
            }
        }
        self.is_in_newtype = is_in_newtype;
    }

    /// Adds the class of an enum, and returns its name.
    fn enumeration(&mut self, meta: &'static EnumMeta) -> String {
        let class = self.class_name(of_enum(meta), meta.name());
        if self.has(&class) {
            return class;
        }
        let members = meta.variants().iter().map(|variant| member_name(variant.name())).collect();
        let stereotype = Some("enumeration".to_owned());
        self.classes.push(Class { name: class.clone(), stereotype, members });
        self.variants(meta, &class);
        class
    }

    fn variants(&mut self, meta: &'static EnumMeta, owner: &str) {
        let is_in_newtype = mem::take(&mut self.is_in_newtype);
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
                ContentMeta::Document(fields) => self.fields(fields, owner, None),
                _ => {}
            }
        }
        self.is_in_newtype = is_in_newtype;
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
                let class = self.document(document.get());
                self.relate(owner, "*--", &class, field);
                class
            }
            TypeMeta::Enum(meta) => {
                let class = self.enumeration(meta.get());
                if class != owner {
                    self.relate(owner, "-->", &class, field);
                }
                class
            }
            TypeMeta::Recursive(same) if !self.is_in_newtype => {
                self.is_in_newtype = true;
                let name = self.type_name(same.get(), owner, field);
                self.is_in_newtype = false;
                name
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

/// Returns what distinguishes a document type from others of its name. Its description may have several addresses.
fn of_document(document: &DocumentMeta) -> String {
    let fields = document.fields().iter();
    let fields: Vec<String> = fields.map(|field| format!("{}={}", field.rust_name(), field.name())).collect();
    let variants = document.variants().map(of_enum).unwrap_or_default();
    format!("{} {} {variants}", document.name(), fields.join(" "))
}

/// Returns what distinguishes an enum from others of its name.
fn of_enum(meta: &EnumMeta) -> String {
    let variants: Vec<&str> = meta.variants().iter().map(VariantMeta::name).collect();
    format!("enum {} {:?} {}", meta.name(), meta.tagging(), variants.join(" "))
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

#[cfg(test)]
mod tests {
    use odm::{Embedded, Id, Model, Value};

    use super::*;

    mod archive {
        use odm::{Id, Model};

        #[derive(Model)]
        #[odm(collection = "archived_orders")]
        pub(super) struct Order {
            pub(super) id: Id<Self>,
        }
    }

    #[derive(Model)]
    #[odm(collection = "orders")]
    struct Order {
        id: Id<Self>,
        archived: Option<Id<archive::Order>>,
        payment: Payment,
        tree: Tree,
        labels: Labels,
        bank: Wrapped,
    }

    #[derive(Value)]
    #[allow(dead_code)] // only the declarations matter
    enum Payment {
        Card { bank: Bank },
    }

    #[derive(Embedded)]
    struct Bank {
        name: String,
    }

    #[derive(Value)]
    struct Tree(Vec<Tree>);

    #[derive(Value)]
    struct Label(String);

    #[derive(Value)]
    struct Labels(Vec<Label>);

    #[derive(Value)]
    struct Wrapped(Bank);

    #[test]
    fn models_of_one_name_are_two_classes_and_variants_have_relations() {
        let diagram = Diagram::of(&[Order::MODEL, archive::Order::MODEL]).to_string();
        for line in [
            "  class Order {",
            "    <<orders>>",
            "  class Order_2 {",
            "    <<archived_orders>>",
            "  Order ..> Order_2 : archived",
            "  Payment *-- Bank : bank",
            "  class Bank {",
            "    any[] tree",
            "    string[] labels",
            "  Order *-- Bank : bank",
        ] {
            assert!(diagram.lines().any(|one| one == line), "{line}\n{diagram}");
        }
    }
}
