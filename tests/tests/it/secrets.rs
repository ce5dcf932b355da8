//! No error text and no log line contains stored values, map keys, undeclared names, comments, variables or
//! passwords, whatever the method and the error.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error as _,
    fmt::{self, Debug, Write as _},
    future::IntoFuture,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use odm::{
    Collection, Database, Embedded, Error, Filter, Model, Update, Write,
    bson::{Document, doc},
    mongodb::{
        IndexModel,
        options::{ClientOptions, IndexOptions},
    },
    request::Parameters,
};
use odm_test::Server;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use super::failing::{fail, own};

/// A mark in every value and every key of these tests, and in no declared name.
const MARK: &str = "S3CR3T";

#[derive(Debug, Clone, Model)]
#[odm(collection = "vaults")]
struct Vault {
    id: String,
    #[odm(validate(range(max = 150)))]
    number: u32,
    text: String,
    list: Vec<String>,
    by: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Embedded)]
struct Entry {
    #[odm(validate(range(max = 9)))]
    qty: i32,
}

fn vault(id: &str) -> Vault {
    Vault {
        id: format!("{MARK}{id}"),
        number: 1,
        text: format!("{MARK}{id}"),
        list: vec![MARK.to_owned()],
        by: [(MARK.to_owned(), Entry { qty: 1 })].into(),
    }
}

/// Everything that was formatted or logged, with its context.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(String, String)>>>);

impl Heard {
    fn text(&self, what: &str, text: String) {
        self.0.lock().unwrap().push((what.to_owned(), text));
    }

    fn shows(&self, what: &str, shown: &impl Debug) {
        self.text(what, format!("{shown:?} {shown:#?}"));
    }

    fn error(&self, what: &str, error: &Error) {
        let mut text = format!("{error} {error:#} {error:?} {error:#?} {} {:?}", error.kind(), error.kind());
        let mut source = error.source();
        while let Some(cause) = source {
            write!(text, "\nsource: {cause} {cause:?} {cause:#?}").unwrap();
            source = cause.source();
        }
        write!(text, "\n{:?} {:?} {:?}", error.operation(), error.namespace(), error.code_name()).unwrap();
        write!(text, "\n{:?} {:?}", error.violations(), error.bad_parameters()).unwrap();
        write!(text, "\n{:?} {:?}", error.duplicate_key(), error.decode_error()).unwrap();
        write!(text, "\n{:?} {:?}", error.rejection(), error.write_concern_error()).unwrap();
        self.text(what, text);
        self.text("kind", error.kind().name().to_owned());
        let Some(report) = error.bulk_write_error() else { return };
        self.text(what, format!("{report} {report:?} {:?}", report.outcomes().collect::<Vec<_>>()));
        let causes = report.failures().iter().map(odm::error::WriteFailure::error);
        for cause in causes.chain(report.interruption()).chain(report.write_concern_errors()) {
            self.error(what, cause);
        }
    }

    /// Formats an action, makes the call, and records its error.
    async fn calls<A, T>(&self, what: &str, action: A) -> Option<T>
    where
        A: IntoFuture<Output = odm::Result<T>> + Debug,
    {
        self.shows(what, &action);
        action.await.map_err(|error| self.error(what, &error)).ok()
    }

    #[track_caller]
    fn is_silent(&self) {
        let heard = self.0.lock().unwrap();
        assert!(heard.len() > 10, "{}", heard.len());
        for (what, text) in &*heard {
            assert!(!text.contains(MARK), "{what}: {text}");
        }
    }

    /// Returns the kinds of the errors so far.
    fn kinds(&self) -> BTreeSet<String> {
        let heard = self.0.lock().unwrap();
        heard.iter().filter(|(what, _)| what == "kind").map(|(_, kind)| kind.clone()).collect()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

/// Every span and every event of every crate, at every level.
impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut line = Line(String::new());
        attributes.record(&mut line);
        self.text("span", line.0);
        Id::from_u64(self.0.lock().unwrap().len() as u64 + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.text("record", line.0);
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.text("event", line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Calls every method, with marks wherever a caller can put them.
async fn every_verb(
    heard: &Heard,
    vaults: &Collection<Vault>,
    filter: &Filter<Vault>,
    update: &Update<Vault>,
) {
    let v = Vault::fields();
    let (filter, update) = (|| filter.clone(), || update.clone());
    let [new, known] = [vault("new"), vault("known")];
    let variable = format!("v{MARK}");
    if let Some(cursor) = heard.calls("find", vaults.find(filter()).comment(MARK).let_(&variable, MARK)).await
    {
        heard.shows("cursor", &cursor);
        if let Err(error) = cursor.try_collect::<Vec<_>>().await {
            heard.error("next", &error);
        }
    }
    heard.calls("find_one", vaults.find_one(filter()).comment(MARK).let_(&variable, MARK)).await;
    heard.calls("get", vaults.get(MARK).comment(MARK)).await;
    heard.calls("exists", vaults.exists(filter()).comment(MARK)).await;
    heard.calls("count", vaults.count(filter()).comment(MARK)).await;
    heard.calls("estimated_count", vaults.estimated_count().comment(MARK)).await;
    heard.calls("distinct", vaults.distinct(v.text(), filter()).comment(MARK)).await;
    heard.calls("distinct", vaults.distinct(v.by().key(MARK).qty(), filter()).comment(MARK)).await;
    let pipeline = vaults.aggregate().matching(|_| filter()).stage(doc! { "$sort": { MARK: 1 } });
    if let Some(cursor) = heard.calls("aggregate", pipeline.comment(MARK).let_(&variable, MARK)).await
        && let Err(error) = cursor.try_collect::<Vec<_>>().await
    {
        heard.error("next", &error);
    }
    heard.calls("explain", vaults.find(filter()).comment(MARK).explain()).await;
    heard.calls("insert_one", vaults.insert_one(&new).comment(MARK)).await;
    heard.calls("insert_one", vaults.insert_one(&new).comment(MARK)).await;
    heard.calls("insert_many", vaults.insert_many([&new, &known]).comment(MARK)).await;
    heard
        .calls("update_one", vaults.update_one(filter(), update()).comment(MARK).let_(&variable, MARK))
        .await;
    heard.calls("update_one", vaults.update_one(v.text().eq(MARK), update()).or_insert(&new)).await;
    heard.calls("update_many", vaults.update_many(filter(), update()).comment(MARK)).await;
    heard.calls("replace_one", vaults.replace_one(filter(), &known).comment(MARK)).await;
    heard.calls("save", vaults.save(&known).comment(MARK)).await;
    heard.calls("find_one_and_update", vaults.find_one_and_update(filter(), update()).comment(MARK)).await;
    heard.calls("find_one_and_replace", vaults.find_one_and_replace(filter(), &known).comment(MARK)).await;
    heard.calls("find_one_and_delete", vaults.find_one_and_delete(filter()).comment(MARK)).await;
    heard.calls("delete_one", vaults.delete_one(filter()).comment(MARK)).await;
    let writes = || {
        (
            Write::insert_one(&new),
            Write::update_one(filter(), update()),
            Write::update_many(filter(), update()),
            Write::replace_one(filter(), &known),
            Write::save(&known),
            Write::delete_one(filter()),
        )
    };
    heard.calls("bulk_write", vaults.bulk_write(writes()).comment(MARK)).await;
    heard.calls("bulk_write", vaults.bulk_write(writes()).ordered(false).let_(&variable, MARK)).await;
    heard.calls("delete_many", vaults.delete_many(filter()).comment(MARK)).await;
    let late = vaults.find_one(filter()).comment(MARK).deadline(Duration::from_nanos(1));
    heard.calls("deadline", late).await;
}

/// Returns the collection with its unique index, and a document of the text that [`vault`] passes to `new`.
async fn vaults(db: &Database) -> Collection<Vault> {
    let vaults = db.collection::<Vault>();
    let unique = IndexOptions::builder().unique(true).build();
    let index = IndexModel::builder().keys(doc! { "text": 1 }).options(unique).build();
    vaults.driver().create_index(index).await.unwrap();
    vaults.insert_one(&Vault { text: vault("new").text, ..vault("first") }).await.unwrap();
    vaults
}

/// Filters and updates that are valid, that the server refuses, and that cannot be sent.
fn filters_and_updates() -> Vec<(Filter<Vault>, Update<Vault>)> {
    let v = Vault::fields();
    let right = || v.text().eq(vault("new").text) & v.by().key(MARK).qty().gte(0);
    let raw = |filter: Document| Filter::raw(filter);
    vec![
        (right(), v.by().key(MARK).qty().inc(1) + v.text().set(vault("new").text)),
        (raw(doc! { MARK: { "$gt": MARK } }), Update::raw(doc! { "$set": { MARK: MARK } })),
        (raw(doc! { "text": { "$S3CR3T": MARK } }), Update::raw(doc! { "$S3CR3T": { MARK: MARK } })),
        (raw(doc! { "text": { "$in": MARK } }), Update::raw(doc! { "$inc": { "text": MARK } })),
        (raw(doc! { "text": { "$regex": "S3CR3T(" } }), Update::raw(doc! { "$inc": { "text": 1 } })),
        (raw(doc! { "$expr": { "$toInt": "$text" } }), Update::raw(doc! { "$push": { "text": MARK } })),
        (raw(doc! { "$expr": "$$S3CR3T" }), Update::raw(doc! { "$set": { "text.S3CR3T": MARK } })),
        (right(), Update::raw(doc! { "$set": { "_id": MARK } })),
        (right(), Update::raw(doc! { "$set": { "by.S3CR3T": MARK, "by.S3CR3T.qty": MARK } })),
        (right(), Update::raw(doc! { MARK: MARK })),
        (right(), v.by().key(MARK).qty().inc(1) + v.by().key(MARK).qty().set(2)),
        (v.by().key("S3CR3T.x").qty().eq(1), v.by().key("$S3CR3T").qty().set(1)),
        (v.by().key("S3CR3T\0").qty().eq(1), v.by().key("").qty().set(1)),
        (Filter::raw(doc! { "text": MARK }), Update::raw(doc! {})),
    ]
}

#[odm_test::test]
async fn errors_of_the_server_contain_no_values(db: Database) {
    let heard = Heard::default();
    let guard = tracing::subscriber::set_default(heard.clone());
    let vaults = vaults(&db).await;
    for (filter, update) in filters_and_updates() {
        heard.shows("filter", &filter);
        heard.shows("update", &update);
        every_verb(&heard, &vaults, &filter, &update).await;
    }
    drop(guard);
    heard.is_silent();
    let kinds = heard.kinds();
    for kind in ["DuplicateKey", "Server", "Encode", "Refused", "BulkWrite", "Timeout"] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
}

#[odm_test::test]
async fn rejections_of_the_validator_contain_no_values(db: Database) {
    let heard = Heard::default();
    let vaults = vaults(&db).await;
    let schema = doc! { "$jsonSchema": { "properties": {
        "text": { "maxLength": 3, "enum": ["one"] },
        "list": { "uniqueItems": true, "items": { "bsonType": "int" } },
        "by": { "patternProperties": { "^S": { "properties": { "qty": { "maximum": 0 } } } } },
    } } };
    db.driver().run_command(doc! { "collMod": "vaults", "validator": schema }).await.unwrap();
    let (filter, update) = filters_and_updates().remove(0);
    every_verb(&heard, &vaults, &filter, &update).await;
    heard.is_silent();
    assert!(heard.kinds().contains("Rejected"));
    let error = vaults.insert_one(&vault("x")).await.unwrap_err();
    let rules = error.rejection().unwrap().rules();
    let by = rules.iter().find(|rule| rule.path() == "by.S3CR3T.qty").unwrap();
    assert_eq!(by.shown_path(), "by.*.qty");
    assert!(error.to_string().contains("`by.*.qty` (maximum)"), "{error}");
}

/// Documents of another program, none of whose fields fit.
#[odm_test::test]
async fn decode_errors_contain_no_values(db: Database) {
    let heard = Heard::default();
    let vaults = db.collection::<Vault>();
    let good = || doc! { "number": 1, "text": "x", "list": [], "by": {} };
    for (id, wrong) in [
        doc! { "number": MARK },
        doc! { "text": { MARK: MARK } },
        doc! { "list": [MARK, 5] },
        doc! { "by": { MARK: MARK } },
        doc! { "by": { MARK: { "qty": MARK } } },
        doc! { "by": { "S3CR3T\n": { "qty": [MARK] } } },
    ]
    .into_iter()
    .enumerate()
    {
        let mut document = doc! { "_id": format!("{MARK}{id}"), MARK: MARK };
        document.extend(good());
        document.extend(wrong);
        vaults.driver().insert_one(document).await.unwrap();
        let id = format!("{MARK}{id}");
        heard.calls("get", vaults.get(id.as_str())).await;
        let v = Vault::fields();
        heard
            .calls(
                "find_one_and_update",
                vaults.find_one_and_update(v.id().eq(id.as_str()), v.number().set(1)),
            )
            .await;
        let found = vaults.find(v.id().eq(id.as_str())).await.unwrap().try_collect::<Vec<_>>().await;
        if let Err(error) = found {
            heard.error("next", &error);
        }
    }
    heard.is_silent();
    assert_eq!(heard.kinds(), BTreeSet::from(["Decode".to_owned()]));
    let error = vaults.get("S3CR3T4").await.unwrap_err();
    let error = error.decode_error().unwrap();
    assert_eq!((error.path(), error.shown_path()), ("by.S3CR3T.qty".to_owned(), "by.*.qty".to_owned()));
    assert!(error.to_string().contains("`by.*.qty`"), "{error}");
}

#[odm_test::test]
async fn errors_before_sending_contain_no_values(db: Database) {
    let heard = Heard::default();
    let vaults = db.collection::<Vault>();
    let (filter, update) = filters_and_updates().remove(0);
    for wrong in [
        Vault { number: 151, ..vault("x") },
        Vault { by: [(MARK.to_owned(), Entry { qty: 10 })].into(), ..vault("x") },
        Vault { by: [("S3CR3T\0".to_owned(), Entry { qty: 1 })].into(), ..vault("x") },
        Vault { text: MARK.repeat(3_000_000), ..vault("x") },
    ] {
        heard.calls("insert_one", vaults.insert_one(&wrong)).await;
        heard.calls("insert_many", vaults.insert_many([&wrong, &wrong])).await;
        heard.calls("save", vaults.save(&wrong)).await;
        heard.calls("replace_one", vaults.replace_one(filter.clone(), &wrong)).await;
        heard.calls("find_one_and_replace", vaults.find_one_and_replace(filter.clone(), &wrong)).await;
        heard.calls("update_one", vaults.update_one(filter.clone(), update.clone()).or_insert(&wrong)).await;
        heard.calls("bulk_write", vaults.bulk_write([Write::insert_one(&wrong), Write::save(&wrong)])).await;
    }
    let v = Vault::fields();
    let parameters = Parameters::<Vault>::new()
        .field("text", v.text())
        .range("number", v.number())
        .sortable("number", v.number());
    heard.shows("parameters", &parameters);
    for (name, text) in [
        (MARK, "1"),
        ("number", MARK),
        ("text[S3CR3T]", MARK),
        ("sort", MARK),
        ("limit", MARK),
        ("skip", MARK),
    ] {
        let bad = parameters.parse([(name, text)]).unwrap_err();
        heard.text("parameters", format!("{bad} {bad:?} {bad:#?}"));
        heard.error("parameters", &bad.into());
    }
    let query = parameters.parse([("text", MARK)]).unwrap();
    heard.shows("query", &query);
    heard.shows("path", &v.by().key(MARK).qty());
    heard.shows("sort", &v.by().key(MARK).qty().asc());
    heard.is_silent();
    let kinds = heard.kinds();
    for kind in ["Invalid", "Encode", "TooLarge", "BadParameters"] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
}

/// The driver keeps details of a failed call and prints them in the errors of later calls.
#[tokio::test]
async fn errors_contain_no_values_of_earlier_calls() {
    // Each failure and the next one have a server, and all servers are used at once, because the driver waits most of
    // the time.
    let failures = [
        (doc! { "times": 1 }, doc! { "writeConcernError": { "code": 91, "errmsg": MARK } }),
        (doc! { "times": 2 }, doc! { "errorCode": 10107 }),
        (doc! { "times": 1 }, doc! { "errorCode": 11600 }),
        (doc! { "times": 3 }, doc! { "closeConnection": true }),
        (doc! { "times": 1 }, doc! { "errorCode": 26, "errorLabels": [MARK] }),
    ];
    let next = failures.iter().cycle().skip(1);
    join_all(failures.iter().zip(next).map(|(one, next)| calls_after([one, next]))).await;
}

/// Makes the calls after each failure, and then without a connection.
async fn calls_after(failures: [&(Document, Document); 2]) {
    let heard = Heard::default();
    let server = own().await;
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some("behind".to_owned());
    options.server_selection_timeout = Some(Duration::from_millis(600));
    options.heartbeat_freq = Some(Duration::from_secs(60));
    let db = Database::connect_with(options, "behind").unwrap();
    db.drop_database().await.unwrap();
    let vaults = vaults(&db).await;
    let (filter, update) = filters_and_updates().remove(0);
    for (mode, data) in failures {
        let commands = [
            "insert",
            "update",
            "delete",
            "findAndModify",
            "find",
            "aggregate",
            "getMore",
            "distinct",
            "count",
        ];
        fail(&server, "behind", mode.clone(), &commands, data.clone()).await;
        heard.calls("insert_many", vaults.insert_many([vault("new"), vault("known")]).comment(MARK)).await;
        every_verb(&heard, &vaults, &filter, &update).await;
    }
    // All connections are closed, so the driver no longer knows the state of the server.
    let hello = ["hello", "isMaster", "ismaster", "ping", "insert"];
    fail(&server, "behind", "alwaysOn", &hello, doc! { "closeConnection": true }).await;
    heard.calls("insert_many", vaults.insert_many([vault("new"), vault("known")])).await;
    heard.calls("find_one", vaults.find_one(filter).comment(MARK)).await;
    if let Err(error) = db.ping().await {
        heard.error("ping", &error);
    }
    fail(&server, "behind", "off", &hello, doc! {}).await;
    heard.is_silent();
}

#[odm_test::test]
async fn uri_errors_contain_no_passwords(db: Database, server: Server) {
    let heard = Heard::default();
    let guard = tracing::subscriber::set_default(heard.clone());
    let host = server.uri().split(['/', '?']).nth(2).unwrap();
    let host = host.rsplit('@').next().unwrap();
    let options = "serverSelectionTimeoutMS=500&directConnection=true";
    for uri in [
        format!("mongodb://ada:S3CR3T@{host}/shop?{options}"),
        format!("mongodb://S3CR3T:S3CR3T@{host}/shop?{options}&authSource=S3CR3T"),
        format!("mongodb://ada:S3CR3T@127.0.0.1:9/shop?{options}"),
        format!("mongodb://{host}/shop?{options}&appName=S3CR3T&replicaSet=S3CR3T"),
        format!("mongodb://{host}/shop?{options}&tlsCAFile=/S3CR3T"),
        format!("mongodb://{host}/shop?{options}&tlsCertificateKeyFile=/S3CR3T"),
        format!("mongodb://ada:S3CR3T%40{host}/shop"),
        format!("mongodb://ada;S3CR3T@@{host}/shop"),
        "mongodb://ada:27017/S3CR3T%40host".to_owned(),
        format!("mongodb://{host}/shop?authMechanismProperties=AWS_SESSION_TOKEN:S3CR3T,S3CR3T"),
    ] {
        match Database::connect(&uri).await {
            Err(error) => heard.error(&uri.replace(MARK, ".."), &error),
            Ok(db) => {
                heard.shows("database", &db);
                for _ in 0..2 {
                    if let Err(error) = db.ping().await {
                        heard.error(&uri.replace(MARK, ".."), &error);
                    }
                    heard.calls("find_one", db.collection::<Vault>().find_one(Filter::all())).await;
                }
            }
        }
    }
    drop((guard, db));
    heard.is_silent();
    let kinds = heard.kinds();
    for kind in ["Config", "Unauthorized", "Unavailable"] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
}
