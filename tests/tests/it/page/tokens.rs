//! Tokens belong to a key and to a query. What has no page is refused, and deleted documents leave a way back.

use std::future::IntoFuture;

use odm::{
    Collection, Database, Filter, Id, Model,
    bson::{DateTime, doc},
    error::PageTokenError::{self, OtherCollection, OtherFilter, OtherSort, Unknown},
    mongodb::{
        IndexModel,
        options::{Collation, CollationStrength},
    },
    page::{OffsetPage, Page, PageKey, PageToken},
    request::Parameters,
};
use odm_integration::{
    people::{Person, person},
    story::Order,
};

use super::key;

async fn people(db: &Database) -> Collection<Person> {
    let people = db.collection::<Person>();
    let some: Vec<Person> = ["ada", "bob", "cyd", "dag", "eva"].map(|name| person(name, 30)).to_vec();
    people.insert_many(&some).await.unwrap();
    people
}

fn names(page: &Page<Person>) -> Vec<&str> {
    page.items.iter().map(|person| person.name.as_str()).collect()
}

#[odm_test::test]
async fn a_token_of_another_query_is_refused(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let find = || people.find(p.age().gte(18)).sort(p.name().asc());
    let token = find().page(2, &key()).await.unwrap().next.unwrap();

    let case_insensitive = Collation::builder().locale("en").strength(CollationStrength::Primary).build();
    let orders = db.collection::<Order>();
    let o = Order::fields();
    let other = PageKey::new([8; 32]).unwrap();
    for (page, reason) in [
        (find().page(2, &other).token(&token), Unknown),
        (find().page(2, &key()).token("no token"), Unknown),
        (people.find(p.age().gte(18)).sort(p.name().desc()).page(2, &key()).token(&token), OtherSort),
        (people.find(p.age().gte(18)).page(2, &key()).token(&token), OtherSort),
        (find().collation(case_insensitive).page(2, &key()).token(&token), OtherSort),
        (people.find(p.age().gte(19)).sort(p.name().asc()).page(2, &key()).token(&token), OtherFilter),
        (people.find(Filter::all()).sort(p.name().asc()).page(2, &key()).token(&token), OtherFilter),
    ] {
        let error = page.await.unwrap_err();
        assert!(error.is_bad_page_token() && error.is_not_sent());
        assert_eq!(error.page_token_error(), Some(reason));
    }
    let error = orders.find(o.note().eq("x")).page(2, &key()).token(&token).await.unwrap_err();
    assert_eq!(error.page_token_error(), Some(OtherCollection));

    // A filter that differs on purpose, and another size.
    let page = people.find(p.age().gte(20)).sort(p.name().asc()).page(9, &key()).any_filter().token(&token);
    assert_eq!(names(&page.await.unwrap()), ["cyd", "dag", "eva"]);
    // A key that was replaced, and is still accepted.
    let page = find().page(2, &other.accepting(key())).token(&token);
    assert_eq!(names(&page.await.unwrap()), ["cyd", "dag"]);
}

/// The documents of a handle are part of the query.
#[odm_test::test]
async fn a_token_belongs_to_the_tenant_and_to_what_is_deleted(db: Database) {
    #[derive(Debug, Model)]
    #[odm(collection = "letters")]
    struct Letter {
        id: Id<Letter>,
        #[odm(tenant)]
        office: String,
        #[odm(deleted_at)]
        deleted_at: Option<DateTime>,
    }

    let letters = db.collection::<Letter>().all_tenants();
    let letter = |office: &str| Letter { id: Id::new(), office: office.to_owned(), deleted_at: None };
    letters.insert_many(&[letter("oslo"), letter("oslo"), letter("rome"), letter("rome")]).await.unwrap();
    let oslo = letters.tenant("oslo");
    let key = key();
    let next = |letters: &Collection<Letter>, token: &PageToken| {
        letters.find(Filter::all()).page(1, &key).token(token).into_future()
    };
    let token = oslo.find(Filter::all()).page(1, &key).await.unwrap().next.unwrap();
    for other in [letters.tenant("rome"), letters.clone(), oslo.with_deleted(), oslo.only_deleted()] {
        let error = next(&other, &token).await.unwrap_err();
        assert_eq!(error.page_token_error(), Some(OtherFilter), "{error}");
    }
    assert_eq!(next(&oslo, &token).await.unwrap().items.len(), 1);
}

/// Values of variables are part of the query, and a count cannot have variables.
#[odm_test::test]
async fn a_token_belongs_to_the_variables(db: Database) {
    let people = people(&db).await;
    let older = |age: i32| {
        let filter = Filter::<Person>::raw(doc! { "$expr": { "$gte": ["$age", "$$least"] } });
        people.find(filter).let_("least", age)
    };
    let first = older(18).page(2, &key()).await.unwrap();
    let token = first.next.unwrap();
    assert_eq!(older(18).page(2, &key()).token(&token).await.unwrap().items.len(), 2);
    let error = older(19).page(2, &key()).token(&token).await.unwrap_err();
    assert_eq!(error.page_token_error(), Some(OtherFilter));

    let with_total = older(18).page(2, &key()).with_total().await.unwrap_err();
    let offset = older(18).offset_page(0, 2).await.unwrap_err();
    for error in [with_total, offset] {
        assert!(
            error.is_not_sent()
                && error.to_string().ends_with(
                    "the `find` has variables (`let_`), which a count cannot have: write their values into the filter, \
                     or read the page without the number of all documents (`.page(size, &key)`); nothing was sent"
                ),
            "{error}"
        );
    }
}

/// A raw filter may contain what the server refuses. It stays in the filter of the next page.
#[odm_test::test]
async fn an_and_that_is_no_list_is_refused_on_each_page(db: Database) {
    let people = people(&db).await;
    let token = people.find(Filter::all()).page(2, &key()).await.unwrap().next.unwrap();
    let wrong = || people.find(Filter::<Person>::raw(doc! { "$and": 1 }));
    let first = wrong().page(2, &key()).await.unwrap_err();
    let second = wrong().page(2, &key()).any_filter().token(&token).await.unwrap_err();
    assert_eq!((first.code(), second.code()), (Some(2), Some(2)), "{first}\n{second}");
}

#[test]
fn the_messages_say_what_to_do() {
    for (error, message) in [
        (
            PageTokenError::Unknown,
            "the text is not a page token of this key: it was changed or cut, or the key was replaced; begin with the first page",
        ),
        (
            PageTokenError::OtherCollection,
            "the page token belongs to another collection: use a token only for the query whose page returned it",
        ),
        (
            PageTokenError::OtherSort,
            "the page token belongs to a query with another sort or collation: begin with the first page when the order changes",
        ),
        (
            PageTokenError::OtherFilter,
            "the page token belongs to a query with another filter: begin with the first page when the filter changes; if the \
             filter contains the current time, use `.any_filter()`",
        ),
    ] {
        assert_eq!(error.to_string(), message);
        let error = odm::Error::from(error);
        assert_eq!(error.to_string(), format!("{message}; nothing was sent"));
        assert_eq!(error.kind().name(), "PageToken");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), message);
    }
}

#[odm_test::test]
async fn a_page_whose_documents_were_deleted_leads_back(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let page = || people.find(Filter::all()).sort(p.name().asc()).page(2, &key());
    let first = page().await.unwrap();
    let second = page().token(&first.next).await.unwrap();
    assert_eq!(names(&second), ["cyd", "dag"]);

    people.delete_many(p.name().gt("bob")).await.unwrap();
    let gone = page().token(&first.next).await.unwrap();
    assert!(gone.items.is_empty() && gone.is_last() && !gone.is_first());
    let back = page().token(&gone.previous).await.unwrap();
    assert_eq!(names(&back), ["ada", "bob"]);
    assert!(back.is_first());
    // The last document may be gone as well.
    people.delete_one(p.name().eq("bob")).await.unwrap();
    assert_eq!(names(&page().token(&gone.previous).await.unwrap()), ["ada"]);

    people.delete_many(Filter::all()).await.unwrap();
    let before = page().token(&second.previous).await.unwrap();
    assert!(before.items.is_empty() && before.is_first() && !before.is_last());
    people.insert_many(["bea", "dan"].map(|name| person(name, 30))).await.unwrap();
    assert_eq!(names(&page().token(&before.next).await.unwrap()), ["dan"]);

    people.delete_many(Filter::all()).await.unwrap();
    let none = page().await.unwrap();
    assert!(none.items.is_empty() && none.is_first() && none.is_last());
}

#[odm_test::test]
async fn an_inclusive_position_contains_its_document_in_both_directions(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let keys = doc! { "name": 1, "_id": 1 };
    let index = IndexModel::builder().keys(keys.clone()).build();
    people.driver().create_index(index).await.unwrap();
    for hinted in [false, true] {
        let page = || {
            let find = people.find(Filter::all()).sort(p.name().asc());
            let find = if hinted { find.hint(keys.clone()) } else { find };
            find.page(3, &key())
        };
        let first = page().await.unwrap();
        let second = page().token(&first.next).await.unwrap();
        let all = people.find(Filter::all()).await.unwrap().try_collect::<Vec<_>>().await.unwrap();
        people.delete_many(p.name().gt("cyd")).await.unwrap();
        let gone = page().token(&first.next).await.unwrap();
        assert_eq!(names(&page().token(&gone.previous).await.unwrap()), ["ada", "bob", "cyd"]);
        people.delete_many(Filter::all()).await.unwrap();
        people.insert_many(&all).await.unwrap();
        people.delete_many(p.name().lt("dag")).await.unwrap();
        let gone = page().token(&second.previous).await.unwrap();
        assert_eq!(names(&page().token(&gone.next).await.unwrap()), ["dag", "eva"]);
        people.delete_many(Filter::all()).await.unwrap();
        people.insert_many(&all).await.unwrap();
    }
}

#[odm_test::test]
async fn a_request_brings_the_filter_the_sort_the_size_and_the_token(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let parameters =
        Parameters::new().range("age", p.age()).sortable("name", p.name()).page_token("page").limit(2, 50);
    let read = async |pairs: Vec<(&str, String)>| {
        let query = parameters.parse(pairs)?;
        people.find(query.filter).sort(query.sort).page(query.limit, &key()).token(query.page_token).await
    };
    let first = read(vec![("age[gte]", "18".into()), ("sort", "-name".into())]).await.unwrap();
    assert_eq!(names(&first), ["eva", "dag"]);
    let token = first.next.unwrap().to_string();
    let request =
        |token: &str| vec![("age[gte]", "18".into()), ("sort", "-name".into()), ("page", token.to_owned())];
    assert_eq!(names(&read(request(&token)).await.unwrap()), ["cyd", "bob"]);
    assert!(read(request(&token[1..])).await.unwrap_err().is_bad_page_token());
    let mut twice = request(&token);
    twice.push(("page", token.clone()));
    let error = read(twice).await.unwrap_err();
    assert_eq!(error.bad_parameters().unwrap().to_string(), "1 bad parameter: `page` is there twice");
    // The limits of other parameters do not apply to it.
    assert!(read(request(&"x".repeat(5_000))).await.unwrap_err().is_bad_page_token());
    let undeclared = Parameters::<Person>::new().parse([("page", "x")]).unwrap_err();
    assert_eq!(undeclared.iter().next().unwrap().reason(), "unknown");
}

#[derive(Debug, serde::Serialize, schemars::JsonSchema, utoipa::ToSchema)]
struct Name {
    name: String,
}

#[odm_test::test]
async fn pages_are_json_for_a_response(db: Database) {
    let people = people(&db).await;
    let name = |person: Person| Name { name: person.name };
    let find = || people.find(Filter::all());
    let page = find().page(4, &key()).await.unwrap().map(name);
    let token = page.next.clone().unwrap();
    let json = serde_json::to_value(&page).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "items": [{ "name": "ada" }, { "name": "bob" }, { "name": "cyd" }, { "name": "dag" }],
            "next": token.as_str(),
            "previous": null,
        }),
    );
    let read: PageToken = serde_json::from_value(json["next"].clone()).unwrap();
    let last = find().page(4, &key()).token(read).with_total().await.unwrap();
    let json = serde_json::to_value(last.map(name)).unwrap();
    assert_eq!((&json["next"], &json["total"]), (&serde_json::Value::Null, &5.into()));
    let page: OffsetPage<Name> = find().offset_page(4, 4).await.unwrap().map(name);
    assert_eq!(
        serde_json::to_value(page).unwrap(),
        serde_json::json!({ "items": [{ "name": "eva" }], "total": 5, "skip": 4, "limit": 4 }),
    );
    let letters = token.as_str().chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it));
    assert!(letters, "{token}");
}

#[test]
fn pages_have_schemas() {
    let page = serde_json::to_value(schemars::schema_for!(Page<Name>)).unwrap();
    assert_eq!(page["title"], "Page_of_Name");
    assert_eq!(page["properties"]["next"], serde_json::json!({ "type": ["string", "null"] }));
    assert_eq!(page["properties"]["items"]["items"], serde_json::json!({ "$ref": "#/$defs/Name" }));
    assert_eq!(page["required"], serde_json::json!(["items", "next", "previous"]));
    let offset = serde_json::to_value(schemars::schema_for!(OffsetPage<Name>)).unwrap();
    assert_eq!(offset["required"], serde_json::json!(["items", "total", "skip", "limit"]));
    assert_eq!(offset["properties"]["total"]["type"], "integer");

    let of = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>| serde_json::to_value(schema).unwrap();
    let page = of(<Page<Name> as utoipa::PartialSchema>::schema());
    assert_eq!(page["properties"]["items"]["type"], "array");
    assert_eq!(of(<PageToken as utoipa::PartialSchema>::schema())["type"], "string");
    let offset = of(<OffsetPage<Name> as utoipa::PartialSchema>::schema());
    assert_eq!(offset["properties"]["total"]["type"], "integer");
}
