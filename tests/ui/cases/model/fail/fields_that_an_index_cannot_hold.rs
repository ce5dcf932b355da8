#[derive(odm::Model)]
#[odm(collection = "places")]
#[odm(index(owner = "text"))]
#[odm(index(title = "2dsphere"))]
#[odm(index(title, partial = |place| place.owner().eq("Ada")))]
#[odm(index(title = -1, partial = |place| place.owner().asc()))]
#[odm(index(address.town = "hashed"))]
struct Place {
    id: odm::Id<Place>,
    owner: i64,
    title: String,
    address: Address,
}

#[derive(odm::Embedded)]
struct Address {
    city: String,
}

fn main() {}
