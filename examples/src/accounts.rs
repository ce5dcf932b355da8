//! Accounts of a bank (`sample_analytics.accounts`): int32 numbers, and arrays of strings, which are decoded as an
//! enum. Three questions about them.

use odm::{
    Collection, Embedded, Id, Model, Shape, Value,
    action::Aggregate,
    pipeline::{avg, count, from, max, min_n, partition_by, rank},
};

use crate::customers::Customer;

/// An account. In the sample data, two accounts have the same number.
#[derive(Debug, Model)]
#[odm(collection = "accounts", index(account_id), index(products))]
#[allow(clippy::struct_field_names, reason = "the data set has a field `account_id`")]
pub struct Account {
    /// The id of the document.
    pub id: Id<Account>,
    /// The number of the account.
    pub account_id: i32,
    /// The credit limit in dollars.
    pub limit: i32,
    /// The products that the account holds, each once.
    pub products: Vec<Product>,
}

/// A product. The variants are declared in the order of their names, as `ordered` requires.
#[derive(Debug, Clone, Copy, PartialEq, Value)]
#[odm(ordered)]
#[allow(missing_docs, reason = "the names are those of the data set")]
pub enum Product {
    Brokerage,
    Commodity,
    CurrencyService,
    Derivatives,
    InvestmentFund,
    InvestmentStock,
}

/// A product of a pair: a copy of the products of the account.
#[derive(Debug, Shape)]
struct Other {
    other: Product,
}

#[derive(Debug, Shape)]
struct Others {
    other: Vec<Product>,
}

#[derive(Debug, Embedded)]
struct PairKey {
    product: Product,
    other: Product,
}

#[derive(Debug, Shape)]
struct Pair {
    #[odm(id)]
    key: PairKey,
    accounts: i64,
}

#[derive(Debug, Shape)]
struct Holders {
    holders: i64,
}

#[derive(Debug, Shape)]
struct Place {
    place: i64,
}

/// A product, and the other product that its holders have most often.
#[derive(Debug, Shape)]
pub struct Companion {
    /// The product.
    pub product: Product,
    /// How many accounts hold it.
    pub holders: i64,
    /// The other product.
    pub other: Product,
    /// How many accounts hold both.
    pub both: i64,
    /// How many percent of the holders that is.
    pub percent: f64,
}

/// Which other product do the holders of each product have most often? Several, if they are equally frequent.
pub fn companions(accounts: &Collection<Account>) -> Aggregate<Account, Companion> {
    accounts
        .aggregate()
        .set(|a| OthersOf { other: a.products() })
        .unwind(|a| a.products())
        .unwind(|a| a.other())
        .group(|a| PairOf { key: PairKeyOf { product: a.products(), other: a.other() }, accounts: count() })
        // All holders of a product are counted in its pair with itself.
        .set_window_fields(|p| partition_by(p.key().product()), |p| HoldersOf { holders: max(p.accounts()) })
        .matching_expr(|p| p.key().product().ne(p.key().other()))
        .set_window_fields(
            |p| partition_by(p.key().product()).sort_by(p.accounts().desc()),
            |_| PlaceOf { place: rank() },
        )
        .matching(|p| p.place().eq(1))
        .sort(|p| p.holders().desc().then(p.key().product().asc()).then(p.key().other().asc()))
        .project(|p| CompanionOf {
            product: p.key().product(),
            holders: p.holders(),
            other: p.key().other(),
            both: p.accounts(),
            percent: (100 * p.accounts()).divide(p.holders()).round().place(1),
        })
}

#[derive(Debug, Shape)]
struct Owner {
    name: String,
}

#[derive(Debug, Shape)]
struct Owners {
    owners: Vec<Owner>,
}

/// The accounts with the same number of owners.
#[derive(Debug, Shape)]
pub struct Ownership {
    /// The number of owners.
    #[odm(id)]
    pub owners: i32,
    /// How many accounts have so many.
    pub accounts: i64,
    /// Their average limit.
    pub average_limit: f64,
    /// The lowest of their numbers, at most three.
    pub lowest: Vec<i32>,
}

/// How many customers own an account?
pub fn ownership(accounts: &Collection<Account>) -> Aggregate<Account, Ownership> {
    accounts
        .aggregate()
        .lookup(|a| OwnersOf {
            owners: from::<Customer>()
                .pipeline(|customers| customers.project(|c| OwnerOf { name: c.name() }))
                .equal(a.account_id(), |c| c.accounts()),
        })
        .group(|a| OwnershipOf {
            owners: a.owners().size(),
            accounts: count(),
            average_limit: avg(a.limit()),
            lowest: min_n(a.account_id(), 3),
        })
        .sort(|o| o.owners().asc())
}

/// The accounts with limits in a range.
#[derive(Debug, Shape)]
pub struct Band {
    /// The lowest limit of the range.
    #[odm(id)]
    pub from: i32,
    /// How many accounts have such a limit.
    pub accounts: i64,
}

/// The accounts with the same number of products.
#[derive(Debug, Shape)]
pub struct Breadth {
    /// The number of products.
    #[odm(id)]
    pub products: i32,
    /// How many accounts have so many.
    pub accounts: i64,
    /// Their average limit.
    pub average_limit: f64,
}

/// A number that several accounts have.
#[derive(Debug, Shape)]
pub struct Repeated {
    /// The number.
    #[odm(id)]
    pub account_id: i32,
    /// How many accounts have it.
    pub accounts: i64,
}

/// Several views of all accounts.
#[derive(Debug, Shape)]
pub struct Overview {
    /// The ranges of limits.
    pub limits: Vec<Band>,
    /// The numbers of products.
    pub breadths: Vec<Breadth>,
    /// The numbers of accounts that are not unique.
    pub repeated: Vec<Repeated>,
}

/// How are the limits distributed, do accounts with more products have higher ones, and is the number of an account
/// unique?
pub fn overview(accounts: &Collection<Account>) -> Aggregate<Account, Overview> {
    accounts.aggregate().facet(|rows| OverviewOf {
        limits: rows.clone().bucket([0, 5_000, 8_000, 10_000, 15_000, 1_000_000], |a| BandOf {
            from: a.limit(),
            accounts: count(),
        }),
        breadths: rows
            .clone()
            .group(|a| BreadthOf {
                products: a.products().size(),
                accounts: count(),
                average_limit: avg(a.limit()),
            })
            .sort(|b| b.products().asc()),
        repeated: rows
            .group(|a| RepeatedOf { account_id: a.account_id(), accounts: count() })
            .matching(|r| r.accounts().gt(1))
            .sort(|r| r.account_id().asc()),
    })
}
