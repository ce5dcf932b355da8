//! The program of the guide's chapter on indexes: the recipes of a cookery site, in two versions.
//!
//! `cargo run -p examples --bin indexes`. It finds or starts a MongoDB server automatically.

use odm::{
    Embedded, Id, Model, Value,
    bson::{DateTime, Document, doc},
    error::SchemaError,
    index::{Index, IndexType},
    models,
    schema::Models,
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "recipes")]
#[odm(index(kitchen, posted = -1))]
#[odm(index(ingredients.name))]
#[odm(index(title = "text", steps = "text", weights(title = 5)))]
struct Recipe {
    id: Id<Recipe>,
    #[odm(index(unique))]
    slug: String,
    title: String,
    kitchen: Kitchen,
    steps: Vec<String>,
    ingredients: Vec<Ingredient>,
    posted: DateTime,
    #[odm(index(ttl = "30d"))]
    deleted: Option<DateTime>,
}

#[derive(Debug, Clone, Embedded)]
struct Ingredient {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Value)]
enum Kitchen {
    Norwegian,
    Thai,
}

/// The second version of the program.
mod second {
    use super::{DateTime, Document, Id, Ingredient, Kitchen, Model};

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "recipes")]
    #[odm(index(kitchen, posted = -1, partial = |recipe| recipe.kitchen().eq(Kitchen::Thai)))]
    #[odm(index(ingredients.name, hidden))]
    #[odm(index(title = "text", steps = "text", weights(title = 5)))]
    #[odm(index(slug, unique, collation(locale = "en", strength = 2), name = "by_slug"))]
    #[odm(index(labels = "wildcard"))]
    pub(crate) struct Recipe {
        id: Id<Recipe>,
        slug: String,
        title: String,
        kitchen: Kitchen,
        steps: Vec<String>,
        ingredients: Vec<Ingredient>,
        labels: Document,
        posted: DateTime,
        #[odm(index(ttl = "90d"))]
        deleted: Option<DateTime>,
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("indexes").await?;

    // The first deployment.
    let schema = db.schema(models![Recipe]);
    let plan = schema.plan().await?;
    println!("{plan}");
    plan.apply().await?;
    println!("again: {}", schema.plan().await?);

    // Someone adds an index by hand.
    let by_hand = doc! { "key": { "author": "hashed" }, "name": "author_hashed" };
    db.driver().run_command(doc! { "createIndexes": "recipes", "indexes": [by_hand] }).await?;

    // A service of the second version does not start with the indexes of the first.
    let schema = db.schema(models![second::Recipe]);
    if let Err(error) = schema.verify().await
        && let Some(SchemaError::Outdated { changes, .. }) = error.schema()
    {
        println!("\nthe service does not start: {} changes are missing", changes.len());
    }

    // The second deployment: first what is not destructive.
    let plan = schema.plan().await?;
    println!("\n{plan}");
    println!("\n{}", plan.apply().await?);

    // Then the rest.
    println!("\n{}", schema.plan().await?.apply().allow_destructive().await?);
    schema.verify().await?;
    println!("\n{}", schema.plan().await?);

    // The index of the others is known.
    let schema = schema.known_index::<second::Recipe>("author_hashed");
    println!("known: {}", schema.plan().await?);

    // What is left from the first version is hidden, and later dropped.
    let schema = schema.drop_undeclared();
    for _ in 0..2 {
        println!("{}", schema.plan().await?.apply().allow_destructive().await?);
    }

    // What the types cannot show is an error of the plan.
    let r = Recipe::fields();
    let index = Index::new().key("kitchen", IndexType::Ascending).partial(r.kitchen().ne(Kitchen::Thai));
    if let Err(error) = db.schema(Models::new().with_indexes::<Recipe>([index])).plan().await {
        println!("\n{}", error.kind());
    }

    db.drop_database().await?;
    Ok(())
}
