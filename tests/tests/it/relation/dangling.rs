//! References to documents that do not exist, and documents that do not fit.

use odm::relation::Linked;

use super::*;

#[odm_test::test]
async fn a_dangling_reference_has_its_id(db: Database) {
    let gone = user("gone");
    let loaded = db.collection::<Post>().include([post("a", &gone)], |p| p.author()).await.unwrap();
    assert_eq!(loaded[0].links, Linked::Dangling(gone.id));
    assert!(loaded[0].links.is_dangling());
    assert!(loaded[0].links.found().is_none());
    assert!(loaded[0].links.clone().into_found().is_none());
    assert_eq!(format!("{:?}", loaded[0].links), format!("Dangling({:?})", gone.id));
}

#[odm_test::test]
async fn a_required_reference_that_dangles_is_an_error(db: Database) {
    let (ada, gone) = (user("ada"), user("gone"));
    store(&db, std::slice::from_ref(&ada)).await;
    let posts = db.collection::<Post>();
    let loaded = posts.include([post("a", &ada)], |p| p.author().required()).await.unwrap();
    let author: &Arc<User> = &loaded[0].links;
    assert_eq!(**author, ada);

    let error =
        posts.include([post("a", &ada), post("b", &gone)], |p| p.author().required()).await.unwrap_err();
    assert!(error.is_dangling() && !error.is_retryable() && !error.is_not_sent());
    let message = error.to_string();
    assert!(
        message.ends_with(
            ".users: `author` of a document in `posts` is a required reference, but `users` has no such document"
        ),
        "{message}"
    );
    let dangling = error.dangling_reference().unwrap();
    assert_eq!((dangling.collection(), dangling.path(), dangling.target()), ("posts", "author", "users"));
    assert_eq!(dangling.id(), &(*gone.id.key()).into());
    assert!(!format!("{error:?} {dangling:?}").contains(&gone.id.to_string()));
    assert!(error.restriction().is_none());
}

#[odm_test::test]
async fn a_loaded_document_that_does_not_fit_is_an_error(db: Database) {
    let ada = user("ada");
    let users = db.driver().collection::<Document>("users");
    users.insert_one(doc! { "_id": *ada.id.key(), "name": 5 }).await.unwrap();
    let error = db.collection::<Post>().include([post("a", &ada)], |p| p.author()).await.unwrap_err();
    assert!(error.is_decode());
    let decode = error.decode_error().unwrap();
    assert_eq!((decode.collection(), decode.path()), (Some("users"), "name".to_owned()));
    assert_eq!(error.operation(), Some("include"));

    // Of the first read.
    db.driver().collection::<Document>("posts").insert_one(doc! { "title": 5 }).await.unwrap();
    let error = db.collection::<Post>().find(Filter::all()).include(|p| p.author()).await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.operation(), Some("find"));
}

#[test]
fn json_has_the_documents_and_the_ids_of_those_that_dangle() {
    #[derive(Debug, Clone, serde::Serialize, Model)]
    #[odm(collection = "pages")]
    struct Page {
        id: Id<Page>,
        next: Id<Page>,
    }

    let (one, two) = (Id::<Page>::new(), Id::<Page>::new());
    let found = Linked::Found(Arc::new(Page { id: one, next: two }));
    assert_eq!(serde_json::to_value(&found).unwrap(), serde_json::json!({ "id": one, "next": two }));
    assert_eq!(
        serde_json::to_value(Linked::<Page>::Dangling(two)).unwrap(),
        serde_json::json!(two.to_string())
    );
}
