//! Accumulators over the scores of games.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    bson::{Bson, Document},
    expr::cond,
    pipeline::{bottom, bottom_n, first_n, max_n, min_n, top, top_n},
};

use crate::support::Case;

#[derive(Debug, Model)]
#[odm(collection = "gamescores")]
#[serde(rename_all = "camelCase")]
struct GameScore {
    id: Id<GameScore>,
    player_id: String,
    game_id: String,
    score: i32,
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        lowest_score(),
        lowest_scores_of_each_game(),
        first_five_scores(),
        first_three_scores(),
        greatest_scores(),
        least_scores(),
        highest_score(),
        highest_scores_of_each_game(),
    ]
}

fn lowest_score() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Lowest {
        #[odm(id)]
        game: String,
        player_id: (String, i32),
    }

    let pipeline = Pipeline::<GameScore>::new().matching(|g| g.game_id().eq("G1")).group(|g| LowestOf {
        game: g.game_id(),
        player_id: bottom(g.score().desc(), (g.player_id(), g.score())),
    });
    Case::pipeline::<GameScore, Lowest>("accumulator/bottom/0", pipeline)
}

fn lowest_scores_of_each_game() -> Case {
    #[derive(Debug, Embedded)]
    #[serde(rename_all = "camelCase")]
    struct Game {
        game_id: String,
    }

    #[derive(Debug, Shape)]
    struct Lowest {
        #[odm(id)]
        game: Game,
        gamescores: Vec<i32>,
    }

    let pipeline = Pipeline::<GameScore>::new().group(|g| LowestOf {
        game: GameOf { game_id: g.game_id() },
        gamescores: bottom_n(g.score().desc(), g.score(), cond(g.game_id().eq("G2"), 1, 3)),
    });
    Case::pipeline::<GameScore, Lowest>("accumulator/bottomN/2", pipeline)
}

fn first_five_scores() -> Case {
    #[derive(Debug, Embedded)]
    #[serde(rename_all = "camelCase")]
    struct Score {
        player_id: String,
        game_id: String,
        /// A number or null; one of the documents does not have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<Bson>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct First {
        #[odm(id)]
        game: String,
        first_five_scores: Vec<Option<Bson>>,
    }

    let score = |player: &str, score| Score { player_id: player.into(), game_id: "G1".into(), score };
    let pipeline = Pipeline::<Document>::new()
        .documents([
            score("PlayerA", Some(1.into())),
            score("PlayerB", Some(2.into())),
            score("PlayerC", Some(3.into())),
            score("PlayerD", None),
            score("PlayerE", Some(Bson::Null)),
        ])
        .group(|s| FirstOf { game: s.game_id(), first_five_scores: first_n(s.score(), 5) });
    Case::on_database::<First>("accumulator/firstN/0", pipeline)
}

fn first_three_scores() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct First {
        #[odm(id)]
        game: String,
        player_id: Vec<(String, i32)>,
    }

    let pipeline = Pipeline::<GameScore>::new()
        .sort(|g| g.score().desc())
        .group(|g| FirstOf { game: g.game_id(), player_id: first_n((g.player_id(), g.score()), 3) });
    Case::pipeline::<GameScore, First>("accumulator/firstN/3", pipeline)
}

fn greatest_scores() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Greatest {
        #[odm(id)]
        game: String,
        max_scores: Vec<(i32, String)>,
    }

    let pipeline = Pipeline::<GameScore>::new()
        .group(|g| GreatestOf { game: g.game_id(), max_scores: max_n((g.score(), g.player_id()), 3) });
    Case::pipeline::<GameScore, Greatest>("accumulator/maxN/1", pipeline)
}

fn least_scores() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Least {
        #[odm(id)]
        game: String,
        min_scores: Vec<(i32, String)>,
    }

    let pipeline = Pipeline::<GameScore>::new()
        .matching(|g| g.game_id().eq("G1"))
        .group(|g| LeastOf { game: g.game_id(), min_scores: min_n((g.score(), g.player_id()), 3) });
    Case::pipeline::<GameScore, Least>("accumulator/minN/0", pipeline)
}

fn highest_score() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Highest {
        #[odm(id)]
        game: String,
        player_id: (String, i32),
    }

    let pipeline = Pipeline::<GameScore>::new().matching(|g| g.game_id().eq("G1")).group(|g| HighestOf {
        game: g.game_id(),
        player_id: top(g.score().desc(), (g.player_id(), g.score())),
    });
    Case::pipeline::<GameScore, Highest>("accumulator/top/0", pipeline)
}

fn highest_scores_of_each_game() -> Case {
    #[derive(Debug, Embedded)]
    #[serde(rename_all = "camelCase")]
    struct Game {
        game_id: String,
    }

    #[derive(Debug, Shape)]
    struct Highest {
        #[odm(id)]
        game: Game,
        gamescores: Vec<i32>,
    }

    let pipeline = Pipeline::<GameScore>::new().group(|g| HighestOf {
        game: GameOf { game_id: g.game_id() },
        gamescores: top_n(g.score().desc(), g.score(), cond(g.game_id().eq("G2"), 1, 3)),
    });
    Case::pipeline::<GameScore, Highest>("accumulator/topN/2", pipeline)
}
