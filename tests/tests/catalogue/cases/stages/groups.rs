//! `$bucket $facet $group $setWindowFields`.

use odm::{
    Embedded, Id, Model, Pipeline, Shape,
    bson::{Bson, DateTime, Decimal128},
    expr::{concat, root, sum_of},
    pipeline::{Current, Unbounded, With, avg, partition_by, push, sum},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![artists_by_year(), artwork_by_price_and_year(), copies_of_each_author(), cumulative_quantity()]
}

fn artists_by_year() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "artists")]
    struct Artist {
        id: i32,
        last_name: String,
        first_name: String,
        year_born: i32,
        year_died: i32,
        nationality: String,
    }

    #[derive(Debug, Embedded)]
    struct Born {
        name: String,
        year_born: i32,
    }

    #[derive(Debug, Shape)]
    struct Years {
        #[odm(id)]
        from: Bson,
        count: i64,
        artists: Vec<Born>,
    }

    let pipeline = Pipeline::<Artist>::new()
        .bucket_or([1840, 1850, 1860, 1870, 1880], "Other", |a| YearsOf {
            from: a.year_born().as_bson(),
            count: sum(1),
            artists: push(BornOf {
                name: concat((a.first_name(), " ", a.last_name())),
                year_born: a.year_born(),
            }),
        })
        .matching(|y| y.count().gt(3));
    Case::pipeline::<Artist, Years>("stage/bucket/0", pipeline)
}

fn artwork_by_price_and_year() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "artwork")]
    struct Artwork {
        id: i32,
        title: String,
        artist: String,
        year: i32,
        price: Decimal128,
    }

    #[derive(Debug, Embedded)]
    struct Priced {
        title: String,
        price: Decimal128,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct ByPrice {
        #[odm(id)]
        from: Bson,
        count: i64,
        artwork: Vec<Priced>,
        average_price: Decimal128,
    }

    #[derive(Debug, Embedded)]
    struct Dated {
        title: String,
        year: i32,
    }

    #[derive(Debug, Shape)]
    struct ByYear {
        #[odm(id)]
        from: Bson,
        count: i64,
        artwork: Vec<Dated>,
    }

    #[derive(Debug, Shape)]
    struct Facets {
        price: Vec<ByPrice>,
        year: Vec<ByYear>,
    }

    let pipeline = Pipeline::<Artwork>::new().facet(|artwork| FacetsOf {
        price: artwork.clone().bucket_or([0, 200, 400], "Other", |a| ByPriceOf {
            from: a.price().as_bson(),
            count: sum(1),
            artwork: push(PricedOf { title: a.title(), price: a.price() }),
            average_price: avg(a.price()),
        }),
        year: artwork.bucket_or([1890, 1910, 1920, 1940], "Unknown", |a| ByYearOf {
            from: a.year().as_bson(),
            count: sum(1),
            artwork: push(DatedOf { title: a.title(), year: a.year() }),
        }),
    });
    Case::pipeline::<Artwork, Facets>("stage/bucket/1", pipeline)
}

fn copies_of_each_author() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "books")]
    struct Book {
        id: Id<Book>,
        author: String,
        copies: i32,
    }

    #[derive(Debug, Shape)]
    struct Author {
        #[odm(id)]
        name: String,
        books: Vec<Book>,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Copies {
        total_copies: i64,
    }

    let pipeline = Pipeline::<Book>::new()
        .group(|b| AuthorOf { name: b.author(), books: push(root()) })
        .set(|a| CopiesOf { total_copies: sum_of(a.books().copies()) });
    Case::pipeline::<Book, With<Author, Copies>>("stage/group/6", pipeline)
}

fn cumulative_quantity() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "cakeSales")]
    #[serde(rename_all = "camelCase")]
    struct CakeSale {
        id: i32,
        r#type: String,
        order_date: DateTime,
        state: String,
        price: i32,
        quantity: i32,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Cumulative {
        cumulative_quantity_for_year: i64,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.order_date().year()).sort_by(c.order_date().asc()),
        |c| CumulativeOf { cumulative_quantity_for_year: sum(c.quantity()).documents(Unbounded, Current) },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Cumulative>>("stage/setWindowFields/1", pipeline)
}
