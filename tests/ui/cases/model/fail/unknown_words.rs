#[derive(odm::Model)]
#[odm(colection = "people", timestamps, rename = "x")]
#[odm(index(name, partial = |p| p.age().gt(18)), index(name, partial(age)), index(name, unqiue(true)), validate(custm = fine))]
struct Person {
    #[odm(unique)]
    id: odm::Id<Person>,
    #[odm(indx(unique), collection = "x")]
    name: String,
    #[odm(index(uniqe, partial = true), ttl = "90d", validate(lenght(min = 1), patern = "a"))]
    email: String,
    #[odm(validate(length(minimum = 1), range(from = 1)))]
    age: u8,
}

fn main() {}
