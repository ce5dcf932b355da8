//! The program of the guide's chapter on paging: the songs of a radio station.
//!
//! `cargo run -p examples --bin paging`. It finds or starts a MongoDB server automatically.

// Several indexes name one field.
#![allow(clippy::duplicated_attributes)]

use anyhow::Context;
use odm::{
    Collection, Filter, Id, Model, View, models,
    page::{Page, PageKey},
    request::Parameters,
};
use serde::Serialize;

#[derive(Debug, Clone, Model)]
#[odm(collection = "songs", index(plays, id), index(artist, plays, id), index(title, id, plays))]
struct Song {
    id: u32,
    title: String,
    artist: Id<Artist>,
    plays: Option<i32>,
}

#[derive(Debug, Model)]
#[odm(collection = "artists")]
struct Artist {
    id: Id<Artist>,
    name: String,
}

/// What a client sees of a song.
#[derive(Debug, Serialize, View)]
#[odm(of = Song)]
struct Entry {
    title: String,
}

/// `GET /songs`: the page that the parameters of a request ask for.
async fn list(songs: &Collection<Song>, key: &PageKey, query: &[(&str, &str)]) -> odm::Result<Page<Entry>> {
    let s = Song::fields();
    let parameters = Parameters::new()
        .range("plays", s.plays())
        .sortable("title", s.title())
        .page_token("page")
        .limit(2, 50);
    let query = parameters.parse(query.iter().copied())?;
    songs
        .find(query.filter)
        .sort(query.sort)
        .view::<Entry>()
        .page(query.limit, key)
        .token(query.page_token)
        .await
}

fn titles(page: &Page<Song>) -> String {
    let titles: Vec<_> = page.items.iter().map(|song| song.title.as_str()).collect();
    titles.join(", ")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("paging").await?;
    db.schema(models![Song, Artist]).plan().await?.apply().await?;
    let songs = db.collection::<Song>();
    let s = Song::fields();
    let artist = Artist { id: Id::new(), name: "Ella".to_owned() };
    db.collection::<Artist>().insert_one(&artist).await?;
    let song = |id, title: &str, plays| Song { id, title: title.to_owned(), artist: artist.id, plays };
    songs
        .insert_many(&[
            song(1, "Misty", Some(9)),
            song(2, "Solitude", None),
            song(3, "Caravan", Some(12)),
            song(4, "Perdido", Some(9)),
            song(5, "Cotton Tail", None),
            song(6, "Satin Doll", Some(7)),
        ])
        .await?;
    let secret = [7; 32];

    // The first page, and the next one.
    let key = PageKey::new(secret)?;
    let most_played = || songs.find(s.artist().eq(artist.id)).sort(s.plays().desc()).page(2, &key);
    let first = most_played().await?;
    println!("{}", titles(&first));

    // A song that comes first meanwhile moves no other song to another page.
    songs.insert_one(&song(7, "Mack the Knife", Some(30))).await?;
    let second = most_played().token(&first.next).await?;
    println!("{}", titles(&second));
    let third = most_played().token(&second.next).await?;
    println!("{}, and that is all: {}", titles(&third), third.is_last());
    let back = most_played().token(&second.previous).await?;
    println!("{}", titles(&back));
    let new = most_played().token(&back.previous).await?;
    println!("{}", titles(&new));

    // Tokens belong to their query.
    let others = songs.find(Filter::all()).sort(s.plays().desc()).page(2, &key).token(&first.next);
    let error = others.await.err().context("another query was continued")?;
    println!("{}", error.kind());

    // Exactly the index.
    let by_index = s.plays().asc().then(s.id().asc());
    let page = songs.find(Filter::all()).sort(s.plays().desc()).hint(by_index);
    println!("{}", titles(&page.page(2, &key).token(None::<&str>).await?));

    // The page of a request.
    let page = list(&songs, &key, &[("plays[gte]", "8"), ("sort", "title")]).await?;
    let token = page.next.clone().context("there is no other page")?;
    let next =
        list(&songs, &key, &[("plays[gte]", "8"), ("sort", "title"), ("page", token.as_str())]).await?;
    println!("{}", serde_json::to_string(&next.items)?);
    let error = list(&songs, &key, &[("page", "x")]).await.err().context("this was a token")?;
    println!("status 400: {}", error.is_bad_page_token());

    // Page numbers and a total.
    let page = songs.find(s.plays().gte(8)).sort(s.title().asc()).offset_page(2, 2).await?;
    println!("page {} of {}, {} songs", page.number(), page.pages(), page.total);
    let page = most_played().with_total().await?;
    println!("{} of {}", page.items.len(), page.total.context("it was not counted")?);

    // Pages with what their documents refer to.
    let page = songs.find(Filter::all()).sort(s.title().asc()).include(|s| s.artist()).page(2, &key).await?;
    for song in &page.items {
        println!("{} by {}", song.title, song.links.found().map_or("?", |artist| &artist.name));
    }

    // An order without pages.
    let error = db
        .collection::<Playlist>()
        .find(Filter::all())
        .sort(Playlist::fields().songs().asc())
        .page(2, &key)
        .await
        .err()
        .context("it has pages")?;
    println!("{}", error.kind());

    db.drop_database().await?;
    Ok(())
}

#[derive(Debug, Model)]
#[odm(collection = "playlists")]
struct Playlist {
    id: Id<Playlist>,
    songs: Vec<u32>,
}
