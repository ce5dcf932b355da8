//! The shape of a query: what remains if the values are replaced by their types.

use odm::bson::{Bson, Document, doc};

/// A query that a command contains.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) collection: String,
    /// The name of the command: `find`.
    pub(super) command: &'static str,
    pub(super) filter: Document,
    pub(super) sort: Document,
    /// The command that explains the query.
    pub(super) explained: Document,
    /// Whether the query reads and writes nothing.
    pub(super) reads: bool,
}

/// The commands with queries, and the name of the filter and of the sort in each.
const COMMANDS: [(&str, &str, &str); 4] = [
    ("find", "filter", "sort"),
    ("count", "query", ""),
    ("distinct", "query", ""),
    ("findAndModify", "query", "sort"),
];

/// The fields of a command that belong to the call and not to the query.
const OF_THE_CALL: [&str; 13] = [
    "$db",
    "lsid",
    "$clusterTime",
    "txnNumber",
    "startTransaction",
    "autocommit",
    "readConcern",
    "writeConcern",
    "maxTimeMS",
    "comment",
    "cursor",
    "$readPreference",
    "batchSize",
];

/// Returns the queries of a command: several for an `update` or a `delete` with several statements, and for a `bulkWrite`.
/// This command belongs to no database, so its queries are those of `database`.
pub(super) fn queries(command: &Document, database: &str) -> Vec<Query> {
    if is_bulk_write(command) {
        return of_bulk_write(command, database).collect();
    }
    let Some((name, Bson::String(collection))) = command.iter().next() else { return Vec::new() };
    let own: Document = command
        .iter()
        .filter(|(field, _)| !OF_THE_CALL.contains(&field.as_str()))
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    let query = |command, filter: Option<&Document>, sort: Option<&Document>, explained, reads| Query {
        collection: collection.clone(),
        command,
        filter: filter.cloned().unwrap_or_default(),
        sort: sort.cloned().unwrap_or_default(),
        explained,
        reads,
    };
    if let Some((known, filter, sort)) = COMMANDS.iter().find(|(known, ..)| known == name) {
        let (filter, sort) = (command.get_document(*filter).ok(), command.get_document(*sort).ok());
        return vec![query(known, filter, sort, own, *known != "findAndModify")];
    }
    match name.as_str() {
        "aggregate" => {
            let stages: Vec<&Document> =
                command.get_array("pipeline").into_iter().flatten().filter_map(Bson::as_document).collect();
            if stages.iter().any(|stage| writes_or_has_no_plan(stage)) {
                return Vec::new();
            }
            let filter = stages.first().and_then(|stage| stage.get_document("$match").ok());
            let sort = stages
                .iter()
                .find(|stage| !stage.contains_key("$match"))
                .and_then(|stage| stage.get_document("$sort").ok());
            let mut explained = own;
            explained.insert("cursor", doc! {});
            vec![query("aggregate", filter, sort, explained, true)]
        }
        "update" => statements(command, "updates")
            .map(|statement| {
                let mut explained = own.clone();
                explained.insert("updates", [statement.clone()].map(Bson::from).to_vec());
                query("update", statement.get_document("q").ok(), None, explained, false)
            })
            .collect(),
        "delete" => statements(command, "deletes")
            .map(|statement| {
                let mut explained = own.clone();
                explained.insert("deletes", [statement.clone()].map(Bson::from).to_vec());
                query("delete", statement.get_document("q").ok(), None, explained, false)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns whether the command writes to collections of any databases. It is sent to `admin`.
pub(super) fn is_bulk_write(command: &Document) -> bool {
    command.keys().next().is_some_and(|name| name == "bulkWrite")
}

/// Returns the queries of the writes of a `bulkWrite`, each as the command of one collection, which the server explains.
fn of_bulk_write(command: &Document, database: &str) -> impl Iterator<Item = Query> {
    let namespaces: Vec<&Document> = statements(command, "nsInfo").collect();
    let let_ = command.get("let").cloned();
    statements(command, "ops").filter_map(move |op| {
        let (name, list) = match op.keys().next()?.as_str() {
            "update" => ("update", "updates"),
            "delete" => ("delete", "deletes"),
            _ => return None,
        };
        let index = op.get(name).and_then(|index| match index {
            Bson::Int32(index) => usize::try_from(*index).ok(),
            Bson::Int64(index) => usize::try_from(*index).ok(),
            _ => None,
        })?;
        let (of, collection) = namespaces.get(index)?.get_str("ns").ok()?.split_once('.')?;
        if of != database {
            return None;
        }
        let filter = op.get_document("filter").ok()?.clone();
        let mut statement = doc! { "q": filter.clone() };
        for (from, to) in [("updateMods", "u"), ("hint", "hint"), ("collation", "collation")] {
            statement.extend(op.get(from).map(|value| (to.to_owned(), value.clone())));
        }
        let is_multi = op.get_bool("multi").unwrap_or(false);
        if name == "update" {
            statement.insert("multi", is_multi);
            statement.extend(op.get("arrayFilters").map(|value| ("arrayFilters".to_owned(), value.clone())));
        } else {
            statement.insert("limit", i32::from(!is_multi));
        }
        let mut explained = doc! { name: collection, list: [statement] };
        explained.extend(let_.iter().map(|let_| ("let".to_owned(), let_.clone())));
        Some(Query {
            collection: collection.to_owned(),
            command: name,
            filter,
            sort: Document::new(),
            explained,
            reads: false,
        })
    })
}

fn statements<'a>(command: &'a Document, list: &str) -> impl Iterator<Item = &'a Document> {
    command.get_array(list).into_iter().flatten().filter_map(Bson::as_document)
}

/// Returns whether the server does not explain a pipeline with this stage, or explains it without a plan.
fn writes_or_has_no_plan(stage: &Document) -> bool {
    const STAGES: [&str; 8] = [
        "$out",
        "$merge",
        "$changeStream",
        "$collStats",
        "$indexStats",
        "$currentOp",
        "$listSessions",
        "$documents",
    ];
    stage.keys().next().is_some_and(|name| STAGES.contains(&name.as_str()))
}

impl Query {
    /// Returns what distinguishes the query from others: its shape, all stages of a pipeline, and the collation.
    pub(super) fn identity(&self) -> String {
        let stages = self.explained.get_array("pipeline").into_iter().flatten().map(|stage| match stage {
            Bson::Document(stage) if stage.contains_key("$match") => shape(stage),
            stage => of_stage("", stage),
        });
        let lists = ["updates", "deletes"].iter().flat_map(|list| statements(&self.explained, list));
        let own = std::iter::once(&self.explained).chain(lists);
        let collations = own.filter_map(|one| one.get("collation")).map(Bson::to_string);
        let parts: Vec<String> = stages.chain(collations).collect();
        format!("{} {} {} {}", self.command, self.collection, self.shape(), parts.join(" "))
    }

    /// Returns the query with the types of the values instead of the values: `{ status: { $eq: string } }`.
    pub(super) fn shape(&self) -> String {
        let filter = shape(&self.filter);
        if self.sort.is_empty() {
            format!("filter {filter}")
        } else {
            format!("filter {filter}, sort {}", keys(&self.sort))
        }
    }
}

/// Formats the keys of a sort or of an index.
pub(super) fn keys(keys: &Document) -> String {
    let keys: Vec<_> = keys.iter().map(|(name, direction)| format!("{name}: {direction}")).collect();
    format!("{{ {} }}", keys.join(", "))
}

fn shape(document: &Document) -> String {
    if document.is_empty() {
        return "{}".to_owned();
    }
    let fields: Vec<_> =
        document.iter().map(|(name, value)| format!("{name}: {}", of_value(value))).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// Formats a part of a stage: the names of fields and collections in it are not values.
fn of_stage(name: &str, part: &Bson) -> String {
    const NAMES: [&str; 9] = [
        "from",
        "coll",
        "as",
        "localField",
        "foreignField",
        "connectFromField",
        "connectToField",
        "path",
        "key",
    ];
    match part {
        Bson::Document(part) => {
            let fields: Vec<_> =
                part.iter().map(|(name, value)| format!("{name}: {}", of_stage(name, value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Bson::Array(items) => {
            let mut shapes: Vec<_> = items.iter().map(|item| of_stage(name, item)).collect();
            shapes.dedup();
            format!("[{}]", shapes.join(", "))
        }
        Bson::String(text) if text.starts_with('$') || NAMES.contains(&name) => text.clone(),
        value => of_value(value),
    }
}

fn of_value(value: &Bson) -> String {
    match value {
        Bson::Document(document) => shape(document),
        // Lists differ in length from call to call: the shape is that of their different items.
        Bson::Array(items) => {
            let mut shapes: Vec<_> = items.iter().map(of_value).collect();
            shapes.dedup();
            format!("[{}]", shapes.join(", "))
        }
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => "number".to_owned(),
        Bson::String(_) => "string".to_owned(),
        Bson::ObjectId(_) => "objectId".to_owned(),
        Bson::DateTime(_) => "date".to_owned(),
        Bson::Boolean(_) => "bool".to_owned(),
        Bson::Binary(_) => "binData".to_owned(),
        Bson::Null => "null".to_owned(),
        other => format!("{:?}", other.element_type()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_types_instead_of_values() {
        let command = doc! {
            "find": "orders", "$db": "shop",
            "filter": { "status": { "$eq": "open" }, "total": { "$gt": 5, "$lt": 9.5 }, "tags": { "$in": ["a", "b"] } },
            "sort": { "placedAt": -1 },
        };
        let [query] = queries(&command, "shop").try_into().unwrap();
        assert_eq!((query.command, query.collection.as_str(), query.reads), ("find", "orders", true));
        assert_eq!(
            query.shape(),
            "filter { status: { $eq: string }, total: { $gt: number, $lt: number }, tags: { $in: [string] } }, \
             sort { placedAt: -1 }"
        );
        assert!(!query.explained.contains_key("$db"));
    }

    #[test]
    fn each_statement_of_a_write_is_a_query() {
        let update = doc! { "update": "orders", "updates": [
            { "q": { "a": 1 }, "u": { "$set": { "b": 1 } } },
            { "q": { "c": 1 }, "u": { "$set": { "b": 1 } } },
        ] };
        let queries = queries(&update, "shop");
        assert_eq!(
            queries.iter().map(Query::shape).collect::<Vec<_>>(),
            ["filter { a: number }", "filter { c: number }"]
        );
        assert_eq!(queries[1].explained.get_array("updates").unwrap().len(), 1);
        assert!(queries.iter().all(|query| !query.reads));
    }

    #[test]
    fn pipelines_that_differ_after_their_filter_and_collations_are_distinguished() {
        let identity = |stage: Document, collation: Option<&str>| {
            let mut command = doc! { "aggregate": "orders", "pipeline": [{ "$match": { "a": 1 } }, stage, { "$match": { "b": 2 } }] };
            command
                .extend(collation.map(|locale| ("collation".to_owned(), doc! { "locale": locale }.into())));
            let [query] = queries(&command, "shop").try_into().unwrap();
            query.identity()
        };
        let lookup = |from: &str| doc! { "$lookup": { "from": from, "localField": "a", "foreignField": "b", "as": "c" } };
        let limit = |limit: i32| doc! { "$limit": limit };
        let added = |value: &str| doc! { "$set": { "a": { "$eq": ["$b", value] } } };
        assert_ne!(identity(lookup("customers"), None), identity(lookup("products"), None));
        assert_ne!(identity(limit(1), None), identity(doc! { "$sort": { "a": 1 } }, None));
        assert_ne!(identity(limit(1), None), identity(limit(1), Some("en")));
        assert_eq!(identity(limit(1), None), identity(limit(2), None));
        assert_eq!(identity(added("x"), None), identity(added("y"), None));
        assert_ne!(identity(added("x"), None), identity(added("$y"), None));
    }

    #[test]
    fn each_write_of_a_bulk_write_is_a_query() {
        let command = doc! {
            "bulkWrite": 1, "$db": "admin", "nsInfo": [{ "ns": "shop.orders" }, { "ns": "shop.old.orders" }, { "ns": "other.orders" }],
            "ops": [
                { "insert": 0, "document": { "a": 1 } },
                { "update": 0, "filter": { "a": 1 }, "updateMods": { "$set": { "b": 1 } }, "multi": true },
                { "delete": 1, "filter": { "c": "x" }, "multi": false },
                { "delete": 2, "filter": { "d": "x" }, "multi": false },
            ],
        };
        let found = queries(&command, "shop");
        let lines: Vec<_> =
            found.iter().map(|query| (query.collection.as_str(), query.command, query.shape())).collect();
        assert_eq!(
            lines,
            [
                ("orders", "update", "filter { a: number }".to_owned()),
                ("old.orders", "delete", "filter { c: string }".to_owned()),
            ]
        );
        assert_eq!(
            found[1].explained,
            doc! { "delete": "old.orders", "deletes": [{ "q": { "c": "x" }, "limit": 1 }] }
        );
    }

    #[test]
    fn commands_without_a_query_and_pipelines_that_write_have_no_shape() {
        assert!(queries(&doc! { "insert": "orders", "documents": [] }, "shop").is_empty());
        assert!(queries(&doc! { "ping": 1 }, "shop").is_empty());
        assert!(queries(&doc! { "aggregate": 1, "pipeline": [] }, "shop").is_empty());
        assert!(
            queries(&doc! { "aggregate": "orders", "pipeline": [{ "$out": "copy" }] }, "shop").is_empty()
        );
    }
}
