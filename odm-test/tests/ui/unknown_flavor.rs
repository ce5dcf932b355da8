#[odm_test::test(flavor = "many")]
async fn counts(db: odm::Database) {
    let _ = db;
}

fn main() {}
