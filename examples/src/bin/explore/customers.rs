//! Customers of the same bank (`sample_analytics.customers`): dates, an optional field, and a map whose keys are
//! data.

use std::collections::BTreeMap;

use odm::{
    Collection, Embedded, Filter, Id, Model, Shape, Value, View,
    bson::{DateTime, doc},
    pipeline::{count, push},
};

/// A customer. The keys of `tier_and_details` are UUIDs of 32 hex digits without hyphens, so their type is `String`.
#[derive(Debug, Model)]
#[odm(collection = "customers", index(username), index(birthdate))]
pub(crate) struct Customer {
    id: Id<Customer>,
    username: String,
    name: String,
    address: String,
    birthdate: DateTime,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    accounts: Vec<i32>,
    tier_and_details: BTreeMap<String, Card>,
}

#[derive(Debug, Embedded)]
struct Card {
    tier: Tier,
    id: String,
    active: bool,
    benefits: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Value)]
enum Tier {
    Platinum,
    Gold,
    Silver,
    Bronze,
}

#[derive(Debug, View)]
#[odm(of = Customer)]
struct Birthday {
    name: String,
    birthdate: DateTime,
}

/// A user name that several customers have.
#[derive(Debug, Shape)]
struct Shared {
    #[odm(id)]
    username: String,
    customers: u64,
    names: Vec<String>,
}

/// The cards of a customer as an array without the keys, because an aggregation can unwind only arrays.
#[derive(Debug, Shape)]
struct Unlabelled {
    cards: Vec<Card>,
}

#[derive(Debug, Shape)]
struct Cards {
    #[odm(id)]
    tier: Tier,
    cards: u64,
}

/// The cards of a customer by their keys.
#[derive(Debug, View)]
#[odm(of = Customer)]
struct Wallet {
    #[odm(from = tier_and_details)]
    cards: BTreeMap<String, Card>,
}

pub(crate) async fn answer(customers: &Collection<Customer>) -> odm::Result<()> {
    let c = Customer::fields();

    println!("  the oldest:");
    let mut oldest = customers
        .find(c.birthdate().lt(DateTime::from_millis(0)))
        .sort(c.birthdate().asc())
        .limit(3)
        .view::<Birthday>()
        .await?;
    while let Some(Birthday { name, birthdate }) = oldest.next().await.transpose()? {
        println!("    {name}, {birthdate}");
    }

    println!("  user names that several have:");
    let mut shared = customers
        .aggregate()
        .sort(|c| c.name().asc())
        .group(|c| SharedOf { username: c.username(), customers: count(), names: push(c.name()) })
        .matching(|s| s.customers().gt(1))
        .sort(|s| s.username().asc())
        .await?;
    while let Some(Shared { username, names, .. }) = shared.next().await.transpose()? {
        println!("    {username}: {}", names.join(", "));
    }

    println!("  cards by tier:");
    let values = doc! { "$map": { "input": { "$objectToArray": "$tier_and_details" }, "in": "$$this.v" } };
    let mut cards = customers
        .aggregate()
        // A raw stage with the type of its rows, so that typed stages can follow.
        .stage_as::<Unlabelled>(doc! { "$project": { "_id": 0, "cards": values } })
        .unwind(|u| u.cards())
        .matching(|u| u.cards().active().eq(true))
        .group(|u| CardsOf { tier: u.cards().tier(), cards: count() })
        .sort(|_| doc! { "cards": -1, "_id": 1 })
        .await?;
    while let Some(Cards { tier, cards }) = cards.next().await.transpose()? {
        println!("    {tier:?} {cards}");
    }

    println!("  the first gold card, and who is found by its key:");
    let mut wallets = customers.find(Filter::all()).sort(c.name().asc()).view::<Wallet>().await?;
    while let Some(wallet) = wallets.next().await.transpose()? {
        let Some((key, _)) = wallet.cards.iter().find(|(_, card)| card.tier == Tier::Gold) else { continue };
        let card = c.tier_and_details().key(key);
        let found =
            customers.find_one(card.tier().eq(Tier::Gold) & card.id().eq(key)).view::<Birthday>().await?;
        println!("    {key}: {}", found.map_or_else(|| "nobody".to_owned(), |found| found.name));
        break;
    }
    Ok(())
}
