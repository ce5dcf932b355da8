#[odm_test::test(flavour = "multi_thread")]
async fn counts(db: odm::Database) {
    let _ = db;
}

fn main() {}
