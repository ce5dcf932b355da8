//! Literals of documents in `$set` and `$project`: nested documents, which the server would merge into a stored document,
//! and repeat for each element of a stored array; and fields that are left out.

use odm::{
    Database, Embedded, Model, Pipeline, Shape,
    bson::{Bson, Document, doc},
    expr::remove,
    pipeline::{computed, cond, dotted, included, switch},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "books")]
struct Book {
    id: i32,
    title: String,
    isbn: String,
    author: Author,
    copies: i32,
    tags: Vec<Tag>,
    other: Option<Bson>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Author {
    last: String,
    first: String,
    middle: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Tag {
    name: String,
    weight: i32,
}

/// A document that is computed from the fields of a book.
#[derive(Debug, Clone, PartialEq, Embedded)]
struct Parts {
    prefix: String,
    copies: i32,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct WithParts {
    parts: Parts,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct WithIsbn {
    isbn: Parts,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct WithTags {
    tags: Parts,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct WithOther {
    other: Parts,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct WithAuthor {
    author: Parts,
}

fn books() -> Pipeline<Book> {
    Pipeline::new()
}

fn book(id: i32, middle: Option<&str>) -> Book {
    let tag = |name: &str, weight| Tag { name: name.to_owned(), weight };
    Book {
        id,
        title: "abc123".into(),
        isbn: "0001122223334".into(),
        author: Author { last: "zzz".into(), first: "aaa".into(), middle: middle.map(str::to_owned) },
        copies: 5,
        tags: vec![tag("sea", 1), tag("war", 2)],
        other: Some(Bson::Array(vec![doc! { "x": 1 }.into(), doc! { "x": 2 }.into()])),
    }
}

fn stages<In, Row, P>(pipeline: Pipeline<In, Row, P>) -> Vec<Document> {
    pipeline.into_stages().unwrap()
}

macro_rules! parts {
    ($row:ident) => {
        PartsOf { prefix: $row.title().substr_cp(0, 2), copies: $row.copies() }
    };
}

#[test]
fn a_new_document_is_written_as_it_is_and_one_over_a_stored_document_or_array_is_one_value() {
    let plain = doc! { "prefix": { "$substrCP": ["$title", 0, 2] }, "copies": "$copies" };
    let whole = doc! { "$mergeObjects": [plain.clone()] };

    assert_eq!(
        stages(books().set(|b| WithPartsOf { parts: parts!(b) })),
        [doc! { "$set": { "parts": plain.clone() } }]
    );
    assert_eq!(
        stages(books().set(|b| WithIsbnOf { isbn: parts!(b) })),
        [doc! { "$set": { "isbn": plain.clone() } }]
    );
    assert_eq!(
        stages(books().set(|b| WithAuthorOf { author: parts!(b) })),
        [doc! { "$set": { "author": whole.clone() } }]
    );
    assert_eq!(
        stages(books().set(|b| WithTagsOf { tags: parts!(b) })),
        [doc! { "$set": { "tags": whole.clone() } }]
    );
    assert_eq!(
        stages(books().set(|b| WithOtherOf { other: parts!(b) })),
        [doc! { "$set": { "other": whole.clone() } }]
    );
    assert_eq!(
        stages(books().unset(|b| b.author()).set(|b| WithAuthorOf { author: parts!(b) })),
        [doc! { "$unset": "author" }, doc! { "$set": { "author": plain.clone() } }]
    );
    assert_eq!(
        stages(books().unwind(|b| b.tags()).set(|b| WithTagsOf { tags: parts!(b) })),
        [doc! { "$unwind": { "path": "$tags" } }, doc! { "$set": { "tags": whole.clone() } }]
    );
    assert_eq!(
        stages(books().set_in(|b| b.author(), |b| WithPartsOf { parts: parts!(b) })),
        [doc! { "$set": { "author.parts": plain.clone() } }]
    );

    let project = |field: &str, value: &Document| [doc! { "$project": { "_id": 0, field: value.clone() } }];
    assert_eq!(stages(books().project(|b| WithPartsOf { parts: parts!(b) })), project("parts", &plain));
    assert_eq!(stages(books().project(|b| WithIsbnOf { isbn: parts!(b) })), project("isbn", &plain));
    assert_eq!(stages(books().project(|b| WithAuthorOf { author: parts!(b) })), project("author", &plain));
    assert_eq!(stages(books().project(|b| WithTagsOf { tags: parts!(b) })), project("tags", &whole));
    assert_eq!(stages(books().project(|b| WithOtherOf { other: parts!(b) })), project("other", &whole));
    assert_eq!(
        stages(books().unwind(|b| b.tags()).project(|b| WithTagsOf { tags: parts!(b) }))[1..],
        project("tags", &plain)
    );
}

/// The rows are the same in every form, whatever the field holds before.
#[odm_test::test]
async fn a_document_replaces_what_the_field_held(db: Database) -> odm::Result<()> {
    let collection = db.collection::<Book>();
    collection.insert_one(&book(1, None)).await?;
    let expected = Parts { prefix: "ab".into(), copies: 5 };
    let all = || collection.aggregate();

    macro_rules! replaces {
        ($($shape:ident $literal:ident $field:ident),*) => { $(
            let rows: Vec<$shape> = all().project(|b| $literal { $field: parts!(b) }).await?.try_collect().await?;
            assert_eq!(rows, [$shape { $field: expected.clone() }]);
            let rows = || all().set(|b| $literal { $field: parts!(b) }).cast::<$shape>();
            let raw: Vec<Document> = rows().as_documents().await?.try_collect().await?;
            let rows: Vec<$shape> = rows().await?.try_collect().await?;
            assert_eq!(rows, [$shape { $field: expected.clone() }]);
            assert_eq!(raw[0].get_document(stringify!($field)).unwrap(), &doc! { "prefix": "ab", "copies": 5 });
        )* };
    }
    replaces!(WithParts WithPartsOf parts, WithIsbn WithIsbnOf isbn, WithAuthor WithAuthorOf author, WithTags WithTagsOf tags, WithOther WithOtherOf other);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Titled {
    title: String,
    author: Author,
}

#[test]
fn the_fields_of_a_document_are_nested_or_dotted() {
    let middle = doc! { "$cond": {
        "if": { "$eq": ["$author.middle", ""] },
        "then": "$$REMOVE",
        "else": "$author.middle",
    } };
    let nested = books().project(|b| TitledOf {
        title: b.title(),
        author: AuthorOf {
            last: b.author().last(),
            first: b.author().first(),
            middle: cond(b.author().middle().eq(""), remove::<_, String>(), b.author().middle()),
        },
    });
    assert_eq!(
        stages(nested),
        [
            doc! { "$project": { "_id": 0, "title": 1, "author": { "last": 1, "first": 1, "middle": middle.clone() } } }
        ]
    );
    let dotted = books().project(|b| TitledOf {
        title: computed(b.title()),
        author: dotted(AuthorOf {
            last: b.author().last(),
            first: computed(b.author().first()),
            middle: cond(b.author().middle().eq(""), remove::<_, String>(), b.author().middle()),
        }),
    });
    assert_eq!(
        stages(dotted),
        [doc! { "$project": {
            "_id": 0,
            "title": "$title",
            "author.last": 1,
            "author.first": "$author.first",
            "author.middle": middle,
        } }]
    );
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Middle {
    middle: Option<String>,
}

#[odm_test::test]
async fn a_removed_field_is_left_out_and_read_as_none(db: Database) -> odm::Result<()> {
    let collection = db.collection::<Book>();
    collection.insert_many(&[book(1, Some("")), book(2, Some("m")), book(3, None)]).await?;
    let sorted = || collection.aggregate().sort(|b| b.id().asc());

    let titled = || {
        sorted().project(|b| TitledOf {
            title: b.title(),
            author: dotted(AuthorOf {
                last: b.author().last(),
                first: b.author().first(),
                middle: cond(b.author().middle().eq(""), remove::<_, String>(), b.author().middle()),
            }),
        })
    };
    let raw: Vec<Document> = titled().as_documents().await?.try_collect().await?;
    assert!(!raw[0].get_document("author").unwrap().contains_key("middle"));
    let rows: Vec<Titled> = titled().await?.try_collect().await?;
    let middles: Vec<_> = rows.into_iter().map(|row| row.author.middle).collect();
    assert_eq!(middles, [None, Some("m".to_owned()), None]);

    let set = || {
        sorted().set(|b| MiddleOf {
            middle: switch(b.author().middle().eq(""), remove::<_, String>()).default(b.author().middle()),
        })
    };
    let raw: Vec<Document> = set().as_documents().await?.try_collect().await?;
    assert!(!raw[0].contains_key("middle"));
    assert_eq!(raw[1].get_str("middle").unwrap(), "m");
    let rows: Vec<Middle> = set().cast::<Middle>().await?.try_collect().await?;
    assert_eq!(
        rows.into_iter().map(|row| row.middle).collect::<Vec<_>>(),
        [None, Some("m".to_owned()), None]
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Named {
    tags: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Name {
    name: String,
}

#[odm_test::test]
async fn fields_of_the_documents_in_an_array_are_included(db: Database) -> odm::Result<()> {
    let collection = db.collection::<Book>();
    collection.insert_one(&book(1, None)).await?;
    let by_nested = || {
        collection
            .aggregate()
            .project(|b| NamedOf { tags: included(b.tags().map(|t| NameOf { name: t.name() })) })
    };
    let by_dotted = || {
        collection
            .aggregate()
            .project(|b| NamedOf { tags: dotted(included(b.tags().map(|t| NameOf { name: t.name() }))) })
    };
    let by_map = || {
        collection
            .aggregate()
            .project(|b| NamedOf { tags: included(b.tags().map(|t| NameOf { name: t.name().to_upper() })) })
    };
    assert_eq!(by_nested().into_stages()?, [doc! { "$project": { "_id": 0, "tags": { "name": 1 } } }]);
    assert_eq!(by_dotted().into_stages()?, [doc! { "$project": { "_id": 0, "tags.name": 1 } }]);
    let expected =
        |names: [&str; 2]| [Named { tags: names.map(|name| Name { name: name.to_owned() }).into() }];
    assert_eq!(by_nested().await?.try_collect::<Vec<_>>().await?, expected(["sea", "war"]));
    assert_eq!(by_dotted().await?.try_collect::<Vec<_>>().await?, expected(["sea", "war"]));
    assert_eq!(by_map().await?.try_collect::<Vec<_>>().await?, expected(["SEA", "WAR"]));
    Ok(())
}
