//! Conversions with a value for null and one for an error: the type of the result holds what the server returns.

use odm::{
    Database, Model, Shape,
    bson::DateTime,
    pipeline::{Expr, lit},
};

#[derive(Debug, Model)]
#[odm(collection = "notes")]
struct Note {
    id: i32,
    text: Option<String>,
}

#[derive(Debug, PartialEq, Shape)]
struct Converted {
    error_then_null: Option<i32>,
    null_then_error: Option<i32>,
    both: i32,
    only_error: Option<i32>,
}

#[derive(Debug, PartialEq, Shape)]
struct Parsed {
    error_then_null: Option<DateTime>,
    null_then_error: Option<DateTime>,
    both: DateTime,
}

async fn notes(db: &Database) -> odm::Result<odm::Collection<Note>> {
    let notes = db.collection::<Note>();
    let note = |id, text: Option<&str>| Note { id, text: text.map(Into::into) };
    notes
        .insert_many(&[note(1, Some("5")), note(2, Some("2020-01-02")), note(3, Some("x")), note(4, None)])
        .await?;
    Ok(notes)
}

#[odm_test::test]
async fn a_null_for_an_error_stays_null_beside_a_value_for_null(db: Database) -> odm::Result<()> {
    let rows: Vec<Converted> = notes(&db)
        .await?
        .aggregate()
        .sort(|n| n.id().asc())
        .project(|n| {
            let error_then_null: Expr<_, Option<i32>, _> =
                n.text().convert::<i32>().on_error(lit(None::<i32>)).on_null(0);
            let null_then_error: Expr<_, Option<i32>, _> =
                n.text().convert::<i32>().on_null(0).on_error(lit(None::<i32>));
            let both: Expr<_, i32, _> = n.text().convert::<i32>().on_error(1).on_null(0);
            let only_error: Expr<_, Option<i32>, _> = n.text().convert::<i32>().on_error(1);
            ConvertedOf { error_then_null, null_then_error, both, only_error }
        })
        .await?
        .try_collect()
        .await?;
    let row = |error_then_null, both, only_error| Converted {
        error_then_null,
        null_then_error: error_then_null,
        both,
        only_error,
    };
    assert_eq!(
        rows,
        [row(Some(5), 5, Some(5)), row(None, 1, Some(1)), row(None, 1, Some(1)), row(Some(0), 0, None)]
    );
    Ok(())
}

#[odm_test::test]
async fn a_null_for_a_text_that_is_no_date_stays_null(db: Database) -> odm::Result<()> {
    let start = DateTime::from_millis(0);
    let rows: Vec<Parsed> = notes(&db)
        .await?
        .aggregate()
        .matching(|n| n.id().gt(1))
        .sort(|n| n.id().asc())
        .project(|n| {
            let date = || n.text().date_from_string().format("%Y-%m-%d");
            let error_then_null: Expr<_, Option<DateTime>, _> =
                date().on_error(lit(None::<DateTime>)).on_null(start);
            let null_then_error: Expr<_, Option<DateTime>, _> =
                date().on_null(start).on_error(lit(None::<DateTime>));
            let both: Expr<_, DateTime, _> = date().on_null(start).on_error(DateTime::MAX);
            ParsedOf { error_then_null, null_then_error, both }
        })
        .await?
        .try_collect()
        .await?;
    let date = DateTime::parse_rfc3339_str("2020-01-02T00:00:00Z").unwrap();
    let row = |date, both| Parsed { error_then_null: date, null_then_error: date, both };
    assert_eq!(rows, [row(Some(date), date), row(None, DateTime::MAX), row(Some(start), start)]);
    Ok(())
}
