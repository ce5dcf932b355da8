//! What the program prints about accounts.

use examples::{
    accounts::{
        self, Account, Band, Breadth, Companion, Overview, Ownership,
        Product::{Commodity, Derivatives},
        Repeated,
    },
    table::{
        Column::{Number, Text},
        table,
    },
};
use odm::{Collection, Model, View};

use crate::print::{heading, print_table, question};

/// The number and the limit of an account.
#[derive(Debug, View)]
#[odm(of = Account)]
struct Limited {
    account_id: i32,
    limit: i32,
}

pub(crate) async fn answer(accounts: &Collection<Account>) -> odm::Result<()> {
    heading(accounts).await?;
    let a = Account::fields();

    question("with commodities and derivatives, the lowest limits");
    let mut lowest = accounts
        .find(a.products().all([Commodity, Derivatives]) & a.limit().lt(10_000))
        .sort(a.limit().asc().then(a.account_id().asc()))
        .limit(3)
        .view::<Limited>()
        .await?;
    while let Some(Limited { account_id, limit }) = lowest.next().await.transpose()? {
        println!("    {account_id}: ${limit}");
    }

    question("which other product the holders of each product have most often");
    let companions: Vec<Companion> = accounts::companions(accounts).await?.try_collect().await?;
    print_table(&table(
        [Text("product"), Number("accounts"), Text("most often also"), Number("accounts"), Number("%")],
        companions.iter().map(|c| {
            let percent = format!("{:.1}", c.percent);
            [
                format!("{:?}", c.product),
                c.holders.to_string(),
                format!("{:?}", c.other),
                c.both.to_string(),
                percent,
            ]
        }),
    ));

    question("how many customers own an account");
    let ownership: Vec<Ownership> = accounts::ownership(accounts).await?.try_collect().await?;
    print_table(&table(
        [Number("owners"), Number("accounts"), Number("average limit, $"), Text("lowest numbers")],
        ownership.iter().map(|o| {
            let lowest: Vec<_> = o.lowest.iter().map(ToString::to_string).collect();
            [
                o.owners.to_string(),
                o.accounts.to_string(),
                format!("{:.0}", o.average_limit),
                lowest.join(", "),
            ]
        }),
    ));

    let mut overview = accounts::overview(accounts).await?;
    while let Some(Overview { limits, breadths, repeated }) = overview.next().await.transpose()? {
        question("how the limits are distributed");
        print_table(&table(
            [Number("limit from, $"), Number("accounts")],
            limits.iter().map(|Band { from, accounts }| [from.to_string(), accounts.to_string()]),
        ));
        question("whether accounts with more products have higher limits");
        print_table(&table(
            [Number("products"), Number("accounts"), Number("average limit, $")],
            breadths.iter().map(|Breadth { products, accounts, average_limit }| {
                [products.to_string(), accounts.to_string(), format!("{average_limit:.0}")]
            }),
        ));
        question("numbers that several accounts have");
        for Repeated { account_id, accounts } in repeated {
            println!("    {account_id}: {accounts} accounts");
        }
    }
    Ok(())
}
