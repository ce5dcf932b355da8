//! Generated declarations: once they are applied, the plan is empty; once one property of one index is changed, the
//! plan is exactly that change, and applying it makes the plan empty again.

mod collections;
mod declared;
mod strategies;

use odm::{
    Database, Id, Model,
    bson::{Document, doc},
    schema::{Models, Schema},
};
use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};

use self::{
    declared::{Change, Declared},
    strategies::{change, declared},
};

const CASES: usize = 60;

#[derive(Debug, Clone, Model)]
#[odm(collection = "things")]
struct Thing {
    id: Id<Thing>,
}

// --- models end here

fn schema(db: &Database, declared: &[Declared]) -> Schema {
    db.schema(Models::new().with_indexes::<Thing>(declared.iter().map(Declared::index)))
}

fn sample<T>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

#[odm_test::test]
async fn generated_declarations_are_found_again_and_changed(db: Database) {
    let mut runner = TestRunner::default();
    let (indexes, changes) = (vec(declared(), 1..5), vec(change(), 4));
    let (mut cases, mut changed) = (0, 0);
    while cases < CASES {
        let mut declared = sample(&mut runner, &indexes);
        let plan = match schema(&db, &declared).plan().await {
            Ok(plan) => plan,
            // Two of the indexes are the same, or both are text indexes.
            Err(error) if error.is_not_sent() => continue,
            Err(error) => panic!("{error}: {declared:#?}"),
        };
        cases += 1;
        plan.apply().allow_destructive().await.unwrap_or_else(|error| panic!("{error}: {plan}"));
        let again = schema(&db, &declared).plan().await.unwrap();
        assert!(again.is_empty(), "{plan}\n---\n{again}\n{declared:#?}");

        // A TTL in a collection without documents would be safe.
        db.driver().collection::<Document>("things").insert_one(doc! {}).await.unwrap();

        for change in sample(&mut runner, &changes) {
            let position = cases % declared.len();
            let Some((after, expected)) = declared[position].changed(&change) else { continue };
            let before = declared.clone();
            // An earlier change may have made two of them the same, and one of these is still declared.
            let is_twice = declared.iter().filter(|other| **other == declared[position]).count() > 1;
            if is_twice && matches!(change, Change::Removed) {
                continue;
            }
            match change {
                Change::Removed => drop(declared.remove(position)),
                _ => declared[position] = after,
            }
            let plan = match schema(&db, &declared).plan().await {
                Ok(plan) => plan,
                Err(error) if error.is_not_sent() => {
                    declared = before;
                    continue;
                }
                Err(error) => panic!("{error}: {declared:#?}"),
            };
            changed += 1;
            let lines: Vec<String> = plan.iter().map(ToString::to_string).collect();
            assert_eq!(lines, [expected], "{change:?}: {before:#?}");
            if matches!(change, Change::Removed) {
                declared = before;
                continue;
            }
            plan.apply().allow_destructive().await.unwrap_or_else(|error| panic!("{error}: {plan}"));
            let again = schema(&db, &declared).plan().await.unwrap();
            assert!(again.is_empty(), "{plan}\n---\n{again}\n{declared:#?}");
        }
        db.driver().run_command(doc! { "drop": "things" }).await.unwrap();
    }
    assert!(changed > CASES, "{changed}");
}
