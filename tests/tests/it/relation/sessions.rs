//! Includes in sessions and transactions, and joins.

use odm::{Shape, relation::referenced};

use super::*;

#[odm_test::test]
async fn hops_in_a_transaction_see_its_writes(db: Database, server: Server) {
    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, &[post("old", &ada)]).await;
    store(&db, &[comment(&post("x", &ada), None, 0)]).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (posts, users, comments) =
        (db.collection::<Post>(), db.collection::<User>(), db.collection::<Comment>());
    let c = Comment::fields();
    let eve = user("eve");
    let written = post("new", &eve);
    let loaded = db
        .transaction(async |mut tx| {
            users.insert_one(&eve).session(&mut tx).await?;
            posts.insert_one(&written).session(&mut tx).await?;
            comments.insert_one(&comment(&written, Some(&eve), 1)).session(&mut tx).await?;
            let found = posts.find(Post::fields().title().eq("new")).include(|p| {
                (
                    p.author().required(),
                    p.referred_by(c.post()).include(|c| c.author()),
                    p.referred_by(c.post()).sort(c.at().desc()).limit(3),
                )
            });
            found.session(&mut tx).await
        })
        .await
        .unwrap();
    let (author, all, first) = &loaded[0].links;
    assert_eq!(**author, eve);
    assert_eq!(all[0].links.as_ref().unwrap().found(), Some(&eve));
    assert_eq!(first.len(), 1);
    let sent = commands.take_whole();
    assert_eq!(sent.len(), 3 + 5 + 1);
    let number = sent[0].get("txnNumber").unwrap();
    assert!(sent.iter().all(|command| command.get("txnNumber") == Some(number)));

    // The session may be passed before the include, and to documents that are loaded already.
    let found = db
        .transaction(async |mut tx| {
            let found = posts.find(Filter::all()).session(&mut tx).include(|p| p.author()).await?;
            let documents = found.into_iter().map(|post| post.doc);
            posts.include(documents, |p| p.author()).session(&mut tx).await
        })
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
}

#[odm_test::test]
async fn a_snapshot_has_the_documents_of_one_moment(db: Database) {
    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, &[post("a", &ada)]).await;
    let (posts, users) = (db.collection::<Post>(), db.collection::<User>());
    let mut session = db.session().snapshot().await.unwrap();
    posts.find_one(Filter::all()).session(&mut session).await.unwrap();
    users.delete_one(User::fields().id().eq(ada.id)).await.unwrap();
    let loaded = posts.find(Filter::all()).include(|p| p.author()).session(&mut session).await.unwrap();
    assert_eq!(loaded[0].links.found(), Some(&ada));
    let loaded = posts.find(Filter::all()).include(|p| p.author()).await.unwrap();
    assert!(loaded[0].links.is_dangling());
}

#[odm_test::test]
async fn an_error_of_one_hop_is_the_error_of_the_include(db: Database) {
    let ada = user("ada");
    store(&db, &[post("a", &ada)]).await;
    let c = Comment::fields();
    let mut session = db.session().await.unwrap();
    let posts = db.collection::<Post>();
    let error = posts
        .find(Filter::all())
        .include(|p| (p.author(), p.referred_by(c.post()).filter(doc! { "$wrong": 1 }), p.tags()))
        .session(&mut session)
        .await
        .unwrap_err();
    assert_eq!(error.operation(), Some("include"));
    assert!(error.namespace().unwrap().ends_with(".comments"));
    // The session can be used again.
    posts.find(Filter::all()).include(|p| p.author()).session(&mut session).await.unwrap();
}

#[derive(Debug, PartialEq, Shape)]
struct Authors {
    authors: Vec<User>,
}

#[odm_test::test]
async fn a_reference_is_a_lookup(db: Database, server: Server) {
    let (ada, gone) = (user("ada"), user("gone"));
    store(&db, std::slice::from_ref(&ada)).await;
    let tags = ["x", "y"].map(|id| Tag { id: Id::from(id), label: id.to_uppercase() });
    store(&db, &tags).await;
    let tagged = Post { tags: vec![Id::from("y"), Id::from("x")], ..post("a", &ada) };
    store(&db, &[tagged, post("b", &gone)]).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let rows: Vec<odm::pipeline::With<Post, Authors>> = db
        .collection::<Post>()
        .aggregate()
        .lookup(|p| AuthorsOf { authors: referenced(p.author()) })
        .sort(|p| p.title().asc())
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows[0].added.authors, std::slice::from_ref(&ada));
    assert!(rows[1].added.authors.is_empty());
    let lookup = doc! { "$lookup": {
        "from": "users", "localField": "author", "foreignField": "_id", "as": "authors",
    } };
    assert_eq!(commands.take()[0].get_array("pipeline").unwrap()[0], lookup.into());

    let rows: Vec<odm::pipeline::With<Post, Tags>> = db
        .collection::<Post>()
        .aggregate()
        .lookup(|p| TagsOf {
            labels: referenced(p.tags()).pipeline(|tags| tags.sort(|t| t.label().asc()).limit(1)),
        })
        .sort(|p| p.title().asc())
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rows[0].added.labels, tags[..1]);

    // Through an `Option`, and in an embedded document.
    let pipeline =
        odm::Pipeline::<User>::new().lookup(|u| EmployersOf { employers: referenced(u.company()) });
    assert_eq!(
        pipeline.to_string(),
        r#"[{ "$lookup": { "from": "companies", "localField": "company", "foreignField": "_id", "as": "employers" } }]"#
    );
    let pipeline =
        odm::Pipeline::<Post>::new().lookup(|p| AuthorsOf { authors: referenced(p.review().by()) });
    assert!(pipeline.to_string().contains(r#""localField": "review.reviewer""#), "{pipeline}");
}

#[derive(Debug, PartialEq, Shape)]
struct Employers {
    employers: Vec<Company>,
}

#[derive(Debug, PartialEq, Shape)]
struct Tags {
    labels: Vec<Tag>,
}
