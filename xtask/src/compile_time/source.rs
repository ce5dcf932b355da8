//! The two programs that are compiled: the same models, with the derives of each side.

pub(super) mod pipelines;

use std::{fmt::Write as _, path::Path};

use super::{MODELS, Side};

pub(super) const WORKSPACE: &str =
    "[workspace]\nresolver = \"3\"\nmembers = [\"with-odm\", \"with-serde\"]\n";

/// The number of fields of each model.
pub(super) const FIELDS: usize = 20;

/// The number of models that share an enum and an embedded document.
const SHARED_BY: usize = 4;

pub(super) fn manifest(side: Side, root: &Path) -> String {
    let dependencies = match side {
        Side::Odm => format!("odm = {{ path = \"{}\" }}\n", root.join("odm").display()),
        // The driver with the same version and features as in `odm`.
        Side::Serde => format!(
            "odm = {{ path = \"{}\", default-features = false }}\n\
             futures-util = {{ version = \"0.3\", default-features = false }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n",
            root.join("odm").display(),
        ),
    };
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
        side.package(),
    )
}

/// An empty program, to build only the dependencies.
pub(super) const NOTHING: &str = "fn main() {}\n";

/// Returns a program that inserts documents of each model and reads its collection.
pub(super) fn program(side: Side) -> String {
    let (imports, document, value) = match side {
        Side::Odm => (
            "use odm::{Collection, Database, Embedded, Filter, Id, Model, Result, Value, bson::DateTime};\n",
            "Embedded",
            "Value",
        ),
        Side::Serde => (
            "use futures_util::TryStreamExt as _;\n\
             use odm::bson::{DateTime, doc, oid::ObjectId};\n\
             use odm::mongodb::{Client, Collection, error::Result};\n\
             use serde::{Deserialize, Serialize};\n",
            "Serialize, Deserialize",
            "Serialize, Deserialize",
        ),
    };
    let mut text = format!("#![allow(dead_code)]\n{imports}");
    let mut calls = String::new();
    for n in 0..MODELS {
        if n % SHARED_BY == 0 {
            shared(&mut text, n, document, value);
        }
        model(&mut text, n, side);
        let collection = match side {
            Side::Odm => "db.collection()".to_owned(),
            Side::Serde => format!("db.collection(\"m{n}\")"),
        };
        let _ = writeln!(
            calls,
            "    if wanted == Some({n}) {{ count += use_{n}({collection}, Vec::new()).await?; }}"
        );
    }
    let connect = match side {
        Side::Odm => "Database::connect(\"mongodb://localhost/scratch\").await?",
        Side::Serde => "Client::with_uri_str(\"mongodb://localhost\").await?.database(\"scratch\")",
    };
    let _ = write!(
        text,
        "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<()> {{\n    \
         let db = {connect};\n    let wanted = std::env::args().nth(1).and_then(|n| n.parse::<usize>().ok());\n    \
         let mut count = 0;\n{calls}    println!(\"{{count}}\");\n    Ok(())\n}}\n",
    );
    text
}

fn shared(text: &mut String, n: usize, document: &str, value: &str) {
    let _ = write!(
        text,
        "#[derive({value})]\nenum Kind{n} {{ Open, Paid, Shipped }}\n\
         #[derive({document})]\nstruct Part{n} {{ name: String, count: i32, price: f64, seen: Option<DateTime> }}\n",
    );
}

fn model(text: &mut String, n: usize, side: Side) {
    let shared = n - n % SHARED_BY;
    let (derive, id) = match side {
        Side::Odm => {
            (format!("#[derive(Model)]\n#[odm(collection = \"m{n}\")]"), format!("id: Id<Model{n}>"))
        }
        Side::Serde => (
            "#[derive(Serialize, Deserialize)]".to_owned(),
            "#[serde(rename = \"_id\")]\n    id: ObjectId".to_owned(),
        ),
    };
    let find = match side {
        Side::Odm => "Filter::all()",
        Side::Serde => "doc! {}",
    };
    let _ = write!(
        text,
        "{derive}\nstruct Model{n} {{
    {id},
    name: String,
    street: String,
    city: String,
    email: String,
    phone: Option<String>,
    remark: Option<String>,
    count: i32,
    rank: i32,
    total: i64,
    views: i64,
    price: f64,
    rating: f64,
    active: bool,
    hidden: bool,
    created: DateTime,
    updated: Option<DateTime>,
    tags: Vec<String>,
    kind: Kind{shared},
    parts: Vec<Part{shared}>,
}}
async fn use_{n}(models: Collection<Model{n}>, new: Vec<Model{n}>) -> Result<usize> {{
    for model in &new {{
        models.insert_one(model).await?;
    }}
    Ok(models.find({find}).await?.try_collect::<Vec<_>>().await?.len())
}}
",
    );
}
