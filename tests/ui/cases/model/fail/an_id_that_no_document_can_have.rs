use std::collections::HashSet;

#[derive(odm::Model)]
#[odm(collection = "lists")]
struct List {
    id: Vec<i32>,
}

#[derive(odm::Model)]
#[odm(collection = "sets")]
struct Set {
    #[odm(id)]
    names: HashSet<String>,
}

#[derive(odm::Model)]
#[odm(collection = "pairs")]
struct Pair {
    id: (i32, i32),
}

#[derive(odm::Model)]
#[odm(collection = "triples")]
struct Triple {
    id: [i32; 3],
}

fn main() {}
