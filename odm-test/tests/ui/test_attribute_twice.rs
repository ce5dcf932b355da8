#[odm_test::test]
#[test]
async fn counts(db: odm::Database) {
    let _ = db;
}

fn main() {}
