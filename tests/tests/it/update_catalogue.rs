//! Every update operator: what it renders, and how the server changes a document.

use odm::{
    Collection, Database, Embedded, Id, Model, Update,
    bson::{DateTime, Document, doc},
    mongodb::options::UpdateModifications,
    update::PushEach,
};

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Score {
    player: String,
    points: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "games")]
struct Game {
    id: Id<Game>,
    level: i32,
    ratio: f64,
    flags: i32,
    low: Option<i32>,
    note: Option<String>,
    remark: Option<String>,
    played: Option<DateTime>,
    tags: Vec<String>,
    best: Vec<Score>,
}

fn score(player: &str, points: i32) -> Score {
    Score { player: player.into(), points }
}

fn game() -> Game {
    Game {
        id: Id::new(),
        level: 6,
        ratio: 0.5,
        flags: 0b0101,
        low: None,
        note: Some("n".into()),
        remark: None,
        played: None,
        tags: vec!["b".into(), "a".into(), "b".into()],
        best: vec![score("ada", 5), score("bob", 9)],
    }
}

/// Returns the game after an update, and the update that was sent.
async fn after(games: &Collection<Game>, update: Update<Game>) -> (Game, Document) {
    let before = game();
    games.insert_one(&before).await.unwrap();
    let g = Game::fields();
    let UpdateModifications::Document(sent) = update.clone().into_parts().unwrap().0 else {
        panic!("not a document: {update}")
    };
    games.update_one(g.id().eq(before.id), update).await.unwrap();
    let after = games.get(&before.id).await.unwrap().unwrap();
    (after, sent)
}

#[odm_test::test]
async fn field_operators_change_fields(db: Database) {
    let games = db.collection::<Game>();
    let g = Game::fields();

    let (game, sent) = after(&games, g.level().mul(7) + g.ratio().mul(3)).await;
    assert_eq!((game.level, game.ratio), (42, 1.5));
    assert_eq!(sent, doc! { "$mul": { "level": 7, "ratio": 3.0 } });

    let (game, sent) = after(&games, g.level().min(5) + g.ratio().max(0.25) + g.low().max(3)).await;
    assert_eq!((game.level, game.ratio, game.low), (5, 0.5, Some(3)));
    assert_eq!(sent, doc! { "$min": { "level": 5 }, "$max": { "ratio": 0.25, "low": 3 } });

    let (game, sent) = after(&games, g.note().rename(g.remark())).await;
    assert_eq!((game.note, game.remark.as_deref()), (None, Some("n")));
    assert_eq!(sent, doc! { "$rename": { "note": "remark" } });

    let (game, sent) = after(&games, g.level().set_on_insert(100) + g.note().set("x")).await;
    assert_eq!((game.level, game.note.as_deref()), (6, Some("x")));
    assert_eq!(sent, doc! { "$setOnInsert": { "level": 100 }, "$set": { "note": "x" } });

    let (game, sent) = after(&games, g.played().current_date()).await;
    assert!(game.played.unwrap() > DateTime::from_millis(0));
    assert_eq!(sent, doc! { "$currentDate": { "played": true } });
}

#[odm_test::test]
async fn bit_operators_change_bits(db: Database) {
    let games = db.collection::<Game>();
    let g = Game::fields();
    for (update, operation, flags) in [
        (g.flags().bit_and(0b0110), "and", 0b0100),
        (g.flags().bit_or(0b0010), "or", 0b0111),
        (g.flags().bit_xor(0b1111), "xor", 0b1010),
    ] {
        let (game, sent) = after(&games, update).await;
        assert_eq!(game.flags, flags, "{operation}");
        assert!(sent.get_document("$bit").unwrap().get_document("flags").unwrap().contains_key(operation));
    }
}

#[odm_test::test]
async fn array_operators_change_arrays(db: Database) {
    let games = db.collection::<Game>();
    let g = Game::fields();

    let (game, sent) = after(&games, g.tags().push_each(["c", "d"])).await;
    assert_eq!(game.tags, ["b", "a", "b", "c", "d"]);
    assert_eq!(sent, doc! { "$push": { "tags": { "$each": ["c", "d"] } } });

    let (game, sent) = after(&games, g.tags().push_each_with(["c"], |each| each.position(0).slice(2))).await;
    assert_eq!(game.tags, ["c", "b"]);
    assert_eq!(sent, doc! { "$push": { "tags": { "$each": ["c"], "$position": 0, "$slice": 2 } } });

    let (game, _) = after(&games, g.tags().push_each_with(["c"], PushEach::sort_desc)).await;
    assert_eq!(game.tags, ["c", "b", "b", "a"]);
    let (game, _) = after(&games, g.tags().push_each_with([] as [&str; 0], PushEach::sort_asc)).await;
    assert_eq!(game.tags, ["a", "b", "b"]);

    let best = g.best().push_each_with([score("eve", 7)], |each| each.sort(|s| s.points().desc()).slice(2));
    let (game, sent) = after(&games, best).await;
    assert_eq!(game.best, [score("bob", 9), score("eve", 7)]);
    assert_eq!(
        sent,
        doc! { "$push": { "best": { "$each": [{ "player": "eve", "points": 7 }], "$sort": { "points": -1 }, "$slice": 2 } } }
    );

    let (game, sent) = after(&games, g.tags().add_to_set_each(["a", "z"])).await;
    assert_eq!(game.tags, ["b", "a", "b", "z"]);
    assert_eq!(sent, doc! { "$addToSet": { "tags": { "$each": ["a", "z"] } } });

    let (game, sent) = after(&games, g.tags().pop_first()).await;
    assert_eq!(game.tags, ["a", "b"]);
    assert_eq!(sent, doc! { "$pop": { "tags": -1 } });
    let (game, sent) = after(&games, g.tags().pop_last()).await;
    assert_eq!(game.tags, ["b", "a"]);
    assert_eq!(sent, doc! { "$pop": { "tags": 1 } });

    let (game, sent) = after(&games, g.tags().pull_all(["b", "x"])).await;
    assert_eq!(game.tags, ["a"]);
    assert_eq!(sent, doc! { "$pullAll": { "tags": ["b", "x"] } });
}

#[test]
fn an_invalid_modifier_is_an_error() {
    let g = Game::fields();
    let both = g.note().set("a") + g.note().rename(g.remark());
    assert!(both.into_parts().unwrap_err().to_string().contains("`note`: expected one change of a field"));
}
