//! What the program prints about theaters.

use examples::{
    table::{
        Column::{Number, Text},
        table,
    },
    theaters::{
        self, Address, Edges, Form, Geometry, LargestCity, Location, Namesakes, Overview, Ring, TIMES_SQUARE,
        Theater,
    },
};
use odm::{Collection, Model, View, geo::Area};

use crate::print::{heading, print_table, question};

/// The location of a theater.
#[derive(Debug, View)]
#[odm(of = Theater)]
struct Place {
    theater_id: i32,
    location: PlaceLocation,
}

#[derive(Debug, View)]
#[odm(of = Location)]
struct PlaceLocation {
    address: PlaceAddress,
    geo: Geometry,
}

#[derive(Debug, View)]
#[odm(of = Address)]
struct PlaceAddress {
    city: String,
    state: String,
}

/// Ten kilometres in radians.
const TEN_KILOMETRES: f64 = 10.0 / 6_378.1;

pub(crate) async fn answer(theaters: &Collection<Theater>) -> odm::Result<()> {
    heading(theaters).await?;
    let t = Theater::fields();

    question("the northernmost");
    let latitude = t.location().geo().point().coordinates().at(1);
    let mut north = theaters
        .find(latitude.gt(45.0))
        .sort(latitude.desc().then(t.theater_id().asc()))
        .limit(3)
        .view::<Place>()
        .await?;
    while let Some(Place { theater_id, location }) = north.next().await.transpose()? {
        let (PlaceAddress { city, state }, Geometry::Point { coordinates: [_, latitude] }) =
            (location.address, location.geo);
        println!("    {theater_id} in {city}, {state}, at {latitude}");
    }

    let near = || t.location().geo().geo_within(Area::circle_on_sphere(TIMES_SQUARE, TEN_KILOMETRES));
    let second = t.location().address().street2().is_present();
    println!(
        "  within ten kilometres of Times Square: {}, with a second line of address: {}",
        theaters.count(near()).await?,
        theaters.count(near() & second).await?,
    );

    question("the city with the most theaters in each of the ten largest states");
    let largest: Vec<LargestCity> = theaters::largest_cities(theaters).await?.try_collect().await?;
    print_table(&table(
        [Text("state"), Number("theaters"), Number("cities"), Text("city"), Number("theaters"), Number("%")],
        largest.into_iter().map(|l| {
            let percent = format!("{:.1}", l.percent);
            let (theaters, cities, in_city) =
                (l.theaters.to_string(), l.cities.to_string(), l.in_city.to_string());
            [l.state, theaters, cities, l.city, in_city, percent]
        }),
    ));

    question("how far they are from Times Square");
    let rings: Vec<Ring> = theaters::distances(theaters).await?.try_collect().await?;
    print_table(&table(
        [Number("from, km"), Number("theaters"), Number("nearest, km"), Text("in")],
        rings.into_iter().map(|Ring { from, theaters, nearest, city }| {
            [from.to_string(), theaters.to_string(), format!("{nearest:.1}"), city]
        }),
    ));

    let mut overview = theaters::overview(theaters).await?;
    while let Some(Overview { edges, namesakes, forms }) = overview.next().await.transpose()? {
        for Edges { north, east, south, west } in edges {
            println!("  in the north {north}, in the east {east}, in the south {south}, in the west {west}");
        }
        question("cities with the same name");
        print_table(&table(
            [Text("city"), Text("states")],
            namesakes.into_iter().map(|Namesakes { city, states }| [city, states.join(", ")]),
        ));
        question("whether the address has a second line");
        print_table(&table(
            [Text("second line"), Number("theaters")],
            forms.iter().map(|Form { second_line, theaters }| {
                [if *second_line { "yes" } else { "no" }.to_owned(), theaters.to_string()]
            }),
        ));
    }
    Ok(())
}
