use odm::request::Parameters;
use odm_integration::story::Order;

fn main() {
    let _ = Parameters::<Order>::new().field("reference", "reference");
}
