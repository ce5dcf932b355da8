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

#[derive(odm::Model)]
#[odm(collection = "a\0b")]
struct Nul {
    id: odm::Id<Nul>,
}

fn main() {}
