#[odm_test::test(worker_threads = 2)]
async fn counts(db: odm::Database) {
    let _ = db;
}

fn main() {}
