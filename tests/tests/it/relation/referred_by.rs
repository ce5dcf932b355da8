//! The documents that refer to others.

use odm::relation::Loaded;

use super::*;

/// Two posts, with comments at the times 0 to 9 in turns, and a third without any.
async fn blog(db: &Database) -> [Post; 3] {
    let ada = user("ada");
    let posts = ["a", "b", "c"].map(|title| post(title, &ada));
    let comments: Vec<_> =
        (0..10).map(|at| comment(&posts[usize::from(at % 2 == 1)], Some(&ada), at)).collect();
    store(db, &[ada]).await;
    store(db, &posts).await;
    store(db, &comments).await;
    db.schema(odm::models![Comment]).plan().await.unwrap().apply().await.unwrap();
    posts
}

fn times<T>(posts: &[Loaded<Post, Vec<T>>], at: impl Fn(&T) -> i32) -> Vec<Vec<i32>> {
    posts.iter().map(|post| post.links.iter().map(&at).collect()).collect()
}

#[odm_test::test]
async fn all_of_them_are_one_find(db: Database, server: Server) {
    let posts = blog(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let c = Comment::fields();
    let loaded = db
        .collection::<Post>()
        .include(posts.clone(), |p| p.referred_by(c.post()).filter(c.at().gt(1)).sort(c.at().desc()))
        .await
        .unwrap();
    assert_eq!(times(&loaded, |comment| comment.at), [vec![8, 6, 4, 2], vec![9, 7, 5, 3], vec![]]);
    let ids = posts.each_ref().map(|post| *post.id.key());
    commands.assert([doc! {
        "find": "comments", "filter": { "post": { "$in": ids }, "at": { "$gt": 1 } }, "sort": { "at": -1 },
        "batchSize": i32::MAX, "collation": { "locale": "simple" },
    }]);
}

#[odm_test::test]
async fn the_first_of_each_are_one_lookup(db: Database, server: Server) {
    let posts = blog(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let c = Comment::fields();
    let loaded = db
        .collection::<Post>()
        .include(posts.clone(), |p| {
            p.referred_by(c.post()).filter(c.at().lt(9)).sort(c.at().desc()).limit(2).include(|c| c.author())
        })
        .await
        .unwrap();
    assert_eq!(times(&loaded, |comment| comment.at), [vec![8, 6], vec![7, 5], vec![]]);
    assert!(
        loaded[0].links.iter().all(|comment| comment.links.as_ref().unwrap().found().unwrap().name == "ada")
    );
    let sent = commands.take();
    assert_eq!(sent.len(), 2);
    let ids: Vec<_> = posts.iter().map(|post| doc! { "_id": { "$literal": *post.id.key() } }).collect();
    assert_eq!(
        sent[0].get_array("pipeline").unwrap(),
        &odm::bson::Bson::from(vec![
            doc! { "$documents": ids },
            doc! { "$lookup": {
                "from": "comments", "localField": "_id", "foreignField": "post",
                "pipeline": [
                    { "$match": { "at": { "$lt": 9 } } }, { "$sort": { "at": -1 } }, { "$limit": 2_i64 },
                ],
                "as": "child",
            } },
            doc! { "$unwind": "$child" },
        ])
        .as_array()
        .unwrap()
        .clone()
    );
}

#[odm_test::test]
async fn chunks_keep_order_and_limit(db: Database, server: Server) {
    let posts = blog(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let c = Comment::fields();
    for limit in [None, Some(3)] {
        let loaded = db
            .collection::<Post>()
            .include(posts.clone(), |p| {
                let all = p.referred_by(c.post()).sort(c.at().asc());
                match limit {
                    Some(limit) => all.limit(limit),
                    None => all,
                }
            })
            .ids_per_command(1)
            .await
            .unwrap();
        let most = limit.map_or(5, |limit| limit as usize);
        let expected = [vec![0, 2, 4, 6, 8], vec![1, 3, 5, 7, 9], vec![]]
            .map(|times| times.into_iter().take(most).collect::<Vec<i32>>());
        assert_eq!(times(&loaded, |comment| comment.at), expected);
        assert_eq!(names(&commands).len(), 3);
    }
}

#[odm_test::test]
async fn a_document_that_is_passed_twice_has_them_twice(db: Database) {
    let [a, b, _] = blog(&db).await;
    let c = Comment::fields();
    for limit in [None, Some(1)] {
        let loaded = db
            .collection::<Post>()
            .include([a.clone(), b.clone(), a.clone()], |p| {
                let all = p.referred_by(c.post()).sort(c.at().asc());
                match limit {
                    Some(limit) => all.limit(limit),
                    None => all,
                }
            })
            .await
            .unwrap();
        assert_eq!(loaded[0], loaded[2]);
        assert_eq!(loaded[0].links[0].at, 0);
        assert_eq!(loaded[1].links[0].at, 1);
    }
}

#[odm_test::test]
async fn a_document_that_refers_to_several_is_one_of_each(db: Database) {
    let tags = ["x", "y", "z"].map(|id| Tag { id: Id::from(id), label: String::new() });
    let ada = user("ada");
    let mut posts = ["a", "b"].map(|title| post(title, &ada));
    posts[0].tags = vec![Id::from("x"), Id::from("y"), Id::from("x")];
    posts[1].tags = vec![Id::from("y")];
    store(&db, &posts).await;
    let p = Post::fields();
    for (limit, per_command) in [(None, 10), (Some(5), 10), (None, 1), (Some(5), 1)] {
        let loaded = db.collection::<Tag>().include(tags.clone(), |t| {
            let all = t.referred_by(p.tags()).sort(p.title().asc());
            match limit {
                Some(limit) => all.limit(limit),
                None => all,
            }
        });
        let loaded = loaded.ids_per_command(per_command).await.unwrap();
        let titles: Vec<Vec<&str>> =
            loaded.iter().map(|tag| tag.links.iter().map(|post| &*post.title).collect()).collect();
        assert_eq!(titles, [vec!["a"], vec!["a", "b"], vec![]], "{limit:?} {per_command}");
    }
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Line {
    user: Id<User>,
    stand_in: Option<Id<User>>,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
enum Owner {
    User(Id<User>),
    Number(Id<Number>),
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "numbers", key = i32)]
struct Number {
    id: Id<Number>,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
enum Counted {
    Number(Id<Number>),
    Other(Id<OtherNumber>),
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "other_numbers", key = i32)]
struct OtherNumber {
    id: Id<OtherNumber>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "bills")]
struct Bill {
    id: Id<Bill>,
    lines: Vec<Line>,
    owner: Owner,
    counted: Counted,
}

#[odm_test::test]
async fn a_reference_in_an_array_or_a_variant_is_found(db: Database) {
    let [a, b, c] = ["a", "b", "c"].map(user);
    let line =
        |user: &User, stand_in: Option<&User>| Line { user: user.id, stand_in: stand_in.map(|user| user.id) };
    let bills = [
        Bill {
            id: Id::new(),
            lines: vec![line(&a, None), line(&b, Some(&c))],
            owner: Owner::User(c.id),
            counted: Counted::Number(Id::from(1)),
        },
        Bill {
            id: Id::new(),
            lines: vec![line(&b, None)],
            owner: Owner::Number(Id::from(1)),
            counted: Counted::Other(Id::from(1)),
        },
    ];
    store(&db, &bills).await;
    let f = Bill::fields();
    for limit in [None, Some(9)] {
        let loaded = db.collection::<User>().include([a.clone(), b.clone(), c.clone()], |u| {
            let by_id = |field: odm::relation::ReferredBy<User, Bill>| match limit {
                Some(limit) => field.sort(f.id().asc()).limit(limit),
                None => field.sort(f.id().asc()),
            };
            let owned = u.referred_by(f.owner().user()).sort(f.id().asc());
            (
                by_id(u.referred_by(f.lines().user())),
                by_id(u.referred_by(f.lines().stand_in())),
                if limit.is_some() { owned.limit(9) } else { owned },
            )
        });
        let loaded = loaded.await.unwrap();
        let positions = |list: &[Bill]| -> Vec<usize> {
            list.iter().map(|bill| bills.iter().position(|other| other == bill).unwrap()).collect()
        };
        let all: Vec<_> = loaded
            .iter()
            .map(|user| (positions(&user.links.0), positions(&user.links.1), positions(&user.links.2)))
            .collect();
        let expected = [(vec![0], vec![], vec![]), (vec![0, 1], vec![], vec![]), (vec![], vec![0], vec![0])];
        assert_eq!(all, expected, "{limit:?}");

        // Two variants with the same id: only the bill with the right one.
        let numbers = db.collection::<Number>().include([Number { id: Id::from(1) }], |n| {
            let counted = n.referred_by(f.counted().number());
            if limit.is_some() { counted.limit(9) } else { counted }
        });
        assert_eq!(numbers.await.unwrap()[0].links, [bills[0].clone()], "{limit:?}");
    }
}

#[odm_test::test]
async fn an_array_inside_an_array_is_searched(db: Database) {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "grids")]
    struct Grid {
        id: Id<Grid>,
        rows: Vec<Vec<Line>>,
        ids: Vec<Option<Id<User>>>,
    }

    let [a, b] = ["a", "b"].map(user);
    let line = Line { user: a.id, stand_in: None };
    let grid = Grid { id: Id::new(), rows: vec![vec![], vec![line]], ids: vec![None, Some(b.id)] };
    store(&db, std::slice::from_ref(&grid)).await;
    let (users, g) = (db.collection::<User>(), Grid::fields());
    let loaded = users
        .include([a.clone(), b], |u| (u.referred_by(g.rows().user()), u.referred_by(g.ids()).limit(5)))
        .await
        .unwrap();
    assert_eq!(loaded[0].links, (vec![grid.clone()], vec![]));
    assert_eq!(loaded[1].links, (vec![], vec![grid]));

    let refused = |error: odm::Error| error.kind().to_string();
    let limited = users.include([a.clone()], |u| u.referred_by(g.rows().user()).limit(1)).await.unwrap_err();
    assert_eq!(
        refused(limited),
        "`limit` of `referred_by`: a `$lookup` does not search arrays inside of arrays; leave the limit out; nothing was \
         sent"
    );
    let b = Bill::fields();
    let at = users.include([a], |u| u.referred_by(b.lines().at(0).user())).await.unwrap_err();
    assert_eq!(
        refused(at),
        "`referred_by` takes a field, not one position of an array: use the path of the array; nothing was sent"
    );
}

#[odm_test::test]
async fn a_limit_of_zero_is_refused(db: Database) {
    let posts = blog(&db).await;
    let c = Comment::fields();
    let error =
        db.collection::<Post>().include(posts, |p| p.referred_by(c.post()).limit(0)).await.unwrap_err();
    assert!(error.is_not_sent());
    let message = error.to_string();
    assert!(
        message.ends_with(
            ".comments: `limit(0)` of `referred_by`: the server accepts a limit from 1; nothing was sent"
        ),
        "{message}"
    );
}
