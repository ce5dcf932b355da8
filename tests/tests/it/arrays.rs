//! Arrays of arrays, and arrays that may contain null: compares what the server finds and changes with the same
//! operation in Rust.
#![allow(
    clippy::items_after_statements,
    clippy::needless_borrows_for_generic_args,
    reason = "cases stand beside what they are held to"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use odm::{Collection, Database, Embedded, Filter, Model, Update, Value, bson::doc};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "grids")]
struct Grid {
    id: i32,
    rows: Vec<Vec<i32>>,
    cube: Vec<Vec<Vec<i32>>>,
    maybe: Option<Vec<Option<VecDeque<i32>>>>,
    sets: VecDeque<BTreeSet<i32>>,
    named: Rows,
    boxed: Box<[Box<[i32; 2]>]>,
    cells: Vec<Vec<Cell>>,
    by_name: BTreeMap<String, Vec<Vec<i32>>>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Value)]
struct Rows(Vec<Row>);

#[derive(Debug, Clone, PartialEq, Value)]
struct Row(Vec<i32>);

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Cell {
    n: i32,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Part {
    rows: Vec<Vec<i32>>,
}

/// Returns the test documents. Some are equal in elements or as a whole, and some are empty at each level.
fn all() -> Vec<Grid> {
    let rows: [&[&[i32]]; 12] = [
        &[],
        &[&[]],
        &[&[], &[]],
        &[&[1]],
        &[&[9]],
        &[&[1, 2], &[9, 3]],
        &[&[1, 9], &[3]],
        &[&[9, 9]],
        &[&[3], &[1, 2, 9]],
        &[&[1, 2], &[1, 2]],
        &[&[2], &[]],
        &[&[9, 3]],
    ];
    let grid = |(id, rows): (usize, &&[&[i32]])| {
        let vecs: Vec<Vec<i32>> = rows.iter().map(|row| row.to_vec()).collect();
        let cell = |n: &i32| Cell { n: *n, tags: vec![format!("t{n}")] };
        Grid {
            id: i32::try_from(id).unwrap(),
            cube: match id % 4 {
                0 => vec![vecs.clone()],
                1 => vec![vecs.clone(), vec![]],
                2 => vecs.iter().map(|row| vec![row.clone()]).collect(),
                _ => vec![vec![vec![]], vecs.clone()],
            },
            maybe: match id % 3 {
                0 => None,
                1 => Some(
                    vecs.iter().map(|row| (!row.is_empty()).then(|| row.iter().copied().collect())).collect(),
                ),
                _ => Some(vec![None]),
            },
            sets: vecs.iter().map(|row| row.iter().copied().collect()).collect(),
            named: Rows(vecs.iter().cloned().map(Row).collect()),
            boxed: vecs
                .iter()
                .filter_map(|row| Some(Box::new(<[i32; 2]>::try_from(&row[..]).ok()?)))
                .collect(),
            cells: vecs.iter().map(|row| row.iter().map(cell).collect()).collect(),
            by_name: BTreeMap::from([("a".to_owned(), vecs.clone())]),
            parts: vec![Part { rows: vecs.clone() }, Part { rows: vec![vec![7]] }],
            rows: vecs,
        }
    };
    rows.iter().enumerate().map(grid).collect()
}

async fn stored(db: &Database) -> odm::Result<Collection<Grid>> {
    let grids = db.collection::<Grid>();
    grids.insert_many(&all()).await?;
    Ok(grids)
}

type Case = (Filter<Grid>, fn(&Grid) -> bool);

async fn compare(grids: &Collection<Grid>, cases: Vec<Case>) -> odm::Result<()> {
    let mut wrong = Vec::new();
    for (filter, meant) in cases {
        for (filter, positive) in [(filter.clone(), true), (!filter, false)] {
            let rendered = filter.to_string();
            let found = grids.find(filter).sort(Grid::fields().id().asc()).await;
            let found: Vec<Grid> = match found {
                Ok(found) => found.try_collect().await?,
                Err(error) => {
                    wrong.push(format!("{rendered}: {error}: {:?}", error.server_message()));
                    continue;
                }
            };
            let found: Vec<i32> = found.iter().map(|grid| grid.id).collect();
            let all = all();
            let expected = all.iter().filter(|grid| meant(grid) == positive);
            let expected: Vec<i32> = expected.map(|grid| grid.id).collect();
            if found != expected {
                wrong.push(format!("{rendered}: found {found:?}, meant {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[odm_test::test]
async fn filters_on_arrays_of_arrays_find_the_same_as_rust(db: Database) -> odm::Result<()> {
    let grids = stored(&db).await?;
    let g = Grid::fields();
    let cases: Vec<Case> = vec![
        (g.rows().any(|row| row.contains(9)), |g| g.rows.iter().any(|row| row.contains(&9))),
        (g.rows().any(|row| !row.contains(9)), |g| g.rows.iter().any(|row| !row.contains(&9))),
        (g.rows().any(|row| row.all([1, 9])), |g| {
            g.rows.iter().any(|row| row.contains(&1) && row.contains(&9))
        }),
        (g.rows().any(|row| row.size(2) & row.contains(9)), |g| {
            g.rows.iter().any(|row| row.len() == 2 && row.contains(&9))
        }),
        (g.rows().any(|row| row.contains(1) & row.contains(9) & row.contains(2)), |g| {
            g.rows.iter().any(|row| row.contains(&1) && row.contains(&9) && row.contains(&2))
        }),
        (g.rows().any(|row| row.contains(1) & row.all([9, 2]) & row.size(3)), |g| {
            g.rows.iter().any(|row| row.len() == 3 && [1, 2, 9].iter().all(|n| row.contains(n)))
        }),
        (g.rows().any(|row| !(row.contains(9) & row.size(2))), |g| {
            g.rows.iter().any(|row| !(row.contains(&9) && row.len() == 2))
        }),
        (g.rows().any(|row| row.any(|n| n.gt(2) & n.lt(9))), |g| {
            g.rows.iter().any(|row| row.iter().any(|n| *n > 2 && *n < 9))
        }),
        (g.rows().any(|row| !row.any(|n| n.gt(2))), |g| g.rows.iter().any(|row| !row.iter().any(|n| *n > 2))),
        (g.rows().any(|row| row.contains_any([3, 4])), |g| {
            g.rows.iter().any(|row| row.contains(&3) || row.contains(&4))
        }),
        (g.rows().any(|row| row.contains_none([3, 9])), |g| {
            g.rows.iter().any(|row| !row.contains(&3) && !row.contains(&9))
        }),
        (g.rows().any(|row| row.at(0).eq(9)), |g| g.rows.iter().any(|row| row.first() == Some(&9))),
        (g.rows().any(|row| row.at(0).gt(1) & row.at(1).exists(true)), |g| {
            g.rows.iter().any(|row| row.first() > Some(&1) && row.len() > 1)
        }),
        (g.rows().any(|row| row.eq([9, 3])), |g| g.rows.contains(&vec![9, 3])),
        (g.rows().any(|row| row.ne([9, 3])), |g| g.rows.iter().any(|row| *row != [9, 3])),
        (g.rows().any(|row| row.in_([vec![9, 3], vec![]])), |g| {
            g.rows.iter().any(|row| *row == [9, 3] || row.is_empty())
        }),
        (g.rows().contains([9, 3]), |g| g.rows.contains(&vec![9, 3])),
        (g.rows().contains(Vec::new()), |g| g.rows.contains(&vec![])),
        (g.rows().contains_any([vec![9, 3], vec![]]), |g| {
            g.rows.contains(&vec![9, 3]) || g.rows.contains(&vec![])
        }),
        (g.rows().contains_none([vec![9, 3], vec![]]), |g| {
            !g.rows.contains(&vec![9, 3]) && !g.rows.contains(&vec![])
        }),
        (g.rows().all([vec![9, 3], vec![1, 2]]), |g| {
            g.rows.contains(&vec![9, 3]) && g.rows.contains(&vec![1, 2])
        }),
        (g.rows().all([Vec::new()]), |g| g.rows.contains(&vec![])),
        (g.rows().size(2), |g| g.rows.len() == 2),
        (g.rows().eq([vec![9, 3]]), |g| g.rows == [[9, 3]]),
        (g.rows().eq(Vec::new()), |g| g.rows.is_empty()),
        (g.rows().ne(Vec::new()), |g| !g.rows.is_empty()),
        (g.rows().in_([vec![], vec![vec![9, 3]]]), |g| g.rows.is_empty() || g.rows == [[9, 3]]),
        (g.rows().nin([vec![], vec![vec![9, 3]]]), |g| !g.rows.is_empty() && g.rows != [[9, 3]]),
        (g.rows().at(1).contains(9), |g| g.rows.get(1).is_some_and(|row| row.contains(&9))),
        (g.rows().at(1).all([9, 3]), |g| {
            g.rows.get(1).is_some_and(|row| row.contains(&9) && row.contains(&3))
        }),
        (g.rows().at(0).contains_any([3, 9]), |g| {
            g.rows.first().is_some_and(|row| row.contains(&3) || row.contains(&9))
        }),
        (g.rows().at(0).contains_none([3, 9]), |g| {
            g.rows.first().is_none_or(|row| !row.contains(&3) && !row.contains(&9))
        }),
        (g.rows().at(0).size(2), |g| g.rows.first().is_some_and(|row| row.len() == 2)),
        (g.rows().at(0).any(|n| n.gt(2)), |g| g.rows.first().is_some_and(|row| row.iter().any(|n| *n > 2))),
        (g.rows().at(0).eq([9, 3]), |g| g.rows.first() == Some(&vec![9, 3])),
        (g.rows().at(0).eq(Vec::new()), |g| g.rows.first() == Some(&vec![])),
        (g.rows().at(0).at(1).gte(3), |g| g.rows.first().is_some_and(|row| row.get(1) >= Some(&3))),
        (g.cube().contains(vec![vec![]]), |g| g.cube.contains(&vec![vec![]])),
        (g.cube().contains(Vec::new()), |g| g.cube.contains(&vec![])),
        (g.cube().eq(vec![vec![vec![]]]), |g| g.cube == vec![vec![Vec::<i32>::new()]]),
        (g.cube().eq(vec![Vec::new()]), |g| g.cube == vec![Vec::<Vec<i32>>::new()]),
        (g.cube().ne(vec![Vec::new()]), |g| g.cube != vec![Vec::<Vec<i32>>::new()]),
        (g.cube().any(|rows| rows.contains([9, 3])), |g| {
            g.cube.iter().any(|rows| rows.contains(&vec![9, 3]))
        }),
        (g.cube().any(|rows| rows.contains(Vec::new())), |g| {
            g.cube.iter().any(|rows| rows.contains(&vec![]))
        }),
        (g.cube().any(|rows| rows.eq(Vec::new())), |g| g.cube.contains(&vec![])),
        (g.cube().any(|rows| rows.any(|row| row.contains(9) & row.size(2))), |g| {
            g.cube.iter().flatten().any(|row| row.contains(&9) && row.len() == 2)
        }),
        (g.cube().any(|rows| rows.at(0).contains(9)), |g| {
            g.cube.iter().any(|rows| rows.first().is_some_and(|row| row.contains(&9)))
        }),
        (g.cube().at(1).contains(Vec::new()), |g| g.cube.get(1).is_some_and(|rows| rows.contains(&vec![]))),
        (g.cube().at(0).at(1).contains(9), |g| {
            g.cube.first().and_then(|rows| rows.get(1)).is_some_and(|row| row.contains(&9))
        }),
        (g.cube().at(0).any(|row| row.contains(9)), |g| {
            g.cube.first().is_some_and(|rows| rows.iter().any(|row| row.contains(&9)))
        }),
        (g.maybe().any(|row| row.contains(9)), |g| {
            g.maybe.iter().flatten().flatten().any(|row| row.contains(&9))
        }),
        (g.maybe().any(|row| row.is_null()), |g| g.maybe.iter().flatten().any(Option::is_none)),
        (g.maybe().any(|row| row.is_present()), |g| g.maybe.iter().flatten().any(Option::is_some)),
        (g.maybe().at(0).contains(9), |g| {
            g.maybe.as_ref().and_then(|rows| rows.first()?.as_ref()).is_some_and(|row| row.contains(&9))
        }),
        (g.maybe().contains([9, 3]), |g| g.maybe.iter().flatten().flatten().any(|row| *row == [9, 3])),
        (g.maybe().is_null(), |g| g.maybe.is_none()),
        (g.maybe().is_null_or_missing(), |g| g.maybe.is_none()),
        (g.maybe().is_present(), |g| g.maybe.is_some()),
        (g.sets().any(|set| set.all([1, 9])), |g| {
            g.sets.iter().any(|set| set.contains(&1) && set.contains(&9))
        }),
        (g.sets().at(1).contains(9), |g| g.sets.get(1).is_some_and(|set| set.contains(&9))),
        (g.sets().contains(BTreeSet::from([1, 2])), |g| g.sets.contains(&BTreeSet::from([1, 2]))),
        (g.sets().contains(BTreeSet::new()), |g| g.sets.contains(&BTreeSet::new())),
        (g.named().any(|row| row.contains(9) & row.size(2)), |g| {
            g.named.0.iter().any(|row| row.0.contains(&9) && row.0.len() == 2)
        }),
        (g.named().at(1).contains(9), |g| g.named.0.get(1).is_some_and(|row| row.0.contains(&9))),
        (g.named().contains(Row(vec![])), |g| g.named.0.contains(&Row(vec![]))),
        (g.named().eq(Rows(vec![])), |g| g.named.0.is_empty()),
        (g.boxed().any(|pair| pair.contains(9)), |g| g.boxed.iter().any(|pair| pair.contains(&9))),
        (g.boxed().at(0).contains(9), |g| g.boxed.first().is_some_and(|pair| pair.contains(&9))),
        (g.boxed().contains([9, 3]), |g| g.boxed.iter().any(|pair| **pair == [9, 3])),
        (g.cells().n().gte(9), |g| g.cells.iter().flatten().any(|cell| cell.n >= 9)),
        (g.cells().n().ne(9), |g| !g.cells.iter().flatten().any(|cell| cell.n == 9)),
        (g.cells().n().nin([1, 9]), |g| !g.cells.iter().flatten().any(|cell| [1, 9].contains(&cell.n))),
        (g.cells().n().exists(false), |g| g.cells.iter().flatten().next().is_none()),
        (g.cells().tags().contains("t9"), |g| {
            g.cells.iter().flatten().any(|cell| cell.tags.contains(&"t9".to_owned()))
        }),
        (g.cells().any(|row| row.n().gte(9)), |g| {
            g.cells.iter().any(|row| row.iter().any(|cell| cell.n >= 9))
        }),
        (g.cells().any(|row| row.size(2) & row.n().eq(9)), |g| {
            g.cells.iter().any(|row| row.len() == 2 && row.iter().any(|cell| cell.n == 9))
        }),
        (g.cells().any(|row| row.n().eq(1) & row.n().eq(9)), |g| {
            g.cells.iter().any(|row| [1, 9].iter().all(|n| row.iter().any(|cell| cell.n == *n)))
        }),
        (g.cells().any(|row| row.any(|cell| cell.n().gt(2) & cell.tags().contains("t9"))), |g| {
            g.cells.iter().flatten().any(|cell| cell.n > 2 && cell.n == 9)
        }),
        (g.cells().any(|row| row.n().ne(9)), |g| {
            g.cells.iter().any(|row| !row.iter().any(|cell| cell.n == 9))
        }),
        (g.cells().at(1).n().eq(9), |g| g.cells.get(1).is_some_and(|row| row.iter().any(|cell| cell.n == 9))),
        (g.cells().at(0).at(1).n().eq(9), |g| {
            g.cells.first().and_then(|row| row.get(1)).is_some_and(|cell| cell.n == 9)
        }),
        (g.cells().any(|row| row.at(1).n().eq(9)), |g| {
            g.cells.iter().any(|row| row.get(1).is_some_and(|cell| cell.n == 9))
        }),
        (g.by_name().key("a").any(|row| row.contains(9)), |g| {
            g.by_name["a"].iter().any(|row| row.contains(&9))
        }),
        (g.by_name().key("a").eq(Vec::new()), |g| g.by_name["a"].is_empty()),
        (g.by_name().key("a").at(1).contains(9), |g| {
            g.by_name["a"].get(1).is_some_and(|row| row.contains(&9))
        }),
        (g.parts().rows().contains([9, 3]), |g| g.parts.iter().any(|part| part.rows.contains(&vec![9, 3]))),
        (g.parts().rows().contains(Vec::new()), |g| g.parts.iter().any(|part| part.rows.contains(&vec![]))),
        (g.parts().rows().any(|row| row.contains(9)), |g| {
            g.parts.iter().flat_map(|part| &part.rows).any(|row| row.contains(&9))
        }),
        (g.parts().rows().eq(Vec::new()), |g| g.parts.iter().any(|part| part.rows.is_empty())),
        (g.parts().rows().ne(Vec::new()), |g| !g.parts.iter().any(|part| part.rows.is_empty())),
        (g.parts().any(|part| part.rows().at(0).contains(9)), |g| {
            g.parts.iter().any(|part| part.rows.first().is_some_and(|row| row.contains(&9)))
        }),
    ];
    compare(&grids, cases).await
}

type Change = (Update<Grid>, fn(&mut Grid));

/// Compares what an update does to every grid with the same change in Rust.
async fn compare_changes(db: &Database, changes: Vec<Change>) -> odm::Result<()> {
    let grids = db.collection::<Grid>();
    for (update, meant) in changes {
        let rendered = update.to_string();
        grids.delete_many(Filter::all()).await?;
        grids.insert_many(&all()).await?;
        grids.update_many(Filter::all(), update).await?;
        let found: Vec<Grid> =
            grids.find(Filter::all()).sort(Grid::fields().id().asc()).await?.try_collect().await?;
        let mut expected = all();
        expected.iter_mut().for_each(meant);
        assert_eq!(found, expected, "{rendered}");
    }
    Ok(())
}

#[odm_test::test]
async fn updates_of_arrays_of_arrays_change_the_same_as_rust(db: Database) -> odm::Result<()> {
    let g = Grid::fields();
    fn replace(rows: &mut [Vec<i32>], picks: impl Fn(&[i32]) -> bool) {
        rows.iter_mut().filter(|row| picks(row)).for_each(|row| *row = vec![0]);
    }
    let changes: Vec<Change> = vec![
        (g.rows().each_where(|row| row.contains(9)).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row.contains(&9));
        }),
        (g.rows().each_where(|row| !row.contains(9)).set(vec![0]), |g| {
            replace(&mut g.rows, |row| !row.contains(&9));
        }),
        (g.rows().each_where(|row| row.contains(1) & row.contains(9)).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row.contains(&1) && row.contains(&9));
        }),
        (g.rows().each_where(|row| row.contains(3) | row.size(0)).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row.contains(&3) || row.is_empty());
        }),
        (g.rows().each_where(|row| row.all([9, 1])).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row.contains(&1) && row.contains(&9));
        }),
        (g.rows().each_where(|row| row.at(0).eq(9)).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row.first() == Some(&9));
        }),
        (g.rows().each_where(|row| row.at(0).eq(9) & row.size(1)).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row == [9]);
        }),
        (g.rows().each_where(|row| row.eq([9, 3])).set(vec![0]), |g| {
            replace(&mut g.rows, |row| row == [9, 3]);
        }),
        (g.cube().each_where(|rows| rows.eq(Vec::new())).set(vec![vec![0]]), |g| {
            g.cube.iter_mut().filter(|rows| rows.is_empty()).for_each(|rows| *rows = vec![vec![0]]);
        }),
        (g.cells().each_where(|row| row.n().eq(9)).set(Vec::new()), |g| {
            g.cells.iter_mut().filter(|row| row.iter().any(|cell| cell.n == 9)).for_each(Vec::clear);
        }),
        (g.rows().pull_where(|row| row.contains(9)), |g| g.rows.retain(|row| !row.contains(&9))),
        (g.rows().pull_where(|row| !row.contains(9)), |g| g.rows.retain(|row| row.contains(&9))),
        (g.rows().pull_where(|row| row.contains(1) & row.contains(9)), |g| {
            g.rows.retain(|row| !(row.contains(&1) && row.contains(&9)));
        }),
        (g.rows().pull_where(|row| row.size(2) & row.contains(9)), |g| {
            g.rows.retain(|row| !(row.len() == 2 && row.contains(&9)));
        }),
        (g.rows().pull_where(|row| row.any(|n| n.gt(1) & n.lt(9))), |g| {
            g.rows.retain(|row| !row.iter().any(|n| *n > 1 && *n < 9));
        }),
        (g.cells().pull_where(|row| row.n().eq(9)), |g| {
            g.cells.retain(|row| !row.iter().any(|cell| cell.n == 9));
        }),
        (g.rows().pull([9, 3]), |g| g.rows.retain(|row| *row != [9, 3])),
        (g.rows().pull(Vec::new()), |g| g.rows.retain(|row| !row.is_empty())),
        (g.cube().pull(Vec::new()), |g| g.cube.retain(|rows| !rows.is_empty())),
        (g.cube().pull_all([Vec::new()]), |g| g.cube.retain(|rows| !rows.is_empty())),
    ];
    compare_changes(&db, changes).await?;

    let error = g.rows().pull_where(|row| row.at(0).eq(9)).into_parts().unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(
        error.to_string(),
        "cannot be sent: `rows.0`: expected a condition on the array itself: the server looks for no names in an array \
         that it pulls, found one on an element of it; nothing was sent",
    );
    Ok(())
}

#[derive(Debug, Model)]
#[odm(collection = "notes")]
struct Note {
    id: i32,
    tags: Option<Vec<Option<String>>>,
    pair: Option<(Option<i32>, i32)>,
    lines: Vec<Line>,
}

#[derive(Debug, Embedded)]
struct Line {
    tags: Option<Vec<Option<String>>>,
}

#[odm_test::test]
async fn an_array_with_null_in_it_is_not_null(db: Database) -> odm::Result<()> {
    let notes = db.collection::<Note>();
    notes
        .driver()
        .insert_many([
            doc! { "_id": 1, "tags": null, "pair": null, "lines": [{ "tags": null }] },
            doc! { "_id": 2, "lines": [{}] },
            doc! { "_id": 3, "tags": [], "pair": [null, 1], "lines": [] },
            doc! { "_id": 4, "tags": [null], "pair": [1, 1], "lines": [{ "tags": [null] }] },
            doc! { "_id": 5, "tags": ["a", null], "pair": [1, 1], "lines": [{ "tags": [null] }, { "tags": null }] },
            doc! { "_id": 6, "tags": ["a"], "pair": [1, 1], "lines": [{ "tags": ["a"] }, { "tags": ["b"] }] },
        ])
        .await
        .unwrap();
    let n = Note::fields();
    for (filter, expected) in [
        (n.tags().is_null(), vec![1]),
        (n.tags().is_null_or_missing(), vec![1, 2]),
        (n.tags().is_present(), vec![3, 4, 5, 6]),
        (!n.tags().is_present(), vec![1, 2]),
        (n.tags().is_present() & n.tags().size(1), vec![4, 6]),
        (n.tags().any(|tag| tag.is_null()), vec![4, 5]),
        (n.pair().is_null(), vec![1]),
        (n.pair().is_null_or_missing(), vec![1, 2]),
        (n.pair().is_present(), vec![3, 4, 5, 6]),
        (n.lines().tags().is_null(), vec![1, 5]),
        (n.lines().tags().is_null_or_missing(), vec![1, 2, 5]),
        (n.lines().tags().is_present(), vec![3, 4, 6]),
    ] {
        let rendered = filter.to_string();
        let found: Vec<Note> = notes.find(filter).sort(n.id().asc()).await?.try_collect().await?;
        assert_eq!(found.iter().map(|note| note.id).collect::<Vec<_>>(), expected, "{rendered}");
    }
    assert_eq!(n.tags().is_null().to_string(), r#"{ "tags": { "$type": 10, "$not": { "$type": 4 } } }"#);
    Ok(())
}

#[odm_test::test]
async fn contains_any_renders_the_plain_in_operator(db: Database) -> odm::Result<()> {
    let notes = db.collection::<Note>();
    let note = |id, tags: &[&str]| Note {
        id,
        tags: Some(tags.iter().map(|tag| Some((*tag).to_owned())).collect()),
        pair: None,
        lines: vec![],
    };
    notes.insert_many(&[note(1, &["x"]), note(2, &["y", "z"]), note(3, &[]), note(4, &["z"])]).await?;
    let n = Note::fields();
    assert_eq!(n.tags().contains_any(["x", "y"]).to_string(), r#"{ "tags": { "$in": ["x", "y"] } }"#);
    assert_eq!(n.tags().contains_none(["x", "y"]).to_string(), r#"{ "tags": { "$nin": ["x", "y"] } }"#);
    let none: [&str; 0] = [];
    for (filter, expected) in [
        (n.tags().contains_any(["x", "y"]), vec![1, 2]),
        (n.tags().contains_none(&["x", "y"]), vec![3, 4]),
        (!n.tags().contains_any(vec!["x", "y"]), vec![3, 4]),
        (n.tags().contains_any(none), vec![]),
        (n.tags().contains_none(none), vec![1, 2, 3, 4]),
    ] {
        let rendered = filter.to_string();
        let found: Vec<Note> = notes.find(filter).sort(n.id().asc()).await?.try_collect().await?;
        assert_eq!(found.iter().map(|note| note.id).collect::<Vec<_>>(), expected, "{rendered}");
    }
    Ok(())
}
