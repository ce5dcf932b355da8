//! Which commands includes send.

use super::*;

#[odm_test::test]
async fn a_thousand_parents_over_two_hops_are_three_commands(db: Database, server: Server) {
    let companies: Vec<_> = (0..200).map(|n| Company { id: Id::new(), name: format!("c{n}") }).collect();
    let users: Vec<_> = (0..1_000_usize)
        .map(|n| User { company: Some(companies[n % 200].id), ..user(&format!("u{n}")) })
        .collect();
    let posts: Vec<_> = (0..1_000).map(|n| post(&format!("{n:04}"), &users[n])).collect();
    store(&db, &companies).await;
    store(&db, &users).await;
    store(&db, &posts).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let p = Post::fields();
    let loaded = db
        .collection::<Post>()
        .find(Filter::all())
        .sort(p.title().asc())
        .include(|p| p.author().include(|u| u.company()))
        .await
        .unwrap();

    let author_ids: Vec<_> = users.iter().map(|user| *user.id.key()).collect();
    let sent = commands.take();
    assert_eq!(sent.len(), 3);
    // The first 200 authors have all companies, in this order.
    let company_ids: Vec<_> = companies.iter().map(|company| *company.id.key()).collect();
    let asked: Vec<_> = sent.iter().map(|command| command.get_document("filter").unwrap().clone()).collect();
    assert_eq!(asked[0], doc! {});
    assert_eq!(asked[1], doc! { "_id": { "$in": author_ids } });
    let Ok(of_companies) = asked[2].get_document("_id").and_then(|test| test.get_array("$in")) else {
        panic!()
    };
    let mut of_companies: Vec<_> = of_companies.iter().map(|id| id.as_object_id().unwrap()).collect();
    of_companies.sort();
    let mut sorted = company_ids;
    sorted.sort();
    assert_eq!(of_companies, sorted);

    assert_eq!(loaded.len(), 1_000);
    for (n, post) in loaded.iter().enumerate() {
        assert_eq!(post.doc, posts[n]);
        let author = post.links.found().unwrap();
        assert_eq!(author.doc, users[n]);
        let company = author.links.as_ref().unwrap().found().unwrap();
        assert_eq!(*company, companies[n % 200]);
    }
}

#[odm_test::test]
async fn each_id_is_requested_once_and_shared(db: Database, server: Server) {
    let (ada, bob) = (user("ada"), user("bob"));
    store(&db, &[ada.clone(), bob.clone()]).await;
    let posts = [post("a", &ada), post("b", &bob), post("c", &ada)];
    store(&db, &posts).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let posts = db.collection::<Post>();
    let found = posts.find(Filter::all()).sort(Post::fields().title().asc()).limit(3).include(|p| p.author());
    let loaded = found.await.unwrap();
    commands.assert([
        doc! {
            "find": "posts", "filter": {}, "sort": { "title": 1 }, "limit": 3_i64, "batchSize": i32::MAX,
        },
        doc! {
            "find": "users", "filter": { "_id": { "$in": [*ada.id.key(), *bob.id.key()] } },
            "batchSize": i32::MAX, "collation": { "locale": "simple" },
        },
    ]);
    let authors: Vec<Arc<User>> = loaded.into_iter().map(|post| post.links.into_found().unwrap()).collect();
    assert_eq!(authors.iter().map(|author| &*author.name).collect::<Vec<_>>(), ["ada", "bob", "ada"]);
    assert!(Arc::ptr_eq(&authors[0], &authors[2]));
}

#[odm_test::test]
async fn more_ids_than_a_command_contains_are_several_commands(db: Database, server: Server) {
    let users: Vec<_> = (0..5).map(|n| user(&format!("u{n}"))).collect();
    store(&db, &users).await;
    let posts: Vec<_> = (0..5).map(|n| post(&format!("p{n}"), &users[n])).collect();
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let loaded =
        db.collection::<Post>().include(posts.clone(), |p| p.author()).ids_per_command(2).await.unwrap();
    let asked: Vec<_> =
        commands.take().iter().map(|command| command.get_document("filter").unwrap().clone()).collect();
    let ids: Vec<_> = users.iter().map(|user| *user.id.key()).collect();
    assert_eq!(
        asked,
        [
            doc! { "_id": { "$in": &ids[..2] } },
            doc! { "_id": { "$in": &ids[2..4] } },
            doc! { "_id": { "$in": &ids[4..] } },
        ]
    );
    for (n, post) in loaded.iter().enumerate() {
        assert_eq!(post.doc, posts[n]);
        assert_eq!(*post.links.found().unwrap(), users[n]);
    }
}

#[odm_test::test]
async fn a_hop_without_ids_or_documents_sends_nothing(db: Database, server: Server) {
    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (users, posts) = (db.collection::<User>(), db.collection::<Post>());

    // A user without a company.
    let loaded = users.find(Filter::all()).include(|u| u.company()).await.unwrap();
    assert!(loaded[0].links.is_none());
    assert_eq!(names(&commands), ["find users"]);

    // No posts.
    let (c, none) = (Comment::fields(), Filter::all());
    let loaded =
        posts.find(none).include(|p| (p.author(), p.referred_by(c.post()).limit(2), p.tags())).await.unwrap();
    assert!(loaded.is_empty());
    assert_eq!(names(&commands), ["find posts"]);

    let loaded = posts.include([], |p| p.author()).await.unwrap();
    assert!(loaded.is_empty());
    assert_eq!(names(&commands), Vec::<String>::new());
}

#[odm_test::test]
async fn options_of_the_read_apply_to_its_hops(db: Database, server: Server) {
    use std::time::Duration;

    use odm::mongodb::options::ReadConcern;

    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, &[post("a", &ada)]).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let c = Comment::fields();
    let posts = db.collection::<Post>();
    posts
        .find(Filter::all())
        .comment("blog")
        .max_time(Duration::from_secs(9))
        .read_concern(ReadConcern::majority())
        .include(|p| (p.author(), p.referred_by(c.post()).limit(2)))
        .await
        .unwrap();
    let sent = commands.take();
    assert_eq!(sent.len(), 3);
    for command in &sent {
        assert_eq!(command.get_str("comment").unwrap(), "blog");
        assert_eq!(command.get_document("readConcern").unwrap(), &doc! { "level": "majority" });
        let limit = command.get("maxTimeMS").unwrap();
        assert_eq!(limit.as_i64().or(limit.as_i32().map(i64::from)), Some(9_000));
    }
}

#[odm_test::test]
async fn find_one_and_get_include_too(db: Database, server: Server) {
    let ada = user("ada");
    let written = post("a", &ada);
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, std::slice::from_ref(&written)).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let posts = db.collection::<Post>();
    let p = Post::fields();

    let one = posts.find_one(p.title().eq("a")).include(|p| p.author()).await.unwrap().unwrap();
    assert_eq!((one.doc, one.links.found()), (written.clone(), Some(&ada)));
    assert_eq!(names(&commands), ["find posts", "find users"]);
    let one = posts.get(written.id).include(|p| p.author()).await.unwrap().unwrap();
    assert_eq!(one.title, "a");
    let [first, _] = commands.take().try_into().unwrap();
    let one =
        doc! { "find": "posts", "filter": { "_id": *written.id.key() }, "limit": 1_i64, "singleBatch": true };
    assert_eq!(first, one);
    assert!(posts.get(Id::new()).include(|p| p.author()).await.unwrap().is_none());
    assert_eq!(names(&commands), ["find posts"]);
}

#[odm_test::test]
async fn a_cursor_that_waits_is_refused(db: Database) {
    use odm::mongodb::options::CursorType;

    let posts = db.collection::<Post>();
    let error = posts
        .find(Filter::all())
        .cursor_type(CursorType::Tailable)
        .include(|p| p.author())
        .await
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.ends_with(
            ".posts: an include collects all documents, so its cursor cannot wait for more of them; nothing was sent"
        ),
        "{message}"
    );
}

#[odm_test::test]
async fn a_reply_in_several_batches_is_complete(db: Database, server: Server) {
    // More than 16 MiB of users.
    let users: Vec<_> = (0..20).map(|n| user(&format!("{n}{}", "x".repeat(1 << 20)))).collect();
    store(&db, &users).await;
    let posts: Vec<_> = users.iter().map(|user| post("", user)).collect();
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let loaded = db.collection::<Post>().include(posts, |p| p.author()).await.unwrap();
    assert!(loaded.iter().zip(&users).all(|(post, user)| post.links.found() == Some(user)));
    assert_eq!(names(&commands), ["find users", "getMore -"]);
}

#[odm_test::test]
async fn a_deadline_covers_all_commands(db: Database, server: Server) {
    use std::time::Duration;

    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, &[post("a", &ada)]).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let posts = db.collection::<Post>();
    let loaded =
        posts.find(Filter::all()).include(|p| p.author()).deadline(Duration::from_secs(60)).await.unwrap();
    assert_eq!(loaded[0].links.found(), Some(&ada));
    assert!(commands.take().iter().all(|command| command.contains_key("maxTimeMS")));

    let late = posts.find(Filter::all()).include(|p| p.author()).deadline(Duration::ZERO).await.unwrap_err();
    assert!(late.is_timeout(), "{late}");

    let read: Vec<Post> = posts.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    commands.take();
    let loaded = posts.include(read.clone(), |p| p.author()).deadline(Duration::from_secs(60)).await.unwrap();
    assert_eq!(loaded[0].links.found(), Some(&ada));
    assert!(commands.take().iter().all(|command| command.contains_key("maxTimeMS")));
    let late = posts.include(read, |p| p.author()).deadline(Duration::ZERO).await.unwrap_err();
    assert!(late.is_timeout(), "{late}");
}

#[odm_test::test]
async fn an_include_runs_in_a_task(db: Database) {
    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, &[post("a", &ada)]).await;
    let posts: Collection<Post> = db.collection();
    let task = tokio::spawn(async move {
        let c = Comment::fields();
        posts
            .find(Filter::all())
            .include(|p| {
                (
                    p.author().include(|u| u.company()),
                    p.referred_by(c.post()).limit(1).include(|c| c.author()),
                )
            })
            .await
    });
    assert_eq!(task.await.unwrap().unwrap().len(), 1);
}
