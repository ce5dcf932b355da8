//! The program of the guide's chapter on joins: a club with its members, events and bookings.
//!
//! `cargo run -p examples --bin joins`. It finds or starts a MongoDB server automatically.

use odm::{
    Id, Model, Pipeline, Shape, models,
    pipeline::{WhenNotMatched, from, sum},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "members", index(name))]
struct Member {
    id: Id<Member>,
    name: String,
    invited_by: Option<String>,
    points: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "events")]
struct Event {
    id: Id<Event>,
    title: String,
    price: i64,
    largest_group: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "bookings", index(member), index(event))]
struct Booking {
    id: Id<Booking>,
    member: Id<Member>,
    event: Id<Event>,
    seats: i64,
}

#[derive(Debug, Shape)]
struct Joined {
    members: Vec<Member>,
    events: Vec<Event>,
}

#[derive(Debug, Shape)]
struct Ticket {
    name: String,
    title: String,
    cost: i64,
}

#[derive(Debug, Shape)]
struct Seats {
    seats: i64,
}

#[derive(Debug, Shape)]
struct Bookings {
    bookings: Vec<Seats>,
}

#[derive(Debug, Shape)]
struct Taken {
    title: String,
    taken: i64,
}

#[derive(Debug, Shape)]
struct Chain {
    chain: Vec<Member>,
}

#[derive(Debug, Shape)]
struct Inviters {
    name: String,
    inviters: Vec<String>,
}

#[derive(Debug, Shape)]
struct Name {
    name: String,
}

#[derive(Debug, Shape)]
struct Points {
    #[odm(id)]
    member: Id<Member>,
    points: i64,
}

fn member(name: &str, invited_by: Option<&str>) -> Member {
    Member { id: Id::new(), name: name.to_owned(), invited_by: invited_by.map(str::to_owned), points: 0 }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("joins").await?;
    db.schema(models![Member, Event, Booking]).plan().await?.apply().await?;
    let (members, events, bookings) =
        (db.collection::<Member>(), db.collection::<Event>(), db.collection::<Booking>());

    let people = [member("Ada", None), member("Ben", Some("Ada")), member("Cleo", Some("Ben"))];
    let concert = Event { id: Id::new(), title: "Concert".to_owned(), price: 20, largest_group: 10 };
    let lecture = Event { id: Id::new(), title: "Lecture".to_owned(), price: 5, largest_group: 4 };
    let booking = |member: &Member, event: &Event, seats| Booking {
        id: Id::new(),
        member: member.id,
        event: event.id,
        seats,
    };
    members.insert_many(&people).await?;
    events.insert_many([&concert, &lecture]).await?;
    bookings
        .insert_many([
            booking(&people[0], &concert, 2),
            booking(&people[1], &concert, 1),
            booking(&people[1], &lecture, 4),
        ])
        .await?;

    // Join the documents that a field refers to.
    let tickets: Vec<Ticket> = bookings
        .aggregate()
        .lookup(|b| JoinedOf {
            members: from::<Member>().equal(b.member(), |m| m.id()),
            events: from::<Event>().equal(b.event(), |e| e.id()),
        })
        .unwind(|b| b.members())
        .unwind(|b| b.events())
        .project(|b| TicketOf {
            name: b.members().name(),
            title: b.events().title(),
            cost: b.seats() * b.events().price(),
        })
        .sort(|t| t.name().asc().then(t.title().asc()))
        .await?
        .try_collect()
        .await?;
    for Ticket { name, title, cost } in tickets {
        println!("{name}: {title} for {cost}");
    }

    // Join the rows of a pipeline that uses a field of the outer document.
    let taken: Vec<Taken> = events
        .aggregate()
        .lookup(|e| BookingsOf {
            bookings: from::<Booking>()
                .let_(("largest", e.largest_group()), |bookings, largest| {
                    bookings
                        .matching_expr(|b| b.seats().lte(largest))
                        .project(|b| SeatsOf { seats: b.seats() })
                })
                .equal(e.id(), |b| b.event()),
        })
        .project(|e| TakenOf { title: e.title(), taken: e.bookings().seats().sum() })
        .sort(|t| t.title().asc())
        .await?
        .try_collect()
        .await?;
    for Taken { title, taken } in taken {
        println!("{title}: {taken} seats");
    }

    // Follow references from document to document.
    let chains: Vec<Inviters> = members
        .aggregate()
        .graph_lookup(|m| ChainOf {
            chain: from::<Member>().connecting(m.invited_by(), |m| m.invited_by(), |m| m.name()),
        })
        .project(|m| InvitersOf { name: m.name(), inviters: m.chain().name() })
        .sort(|m| m.name().asc())
        .await?
        .try_collect()
        .await?;
    for Inviters { name, mut inviters } in chains {
        inviters.sort();
        println!("{name}: {inviters:?}");
    }

    // Add the rows of another collection.
    let titles = Pipeline::<Event>::new().project(|e| NameOf { name: e.title() });
    let names: Vec<Name> = members
        .aggregate()
        .project(|m| NameOf { name: m.name() })
        .union_with(titles)
        .sort(|n| n.name().asc())
        .await?
        .try_collect()
        .await?;
    println!("{}", names.into_iter().map(|one| one.name).collect::<Vec<_>>().join(", "));

    // Write the rows into a collection.
    bookings
        .aggregate()
        .group(|b| PointsOf { member: b.member(), points: sum(b.seats() * 10) })
        .merge::<Member>(|members| members.when_not_matched(WhenNotMatched::Discard))
        .await?;
    let mut all = members.find(odm::Filter::all()).sort(Member::fields().name().asc()).await?;
    while let Some(Member { name, points, .. }) = all.next().await.transpose()? {
        println!("{name} has {points} points");
    }

    db.drop_database().await?;
    // A client that is only dropped says goodbye in a task, which the end of the program can interrupt.
    db.driver().client().clone().shutdown().immediate(true).await;
    Ok(())
}
