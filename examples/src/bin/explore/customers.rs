//! What the program prints about customers.

use std::collections::BTreeMap;

use examples::{
    customers::{self, Card, Credit, Customer, Decade, Overview, Shared, Tier, Wallets},
    table::{
        Column::{Number, Text},
        table,
    },
};
use odm::{Collection, Filter, Model, View, bson::DateTime};

use crate::print::{heading, print_table, question};

#[derive(Debug, View)]
#[odm(of = Customer)]
struct Birthday {
    name: String,
    birthdate: DateTime,
}

/// The cards of a customer by their keys.
#[derive(Debug, View)]
#[odm(of = Customer)]
struct Wallet {
    #[odm(from = tier_and_details)]
    cards: BTreeMap<String, Card>,
}

pub(crate) async fn answer(customers: &Collection<Customer>) -> odm::Result<()> {
    heading(customers).await?;
    let c = Customer::fields();

    question("the oldest");
    let mut oldest = customers
        .find(c.birthdate().lt(DateTime::from_millis(0)))
        .sort(c.birthdate().asc())
        .limit(3)
        .view::<Birthday>()
        .await?;
    while let Some(Birthday { name, birthdate }) = oldest.next().await.transpose()? {
        println!("    {name}, {birthdate}");
    }

    question("the first gold card, and who is found by its key");
    let mut wallets = customers.find(Filter::all()).sort(c.name().asc()).view::<Wallet>().await?;
    while let Some(wallet) = wallets.next().await.transpose()? {
        let Some((key, _)) = wallet.cards.iter().find(|(_, card)| card.tier == Tier::Gold) else { continue };
        let card = c.tier_and_details().key(key);
        let found =
            customers.find_one(card.tier().eq(Tier::Gold) & card.id().eq(key)).view::<Birthday>().await?;
        println!("    {key}: {}", found.map_or_else(|| "nobody".to_owned(), |found| found.name));
        break;
    }

    question("who has the most credit, and how much of all credit they have together");
    let credits: Vec<Credit> = customers::most_credit(customers).await?.try_collect().await?;
    print_table(&table(
        [Number(""), Text("customer"), Number("accounts"), Number("credit, $"), Number("cumulative %")],
        credits.iter().map(|c| {
            let percent = format!("{:.1}", c.cumulative_percent);
            [c.place.to_string(), c.name.clone(), c.accounts.to_string(), c.credit.to_string(), percent]
        }),
    ));

    question("whether older customers have better cards");
    let decades: Vec<Decade> = customers::tiers_by_age(customers).await?.try_collect().await?;
    print_table(&table(
        [Text("born in the"), Number("bronze"), Number("silver"), Number("gold"), Number("platinum")],
        decades.iter().map(|d| {
            let counts = [d.bronze, d.silver, d.gold, d.platinum].map(|count| count.to_string());
            let [bronze, silver, gold, platinum] = counts;
            [format!("{}s", d.from), bronze, silver, gold, platinum]
        }),
    ));

    let mut overview = customers::overview(customers).await?;
    while let Some(Overview { wallets, benefits, shared }) = overview.next().await.transpose()? {
        question("how many cards they have");
        print_table(&table(
            [Number("cards"), Number("customers")],
            wallets.iter().map(|Wallets { cards, customers }| [cards.to_string(), customers.to_string()]),
        ));
        question("what the cards grant most often");
        print_table(&table(
            [Text("benefit"), Number("cards")],
            benefits.into_iter().map(|benefit| [benefit.id, benefit.count.to_string()]),
        ));
        question("user names that several have");
        for Shared { username, customers, names } in shared {
            println!("    {username}: {customers}, {}", names.join(" and "));
        }
    }
    Ok(())
}
