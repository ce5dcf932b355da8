//! What is loaded for references in each kind of field.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use odm::relation::{Include as _, Linked};

use super::*;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "things")]
struct Thing {
    id: Id<Thing>,
    one: Id<User>,
    maybe: Option<Id<User>>,
    list: Vec<Id<User>>,
    gaps: Vec<Option<Id<User>>>,
    no_list: Option<Vec<Id<User>>>,
    queue: VecDeque<Id<User>>,
    set: BTreeSet<Id<User>>,
    boxed: Box<Id<User>>,
    map: BTreeMap<String, Id<User>>,
    counts: HashMap<i32, Vec<Id<User>>>,
    lines: Vec<Line>,
    nested: Vec<Vec<Line>>,
    inner: Option<Line>,
    #[serde(flatten)]
    audit: Audit,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Line {
    #[serde(rename = "u")]
    user: Id<User>,
    other: Option<Id<User>>,
    tags: Vec<Id<Tag>>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Audit {
    created_by: Id<User>,
}

fn name(linked: &Linked<User>) -> &str {
    linked.found().map_or("(gone)", |user| &user.name)
}

fn all(list: &[Linked<User>]) -> Vec<&str> {
    list.iter().map(name).collect()
}

#[odm_test::test]
async fn each_field_has_what_its_type_holds_in_its_order(db: Database, server: Server) {
    let [a, b, c] = ["a", "b", "c"].map(user);
    store(&db, &[a.clone(), b.clone(), c.clone()]).await;
    let [ia, ib, ic, gone] = [a.id, b.id, c.id, Id::new()];
    let line = |user, other| Line { user, other, tags: vec![] };
    let thing = Thing {
        id: Id::new(),
        one: ib,
        maybe: Some(ia),
        list: vec![ic, gone, ia, ic],
        gaps: vec![None, Some(ib), None],
        no_list: None,
        queue: [ib, ia].into(),
        set: [ia, ic].into(),
        boxed: Box::new(ic),
        map: [("x".to_owned(), ib), ("y".to_owned(), gone)].into(),
        counts: [(2, vec![ia, ib]), (0, vec![])].into(),
        lines: vec![line(ic, None), line(gone, Some(ib))],
        nested: vec![vec![], vec![line(ia, None), line(ib, None)]],
        inner: Some(line(ia, Some(gone))),
        audit: Audit { created_by: ic },
    };
    store(&db, std::slice::from_ref(&thing)).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let things = db.collection::<Thing>();
    let loaded = things
        .find(Filter::all())
        .include(|t| (t.one(), t.maybe(), t.list(), t.gaps(), t.no_list(), t.queue(), t.set(), t.boxed()))
        .await
        .unwrap();
    assert_eq!(names(&commands).len(), 8, "no command for the field without a list");
    let (one, maybe, list, gaps, no_list, queue, set, boxed) = &loaded[0].links;
    assert_eq!((name(one), name(boxed)), ("b", "c"));
    assert_eq!(maybe.as_ref().map(name), Some("a"));
    assert_eq!(all(list), ["c", "(gone)", "a", "c"]);
    assert_eq!(gaps.iter().map(|gap| gap.as_ref().map(name)).collect::<Vec<_>>(), [None, Some("b"), None]);
    assert!(no_list.is_none());
    assert_eq!((all(queue), all(set)), (vec!["b", "a"], vec!["a", "c"]));

    let loaded = things
        .include([thing], |t| {
            let lines = (t.lines().user(), t.lines().other(), t.lines().tags(), t.nested().user());
            (t.map(), t.counts(), lines, t.inner().user(), t.inner().other(), t.audit().created_by())
        })
        .await
        .unwrap();
    let (map, counts, (users, others, tags, nested), inner, inner_other, creator) = &loaded[0].links;
    let map: Vec<_> = map.iter().map(|(key, user)| (key.as_str(), name(user))).collect();
    assert_eq!(map, [("x", "b"), ("y", "(gone)")]);
    assert_eq!((all(&counts[&2]), all(&counts[&0])), (vec!["a", "b"], vec![]));
    assert_eq!(all(users), ["c", "(gone)"]);
    assert_eq!(others.iter().map(|other| other.as_ref().map(name)).collect::<Vec<_>>(), [None, Some("b")]);
    assert!(tags.iter().all(Vec::is_empty) && tags.len() == 2);
    assert_eq!(nested.iter().map(|lines| all(lines)).collect::<Vec<_>>(), [vec![], vec!["a", "b"]]);
    assert_eq!(inner.as_ref().map(name), Some("a"));
    // An `Option` in an `Option`: there is a line, and it has no such user.
    assert!(inner_other.as_ref().unwrap().as_ref().unwrap().is_dangling());
    assert_eq!(name(creator), "c");
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
enum Subject {
    Post(Id<Post>),
    User(Id<User>),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Value)]
enum Named {
    Post(Id<Post>),
    Users { all: Vec<Id<User>> },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "activities")]
struct Activity {
    id: Id<Activity>,
    at: i32,
    subject: Subject,
    others: Vec<Subject>,
    named: Named,
}

#[derive(Debug, PartialEq)]
enum About {
    Post(Linked<Post>),
    User(Linked<User>),
    Nothing,
}

#[odm_test::test]
async fn a_reference_to_one_of_several_models_is_an_enum(db: Database, server: Server) {
    let ada = user("ada");
    let written = post("a", &ada);
    store(&db, std::slice::from_ref(&ada)).await;
    store(&db, std::slice::from_ref(&written)).await;
    let gone = Id::new();
    let subjects = [Subject::Post(written.id), Subject::User(ada.id), Subject::Nothing, Subject::User(gone)];
    let named = [Named::Post(written.id), Named::Users { all: vec![ada.id] }, Named::Nothing, Named::Nothing];
    let activities: Vec<_> = subjects
        .iter()
        .zip(named)
        .zip(0..)
        .map(|((subject, named), at)| {
            let others = subjects.to_vec();
            Activity { id: Id::new(), at, subject: subject.clone(), others, named }
        })
        .collect();
    store(&db, &activities).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let found = db.collection::<Activity>().find(Filter::all()).sort(Activity::fields().at().asc());
    let loaded = found
        .include(|a| {
            let subject = (a.subject().post(), a.subject().user()).map(|both| match both {
                (Some(post), _) => About::Post(post),
                (_, Some(user)) => About::User(user),
                (None, None) => About::Nothing,
            });
            (subject, a.others().user(), a.named().post(), a.named().users().all())
        })
        .await
        .unwrap();
    assert_eq!(names(&commands).len(), 6);
    let (about, others, posts, users): (Vec<_>, Vec<_>, Vec<_>, Vec<_>) = {
        let mut all = (vec![], vec![], vec![], vec![]);
        for activity in loaded {
            let (about, others, post, users) = activity.links;
            all.0.push(about);
            all.1.push(others);
            all.2.push(post);
            all.3.push(users);
        }
        all
    };
    let (found_post, found_user) = (Linked::Found(Arc::new(written)), Linked::Found(Arc::new(ada)));
    assert_eq!(
        about,
        [
            About::Post(found_post.clone()),
            About::User(found_user.clone()),
            About::Nothing,
            About::User(Linked::Dangling(gone)),
        ]
    );
    let others_of_one = vec![None, Some(found_user.clone()), None, Some(Linked::Dangling(gone))];
    assert!(others.iter().all(|others| *others == others_of_one));
    assert_eq!(posts, [Some(found_post), None, None, None]);
    assert_eq!(users, [None, Some(vec![found_user]), None, None]);
}

#[odm_test::test]
async fn ids_that_are_texts_or_numbers_are_found(db: Database, server: Server) {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "counters", key = i64)]
    struct Counter {
        id: Id<Counter>,
        next: Option<Id<Counter>>,
    }

    // Another program stored the numbers in other types.
    let counters = db.driver().collection::<Document>("counters");
    counters
        .insert_many([
            doc! { "_id": 1, "next": 2.0 },
            doc! { "_id": 2_i64, "next": 1_i64 },
            doc! { "_id": 3.0, "next": 3 },
        ])
        .await
        .unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let c = Counter::fields();
    let loaded =
        recorded.collection::<Counter>().find(Filter::all()).sort(c.id().asc()).include(|c| c.next());
    let next: Vec<_> =
        loaded.await.unwrap().iter().map(|one| one.links.as_ref().unwrap().found().unwrap().id).collect();
    assert_eq!(next, [2, 1, 3].map(Id::from));
    assert_eq!(names(&commands).len(), 2);

    let tags = ["$one", "a.b", ""].map(|id| Tag { id: Id::from(id), label: id.to_uppercase() });
    store(&db, &tags).await;
    let mut written = post("a", &user("ada"));
    written.tags = tags.iter().map(|tag| tag.id.clone()).chain([Id::from("$two")]).collect();
    store(&db, std::slice::from_ref(&written)).await;
    let p = Post::fields();
    let loaded = db.collection::<Post>().include([written.clone()], |p| p.tags()).await.unwrap();
    let labels: Vec<_> = loaded[0].links.iter().map(|tag| tag.found().map(|tag| &*tag.label)).collect();
    assert_eq!(labels, [Some("$ONE"), Some("A.B"), Some(""), None]);
    // And in reverse.
    for limit in [None, Some(3)] {
        let loaded = db.collection::<Tag>().include(tags.clone(), |t| {
            let posts = t.referred_by(p.tags());
            match limit {
                Some(limit) => posts.limit(limit),
                None => posts,
            }
        });
        for tag in loaded.await.unwrap() {
            assert_eq!(tag.links, [written.clone()], "{limit:?}");
        }
    }
}

#[odm_test::test]
async fn the_collation_of_a_collection_does_not_mix_ids(db: Database) {
    let collation = doc! { "locale": "en", "strength": 1 };
    db.driver().run_command(doc! { "create": "tags", "collation": collation }).await.unwrap();
    store(&db, &[Tag { id: Id::from("rust"), label: "it".to_owned() }]).await;
    let written = Post { tags: vec![Id::from("RUST"), Id::from("rust")], ..post("a", &user("ada")) };
    let loaded = db.collection::<Post>().include([written], |p| p.tags()).await.unwrap();
    assert_eq!(loaded[0].links.iter().map(Linked::is_dangling).collect::<Vec<_>>(), [true, false]);
}

#[odm_test::test]
async fn ids_are_read_from_the_current_version_of_a_document(db: Database) {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "letters", schema_version = 2, upgrade(1 = Letter::rename))]
    struct Letter {
        id: Id<Letter>,
        sender: Id<User>,
        #[serde(alias = "cc")]
        copy: Option<Id<User>>,
        #[serde(default)]
        folders: Vec<Id<User>>,
    }

    impl Letter {
        fn rename(document: &mut Document) -> Result<(), String> {
            let from = document.remove("from").ok_or("no sender")?;
            document.insert("sender", from);
            Ok(())
        }
    }

    let ada = user("ada");
    store(&db, std::slice::from_ref(&ada)).await;
    let letters = db.driver().collection::<Document>("letters");
    let id = *ada.id.key();
    letters.insert_one(doc! { "from": id, "cc": id, "schema_version": 1 }).await.unwrap();
    let loaded = db
        .collection::<Letter>()
        .find(Filter::all())
        .include(|l| (l.sender(), l.copy(), l.folders()))
        .await
        .unwrap();
    let (sender, copy, folders) = &loaded[0].links;
    assert_eq!((sender.found(), copy.as_ref().unwrap().found()), (Some(&ada), Some(&ada)));
    assert!(folders.is_empty());
}

#[odm_test::test]
async fn a_tree_is_included_level_by_level(db: Database, server: Server) {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "categories", index(parent))]
    struct Category {
        id: Id<Category>,
        parent: Option<Id<Category>>,
        name: String,
    }

    let category = |parent: Option<&Category>, name: &str| Category {
        id: Id::new(),
        parent: parent.map(|parent| parent.id),
        name: name.to_owned(),
    };
    let root = category(None, "root");
    let (a, b) = (category(Some(&root), "a"), category(Some(&root), "b"));
    let leaves = [category(Some(&b), "b2"), category(Some(&b), "b1"), category(Some(&a), "a1")];
    store(&db, &[root.clone(), b.clone(), a.clone()]).await;
    store(&db, &leaves).await;

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let k = Category::fields();
    let roots = db
        .collection::<Category>()
        .find(k.parent().is_null())
        .include(|c| {
            let below =
                |c: &odm::relation::LinkBase<Category>| c.referred_by(k.parent()).sort(k.name().asc());
            (c.parent(), below(&c).include(|c| (c.parent(), below(&c))))
        })
        .await
        .unwrap();
    assert_eq!(names(&commands).len(), 4);
    let (parent, children) = &roots[0].links;
    assert!(parent.is_none());
    assert_eq!(children.iter().map(|child| &*child.name).collect::<Vec<_>>(), ["a", "b"]);
    let (up, down) = &children[1].links;
    assert_eq!(up.as_ref().unwrap().found(), Some(&root));
    assert_eq!(down.iter().map(|leaf| &*leaf.name).collect::<Vec<_>>(), ["b1", "b2"]);
}

#[test]
fn references_are_data() {
    use odm::meta::ReferenceStep::{Field, Items, Named, Tagged, Values};

    let of = |meta: Vec<odm::meta::ReferenceMeta>| -> Vec<(String, &'static str)> {
        let name = |reference: &odm::meta::ReferenceMeta| {
            reference.target().model_name().rsplit("::").next().unwrap_or_default()
        };
        meta.iter().map(|reference| (reference.path().to_owned(), name(reference))).collect()
    };
    let named = |list: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
        list.iter().map(|(path, model)| ((*path).to_owned(), *model)).collect()
    };
    assert_eq!(
        of(Post::MODEL.references()),
        named(&[("author", "User"), ("tags", "Tag"), ("review.reviewer", "User")])
    );
    let things = Thing::MODEL.references();
    let paths: Vec<_> = things.iter().map(odm::meta::ReferenceMeta::path).collect();
    assert_eq!(
        paths,
        [
            "one",
            "maybe",
            "list",
            "gaps",
            "no_list",
            "queue",
            "set",
            "boxed",
            "map.*",
            "counts.*",
            "lines.u",
            "lines.other",
            "lines.tags",
            "nested.u",
            "nested.other",
            "nested.tags",
            "inner.u",
            "inner.other",
            "inner.tags",
            "created_by",
        ]
    );
    assert_eq!(things[9].steps(), [Field("counts"), Values, Items]);
    assert_eq!(things[12].steps(), [Field("lines"), Items, Field("tags"), Items]);
    assert_eq!(
        [0, 1, 2, 3, 4].map(|at: usize| (things[at].is_many(), things[at].is_nullable())),
        [(false, false), (false, true), (true, false), (true, true), (true, false)]
    );
    let activities = Activity::MODEL.references();
    assert_eq!(activities[0].steps(), [Field("subject"), Tagged("kind", "post"), Field("id")]);
    assert_eq!(activities[2].steps(), [Field("others"), Items, Tagged("kind", "post"), Field("id")]);
    assert_eq!(activities[4].steps(), [Field("named"), Named("Post"), Field("Post")]);
    assert_eq!(activities[5].steps(), [Field("named"), Named("Users"), Field("Users"), Field("all"), Items]);
    assert_eq!(of(Review::META.references()), named(&[("reviewer", "User")]));
}
