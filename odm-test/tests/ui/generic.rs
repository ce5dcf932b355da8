#[odm_test::test]
async fn counts<T>(db: odm::Database) {
    let _ = db;
}

fn main() {}
