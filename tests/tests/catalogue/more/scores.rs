//! `$bottomN $firstN $top`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    bson::doc,
    expr::cond,
    pipeline::{bottom_n, first_n, top},
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![best_score(), worst_scores(), first_scores()]
}

#[derive(Debug, Model)]
#[odm(collection = "gamescores")]
#[serde(rename_all = "camelCase")]
struct Score {
    id: Id<Score>,
    player_id: String,
    game_id: String,
    score: i32,
}

fn best_score() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Best {
        #[odm(id)]
        game_id: String,
        player_id: (String, i32),
    }

    let pipeline = Pipeline::<Score>::new().matching(|s| s.game_id().eq("G1")).group(|s| BestOf {
        game_id: s.game_id(),
        player_id: top(Score::fields().score().desc(), (s.player_id(), s.score())),
    });
    let expected = [
        doc! { "$match": { "gameId": "G1" } },
        doc! { "$group": {
            "_id": "$gameId",
            "playerId": { "$top": { "output": ["$playerId", "$score"], "sortBy": { "score": -1 } } },
        } },
    ];
    more::<Score, Best>("top: the best score of a game", pipeline, expected)
}

fn worst_scores() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Worst {
        #[odm(id)]
        game_id: String,
        player_id: Vec<(String, i32)>,
    }

    let pipeline = Pipeline::<Score>::new().group(|s| WorstOf {
        game_id: s.game_id(),
        player_id: bottom_n(Score::fields().score().desc(), (s.player_id(), s.score()), 3),
    });
    let expected = doc! { "$group": {
        "_id": "$gameId",
        "playerId": { "$bottomN": { "output": ["$playerId", "$score"], "sortBy": { "score": -1 }, "n": 3 } },
    } };
    more::<Score, Worst>("bottomN: several games", pipeline, [expected])
}

fn first_scores() -> More {
    #[derive(Debug, Embedded)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        game_id: String,
    }

    #[derive(Debug, Shape)]
    struct First {
        #[odm(id)]
        key: Key,
        gamescores: Vec<i32>,
    }

    let pipeline = Pipeline::<Score>::new().group(|s| FirstOf {
        key: KeyOf { game_id: s.game_id() },
        gamescores: first_n(s.score(), cond(s.game_id().eq("G2"), 1, 3)),
    });
    let expected = doc! { "$group": {
        "_id": { "gameId": "$gameId" },
        "gamescores": { "$firstN": {
            "input": "$score",
            "n": { "$cond": { "if": { "$eq": ["$gameId", "G2"] }, "then": 1, "else": 3 } },
        } },
    } };
    more::<Score, First>("firstN: computed n", pipeline, [expected])
}
