use odm::{Collection, Database, Filter};
use odm_integration::story::Order;

fn main() {}

async fn mistake(db: Database, orders: Collection<Order>) -> odm::Result<(u64, u64)> {
    db.transaction(async |mut tx| {
        let one = orders.count(Filter::all()).session(&mut tx);
        let two = orders.count(Filter::all()).session(&mut tx);
        Ok((one.await?, two.await?))
    })
    .await
}
