//! Expressions.

#[path = "expressions/arrays.rs"]
mod arrays;
#[path = "expressions/dates.rs"]
mod dates;
#[path = "expressions/documents.rs"]
mod documents;
#[path = "expressions/numbers.rs"]
mod numbers;
#[path = "expressions/texts.rs"]
mod texts;

use odm::{
    Filter,
    bson::Bson,
    expr::{self, Expression, Exprs},
    pipeline::Pipeline,
};

use super::{Entry, Maybe, Row, expr, filter};

/// Renders an expression, as the argument of a stage.
fn one<X: Expression<Row>>(value: impl FnOnce(Exprs<Row>) -> X) -> Bson {
    Pipeline::<Row>::new().sort_by_count(value).into_stages().unwrap().into()
}

/// Returns the one that a function and the method of its name render.
fn same(function: Bson, method: &Bson) -> Vec<Bson> {
    assert_eq!(&function, method);
    vec![function]
}

/// Renders functions that are also methods: `"file"; name(field, arguments ..);`.
macro_rules! functions {
    ($file:literal; $($name:ident($field:ident $(, $argument:expr)*);)*) => {
        vec![$((
            concat!($file, "::", stringify!($name)),
            same(
                one(|r| odm::expr::$name(r.$field() $(, $argument)*)),
                &one(|r| r.$field().$name($($argument),*)),
            ),
        )),*]
    };
}

/// Renders methods: `"file"; name(field, arguments ..);`.
macro_rules! methods {
    ($file:literal; $($name:ident($field:ident $(, $argument:expr)*);)*) => {
        vec![$((
            concat!($file, "::", stringify!($name)),
            vec![one(|r| r.$field().$name($($argument),*))],
        )),*]
    };
}

use {functions, methods};

pub(super) fn expressions() -> Vec<Entry> {
    [
        numbers::entries(),
        arrays::entries(),
        dates::entries(),
        texts::entries(),
        documents::entries(),
        others(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Comparisons, conditions and others that take values of any type.
fn others() -> Vec<Entry> {
    vec![
        ("expr/boolean::and", vec![one(|r| expr::and((r.found(), r.found())))]),
        ("expr/boolean::or", vec![one(|r| expr::or((r.found(), r.found())))]),
        ("expr/boolean::not", vec![expr(|n| !n.field().eq(n.other()))]),
        ("expr/comparison::eq", vec![expr(|n| n.field().eq(n.other()))]),
        ("expr/comparison::ne", vec![expr(|n| n.field().ne(n.other()))]),
        ("expr/comparison::gt", vec![expr(|n| n.field().gt(n.other()))]),
        ("expr/comparison::gte", vec![expr(|n| n.field().gte(n.other()))]),
        ("expr/comparison::lt", vec![expr(|n| n.field().lt(n.other()))]),
        ("expr/comparison::lte", vec![expr(|n| n.field().lte(n.other()))]),
        ("expr/comparison::cmp", vec![expr(|n| n.field().cmp(n.other()).eq(0))]),
        ("expr/conditional::cond", vec![expr(|n| expr::cond(n.field().gt(1), 1, 2).eq(1))]),
        (
            "expr/conditional::if_null",
            vec![
                filter(Filter::<Maybe>::expr(|m| m.field().if_null(1).eq(1))),
                one(|r| expr::if_null((r.spare(), r.spare(), 1))),
            ],
        ),
        ("expr/conditional::switch", vec![expr(|n| expr::switch(n.field().gt(1), 1).default(2).eq(1))]),
        (
            "expr/conditional::case",
            vec![expr(|n| expr::switch(n.field().gt(1), 1).case(n.field().gt(0), 2).default(3).eq(1))],
        ),
        ("expr/meta::meta", vec![one(|_| expr::meta(expr::Meta::SCORE))]),
        ("expr/meta::text_score", vec![expr(|_| expr::text_score().gt(1.0))]),
        ("expr/random::rand", vec![expr(|_| expr::rand().lt(0.5))]),
        (
            "expr/script::function",
            vec![
                one(|r| expr::function::<_, i32>("function(a) { return a }", (r.number(),))),
                one(|_| expr::function::<_, i32>("function() { return 1 }", ())),
            ],
        ),
        ("expr/variable::let_", vec![one(|r| expr::let_(("name", r.number()), |name| name + 1))]),
        ("expr::asc", vec![ordered(true)]),
        ("expr::desc", vec![ordered(false)]),
        ("expr/constant::lit", vec![one(|_| expr::lit("$text".to_owned()))]),
        ("expr::fields", vec![one(|r| r.parts().first().fields().sku())]),
    ]
}

/// Renders an operator that takes the order of an expression.
fn ordered(ascending: bool) -> Bson {
    super::accumulators::one(|r| {
        let order = if ascending { r.field().asc() } else { r.field().desc() };
        odm::pipeline::top(order, r.number())
    })
}
