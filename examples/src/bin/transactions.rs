//! The program of the guide's chapter on transactions: accounts of a bank.
//!
//! `cargo run -p examples --bin transactions`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Collection, Database, Filter, Id, Model, Tx,
    bson::{Document, doc},
    models,
};
use tokio::task::JoinSet;

#[derive(Debug, Clone, Model)]
#[odm(collection = "accounts")]
struct Account {
    id: Id<Account>,
    #[odm(index(unique))]
    owner: String,
    balance: i64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "transfers")]
struct Transfer {
    id: Id<Transfer>,
    from: Id<Account>,
    to: Id<Account>,
    amount: i64,
}

/// Why a transfer was not made.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the balance is only {0}")]
    TooPoor(i64),
    #[error(transparent)]
    Database(#[from] odm::Error),
}

/// Moves money. All of it happens, or nothing.
async fn transfer(db: &Database, transfer: &Transfer) -> Result<(), Refusal> {
    let accounts = db.collection::<Account>();
    db.try_transaction(async |mut tx| {
        let from = accounts.get(transfer.from).session(&mut tx).await?;
        let balance = from.map_or(0, |account| account.balance);
        if balance < transfer.amount {
            return Err(Refusal::TooPoor(balance));
        }
        book(&accounts, &mut tx, transfer.from, -transfer.amount).await?;
        book(&accounts, &mut tx, transfer.to, transfer.amount).await?;
        db.collection::<Transfer>().insert_one(transfer).session(&mut tx).await?;
        Ok(())
    })
    .await
}

async fn book(
    accounts: &Collection<Account>,
    tx: &mut Tx,
    account: Id<Account>,
    amount: i64,
) -> odm::Result<()> {
    let a = Account::fields();
    accounts.update_one(a.id().eq(account), a.balance().inc(amount)).session(tx).await?;
    Ok(())
}

async fn show(accounts: &Collection<Account>) -> odm::Result<()> {
    let all: Vec<Account> =
        accounts.find(Filter::all()).sort(Account::fields().owner().asc()).await?.try_collect().await?;
    let line: Vec<_> = all.iter().map(|account| format!("{} {}", account.owner, account.balance)).collect();
    println!("  {}", line.join(", "));
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("transactions").await?;
    db.schema(models![Account, Transfer]).plan().await?.apply().await?;
    let accounts = db.collection::<Account>();
    let a = Account::fields();
    let [ada, bob] =
        ["ada", "bob"].map(|owner| Account { id: Id::new(), owner: owner.to_owned(), balance: 100 });

    // Two documents, or none.
    db.transaction(async |mut tx| {
        accounts.insert_one(&ada).session(&mut tx).await?;
        accounts.insert_one(&bob).session(&mut tx).await?;
        Ok(())
    })
    .await?;
    show(&accounts).await?;

    // An error of your own aborts the transaction.
    let mut rent = Transfer { id: Id::new(), from: ada.id, to: bob.id, amount: 150 };
    println!("{}", transfer(&db, &rent).await.err().context("it was made")?);
    rent.amount = 70;
    transfer(&db, &rent).await?;
    show(&accounts).await?;

    // Many tasks at once.
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (db, back) = (db.clone(), Transfer { id: Id::new(), from: bob.id, to: ada.id, amount: 3 });
        tasks.spawn(async move { transfer(&db, &back).await });
    }
    while let Some(made) = tasks.join_next().await {
        made??;
    }
    show(&accounts).await?;

    // Effects outside of the database wait for the commit.
    db.transaction(async |mut tx| {
        book(&accounts, &mut tx, ada.id, -5).await?;
        tx.on_commit(async { println!("a letter to ada") });
        tx.on_abort(async { println!("no letter") });
        Ok(())
    })
    .await?;

    // The body may abort, and return a value.
    let left = db
        .transaction(async |mut tx| {
            book(&accounts, &mut tx, ada.id, -200).await?;
            let balance = accounts.get(ada.id).session(&mut tx).await?.map_or(0, |account| account.balance);
            if balance < 0 {
                tx.abort().await?;
            }
            Ok(balance)
        })
        .await?;
    println!("would be {left}");
    show(&accounts).await?;

    // A body that ignores an error.
    let ignored = db
        .transaction(async |mut tx| {
            let known = accounts.insert_one(&ada).session(&mut tx).await;
            if known.is_err() {
                book(&accounts, &mut tx, ada.id, 1).await?;
            }
            Ok(())
        })
        .await;
    let ignored = ignored.err().context("it was committed")?;
    println!("aborted: {}", ignored.is_transaction_aborted());

    // What a transaction cannot contain.
    let refused = db
        .transaction(async |mut tx| {
            let names = db.run_command::<Document>(doc! { "listCollections": 1 }).session(&mut tx).await;
            names.map(drop)
        })
        .await;
    println!("{}", refused.err().context("it was sent")?.kind());

    // A session without a transaction: reads of one moment.
    let mut session = db.session().snapshot().await?;
    let before = accounts.find_one(a.id().eq(bob.id)).session(&mut session).await?.context("no bob")?;
    accounts.update_one(a.id().eq(bob.id), a.balance().set(0)).await?;
    let after = accounts.find_one(a.id().eq(bob.id)).session(&mut session).await?.context("no bob")?;
    println!("{} and still {}", before.balance, after.balance);

    db.drop_database().await?;
    Ok(())
}
