//! Expressions whose operator begins with a letter from A to E.

mod a;
mod b;
mod c;
mod d;

use crate::support::Case;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        a::acos_0(),
        a::add_1(),
        a::and_0(),
        a::any_element_true_0(),
        a::array_to_object_1(),
        a::asinh_0(),
        a::atan_0(),
        b::bit_and_0(),
        b::bit_and_1(),
        b::bit_or_0(),
        b::bson_size_0(),
        b::bson_size_1(),
        c::cmp_0(),
        c::concat_0(),
        c::concat_arrays_0(),
        c::convert_2(),
        c::create_object_id_0(),
        d::date_add_1(),
        d::date_trunc_0(),
        d::day_of_year_0(),
    ]
}
