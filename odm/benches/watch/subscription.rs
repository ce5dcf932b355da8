//! The side of the subscription: each change is decoded and acknowledged, and the position is stored.

use odm::{subscribe::Beginning, watch::Event};

use super::{Events, Outcome};

/// Reads the events with a new subscription.
pub(crate) async fn read(events: &Events, round: usize) -> Outcome<usize> {
    let begin = Beginning::At(events.start);
    let mut changes = events.orders.subscribe(format!("round {round}")).begin(begin).await?;
    let mut read = 0;
    while read < events.count {
        let change = changes.next().await.ok_or("the subscription has ended")??;
        if let Event::Insert(order) = change.event()
            && !order.items.is_empty()
        {
            read += 1;
        }
        change.ack();
    }
    changes.close().await?;
    Ok(read)
}
