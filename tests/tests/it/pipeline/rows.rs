//! Rows that are read without a stage of their own, facets of stored pipelines, and `$fill` by fields.

use odm::{
    Database, Pipeline, Shape,
    bson::{Document, doc},
    pipeline::{ByCount, Fill, InFacet},
};
use odm_integration::story::{Line, Order, Status, order};

/// An order after an unwind.
#[derive(Debug, Clone, PartialEq, Shape)]
struct OrderLine {
    status: Status,
    lines: Line,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Renamed {
    state: Status,
}

#[odm_test::test]
async fn unwound_rows_are_read_as_a_shape_of_their_fields(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    orders.insert_one(&order(1)).await?;
    let view = || {
        orders
            .aggregate()
            .unwind(|o| o.lines())
            .view(|o| OrderLineOf { status: o.status(), lines: o.lines() })
    };
    assert_eq!(view().into_stages()?, [doc! { "$unwind": { "path": "$lines" } }]);
    let rows: Vec<OrderLine> = view().await?.try_collect().await?;
    let lines: Vec<Line> = rows.into_iter().map(|row| row.lines).collect();
    assert_eq!(lines, order(1).lines);
    Ok(())
}

#[test]
fn a_field_with_another_name_is_refused() {
    let view = Pipeline::<Order>::new().view(|o| RenamedOf { state: o.status() });
    assert!(view.into_stages().unwrap_err().is_not_sent());
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Facets {
    stored: Vec<ByCount<Status>>,
    made: Vec<ByCount<Status>>,
}

fn by_status<P: odm::pipeline::AllowsGroup>(
    orders: Pipeline<Order, Order, P>,
) -> Pipeline<Order, ByCount<Status>, P> {
    orders.sort_by_count(|o| o.status())
}

#[odm_test::test]
async fn a_stored_pipeline_is_a_facet(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    orders.insert_one(&order(1)).await?;
    let stored: Pipeline<Order, ByCount<Status>> = by_status(Pipeline::new());
    let rows: Vec<Facets> = orders
        .aggregate()
        .facet(|rows: Pipeline<Order, Order, InFacet>| FacetsOf { stored, made: by_status(rows) })
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows[0].stored, rows[0].made);
    assert_eq!(rows[0].stored.len(), 1);
    Ok(())
}

/// Facets are compared with the server's own answer.
#[odm_test::test]
async fn a_facet_refuses_the_stages_that_the_server_refuses(db: Database) -> odm::Result<()> {
    let orders = db.collection::<Order>();
    orders.insert_one(&order(1)).await?;
    let near = doc! { "near": [0, 0], "distanceField": "d" };
    for (stage, is_allowed) in [
        (doc! { "$match": {} }, true),
        (doc! { "$sample": { "size": 1 } }, true),
        (doc! { "$unionWith": "orders" }, true),
        (doc! { "$changeStream": {} }, false),
        (doc! { "$collStats": { "count": {} } }, false),
        (doc! { "$currentOp": {} }, false),
        (doc! { "$documents": [{ "x": 1 }] }, false),
        (doc! { "$facet": { "a": [{ "$match": {} }] } }, false),
        (doc! { "$geoNear": near }, false),
        (doc! { "$indexStats": {} }, false),
        (doc! { "$listCatalog": {} }, false),
        (doc! { "$listLocalSessions": {} }, false),
        (doc! { "$listSearchIndexes": {} }, false),
        (doc! { "$listSessions": {} }, false),
        (doc! { "$merge": "others" }, false),
        (doc! { "$out": "others" }, false),
        (doc! { "$planCacheStats": {} }, false),
        (doc! { "$search": { "exists": { "path": "x" } } }, false),
    ] {
        let stored = Pipeline::<Order>::new().stage(stage.clone()).cast::<ByCount<Status>>();
        let facets = Pipeline::<Order>::new().facet(|rows| FacetsOf { stored, made: by_status(rows) });
        let ours = facets.into_stages();
        assert_eq!(ours.is_ok(), is_allowed, "{stage}");
        if let Err(error) = ours {
            let name = stage.keys().next().unwrap();
            assert!(error.is_not_sent());
            assert!(
                error.to_string().contains(&format!("expected stages that a facet may have, found `{name}`")),
                "{error}"
            );
        }
        let facet = vec![doc! { "$facet": { "a": [stage.clone()] } }];
        let theirs = orders.driver().aggregate(facet).await;
        assert_eq!(theirs.is_ok(), is_allowed, "{stage}: {theirs:?}");
    }
    Ok(())
}

#[test]
fn fields_separate_the_rows_of_fill() {
    let filled = |by_expression: bool| {
        Pipeline::<Order>::new().fill(|o| {
            let fill = Fill::new().locf(o.status());
            if by_expression {
                fill.partition_by_fields([o.lines().size()])
            } else {
                fill.partition_by_fields(o.status())
            }
        })
    };
    let expected: Document =
        doc! { "$fill": { "partitionByFields": ["status"], "output": { "status": { "method": "locf" } } } };
    assert_eq!(filled(false).into_stages().unwrap(), [expected]);
    assert!(filled(true).into_stages().unwrap_err().is_not_sent());
}
