use odm_integration::story::{Order, Status};

fn main() {
    let _ = odm::from_slice::<String>(&[]);
    let _ = odm::from_slice::<Status>(&[]);
    let _ = odm::from_slice::<Vec<Order>>(&[]);
}
