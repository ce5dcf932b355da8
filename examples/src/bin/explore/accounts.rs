//! Accounts of a bank (`sample_analytics.accounts`): int32 numbers, and arrays of strings, which are decoded as an
//! enum.

use odm::{
    Collection, Id, Model, Shape, Value, View,
    pipeline::{avg, count, min},
};

use self::Product::{Commodity, Derivatives};

/// An account.
#[derive(Debug, Model)]
#[odm(collection = "accounts", index(account_id), index(products))]
#[allow(clippy::struct_field_names, reason = "the data set has a field `account_id`")]
pub(crate) struct Account {
    id: Id<Account>,
    account_id: i32,
    limit: i32,
    products: Vec<Product>,
}

/// The variants are declared in the order of their names, as `ordered` requires.
#[derive(Debug, Clone, Copy, Value)]
#[odm(ordered)]
enum Product {
    Brokerage,
    Commodity,
    CurrencyService,
    Derivatives,
    InvestmentFund,
    InvestmentStock,
}

/// A product, and the number of accounts that have it.
#[derive(Debug, Shape)]
struct Held {
    #[odm(id)]
    product: Product,
    accounts: u64,
}

/// The number and the limit of an account.
#[derive(Debug, View)]
#[odm(of = Account)]
struct Limited {
    account_id: i32,
    limit: i32,
}

/// The limits of several accounts, as one row.
#[derive(Debug, Shape)]
struct Limits {
    accounts: u64,
    lowest: i32,
    average: f64,
}

pub(crate) async fn answer(accounts: &Collection<Account>) -> odm::Result<()> {
    let a = Account::fields();

    println!("  accounts by product:");
    let mut products = accounts
        .aggregate()
        .unwind(|a| a.products())
        .group(|a| HeldOf { product: a.products(), accounts: count() })
        .sort(|h| h.accounts().desc().then(h.product().asc()))
        .await?;
    while let Some(Held { product, accounts }) = products.next().await.transpose()? {
        println!("    {product:?} {accounts}");
    }

    println!("  with commodities and derivatives, the lowest limits:");
    let mut lowest = accounts
        .find(a.products().all([Commodity, Derivatives]) & a.limit().lt(10_000))
        .sort(a.limit().asc().then(a.account_id().asc()))
        .limit(3)
        .view::<Limited>()
        .await?;
    while let Some(Limited { account_id, limit }) = lowest.next().await.transpose()? {
        println!("    {account_id}: {limit}");
    }

    println!("  with five products or more:");
    let mut limits = accounts
        .aggregate()
        .matching(|a| a.products().at(4).exists(true))
        .group(|a| LimitsOf { accounts: count(), lowest: min(a.limit()), average: avg(a.limit()) })
        .await?;
    while let Some(Limits { accounts, lowest, average }) = limits.next().await.transpose()? {
        println!("    {accounts} accounts, the lowest limit {lowest}, {average:.2} on average");
    }
    Ok(())
}
