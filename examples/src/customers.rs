//! Customers of the same bank (`sample_analytics.customers`): dates, an optional field, and a map whose keys are
//! data. Three questions about them.

use std::collections::BTreeMap;

use odm::{
    Collection, Embedded, Id, Model, Shape, Value,
    action::Aggregate,
    bson::DateTime,
    expr::{KeyValue, cond},
    pipeline::{ByCount, Current, Unbounded, count, from, push, rank, sort_by, sum},
};

use crate::accounts::Account;

/// A customer. The keys of `tier_and_details` are UUIDs of 32 hex digits without hyphens, so their type is `String`.
#[derive(Debug, Model)]
#[odm(collection = "customers", index(username), index(birthdate))]
pub struct Customer {
    /// The id of the document.
    pub id: Id<Customer>,
    /// The name of the user, which is not unique.
    pub username: String,
    /// The full name.
    pub name: String,
    /// The postal address, with line breaks.
    pub address: String,
    /// The date of birth.
    pub birthdate: DateTime,
    /// The address for messages.
    pub email: String,
    /// Whether the customer is active. Most documents do not have this field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The numbers of the accounts.
    pub accounts: Vec<i32>,
    /// The cards by their ids.
    pub tier_and_details: BTreeMap<String, Card>,
}

/// A card with benefits.
#[derive(Debug, Embedded)]
pub struct Card {
    /// The level of the card.
    pub tier: Tier,
    /// The id, which is also the key of the card.
    pub id: String,
    /// Whether the card can be used.
    pub active: bool,
    /// What the card grants.
    pub benefits: Vec<String>,
}

/// The level of a card.
#[derive(Debug, Clone, Copy, PartialEq, Value)]
#[allow(missing_docs, reason = "the names are those of the data set")]
pub enum Tier {
    Platinum,
    Gold,
    Silver,
    Bronze,
}

#[derive(Debug, Shape)]
struct Line {
    limit: i32,
}

#[derive(Debug, Shape)]
struct Lines {
    lines: Vec<Line>,
}

#[derive(Debug, Shape)]
struct Total {
    name: String,
    accounts: i32,
    credit: i64,
}

#[derive(Debug, Shape)]
struct Place {
    place: i64,
}

#[derive(Debug, Shape)]
struct Sums {
    running: i64,
    all: i64,
}

/// A customer, and the credit of all accounts together.
#[derive(Debug, Shape)]
pub struct Credit {
    /// The position in the order of the credits, from 1. Customers with the same credit have the same.
    pub place: i64,
    /// The name of the customer.
    pub name: String,
    /// How many accounts the customer has.
    pub accounts: i32,
    /// The sum of their limits in dollars.
    pub credit: i64,
    /// How many percent of all credit the customers up to this one have.
    pub cumulative_percent: f64,
}

/// Which customers have the most credit, and how much of all credit do they have together?
pub fn most_credit(customers: &Collection<Customer>) -> Aggregate<Customer, Credit> {
    customers
        .aggregate()
        .lookup(|c| LinesOf {
            lines: from::<Account>()
                .pipeline(|accounts| accounts.project(|a| LineOf { limit: a.limit() }))
                .equal(c.accounts(), |a| a.account_id()),
        })
        .project(|c| TotalOf { name: c.name(), accounts: c.lines().size(), credit: c.lines().limit().sum() })
        .set_window_fields(|t| sort_by(t.credit().desc()), |_| PlaceOf { place: rank() })
        .set_window_fields(
            |t| sort_by(t.credit().desc().then(t.name().asc())),
            |t| SumsOf { running: sum(t.credit()).documents(Unbounded, Current), all: sum(t.credit()) },
        )
        .sort(|t| t.place().asc().then(t.name().asc()))
        .limit(10)
        .project(|t| CreditOf {
            place: t.place(),
            name: t.name(),
            accounts: t.accounts(),
            credit: t.credit(),
            cumulative_percent: (100 * t.running()).divide(t.all()).round().place(1),
        })
}

#[derive(Debug, Shape)]
struct Held {
    decade: i64,
    cards: Vec<KeyValue<Card>>,
}

/// The cards of the customers that were born in a decade.
#[derive(Debug, Shape)]
pub struct Decade {
    /// The first year of the decade.
    #[odm(id)]
    pub from: i64,
    /// How many bronze cards.
    pub bronze: i64,
    /// How many silver cards.
    pub silver: i64,
    /// How many gold cards.
    pub gold: i64,
    /// How many platinum cards.
    pub platinum: i64,
}

/// Do older customers have better cards?
pub fn tiers_by_age(customers: &Collection<Customer>) -> Aggregate<Customer, Decade> {
    customers
        .aggregate()
        .project(|c| HeldOf {
            decade: c.birthdate().year() - c.birthdate().year() % 10,
            cards: c.tier_and_details().object_to_array(),
        })
        .unwind(|h| h.cards())
        .matching(|h| h.cards().v().active().eq(true))
        .group(|h| DecadeOf {
            from: h.decade(),
            bronze: sum(cond(h.cards().v().tier().eq(Tier::Bronze), 1, 0)),
            silver: sum(cond(h.cards().v().tier().eq(Tier::Silver), 1, 0)),
            gold: sum(cond(h.cards().v().tier().eq(Tier::Gold), 1, 0)),
            platinum: sum(cond(h.cards().v().tier().eq(Tier::Platinum), 1, 0)),
        })
        .sort(|d| d.from().asc())
}

#[derive(Debug, Shape)]
struct Benefits {
    benefits: Vec<String>,
}

/// The customers with the same number of cards.
#[derive(Debug, Shape)]
pub struct Wallets {
    /// The number of cards.
    #[odm(id)]
    pub cards: i32,
    /// How many customers have so many.
    pub customers: i64,
}

/// A user name that several customers have.
#[derive(Debug, Shape)]
pub struct Shared {
    /// The user name.
    #[odm(id)]
    pub username: String,
    /// How many customers have it.
    pub customers: i64,
    /// Their names.
    pub names: Vec<String>,
}

/// Several views of all customers.
#[derive(Debug, Shape)]
pub struct Overview {
    /// The numbers of cards.
    pub wallets: Vec<Wallets>,
    /// The most frequent benefits.
    pub benefits: Vec<ByCount<String>>,
    /// The user names that are not unique.
    pub shared: Vec<Shared>,
}

/// How many cards do customers have, what do the cards grant, and is the user name unique?
pub fn overview(customers: &Collection<Customer>) -> Aggregate<Customer, Overview> {
    customers.aggregate().facet(|rows| OverviewOf {
        wallets: rows
            .clone()
            .group(|c| WalletsOf { cards: c.tier_and_details().object_to_array().size(), customers: count() })
            .sort(|w| w.cards().asc()),
        benefits: rows
            .clone()
            .project(|c| HeldOf {
                decade: c.birthdate().year(),
                cards: c.tier_and_details().object_to_array(),
            })
            .unwind(|h| h.cards())
            .project(|h| BenefitsOf { benefits: h.cards().v().benefits() })
            .unwind(|b| b.benefits())
            .sort_by_count(|b| b.benefits())
            .sort(|b| b.count().desc().then(b.id().asc()))
            .limit(5),
        shared: rows
            .sort(|c| c.name().asc())
            .group(|c| SharedOf { username: c.username(), customers: count(), names: push(c.name()) })
            .matching(|s| s.customers().gt(1))
            .sort(|s| s.username().asc()),
    })
}
