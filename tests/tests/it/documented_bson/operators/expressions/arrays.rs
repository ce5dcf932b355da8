//! Arrays and sets.

use odm::expr;

use super::{Entry, functions, methods, one, same};

pub(super) fn entries() -> Vec<Entry> {
    [elements(), several_arrays(), sets(), sorted(), each()].into_iter().flatten().collect()
}

fn elements() -> Vec<Entry> {
    let mut all = functions! { "expr/array";
        array_elem_at(numbers, 0);
        reverse_array(numbers);
        size(numbers);
        slice(numbers, 2);
        slice_from(numbers, 1, 2);
        is_array(numbers);
    };
    all.extend(methods! { "expr/array";
        first(numbers);
        last(numbers);
        first_n(numbers, 2);
        last_n(numbers, 2);
        max_n(numbers, 2);
        min_n(numbers, 2);
        index_of_array(numbers, 1);
    });
    all.extend(functions! { "expr/boolean";
        all_elements_true(numbers);
        any_element_true(numbers);
    });
    all
}

fn several_arrays() -> Vec<Entry> {
    vec![
        (
            "expr/array::array_to_object",
            same(
                one(|r| expr::array_to_object(r.part().object_to_array())),
                &one(|r| r.part().object_to_array().array_to_object()),
            ),
        ),
        ("expr/array::concat_arrays", vec![one(|r| r.numbers().concat_arrays([1, 2]))]),
        ("expr/array::concat_arrays_of", vec![one(|r| expr::concat_arrays_of((r.numbers(), [1, 2])))]),
        (
            "expr/array::in_",
            same(one(|r| expr::in_(r.number(), r.numbers())), &one(|r| r.number().in_(r.numbers()))),
        ),
        ("expr/array::range", vec![one(|r| expr::range(0, r.number()))]),
        ("expr/array::step", vec![one(|r| expr::range(0, r.number()).step(2))]),
        ("expr/zip::zip", vec![one(|r| expr::zip((r.numbers(), r.words())))]),
        (
            "expr/zip::use_longest_length",
            vec![one(|r| expr::zip((r.numbers(), r.words())).use_longest_length())],
        ),
        ("expr/zip::defaults", vec![one(|r| expr::zip((r.numbers(), r.words())).defaults((0, "")))]),
    ]
}

fn sets() -> Vec<Entry> {
    let mut all = functions! { "expr/set";
        set_difference(numbers, [1, 2]);
        set_intersection(numbers, [1, 2]);
        set_equals(numbers, [1, 2]);
        set_is_subset(numbers, [1, 2]);
    };
    all.extend([
        ("expr/set::set_union", vec![one(|r| r.numbers().set_union([1, 2]))]),
        ("expr/set::set_union_of", vec![one(|r| expr::set_union_of((r.numbers(), [1, 2])))]),
        ("expr/set::set_intersection_of", vec![one(|r| expr::set_intersection_of((r.numbers(), [1, 2])))]),
        ("expr/set::set_equals_of", vec![one(|r| expr::set_equals_of((r.numbers(), [1, 2])))]),
    ]);
    all
}

fn sorted() -> Vec<Entry> {
    methods! { "expr/sort_array";
        sort_array(parts, |part| part.price().desc());
        sort_array_ascending(numbers);
        sort_array_descending(numbers);
        top(parts, |part| part.price().desc());
        bottom(parts, |part| part.price().desc());
        top_n(parts, 2, |part| part.price().desc());
        bottom_n(parts, 2, |part| part.price().desc());
    }
}

fn each() -> Vec<Entry> {
    vec![
        ("expr/map_filter_reduce::map", vec![one(|r| r.parts().map(|part| part.price()))]),
        (
            "expr/map_filter_reduce::map_as",
            vec![
                one(|r| r.parts().map_as("part", |part| part.price())),
                one(|r| r.parts().map_as(("part", "index"), |(part, index)| part.price() * index)),
            ],
        ),
        ("expr/map_filter_reduce::filter", vec![one(|r| r.parts().filter(|part| part.price().gt(1)))]),
        (
            "expr/map_filter_reduce::filter_as",
            vec![
                one(|r| r.parts().filter_as("part", |part| part.price().gt(1))),
                one(|r| r.parts().filter_as(("part", "index"), |(_, index)| index.lt(3))),
            ],
        ),
        (
            "expr/map_filter_reduce::limit",
            vec![one(|r| r.parts().filter(|part| part.price().gt(1)).limit(2))],
        ),
        (
            "expr/map_filter_reduce::reduce",
            vec![one(|r| r.numbers().reduce(expr::lit(0_i64), |value, number| value + number))],
        ),
        (
            "expr/map_filter_reduce::reduce_as",
            vec![one(|r| {
                r.words()
                    .reduce_as(("text", "word", "index"), "", |(text, word, _)| expr::concat((text, word)))
            })],
        ),
        ("expr/tuple::element", vec![one(|r| expr::zip((r.numbers(), r.words())).first().element::<0>())]),
    ]
}
