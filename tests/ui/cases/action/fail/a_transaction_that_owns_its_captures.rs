use odm::{Collection, Database, Filter};
use odm_integration::story::Order;

fn main() {}

async fn mistakes(db: Database, orders: Collection<Order>) -> odm::Result<()> {
    let mut runs = 0;
    db.transaction(async |_tx| {
        runs += 1;
        Ok(())
    })
    .await?;
    db.transaction(async move |mut tx| orders.count(Filter::all()).session(&mut tx).await).await?;
    Ok(())
}
