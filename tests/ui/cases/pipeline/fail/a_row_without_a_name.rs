use odm::Database;
use odm_integration::story::Order;

async fn rows(db: &Database) {
    let _ = db.collection::<Order>().aggregate().unwind(|o| o.lines()).await;
}

fn main() {}
