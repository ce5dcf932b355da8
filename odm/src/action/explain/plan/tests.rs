//! Forms of the reply that the servers of the tests do not send: of a sharded cluster, and of other versions.

use mongodb::bson::doc;

use super::*;

fn scan(index: &str) -> Document {
    doc! { "stage": "FETCH", "inputStage": { "stage": "IXSCAN", "indexName": index } }
}

#[test]
fn a_find_on_shards() {
    let shard = |name: &str| doc! { "shardName": name, "winningPlan": scan("age_1"), "rejectedPlans": [] };
    let ran =
        |name: &str| doc! { "shardName": name, "executionStages": { "stage": "FETCH", "usedDisk": false } };
    let plan = Plan::read(&doc! {
        "queryPlanner": { "winningPlan": { "stage": "SHARD_MERGE", "shards": [shard("s1"), shard("s2")] } },
        "executionStats": {
            "nReturned": 7_i64, "executionTimeMillis": 12_i64, "totalKeysExamined": 8_i64, "totalDocsExamined": 9.0,
            "executionStages": { "stage": "SHARD_MERGE", "shards": [ran("s1"), ran("s2")] },
        },
    });
    assert_eq!(plan.stages, ["SHARD_MERGE", "FETCH", "IXSCAN"]);
    assert_eq!(plan.indexes, ["age_1"]);
    assert_eq!(plan.shards, ["s1", "s2"]);
    assert_eq!(
        plan.to_string(),
        "SHARD_MERGE < FETCH < IXSCAN\nindex: age_1\n7 returned, 8 keys and 9 documents examined, in 12 ms\non s1, s2"
    );
}

#[test]
fn one_shard_may_use_another_plan() {
    let plan = Plan::read(&doc! { "queryPlanner": { "winningPlan": { "stage": "SHARD_MERGE", "shards": [
        { "shardName": "s1", "winningPlan": scan("age_1") },
        { "shardName": "s2", "winningPlan": { "stage": "COLLSCAN" } },
    ] } } });
    assert_eq!(plan.stages, ["SHARD_MERGE", "FETCH", "IXSCAN", "COLLSCAN"]);
    assert!(plan.collection_scan);
}

#[test]
fn an_update_on_shards() {
    let ran = |name: &str, count: i32| {
        doc! { "shardName": name, "executionStages": { "stage": "UPDATE", "nWouldModify": count, "nWouldUpsert": 0 } }
    };
    let plan = Plan::read(&doc! {
        "queryPlanner": { "winningPlan": { "stage": "SHARD_WRITE", "shards": [
            { "shardName": "s1", "winningPlan": { "stage": "UPDATE", "inputStage": scan("age_1") } },
        ] } },
        "executionStats": { "nReturned": 0, "executionStages": { "stage": "SHARD_WRITE", "shards": [ran("s1", 2), ran("s2", 3)] } },
    });
    assert_eq!((plan.would_write, plan.returned), (Some(5), Some(0)));
}

#[test]
fn a_pipeline_on_shards() {
    let shard = |returned: i64| {
        doc! { "stages": [
            { "$cursor": {
                "queryPlanner": { "winningPlan": scan("age_1") },
                "executionStats": {
                    "nReturned": returned, "totalKeysExamined": returned, "totalDocsExamined": returned,
                    "executionTimeMillis": 2, "executionStages": {
                        "stage": "FETCH", "nReturned": returned, "docsExamined": returned,
                        "inputStage": { "stage": "IXSCAN" },
                    },
                },
            }, "nReturned": returned, "executionTimeMillisEstimate": 1_i64 },
            { "$group": { "_id": "$name" }, "nReturned": 2_i64, "executionTimeMillisEstimate": 3_i64 },
        ] }
    };
    let answer = |merger: Vec<Document>| {
        doc! {
            "mergeType": "mongos",
            "splitPipeline": { "shardsPart": [{ "$group": {} }], "mergerPart": merger },
            "shards": { "s1": shard(4), "s2": shard(6) },
        }
    };
    let merger = vec![
        doc! { "$mergeCursors": {} },
        doc! { "$group": { "$doingMerge": true } },
        doc! { "$sort": { "n": 1 } },
    ];
    let plan = Plan::read(&answer(merger));
    assert_eq!(plan.stages, ["$sort", "$group", "$group", "FETCH", "IXSCAN"]);
    assert_eq!((plan.returned, plan.keys_examined, plan.documents_examined), (None, Some(10), Some(10)));
    assert_eq!((plan.millis, plan.sort_in_memory), (Some(3), true));
    assert_eq!(plan.shards, ["s1", "s2"]);
    let summaries: Vec<_> = plan.summaries.iter().map(ToString::to_string).collect();
    assert_eq!(
        summaries,
        [
            "$sort",
            "$group",
            "$group: 4 returned, 3 ms",
            "FETCH: 10 returned, 10 documents examined",
            "IXSCAN age_1"
        ]
    );

    let plan = Plan::read(&answer(Vec::new()));
    assert_eq!(
        (plan.stages, plan.returned),
        (vec!["$group".into(), "FETCH".into(), "IXSCAN".into()], Some(4))
    );
}

/// The newer engine has the tree below `queryPlan`, with joins among its stages. 8.0 has fast plans for one document.
#[test]
fn newer_stages() {
    let joined = |join: Document| {
        Plan::read(&doc! { "queryPlanner": { "winningPlan": {
            "queryPlan": {
                "stage": "GROUP",
                "inputStage": { "stage": "SORT", "inputStage": {
                    "stage": "EQ_LOOKUP", "strategy": join.get_str("strategy").unwrap(),
                    "indexName": join.get("indexName").cloned().unwrap_or(Bson::Null),
                    "inputStage": scan("age_1"),
                } },
            },
            "slotBasedPlan": { "stages": "[1] group" },
        } } })
    };
    let plan = joined(doc! { "strategy": "IndexedLoopJoin", "indexName": "name_1" });
    assert_eq!(plan.stages, ["GROUP", "SORT", "EQ_LOOKUP", "FETCH", "IXSCAN"]);
    assert_eq!(plan.indexes, ["name_1", "age_1"]);
    assert!(plan.sort_in_memory && !plan.collection_scan);
    assert!(joined(doc! { "strategy": "NestedLoopJoin" }).collection_scan);

    let quick = |stage: Document| Plan::read(&doc! { "queryPlanner": { "winningPlan": stage } });
    assert_eq!(quick(doc! { "stage": "EXPRESS_IXSCAN", "indexName": "age_1" }).indexes, ["age_1"]);
    assert_eq!(quick(doc! { "stage": "EXPRESS_IDHACK" }).indexes, ["_id_"]);
}

/// Several indexes in one plan, a sort on disk, branches of a `$or`.
#[test]
fn trees() {
    let plan = Plan::read(&doc! {
        "queryPlanner": { "winningPlan": { "stage": "SORT", "inputStage": {
            "stage": "SUBPLAN", "inputStage": { "stage": "OR", "inputStages": [scan("a_1"), scan("b_1"), scan("a_1")] },
        } } },
        "executionStats": { "nReturned": 1, "executionStages": { "stage": "SORT", "inputStage": { "usedDisk": true } } },
    });
    assert_eq!(plan.indexes, ["a_1", "b_1"]);
    assert!(plan.disk_used);
    assert_eq!(
        plan.to_string(),
        "SORT < SUBPLAN < OR < FETCH < IXSCAN < FETCH < IXSCAN < FETCH < IXSCAN\nindexes: a_1, b_1\n\
         sorted in memory, and on disk: no index has this order"
    );
}

/// No reply causes a panic.
#[test]
fn other_answers() {
    for answer in [
        doc! {},
        doc! { "queryPlanner": 1, "executionStats": [], "stages": { "a": 1 }, "shards": "s" },
        doc! { "stages": [{}, 1, { "$cursor": 1 }, { "$group": {}, "nReturned": -1, "indexesUsed": [1] }] },
        doc! { "executionStats": { "nReturned": "many", "executionStages": { "a": [{ "b": [[1]] }] } } },
        doc! { "queryPlanner": { "winningPlan": { "stage": 1, "inputStages": [1], "shards": [{}] } } },
    ] {
        let plan = Plan::read(&answer);
        assert_eq!(plan.returned, None, "{answer}");
        assert!(!plan.to_string().contains("returned"));
    }
}

/// The server replies with `ok: 1` if a plan fails while it runs.
#[test]
fn a_plan_that_failed() {
    let failed = doc! {
        "queryPlanner": { "winningPlan": { "stage": "COLLSCAN" } },
        "executionStats": { "executionSuccess": false, "errorCode": 50, "errorMessage": "operation exceeded time limit" },
    };
    let nested = doc! { "stages": [{ "$cursor": failed.clone() }, { "$group": {} }] };
    for answer in [failed, nested] {
        let error = super::super::Explanation::from_reply(answer).unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!((error.code(), error.server_message()), (Some(50), Some("operation exceeded time limit")));
    }
}
