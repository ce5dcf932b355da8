//! Text search: options, the order by score, and the score itself.

use odm::{Database, Filter, Id, Model, Shape, Sort, View, bson::doc, pipeline::text_score};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "articles")]
struct Article {
    id: Id<Article>,
    title: String,
    body: String,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Article)]
struct Hit {
    title: String,
    #[odm(text_score)]
    score: f64,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Article)]
struct Scored {
    #[odm(text_score)]
    score: Option<f64>,
}

#[derive(Debug, PartialEq, Shape)]
struct Title {
    #[odm(id)]
    title: String,
    score: f64,
}

async fn articles(db: &Database) -> odm::Result<odm::Collection<Article>> {
    let articles = db.collection::<Article>();
    for (title, body) in [
        ("one", "Coffee beans"),
        ("two", "coffee coffee coffee, a café"),
        ("three", "tea"),
        ("four", "the best coffee of all beans that grow on the hills of the world"),
    ] {
        articles.insert_one(&Article { id: Id::new(), title: title.into(), body: body.into() }).await?;
    }
    let index = doc! { "key": { "body": "text" }, "name": "body" };
    db.driver().run_command(doc! { "createIndexes": "articles", "indexes": [index] }).await.unwrap();
    Ok(articles)
}

#[odm_test::test]
async fn results_are_sorted_by_their_score(db: Database) -> odm::Result<()> {
    let articles = articles(&db).await?;
    let hits: Vec<Hit> = articles
        .find(Filter::text("coffee"))
        .sort(Sort::text_score())
        .view::<Hit>()
        .await?
        .try_collect()
        .await?;
    assert_eq!(hits.iter().map(|hit| hit.title.as_str()).collect::<Vec<_>>(), ["two", "one", "four"]);
    assert!(hits.windows(2).all(|pair| pair[0].score > pair[1].score), "{hits:?}");
    assert!(hits[2].score > 0.0);

    let first = articles.find_one(Filter::text("coffee")).sort(Sort::text_score()).view::<Scored>().await?;
    assert_eq!(first, Some(Scored { score: Some(hits[0].score) }));

    let a = Article::fields();
    let by_title: Vec<Article> = articles
        .find(Filter::text("beans coffee") & a.title().ne("two"))
        .sort(Sort::text_score().then(a.title().asc()))
        .await?
        .try_collect()
        .await?;
    assert_eq!(by_title.len(), 2);
    Ok(())
}

#[odm_test::test]
async fn a_pipeline_can_read_the_score(db: Database) -> odm::Result<()> {
    let articles = articles(&db).await?;
    let titles: Vec<Title> = articles
        .aggregate()
        .matching(|_| Filter::text("coffee"))
        .sort(|_| Sort::text_score())
        .group(|a| TitleOf { title: a.title(), score: odm::pipeline::max(text_score()) })
        .sort(|t| t.score().desc())
        .limit(1)
        .await?
        .try_collect()
        .await?;
    assert_eq!(titles[0].title, "two");
    assert!(titles[0].score > 1.0, "{titles:?}");
    Ok(())
}

#[odm_test::test]
async fn every_option_of_a_text_search_is_rendered(db: Database) -> odm::Result<()> {
    let articles = articles(&db).await?;
    for (filter, rendered, found) in [
        (Filter::text_with("coffee", |text| text), doc! { "$search": "coffee" }, 3),
        (
            Filter::text_with("Coffee", |text| text.case_sensitive(true)),
            doc! { "$search": "Coffee", "$caseSensitive": true },
            1,
        ),
        (
            Filter::text_with("cafe", |text| text.diacritic_sensitive(false)),
            doc! { "$search": "cafe", "$diacriticSensitive": false },
            1,
        ),
        (
            Filter::text_with("cafe", |text| text.diacritic_sensitive(true)),
            doc! { "$search": "cafe", "$diacriticSensitive": true },
            0,
        ),
        (
            Filter::text_with("the", |text| text.language("english")),
            doc! { "$search": "the", "$language": "english" },
            0,
        ),
        (Filter::text("\"best coffee\""), doc! { "$search": "\"best coffee\"" }, 1),
        (Filter::text("coffee -beans"), doc! { "$search": "coffee -beans" }, 1),
    ] {
        assert_eq!(filter.clone().into_document()?, doc! { "$text": rendered });
        assert_eq!(articles.count(filter.clone()).await?, found, "{filter}");
    }
    Ok(())
}

#[odm_test::test]
async fn a_score_without_a_search_is_an_error(db: Database) -> odm::Result<()> {
    let articles = articles(&db).await?;
    let error = articles.find(Filter::all()).view::<Hit>().await.unwrap_err();
    assert!(error.server_message().unwrap().contains("text score metadata"), "{error}");
    Ok(())
}
