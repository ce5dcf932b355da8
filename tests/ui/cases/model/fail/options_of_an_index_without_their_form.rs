#[derive(odm::Model)]
#[odm(collection = "places")]
#[odm(index(title = "text", weights(title = 0)))]
#[odm(index(owner, partial))]
#[odm(index(owner, partial = "total > 5"))]
#[odm(index(owner, collation = "en"))]
#[odm(index(owner, collation(strength = 2)))]
#[odm(index(owner, collation(locale = "en", strength = 6, casefirst = "upper")))]
#[odm(index(owner, collation(locale = "en", backwards, backwards)))]
#[odm(index(spot = "2d", bounds(bits = 33)))]
#[odm(index(spot = "2d", bounds(min = "a", maximum = 5)))]
#[odm(index(owner = -1, default_language, language_override, weights, include, exclude, bounds, collation, every_field))]
#[odm(index(owner, collation(locale = 5, strength, case_level = 5, case_first = "x", numeric_ordering = 1)))]
#[odm(index(owner, collation(locale = "en", alternate = "x", max_variable = "x", normalization = "x", backwards = 1)))]
#[odm(hidden)]
struct Place {
    id: odm::Id<Place>,
    owner: i64,
    #[odm(partial = 5)]
    #[odm(index(descending = -1))]
    title: String,
    #[odm(index(hidden = 5))]
    other: String,
    spot: [f64; 2],
}

fn main() {}
