//! Views of the documents that are read, and of those that are included.

use super::*;

#[derive(Debug, PartialEq, View)]
#[odm(of = Post)]
struct Title {
    title: String,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Comment)]
struct Time {
    at: i32,
}

#[odm_test::test]
async fn a_view_need_not_have_the_ids(db: Database, server: Server) {
    let company = Company { id: Id::new(), name: "acme".to_owned() };
    let ada = User { company: Some(company.id), ..user("ada") };
    let written = Post { review: Some(Review { by: ada.id }), ..post("a", &ada) };
    store(&db, std::slice::from_ref(&company)).await;
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, std::slice::from_ref(&written)).await;
    store(&db, &[comment(&written, Some(&ada), 7)]).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let c = Comment::fields();
    let loaded = db
        .collection::<Post>()
        .find(Filter::all())
        .view::<Title>()
        .include(|p| {
            (
                p.author().view::<UserName>().include(|u| u.company()),
                p.review().by().view::<UserName>().required(),
                p.referred_by(c.post()).view::<Time>(),
                p.referred_by(c.post()).sort(c.at().asc()).limit(1).view::<Time>().include(|c| c.author()),
            )
        })
        .await
        .unwrap();
    let post = &loaded[0];
    assert_eq!(post.doc, Title { title: "a".to_owned() });
    let (author, reviewer, comments, first) = &post.links;
    let author = author.found().unwrap();
    assert_eq!(author.name, "ada");
    assert_eq!(author.links.as_ref().unwrap().found(), Some(&company));
    assert_eq!(reviewer.as_ref().unwrap().name, "ada");
    assert_eq!(*comments, [Time { at: 7 }]);
    assert_eq!(first[0].doc, Time { at: 7 });
    assert_eq!(first[0].links.as_ref().unwrap().found(), Some(&ada));

    let mut projections: Vec<_> = commands
        .take()
        .iter()
        .filter_map(|command| Some(command.get_document("projection").ok()?.to_string()))
        .collect();
    projections.sort();
    let mut expected = [
        doc! { "title": 1, "author": 1, "review.reviewer": 1, "_id": 1 },
        doc! { "name": 1, "_id": 1, "company": 1 },
        doc! { "name": 1, "_id": 1 },
        doc! { "at": 1, "_id": 0, "post": 1 },
    ]
    .map(|projection| projection.to_string());
    expected.sort();
    let sorted = |text: &String| {
        let mut fields: Vec<_> = text.trim_matches(['{', '}', ' ']).split(", ").map(str::to_owned).collect();
        fields.sort();
        fields
    };
    let mut found: Vec<_> = projections.iter().map(sorted).collect();
    let mut expected: Vec<_> = expected.iter().map(sorted).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[odm_test::test]
async fn find_one_and_get_include_in_views_too(db: Database) {
    let ada = user("ada");
    let written = post("a", &ada);
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, std::slice::from_ref(&written)).await;
    let posts = db.collection::<Post>();
    let one = posts.get(written.id).view::<Title>().include(|p| p.author()).await.unwrap().unwrap();
    assert_eq!((one.doc.title.as_str(), one.links.found()), ("a", Some(&ada)));
    let p = Post::fields();
    let one = posts.find_one(p.title().eq("a")).view::<Title>().include(|p| p.author());
    let mut session = db.session().await.unwrap();
    let one = one.session(&mut session).await.unwrap().unwrap();
    assert_eq!(one.links.found(), Some(&ada));
}

#[odm_test::test]
async fn a_view_of_documents_that_contain_versions_is_refused(db: Database) {
    #[derive(Debug, Clone, Model)]
    #[odm(collection = "sheets")]
    struct Sheet {
        id: Id<Sheet>,
        name: String,
        part: Part,
    }

    #[derive(Debug, Clone, Embedded)]
    #[odm(schema_version = 1)]
    struct Part {
        user: Id<User>,
    }

    #[derive(Debug, View)]
    #[odm(of = Sheet)]
    struct SheetName {
        #[allow(dead_code)] // the include is refused
        name: String,
    }

    let sheet = Sheet { id: Id::new(), name: "a".to_owned(), part: Part { user: Id::new() } };
    store(&db, &[sheet]).await;
    let sheets = db.collection::<Sheet>();
    assert!(sheets.find(Filter::all()).include(|s| s.part().user()).await.unwrap()[0].links.is_dangling());
    let error =
        sheets.find(Filter::all()).view::<SheetName>().include(|s| s.part().user()).await.unwrap_err();
    assert_eq!(
        error.kind().to_string(),
        "an embedded document of `Sheet` has a `schema_version`, so the references of a view cannot be read: read the \
         model in place of the view; nothing was sent"
    );
}
