//! Students: an integer as the id, and an array of documents.

use odm::{
    Collection, Embedded, Model, Shape, Value, View,
    pipeline::{avg, first, max, min},
};

use self::Kind::{Exam, Homework};
use crate::print::{heading, question};

/// A student.
#[derive(Debug, Model)]
#[odm(collection = "students", index(scores.kind, scores.score = -1))]
pub(crate) struct Student {
    id: i32,
    name: String,
    scores: Vec<Score>,
}

#[derive(Debug, Embedded)]
struct Score {
    score: f64,
    #[serde(rename = "type")]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Value)]
#[serde(rename_all = "lowercase")]
#[odm(ordered)]
enum Kind {
    Exam,
    Homework,
    Quiz,
}

#[derive(Debug, Shape)]
struct Spread {
    #[odm(id)]
    kind: Kind,
    lowest: f64,
    highest: f64,
    average: f64,
}

#[derive(Debug, Shape)]
struct Mean {
    id: i32,
    name: String,
    score: f64,
}

#[derive(Debug, View)]
#[odm(of = Student)]
struct Name<'a> {
    id: i32,
    name: &'a str,
}

pub(crate) async fn answer(students: &Collection<Student>) -> odm::Result<()> {
    heading(students).await?;
    let s = Student::fields();

    question("scores by kind");
    let mut kinds = students
        .aggregate()
        .unwind(|s| s.scores())
        .group(|s| SpreadOf {
            kind: s.scores().kind(),
            lowest: min(s.scores().score()),
            highest: max(s.scores().score()),
            average: avg(s.scores().score()),
        })
        .sort(|k| k.kind().asc())
        .await?;
    while let Some(Spread { kind, lowest, highest, average }) = kinds.next().await.transpose()? {
        println!("    {kind:?}: {lowest:.2} to {highest:.2}, {average:.2} on average");
    }

    question("good at exams, not at homework");
    students
        .find(
            s.scores().any(|score| score.kind().eq(Exam) & score.score().gte(90.0))
                & s.scores().any(|score| score.kind().eq(Homework) & score.score().lt(50.0)),
        )
        .sort(s.id().asc())
        .view::<Name<'_>>()
        .await?
        .for_each(|Name { id, name }| println!("    {id} {name}"))
        .await?;

    question("the best over all");
    let mut best = students
        .aggregate()
        .unwind(|s| s.scores())
        .group(|s| MeanOf { id: s.id(), name: first(s.name()), score: avg(s.scores().score()) })
        .sort(|m| m.score().desc())
        .limit(3)
        .await?;
    while let Some(Mean { id, name, score }) = best.next().await.transpose()? {
        println!("    {id} {name}, {score:.2}");
    }
    Ok(())
}
