//! Pages of documents with what they refer to.

use odm::{
    Collection, Database, Filter, Id, Model, View,
    bson::doc,
    page::{OffsetPage, Page},
    relation::{Linked, Loaded},
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::key;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "artists")]
struct Artist {
    id: Id<Artist>,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "songs")]
struct Song {
    id: i32,
    title: String,
    artist: Id<Artist>,
}

/// A view without the sort key and without the reference.
#[derive(Debug, PartialEq, View)]
#[odm(of = Song)]
struct Title {
    title: String,
}

async fn five(db: &Database) -> (Collection<Song>, Artist) {
    let artist = Artist { id: Id::new(), name: "Ella".to_owned() };
    db.collection::<Artist>().insert_one(&artist).await.unwrap();
    let songs = db.collection::<Song>();
    let song = |id: i32| Song {
        id,
        title: format!("title {id}"),
        artist: if id == 3 { Id::new() } else { artist.id },
    };
    songs.insert_many((1..6).map(song)).await.unwrap();
    (songs, artist)
}

/// Returns the ids of the songs, each with the name of its artist.
fn names(items: &[Loaded<Song, Linked<Artist>>]) -> Vec<(i32, &str)> {
    items
        .iter()
        .map(|song| (song.id, song.links.found().map_or("-", |artist| artist.name.as_str())))
        .collect()
}

#[odm_test::test]
async fn a_page_loads_what_its_documents_refer_to(db: Database, server: Server) {
    let (_, artist) = five(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (songs, s) = (db.collection::<Song>(), Song::fields());
    let page = || songs.find(s.id().gt(1)).sort(s.title().asc()).include(|s| s.artist()).page(2, &key());
    let first: Page<Loaded<Song, Linked<Artist>>> = page().await.unwrap();
    assert_eq!(names(&first.items), [(2, "Ella"), (3, "-")]);
    let sent = commands.take();
    let [find, hop] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(find.get_i64("limit").unwrap(), 3);
    // Only the ids of the documents of the page.
    let ids = hop.get_document("filter").unwrap().get_document("_id").unwrap().get_array("$in").unwrap();
    assert_eq!(ids.len(), 2);
    let second = page().token(first.next.as_ref()).with_total().await.unwrap();
    assert_eq!((names(&second.items), second.total), (vec![(4, "Ella"), (5, "Ella")], Some(4)));
    assert!(second.is_last());
    let back = page().token(second.previous.as_ref()).await.unwrap();
    assert_eq!(names(&back.items), [(2, "Ella"), (3, "-")]);
    commands.take();

    let by_number: OffsetPage<Loaded<Song, Linked<Artist>>> = songs
        .find(Filter::all())
        .sort(s.id().desc())
        .include(|s| s.artist())
        .offset_page(2, 2)
        .await
        .unwrap();
    assert_eq!((names(&by_number.items), by_number.total), (vec![(3, "-"), (2, "Ella")], 5));

    // An error of the include is one of the page, and an explanation is that of the find.
    let required = songs.find(Filter::all()).include(|s| s.artist().required()).page(9, &key()).await;
    assert!(required.unwrap_err().is_dangling());
    let explained = page().explain().await.unwrap();
    assert_eq!(explained.returned(), Some(3));
    assert_eq!(artist.name, "Ella");
}

#[odm_test::test]
async fn a_page_of_a_view_requests_the_reference_and_the_sort_keys(db: Database, server: Server) {
    five(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (songs, s) = (db.collection::<Song>(), Song::fields());
    let page = || songs.find(Filter::all()).sort(s.id().desc()).view::<Title>().include(|s| s.artist());
    let first = page().page(2, &key()).await.unwrap();
    let titles: Vec<_> = first
        .items
        .iter()
        .map(|song| (song.title.as_str(), song.links.found().unwrap().name.as_str()))
        .collect();
    assert_eq!(titles, [("title 5", "Ella"), ("title 4", "Ella")]);
    let find = &commands.take()[0];
    assert_eq!(find.get_document("projection").unwrap(), &doc! { "title": 1, "_id": 1, "artist": 1 });
    let next = page().page(2, &key()).token(first.next).await.unwrap();
    assert_eq!(next.items[0].title, "title 3");
    let by_number = page().offset_page(4, 2).await.unwrap();
    assert_eq!((by_number.items.len(), by_number.number()), (1, 3));
}

/// All commands of the page run in the transaction.
#[odm_test::test]
async fn a_page_with_an_include_takes_a_session(db: Database, server: Server) {
    let (_, artist) = five(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (songs, artists) = (db.collection::<Song>(), db.collection::<Artist>());
    let (s, a) = (Song::fields(), Artist::fields());
    db.transaction(async |mut tx| {
        artists.update_one(a.id().eq(artist.id), a.name().set("Fitzgerald")).session(&mut tx).await?;
        let find = || songs.find(s.id().lt(3)).sort(s.id().asc()).include(|s| s.artist());
        let page = find().page(2, &key()).with_total().session(&mut tx).await?;
        assert_eq!((names(&page.items), page.total), (vec![(1, "Fitzgerald"), (2, "Fitzgerald")], Some(2)));
        let page = find().offset_page(1, 2).session(&mut tx).await?;
        assert_eq!(names(&page.items), [(2, "Fitzgerald")]);
        Ok(())
    })
    .await
    .unwrap();
    let sent = commands.take_whole();
    assert!(sent.iter().all(|command| command.contains_key("autocommit")), "{sent:?}");
}
