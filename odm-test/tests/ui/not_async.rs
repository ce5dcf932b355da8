#[odm_test::test]
fn counts(db: odm::Database) {
    let _ = db;
}

fn main() {}
