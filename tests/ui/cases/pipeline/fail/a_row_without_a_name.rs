use odm::Database;
use odm_integration::story::Order;

async fn rows(db: &Database) {
    let mut rows = db.collection::<Order>().aggregate().unwind(|o| o.lines()).await.unwrap();
    let _ = rows.next().await;
}

fn main() {}
