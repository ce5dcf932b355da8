//! Patches: absent, null and present members of a request become an update.

use odm::{
    Database, Embedded, Id, Model, Patch, Update, Value,
    bson::{DateTime, doc},
    patch::Member,
};
use serde::{Deserialize, Serialize};

/// A document with fields of many encodings.
#[derive(Debug, Clone, PartialEq, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "tickets")]
struct Ticket {
    id: Id<Ticket>,
    #[odm(validate(length(min = 1, max = 5)))]
    title: String,
    #[odm(validate(range(max = 3)))]
    level: Option<u8>,
    closed_at: Option<DateTime>,
    state: State,
    tags: Vec<String>,
    place: Option<Place>,
    #[odm(binary)]
    photo: Vec<u8>,
    #[serde(alias = "phone")]
    telephone: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Shut,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Place {
    #[odm(validate(length(min = 1)))]
    city: String,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize, Patch, schemars::JsonSchema)]
#[odm(of = Ticket)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct TicketPatch {
    #[serde(skip_serializing_if = "Member::is_absent")]
    title: Member<String>,
    level: Member<Option<u8>>,
    #[odm(to = closed_at)]
    #[schemars(skip)]
    closed: Member<Option<DateTime>>,
    #[schemars(skip)]
    state: Member<State>,
    tags: Member<Vec<String>>,
    #[schemars(skip)]
    place: Member<Option<Place>>,
    photo: Member<Vec<u8>>,
    telephone: Member<i64>,
}

/// A patch that ignores other members.
#[derive(Debug, Default, Deserialize, Patch)]
#[odm(of = Ticket)]
#[serde(default)]
struct TitlePatch {
    title: Member<String>,
}

#[derive(Debug, Default, Patch)]
#[odm(of = Ticket)]
struct IdPatch {
    id: Member<Id<Ticket>>,
}

fn patch(json: &str) -> TicketPatch {
    serde_json::from_str(json).unwrap()
}

fn update(json: &str) -> String {
    patch(json).to_update().unwrap().to_string()
}

#[test]
fn absent_null_and_present_members_differ() {
    for (json, expected) in [
        ("{}", "{}"),
        (r#"{"title": "new"}"#, r#"{ "$set": { "title": "new" } }"#),
        (r#"{"level": null}"#, r#"{ "$set": { "level": null } }"#),
        (r#"{"level": 3}"#, r#"{ "$set": { "level": 3 } }"#),
        (r#"{"closed": null, "state": "shut"}"#, r#"{ "$set": { "closedAt": null, "state": "shut" } }"#),
        (r#"{"tags": []}"#, r#"{ "$set": { "tags": [] } }"#),
        (r#"{"place": {"city": "Oslo"}}"#, r#"{ "$set": { "place": { "city": "Oslo" } } }"#),
        (
            r#"{"photo": [1, 2]}"#,
            r#"{ "$set": { "photo": { "$binary": { "base64": "AQI=", "subType": "00" } } } }"#,
        ),
        (r#"{"telephone": 5}"#, r#"{ "$set": { "telephone": 5 }, "$unset": { "phone": "" } }"#),
    ] {
        assert_eq!(update(json), expected);
    }
    assert!(patch("{}").to_update().unwrap().is_empty());
    let null = serde_json::from_str::<TicketPatch>(r#"{"title": null}"#).unwrap_err();
    assert!(null.to_string().contains("invalid type: null, expected a string"), "{null}");
}

#[test]
fn unknown_members_are_refused_or_ignored() {
    let unknown = serde_json::from_str::<TicketPatch>(r#"{"titel": "x"}"#).unwrap_err();
    assert!(unknown.to_string().contains("unknown field `titel`"), "{unknown}");
    let patch: TitlePatch = serde_json::from_str(r#"{"titel": "x", "title": "y"}"#).unwrap();
    assert_eq!(patch.to_update().unwrap().to_string(), r#"{ "$set": { "title": "y" } }"#);
}

#[test]
fn the_rules_of_the_fields_are_checked_together() {
    let patch = patch(r#"{"title": "much too long", "level": 9, "place": {"city": ""}}"#);
    let error = patch.to_update().unwrap_err();
    let paths: Vec<_> =
        error.violations().unwrap().iter().map(|violation| violation.path().to_owned()).collect();
    assert_eq!(paths, ["title", "level", "place.city"]);
    assert!(error.is_invalid() && error.is_not_sent());
}

#[test]
fn an_id_cannot_be_patched() {
    let error = IdPatch { id: Member::Present(Id::new()) }.to_update().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot be sent: `_id`: expected a field that can be changed, found the `_id` of a document; nothing was sent",
    );
    assert!(IdPatch::default().to_update().unwrap().is_empty());
}

#[test]
fn members_are_read_and_written_by_serde() {
    let patch = TicketPatch { level: Some(1).into(), ..TicketPatch::default() };
    let json = serde_json::to_value(&patch).unwrap();
    assert_eq!(json["level"], 1);
    assert!(json.get("title").is_none() && json["tags"].is_null());
    assert_eq!(patch.level.present(), Some(&Some(1)));
    let schema = serde_json::to_value(schemars::schema_for!(TicketPatch)).unwrap();
    assert_eq!(schema["properties"]["title"]["type"], "string");
    assert_eq!(schema["properties"]["level"]["type"], serde_json::json!(["integer", "null"]));
    let text = serde_json::to_value(<Member<String> as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(text["type"], "string");
    assert_eq!(<Member<String> as utoipa::ToSchema>::name(), "String");
}

#[odm_test::test]
async fn a_patch_changes_only_what_is_present(db: Database) {
    let tickets = db.collection::<Ticket>();
    let ticket = Ticket {
        id: Id::new(),
        title: "old".to_owned(),
        level: Some(1),
        closed_at: None,
        state: State::Open,
        tags: vec!["a".to_owned()],
        place: None,
        photo: vec![1],
        telephone: 1,
    };
    tickets.insert_one(&ticket).await.unwrap();
    tickets.driver().update_one(doc! {}, doc! { "$rename": { "telephone": "phone" } }).await.unwrap();
    let update: Update<Ticket> =
        patch(r#"{"title": "new", "level": null, "telephone": 2}"#).to_update().unwrap();
    tickets.update_one(Ticket::fields().id().eq(ticket.id), update).await.unwrap();
    let expected = Ticket { title: "new".to_owned(), level: None, telephone: 2, ..ticket.clone() };
    assert_eq!(tickets.get(ticket.id).await.unwrap(), Some(expected));
    let empty = patch("{}").to_update().unwrap();
    let error = tickets.update_one(Ticket::fields().id().eq(ticket.id), empty).await.unwrap_err();
    assert!(error.to_string().contains("the update is empty"), "{error}");
}

/// A document that leaves out what is absent.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "members")]
struct Guest {
    id: Id<Guest>,
    #[serde(skip_serializing_if = "Option::is_none", alias = "mail")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

#[derive(Debug, Default, Deserialize, Patch)]
#[odm(of = Guest)]
#[serde(default)]
struct GuestPatch {
    email: Member<Option<String>>,
    tags: Member<Vec<String>>,
}

/// As inserts and saves do: a unique sparse index then ignores the document.
#[test]
fn a_value_that_is_not_stored_removes_the_field() {
    let update =
        |json: &str| serde_json::from_str::<GuestPatch>(json).unwrap().to_update().unwrap().to_string();
    assert_eq!(update(r#"{"email": null}"#), r#"{ "$unset": { "email": "", "mail": "" } }"#);
    assert_eq!(update(r#"{"tags": []}"#), r#"{ "$unset": { "tags": "" } }"#);
    assert_eq!(update(r#"{"tags": ["a"]}"#), r#"{ "$set": { "tags": ["a"] } }"#);
}
