//! Deletes by the rules of references.

use std::time::Duration;

use odm::{meta::OnDelete, relation::References};

use super::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "authors")]
struct Author {
    id: Id<Author>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "books")]
struct Book {
    id: Id<Book>,
    #[odm(on_delete = "restrict")]
    author: Id<Author>,
    #[odm(on_delete = "nullify")]
    translator: Option<Id<Author>>,
    #[odm(on_delete = "nullify")]
    editors: Vec<Id<Author>>,
    chapters: Vec<Chapter>,
    #[odm(on_delete = "cascade")]
    series: Option<Id<Series>>,
    #[odm(on_delete = "cascade")]
    successor: Option<Id<Book>>,
    reader: Option<Id<Author>>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Chapter {
    #[odm(on_delete = "nullify")]
    guest: Option<Id<Author>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "series")]
struct Series {
    id: Id<Series>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "reviews")]
struct BookReview {
    id: Id<BookReview>,
    #[odm(on_delete = "cascade")]
    about: About,
    votes: Vec<Vote>,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", content = "id")]
enum About {
    Book(Id<Book>),
    Number(Id<Number>),
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "numbers", key = i32)]
struct Number {
    id: Id<Number>,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind")]
enum Vote {
    Up {
        #[odm(on_delete = "nullify")]
        by: Option<Id<Author>>,
    },
    Down {
        by: Option<Id<Author>>,
    },
}

type All = (Author, Book, Series, BookReview, Number);

fn book(author: Id<Author>) -> Book {
    Book {
        id: Id::new(),
        author,
        translator: None,
        editors: vec![],
        chapters: vec![],
        series: None,
        successor: None,
        reader: None,
    }
}

fn review(book: Id<Book>) -> BookReview {
    BookReview { id: Id::new(), about: About::Book(book), votes: vec![] }
}

async fn stored<M: Model + Send + Sync>(db: &Database) -> Vec<M> {
    db.collection::<M>()
        .find(Filter::all())
        .sort(doc! { "_id": 1 })
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap()
}

async fn create(db: &Database) -> References {
    for name in ["authors", "books", "series", "reviews", "numbers"] {
        db.driver().create_collection(name).await.unwrap();
    }
    db.references::<All>()
}

/// The deadline and the time for retries limit the whole transaction.
#[odm_test::test]
async fn a_delete_can_be_limited(db: Database) {
    let references = create(&db).await;
    let ada = Id::new();
    store(&db, &[Author { id: ada }]).await;
    let late = references.delete(ada).deadline(Duration::ZERO).await.unwrap_err();
    assert!(late.is_timeout(), "{late}");
    assert!(
        late.to_string().starts_with(&format!("delete on {}.authors: the deadline of ", db.name())),
        "{late}"
    );
    let late = references.delete_many([ada]).deadline(Duration::ZERO).await.unwrap_err();
    assert_eq!(late.operation(), Some("delete_many"));
    assert_eq!(stored::<Author>(&db).await.len(), 1);

    // Another transaction has changed the document, and does not end.
    let mut session = db.session().await.unwrap();
    session.start_transaction().await.unwrap();
    let authors = db.collection::<Author>();
    let change = doc! { "$set": { "seen": true } };
    authors.update_one(Author::fields().id().eq(ada), change).session(&mut session).await.unwrap();
    let error = references.delete(ada).retry_for(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.code(), Some(112), "a conflict of writes: {error}");
    session.abort_transaction().await.unwrap();
    assert_eq!(references.delete(ada).retry_for(Duration::from_secs(9)).await.unwrap().total(), 1);
}

#[odm_test::test]
async fn cascades_delete_what_refers_to_the_deleted(db: Database, server: Server) {
    create(&db).await;
    let (ada, series) = (Id::new(), Id::new());
    store(&db, &[Author { id: ada }]).await;
    store(&db, &[Series { id: series }]).await;
    let first = Book { series: Some(series), ..book(ada) };
    let second = Book { successor: Some(first.id), ..book(ada) };
    // Each is the successor of the other, which ends.
    let first = Book { successor: Some(second.id), ..first };
    let other = book(ada);
    store(&db, &[first.clone(), second.clone(), other.clone()]).await;
    let reviews = [review(first.id), review(second.id), review(other.id)];
    store(&db, &reviews).await;

    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let references = recorded.references::<All>();
    let deleted = references.delete(series).await.unwrap();
    let counts = (
        deleted.count::<Series>(),
        deleted.count::<Book>(),
        deleted.count::<BookReview>(),
        deleted.count::<Author>(),
        deleted.total(),
    );
    assert_eq!(counts, (1, 2, 2, 0, 5));
    assert_eq!(stored::<Book>(&db).await, [other]);
    assert_eq!(stored::<BookReview>(&db).await, reviews[2..]);
    assert!(stored::<Series>(&db).await.is_empty());
    // One transaction.
    let sent = commands.take_whole();
    let number = sent[0].get("txnNumber").unwrap();
    assert!(sent.iter().all(|command| command.get("txnNumber") == Some(number)));
    assert!(sent.last().unwrap().contains_key("commitTransaction"));
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "books")]
struct Deleted {
    id: Id<Deleted>,
    #[odm(on_delete = "restrict")]
    author: Id<Author>,
    #[odm(on_delete = "cascade")]
    translator: Option<Id<Author>>,
}

#[odm_test::test]
async fn a_restriction_deletes_nothing(db: Database) {
    let references = create(&db).await;
    let (ada, bob) = (Id::new(), Id::new());
    store(&db, &[Author { id: ada }, Author { id: bob }]).await;
    let written = Book { translator: Some(bob), ..book(ada) };
    store(&db, std::slice::from_ref(&written)).await;

    let error = references.delete_many([bob, ada]).await.unwrap_err();
    assert!(error.is_restricted() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        format!(
            "delete_many on {}.authors: a document in `books` refers to one of `authors` by `author`, whose delete rule \
             is `restrict`; nothing was deleted",
            db.name()
        )
    );
    assert_eq!(error.operation(), Some("delete_many"));
    let restriction = error.restriction().unwrap();
    assert_eq!(
        (restriction.collection(), restriction.path(), restriction.target()),
        ("books", "author", "authors")
    );
    assert_eq!(restriction.id(), &(*written.id.key()).into());
    assert!(!format!("{error:?} {restriction:?}").contains(&written.id.to_string()));
    assert_eq!(stored::<Author>(&db).await.len(), 2);
    assert_eq!(stored::<Book>(&db).await, std::slice::from_ref(&written));

    // What is deleted too restricts nothing.
    let deleted = db.references::<(Author, Deleted)>().delete_many([ada, bob]).await.unwrap();
    assert_eq!((deleted.count::<Author>(), deleted.count::<Deleted>()), (2, 1));
}

#[odm_test::test]
async fn nullify_removes_the_reference_and_nothing_else(db: Database) {
    let references = create(&db).await;
    let (ada, bob, eve) = (Id::new(), Id::new(), Id::new());
    store(&db, &[ada, bob, eve].map(|id| Author { id })).await;
    let guest = |guest| Chapter { guest };
    let written = Book {
        translator: Some(bob),
        editors: vec![bob, eve, bob],
        chapters: vec![guest(None), guest(Some(bob)), guest(Some(eve))],
        reader: Some(bob),
        ..book(ada)
    };
    let other = Book { translator: Some(eve), ..book(ada) };
    store(&db, &[written.clone(), other.clone()]).await;
    let voted = BookReview {
        votes: vec![Vote::Up { by: Some(bob) }, Vote::Down { by: Some(bob) }, Vote::Up { by: Some(eve) }],
        ..review(Id::new())
    };
    store(&db, std::slice::from_ref(&voted)).await;

    let deleted = references.delete(bob).await.unwrap();
    assert_eq!((deleted.count::<Author>(), deleted.total()), (1, 1));
    assert_eq!((deleted.nullified::<Book>(), deleted.nullified::<BookReview>()), (3, 1));
    let expected = Book {
        translator: None,
        editors: vec![eve],
        chapters: vec![guest(None), guest(None), guest(Some(eve))],
        // No rule: it dangles.
        reader: Some(bob),
        ..written
    };
    assert_eq!(stored::<Book>(&db).await, [expected, other]);
    let votes = vec![Vote::Up { by: None }, Vote::Down { by: Some(bob) }, Vote::Up { by: Some(eve) }];
    assert_eq!(stored::<BookReview>(&db).await, [BookReview { votes, ..voted }]);
}

#[odm_test::test]
async fn only_the_right_variant_is_deleted(db: Database) {
    let references = create(&db).await;
    let number = Number { id: Id::from(1) };
    store(&db, std::slice::from_ref(&number)).await;
    let of_number = BookReview { about: About::Number(number.id), ..review(Id::new()) };
    store(&db, std::slice::from_ref(&of_number)).await;
    // Another variant with the same number, as another program stores it.
    let reviews = db.driver().collection::<Document>("reviews");
    reviews.insert_one(doc! { "about": { "kind": "Book", "id": 1 }, "votes": [] }).await.unwrap();
    let deleted = references.delete(number.id).await.unwrap();
    assert_eq!((deleted.count::<Number>(), deleted.count::<BookReview>()), (1, 1));
    assert_eq!(reviews.count_documents(doc! {}).await.unwrap(), 1);
}

#[odm_test::test]
async fn a_document_that_does_not_exist_changes_nothing(db: Database) {
    let references = create(&db).await;
    let gone = Id::new();
    store(&db, &[review(gone)]).await;
    let deleted = references.delete(gone).await.unwrap();
    assert_eq!(deleted.total(), 0);
    assert_eq!(stored::<BookReview>(&db).await.len(), 1);
    assert_eq!(references.delete_many(Vec::<Id<Book>>::new()).await.unwrap().total(), 0);
}

#[odm_test::test]
async fn many_documents_are_deleted_in_several_commands(db: Database) {
    let references = create(&db).await;
    let series = Series { id: Id::new() };
    store(&db, std::slice::from_ref(&series)).await;
    let books: Vec<_> = (0..2_100).map(|_| Book { series: Some(series.id), ..book(Id::new()) }).collect();
    store(&db, &books).await;
    let reviews: Vec<_> = books.iter().map(|book| review(book.id)).collect();
    store(&db, &reviews).await;
    let deleted = references.delete(series.id).await.unwrap();
    assert_eq!((deleted.count::<Book>(), deleted.count::<BookReview>()), (2_100, 2_100));
}

#[odm_test::test]
async fn it_can_be_part_of_a_transaction(db: Database) {
    let references = create(&db).await;
    let written = book(Id::new());
    store(&db, std::slice::from_ref(&written)).await;
    store(&db, &[review(written.id)]).await;
    let aborted = db
        .transaction(async |mut tx| {
            let deleted = references.delete(written.id).session(&mut tx).await?;
            assert_eq!(deleted.total(), 2);
            tx.abort().await.map(drop)
        })
        .await;
    aborted.unwrap();
    assert_eq!(stored::<BookReview>(&db).await.len(), 1);
    db.transaction(async |mut tx| references.delete(written.id).session(&mut tx).await.map(drop))
        .await
        .unwrap();
    assert!(stored::<BookReview>(&db).await.is_empty());

    let mut session = db.session().await.unwrap();
    let error = references.delete(written.id).session(&mut session).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "delete on {}.books: deletes by the rules of references are several commands that belong together: start a \
             transaction in the session, or leave the session out; nothing was sent",
            db.name()
        )
    );
    session.start_transaction().await.unwrap();
    references.delete(written.id).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
}

/// Returns the error of a delete with these models.
async fn refusal<M: Model>(references: &References, id: Id<M>) -> String {
    let error = references.delete(id).await.unwrap_err();
    assert!(error.is_not_sent());
    error.to_string()
}

#[odm_test::test]
async fn rules_that_cannot_be_applied_are_refused(db: Database) {
    // The derive checks the type of the field, but not what is inside of the documents in it.
    #[derive(Debug, Clone, Model)]
    #[odm(collection = "wrongs")]
    struct NotAReference {
        id: Id<NotAReference>,
        #[odm(on_delete = "cascade")]
        title: Title,
    }

    #[derive(Debug, Clone, Embedded)]
    struct Title {
        text: String,
    }

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "wrongs")]
    struct NotNullable {
        id: Id<NotNullable>,
        #[odm(on_delete = "nullify")]
        written: Written,
    }

    #[derive(Debug, Clone, Embedded)]
    struct Written {
        by: Id<Author>,
    }

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "wrongs")]
    struct InMap {
        id: Id<InMap>,
        #[odm(on_delete = "restrict")]
        roles: Roles,
    }

    #[derive(Debug, Clone, Embedded)]
    struct Roles {
        authors: std::collections::BTreeMap<String, Id<Author>>,
    }

    #[derive(Debug, Clone, Value)]
    #[serde(untagged)]
    enum Either {
        Author(Id<Author>),
        Name(String),
    }

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "wrongs")]
    struct InUntagged {
        id: Id<InUntagged>,
        #[odm(on_delete = "restrict")]
        author: Either,
    }

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "wrongs")]
    struct InArrays {
        id: Id<InArrays>,
        #[odm(on_delete = "restrict")]
        teams: Teams,
    }

    #[derive(Debug, Clone, Embedded)]
    struct Teams {
        authors: Vec<Vec<Id<Author>>>,
    }

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "wrongs")]
    struct DeepInArrays {
        id: Id<DeepInArrays>,
        volumes: Vec<Volume>,
    }

    #[derive(Debug, Clone, Embedded)]
    struct Volume {
        chapters: Vec<Chapter>,
    }

    let id = Id::<Author>::new();
    for (message, expected) in [
        (
            refusal(&db.references::<(Author, NotAReference)>(), id).await,
            "`wrongs.title` has a delete rule, but contains no reference; nothing was sent",
        ),
        (
            refusal(&db.references::<(Author, NotNullable)>(), id).await,
            "`wrongs.written.by` cannot be nullified: declare it as an `Option` or a list; nothing was sent",
        ),
        (
            refusal(&db.references::<(Author, InMap)>(), id).await,
            "`wrongs.roles.authors.*` is a reference in a map, which the server cannot find by its id: a map has no delete \
             rule; nothing was sent",
        ),
        (
            refusal(&db.references::<(Author, InUntagged)>(), id).await,
            "`wrongs.author` is a reference in an untagged enum, which does not show to which model it refers; nothing \
             was sent",
        ),
        (
            refusal(&db.references::<(Author, InArrays)>(), id).await,
            "`wrongs.teams.authors` is a reference in an array inside of an array, which has no delete rule; nothing was sent",
        ),
        (
            refusal(&db.references::<(Author, DeepInArrays)>(), id).await,
            "`wrongs.volumes.chapters.guest` cannot be nullified, because it is in arrays inside of others; nothing was \
             sent",
        ),
    ] {
        assert_eq!(message, format!("delete on {}.authors: {expected}", db.name()));
    }
    let message = refusal(&db.references::<(Author, Book)>(), Id::<Series>::new()).await;
    assert!(
        message.starts_with(&format!("delete on {}.series: `", db.name()))
            && message.contains("::Series` is not one of the models of `references`: ")
    );
}

#[test]
fn rules_are_data() {
    let rules: Vec<_> =
        Book::MODEL.references().iter().map(|one| (one.path().to_owned(), one.on_delete())).collect();
    let expected = [
        ("author", Some(OnDelete::Restrict)),
        ("translator", Some(OnDelete::Nullify)),
        ("editors", Some(OnDelete::Nullify)),
        ("chapters.guest", Some(OnDelete::Nullify)),
        ("series", Some(OnDelete::Cascade)),
        ("successor", Some(OnDelete::Cascade)),
        ("reader", None),
    ]
    .map(|(path, rule)| (path.to_owned(), rule));
    assert_eq!(rules, expected);
    assert_eq!(Book::META.field("author").unwrap().on_delete(), Some(OnDelete::Restrict));
    let votes = BookReview::MODEL.references();
    assert_eq!(
        votes.iter().map(odm::meta::ReferenceMeta::on_delete).collect::<Vec<_>>(),
        [Some(OnDelete::Cascade), Some(OnDelete::Cascade), Some(OnDelete::Nullify), None]
    );
}
