//! Restaurants: a field name with spaces, and fields that contain a number in one document and a string in another.

use odm::{
    Collection, Id, Model, Shape, Value, View,
    pipeline::{count, min},
};

use crate::print::{heading, question};

/// A restaurant.
#[derive(Debug, Model)]
#[odm(collection = "restaurants", index(type_of_food), index(rating = -1))]
pub(crate) struct Restaurant {
    id: Id<Restaurant>,
    #[serde(rename = "URL")]
    url: String,
    address: Street,
    #[serde(rename = "address line 2")]
    town: String,
    name: String,
    outcode: String,
    postcode: String,
    rating: Rating,
    type_of_food: String,
}

/// A number of stars, or the reason why there is no rating. Whole numbers of stars are stored as doubles too.
#[derive(Debug, Value)]
#[serde(untagged)]
enum Rating {
    Stars(f64),
    Words(String),
}

/// An address. Some documents contain only the house number.
#[derive(Debug, Value)]
#[serde(untagged)]
enum Street {
    Address(String),
    Number(i32),
}

#[derive(Debug, Shape)]
struct Food {
    #[odm(id)]
    kind: String,
    restaurants: u64,
    first: String,
}

#[derive(Debug, View)]
#[odm(of = Restaurant)]
struct Numbered {
    name: String,
    address: Street,
    town: String,
    rating: Rating,
}

#[derive(Debug, Shape)]
struct Unrated {
    #[odm(id)]
    town: String,
    restaurants: u64,
}

pub(crate) async fn answer(restaurants: &Collection<Restaurant>) -> odm::Result<()> {
    heading(restaurants).await?;
    let r = Restaurant::fields();

    question("food with the most restaurants of more than five stars");
    let mut food = restaurants
        .aggregate()
        .matching(|r| r.rating().stars().gt(5.0))
        .group(|r| FoodOf { kind: r.type_of_food(), restaurants: count(), first: min(r.name()) })
        .sort(|f| f.restaurants().desc().then(f.kind().asc()))
        .limit(5)
        .await?;
    while let Some(Food { kind, restaurants, first }) = food.next().await.transpose()? {
        println!("    {kind} {restaurants}, from {first:?}");
    }

    question("towns where the most are not rated yet");
    let mut unrated = restaurants
        .aggregate()
        .matching(|r| r.rating().words().eq("Not yet rated"))
        .group(|r| UnratedOf { town: r.town(), restaurants: count() })
        .sort(|u| u.restaurants().desc().then(u.town().asc()))
        .limit(3)
        .await?;
    while let Some(Unrated { town, restaurants }) = unrated.next().await.transpose()? {
        println!("    {town} {restaurants}");
    }

    question("whose address is a number");
    let mut numbered = restaurants
        .find(r.address().number().gt(0))
        .sort(r.name().asc().then(r.id().asc()))
        .view::<Numbered>()
        .await?;
    while let Some(Numbered { name, address, town, rating }) = numbered.next().await.transpose()? {
        let number = match address {
            Street::Number(number) => number.to_string(),
            Street::Address(address) => address,
        };
        let rating = match rating {
            Rating::Stars(stars) => format!("{stars} stars"),
            Rating::Words(words) => words,
        };
        println!("    {name:?}, {number} in {town}, {rating}");
    }
    Ok(())
}
