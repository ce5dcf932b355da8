#[derive(odm::Model)]
#[odm(collection = "")]
struct Empty {
    id: odm::Id<Empty>,
}

#[derive(odm::Model)]
#[odm(collection = "$cmd")]
struct Dollar {
    id: odm::Id<Dollar>,
}

#[derive(odm::Model)]
#[odm(collection = "system.users")]
struct System {
    id: odm::Id<System>,
}

fn main() {}
