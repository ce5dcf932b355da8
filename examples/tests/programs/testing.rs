//! The tests of the service in the program `testing`, which the guide's chapter on testing shows.

#[path = "../../src/bin/testing/service.rs"]
mod service;

use odm::{Database, models};
use odm_test::{Commands, ReplicaSet};

use self::service::{Customer, Order, count, fill, waiting};

#[odm_test::test]
async fn a_customer_with_an_open_order_waits(db: Database) -> odm::Result<()> {
    fill(&db).await?;
    let names = waiting(&db).await?;
    assert_eq!(names.iter().filter(|name| *name == "Ada").count(), 6);
    Ok(())
}

#[odm_test::test]
async fn the_customers_are_loaded_with_one_command(db: Database, commands: Commands) -> odm::Result<()> {
    fill(&db).await?;
    commands.take();
    waiting(&db).await?;
    let sent = commands.take();
    let collections: Vec<_> =
        sent.iter().map(|command| command.get_str("find").unwrap_or("another command")).collect();
    assert_eq!(collections, ["orders", "customers"]);
    Ok(())
}

#[odm_test::test(lint = "fail")]
async fn every_query_has_an_index(db: Database) -> odm::Result<()> {
    db.schema(models![Order, Customer]).plan().await?.apply().await?;
    fill(&db).await?;
    waiting(&db).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_survive_the_death_of_the_primary() -> Result<(), Box<dyn std::error::Error>> {
    let set = ReplicaSet::start().await?;
    let db = set.database("shop").await?;
    fill(&db).await?;

    let killed = set.kill_primary().await?;
    assert_eq!(count(&db).await?, 24);

    killed.restart().await?;
    set.stop().await;
    Ok(())
}
