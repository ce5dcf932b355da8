//! The first example of the README as a test, because a doctest does not compile a `#[test]`.

use odm::{Database, Id, Model};

#[derive(Debug, Model)]
#[odm(collection = "readers")]
struct Reader {
    id: Id<Reader>,
    #[odm(index(unique))]
    email: String,
}

#[odm_test::test]
async fn two_readers_cannot_share_an_address(db: Database) -> odm::Result<()> {
    // The fresh database has no indexes until you apply them.
    db.schema(odm::models![Reader]).plan().await?.apply().await?;

    let readers = db.collection::<Reader>();
    readers.insert_one(&Reader { id: Id::new(), email: "ada@example.com".into() }).await?;

    let twin = Reader { id: Id::new(), email: "ada@example.com".into() };
    let error = readers.insert_one(&twin).await.unwrap_err();
    assert!(error.is_duplicate_key(), "{error}");
    Ok(())
}

#[test]
fn is_what_the_readme_shows() {
    let (_, here) = include_str!("readme.rs").split_once("\n\n").unwrap();
    let (example, _) = here.split_once("\n#[test]\n").unwrap();
    assert!(include_str!("../../README.md").contains(&format!("```rust,no_run\n{example}```\n")));
}
