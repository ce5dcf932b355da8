//! The same calls through `odm` and through the driver's typed collection of the same type, on a server that starts
//! automatically. Each round has one call of each side, and every second round has the reverse order.

use odm::{Collection, Database, Id, Model, bson::doc, mongodb};
use odm_test::Server;

use crate::{
    DRIVER, ODM, Outcome,
    measure::timed,
    order::{Order, Status, date},
    rounds::Rounds,
};

/// The rounds of each verb.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) found: Rounds<2>,
    pub(crate) inserted: Rounds<2>,
    pub(crate) updated: Rounds<2>,
}

/// The number of rounds that are not measured.
const WARM_UP: usize = 200;

/// Measures the verbs with this number of calls of each side.
pub(crate) async fn measure(calls: usize) -> Outcome<Measured> {
    let server = Server::shared().await?;
    let db = server.fresh_database("verbs").await?;
    let sides = Sides::new(&db).await?;
    let mut measured = Measured { found: Rounds::new(), inserted: Rounds::new(), updated: Rounds::new() };
    // The verbs also take turns, so that a slow phase of the machine affects all of them.
    for round in 0..WARM_UP + calls {
        let order = if round % 2 == 0 { [ODM, DRIVER] } else { [DRIVER, ODM] };
        let (mut find_one, mut insert_one, mut update_one) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        for side in order {
            find_one[side] = sides.find_one(side, round).await?;
        }
        for side in order {
            insert_one[side] = sides.insert_one(side).await?;
        }
        for side in order {
            update_one[side] = sides.update_one(side, round).await?;
        }
        if round >= WARM_UP {
            measured.found.add(find_one);
            measured.inserted.add(insert_one);
            measured.updated.add(update_one);
        }
    }
    db.drop_database().await?;
    Ok(measured)
}

/// Both sides of one collection, and the ids of the orders to find in it.
struct Sides {
    odm: Collection<Order>,
    driver: mongodb::Collection<Order>,
    ids: Vec<Id<Order>>,
}

impl Sides {
    async fn new(db: &Database) -> Outcome<Self> {
        let odm = db.collection::<Order>();
        let driver = odm.driver().clone_with_type::<Order>();
        let orders: Vec<Order> = (0..100).map(Order::numbered).collect();
        let ids = odm.insert_many(&orders).await?;
        Ok(Self { odm, driver, ids })
    }

    fn id(&self, round: usize) -> Id<Order> {
        self.ids[round % self.ids.len()]
    }

    async fn find_one(&self, side: usize, round: usize) -> Outcome<f64> {
        let id = self.id(round);
        let (seconds, found) = if side == ODM {
            timed(async { self.odm.find_one(Order::fields().id().eq(id)).await }).await?
        } else {
            timed(async { self.driver.find_one(doc! { "_id": id.key() }).await }).await?
        };
        if found.is_none_or(|found| found.id != id) {
            return Err("another order was found".into());
        }
        Ok(seconds)
    }

    async fn insert_one(&self, side: usize) -> Outcome<f64> {
        let order = Order::numbered(42);
        if side == ODM {
            Ok(timed(async { self.odm.insert_one(&order).await }).await?.0)
        } else {
            Ok(timed(async { self.driver.insert_one(&order).await }).await?.0)
        }
    }

    async fn update_one(&self, side: usize, round: usize) -> Outcome<f64> {
        // The date differs in each round and for each side, so that every update changes the document.
        let (id, placed_at) = (self.id(round), date(u32::try_from(2 * round + side)?));
        let (seconds, result) = if side == ODM {
            timed(async {
                let o = Order::fields();
                self.odm
                    .update_one(o.id().eq(id), o.status().set(Status::Paid) + o.placed_at().set(placed_at))
                    .await
                    .map_err(Box::<dyn std::error::Error>::from)
            })
            .await?
        } else {
            timed(async {
                self.driver
                    .update_one(
                        doc! { "_id": id.key() },
                        doc! { "$set": { "status": "paid", "placedAt": placed_at } },
                    )
                    .await
                    .map_err(Box::<dyn std::error::Error>::from)
            })
            .await?
        };
        if result.modified_count != 1 {
            return Err("nothing was updated".into());
        }
        Ok(seconds)
    }
}
