use odm::{Collection, Model};
use odm_integration::story::Customer;

async fn first(customers: Collection<Customer>) -> odm::Result<Option<Customer>> {
    let c = Customer::fields();
    let found = customers.find_one(c.name().eq("ada"))?;
    Ok(found)
}

fn main() {
    let _ = first;
}
