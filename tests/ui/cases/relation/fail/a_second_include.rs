use odm::{Collection, Filter, Id, Model};

#[derive(Model)]
#[odm(collection = "nodes")]
struct Node {
    id: Id<Node>,
    next: Option<Id<Node>>,
}

async fn f(nodes: Collection<Node>) -> odm::Result<()> {
    let found =
        nodes.find(Filter::all()).include(|n| n.next().include(|n| n.next()).include(|n| n.next())).await?;
    println!("{}", found.len());
    Ok(())
}

fn main() {}
