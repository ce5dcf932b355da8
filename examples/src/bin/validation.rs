//! The program of the guide's chapter on validation: the bookings of a small hotel.
//!
//! `cargo run -p examples --bin validation`. It finds or starts a MongoDB server automatically.

use odm::{
    Database, Embedded, Id, Model, Value,
    bson::{DateTime, Document, doc},
    models,
    schema::ModelValidator,
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "bookings", validator)]
#[odm(validate(compare(arrives < leaves), required_together(street, city)))]
struct Booking {
    id: Id<Booking>,
    #[odm(validate(pattern = "^[A-Z]{2}[0-9]{4}$"))]
    code: String,
    #[odm(validate(length(min = 1, max = 4)))]
    guests: Vec<Guest>,
    #[odm(validate(one_of = ["single", "double"]))]
    room: String,
    arrives: DateTime,
    leaves: DateTime,
    payment: Payment,
    street: Option<String>,
    city: Option<String>,
}

#[derive(Debug, Clone, Embedded)]
struct Guest {
    #[odm(validate(length(min = 1)))]
    name: String,
    #[odm(validate(range(max = 130)))]
    age: u8,
    #[odm(validate(email))]
    email: Option<String>,
}

#[derive(Debug, Clone, Value)]
#[serde(tag = "kind")]
enum Payment {
    Cash,
    Card {
        #[odm(validate(length(equal = 4)))]
        last4: String,
    },
}

/// The second version of the program: larger groups, and a shorter list of rooms.
mod second {
    use super::{DateTime, Guest, Id, Model, Payment};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "bookings", validator)]
    #[odm(validate(compare(arrives < leaves), required_together(street, city)))]
    pub(crate) struct Booking {
        id: Id<Booking>,
        #[odm(validate(pattern = "^[A-Z]{2}[0-9]{4}$"))]
        code: String,
        #[odm(validate(length(min = 1, max = 6)))]
        guests: Vec<Guest>,
        #[odm(validate(one_of = ["double"]))]
        room: String,
        arrives: DateTime,
        leaves: DateTime,
        payment: Payment,
        street: Option<String>,
        city: Option<String>,
        remark: Option<String>,
    }
}

fn booking() -> Booking {
    let ada = Guest { name: "Ada".into(), age: 36, email: Some("ada@example.com".into()) };
    Booking {
        id: Id::new(),
        code: "NO1234".into(),
        guests: vec![ada],
        room: "single".into(),
        arrives: DateTime::from_millis(1_767_225_600_000),
        leaves: DateTime::from_millis(1_767_398_400_000),
        payment: Payment::Card { last4: "4242".into() },
        street: None,
        city: None,
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("validation").await?;
    in_the_client(&db).await?;
    plan(&db).await?;
    on_the_server(&db).await?;
    scan(&db).await?;
    db.drop_database().await?;
    Ok(())
}

async fn in_the_client(db: &Database) -> odm::Result<()> {
    let bookings = db.collection::<Booking>();
    let mut wrong = booking();
    wrong.code = "no1234".into();
    wrong.guests[0].age = 131;
    wrong.guests[0].email = Some("ada".into());
    wrong.leaves = wrong.arrives;
    wrong.street = Some("Storgata 1".into());
    if let Err(error) = bookings.insert_one(&wrong).await {
        assert!(error.is_invalid() && error.is_not_sent());
        print(&error);
    }
    Ok(())
}

async fn plan(db: &Database) -> anyhow::Result<()> {
    let schema = db.schema(models![Booking]);
    let plan = schema.plan().await?;
    println!("{plan}");
    plan.apply().await?;
    println!("again: {}", schema.plan().await?);

    let validator = ModelValidator::of::<Booking>();
    let properties = validator.json_schema().get_document("properties")?;
    println!("{}", properties.get_document("guests")?);
    Ok(())
}

async fn on_the_server(db: &Database) -> odm::Result<()> {
    let bookings = db.collection::<Booking>();
    let stored = booking();
    bookings.insert_one(&stored).await?;

    // Another program writes without the model.
    let another = db.driver().collection::<Document>("bookings");
    let changed = another.update_one(doc! {}, doc! { "$set": { "room": "suite" } }).await;
    println!("another program: {}", changed.is_err());

    // Without the rules of the client, those of the server hold.
    let b = Booking::fields();
    let update = b.room().set("suite") + b.payment().set(Payment::Card { last4: "42".into() });
    if let Err(error) = bookings.update_one(b.id().eq(stored.id), update).skip_rules().await {
        assert!(error.is_rejected());
        print(&error);
    }
    Ok(())
}

fn print(error: &odm::Error) {
    for violation in error.violations().into_iter().flatten() {
        println!("{violation}");
    }
}

async fn scan(db: &Database) -> odm::Result<()> {
    let schema = db.schema(models![second::Booking]);
    let plan = schema.plan().await?;
    println!("{plan}");
    let scan = schema.scan().await?;
    for finding in scan.collections()[0].findings() {
        println!("{} documents: {}", finding.count(), finding.problem());
        println!("for example: {}", finding.samples()[0].reason());
    }
    if scan.is_clean() {
        plan.apply().allow_narrowing().await?;
    }
    Ok(())
}
