//! Numbers.

use odm::expr;

use super::{Entry, functions, methods, one, same};

pub(super) fn entries() -> Vec<Entry> {
    [arithmetic(), of_one_number(), trigonometry(), statistics()].into_iter().flatten().collect()
}

fn arithmetic() -> Vec<Entry> {
    vec![
        ("expr/arithmetic::add", vec![one(|r| expr::add((r.number(), r.price(), 1)))]),
        ("expr/arithmetic::subtract", vec![one(|r| expr::subtract(r.number(), r.price()))]),
        ("expr/arithmetic::multiply", vec![one(|r| expr::multiply((r.number(), r.price(), 2)))]),
        ("expr/arithmetic::modulo", vec![one(|r| expr::modulo(r.number(), 2))]),
        (
            "expr/arithmetic::divide",
            same(one(|r| expr::divide(r.number(), r.price())), &one(|r| r.number().divide(r.price()))),
        ),
    ]
}

fn of_one_number() -> Vec<Entry> {
    let mut all = functions! { "expr/number";
        abs(number);
        ceil(price);
        floor(price);
        round(price);
        trunc(price);
        exp(price);
        ln(price);
        log(price, 2);
        log10(price);
        pow(price, 2);
        sqrt(price);
        sigmoid(price);
    };
    all.extend(functions! { "expr/bitwise";
        bit_and(number, 5);
        bit_or(number, 5);
        bit_xor(number, 5);
        bit_not(number);
    });
    all.extend([
        (
            "expr/number::place",
            vec![one(|r| r.price().round().place(2)), one(|r| r.price().trunc().place(2))],
        ),
        ("expr/bitwise::bit_and_of", vec![one(|r| expr::bit_and_of((r.number(), 5, 7)))]),
        ("expr/bitwise::bit_or_of", vec![one(|r| expr::bit_or_of((r.number(), 5, 7)))]),
        ("expr/bitwise::bit_xor_of", vec![one(|r| expr::bit_xor_of((r.number(), 5, 7)))]),
    ]);
    all
}

fn trigonometry() -> Vec<Entry> {
    functions! { "expr/trigonometry";
        sin(price);
        cos(price);
        tan(price);
        asin(price);
        acos(price);
        atan(price);
        atan2(price, 1);
        sinh(price);
        cosh(price);
        tanh(price);
        asinh(price);
        acosh(price);
        atanh(price);
        degrees_to_radians(price);
        radians_to_degrees(price);
    }
}

fn statistics() -> Vec<Entry> {
    let mut all = methods! { "expr/statistics";
        sum(numbers);
        avg(numbers);
        max(numbers);
        min(numbers);
        std_dev_pop(numbers);
    };
    macro_rules! lists {
        ($($name:ident)*) => {
            vec![$((
                concat!("expr/statistics::", stringify!($name)),
                vec![one(|r| expr::$name((r.number(), 2))), one(|r| expr::$name(r.numbers()))],
            )),*]
        };
    }
    all.extend(lists!(sum_of avg_of max_of min_of std_dev_pop_of std_dev_samp_of));
    all.extend([
        ("expr/statistics::median_of", vec![one(|r| expr::median_of(r.numbers()))]),
        ("expr/statistics::percentile_of", vec![one(|r| expr::percentile_of(r.numbers(), [0.5, 0.9]))]),
        ("expr/statistics::similarity_cosine", vec![one(|r| expr::similarity_cosine(r.numbers(), [1, 2]))]),
        (
            "expr/statistics::similarity_dot_product",
            vec![one(|r| expr::similarity_dot_product(r.numbers(), [1, 2]))],
        ),
        (
            "expr/statistics::similarity_euclidean",
            vec![one(|r| expr::similarity_euclidean(r.numbers(), [1, 2]))],
        ),
        (
            "expr/statistics::score",
            vec![
                one(|r| expr::similarity_cosine(r.numbers(), [1, 2]).score()),
                one(|r| expr::similarity_dot_product(r.numbers(), [1, 2]).score()),
                one(|r| expr::similarity_euclidean(r.numbers(), [1, 2]).score()),
            ],
        ),
    ]);
    all
}
