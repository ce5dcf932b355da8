//! The table of query operators.

use crate::expr::operators::{Operator, operator};

const OPERATORS: &[Operator] = &[
    operator!("$all", all),
    operator!("$all", all_any),
    operator!("$and", bitand),
    operator!("$bitsAllClear", bits_all_clear),
    operator!("$bitsAllSet", bits_all_set),
    operator!("$bitsAnyClear", bits_any_clear),
    operator!("$bitsAnySet", bits_any_set),
    operator!("$box", rectangle),
    operator!("$center", circle),
    operator!("$centerSphere", circle_on_sphere),
    operator!("$comment", comment),
    operator!("$elemMatch", any),
    operator!("$eq", eq),
    operator!("$eq", eq_regex),
    operator!("$exists", exists),
    operator!("$expr", expr),
    operator!("$geoIntersects", geo_intersects),
    operator!("$geoWithin", geo_within),
    operator!("$geometry", geo_within),
    operator!("$gt", gt),
    operator!("$gte", gte),
    operator!("$in", in_),
    operator!("$in", contains_any),
    operator!("$in", in_regex),
    operator!("$jsonSchema", json_schema),
    operator!("$lt", lt),
    operator!("$lte", lte),
    operator!("$maxDistance", near),
    operator!("$minDistance", near),
    operator!("$mod", mod_),
    operator!("$ne", ne),
    operator!("$near", near),
    operator!("$near", near_coordinates),
    operator!("$nearSphere", near_sphere),
    operator!("$nearSphere", near_sphere_coordinates),
    operator!("$nin", nin),
    operator!("$nin", contains_none),
    operator!("$nor", none_of),
    operator!("$not", not),
    operator!("$or", bitor),
    operator!("$polygon", polygon),
    operator!("$rand", rand),
    operator!("$regex", regex),
    operator!("$regex", regex_literal),
    operator!("$regex", starts_with),
    operator!("$sampleRate", sample_rate),
    operator!("$size", size),
    operator!("$text", text),
    operator!("$type", type_),
    operator!("$where", where_),
];

/// Returns all query operators, with the function or method that renders each.
#[doc(hidden)]
pub fn operators() -> impl Iterator<Item = &'static Operator> {
    OPERATORS.iter()
}
