//! Accumulators and window functions.

use odm::{
    Shape, Value,
    bson::Bson,
    expr::{Exprs, TimeUnit},
    pipeline::{self, *},
};

use super::{Entry, Row};

#[derive(Debug, Shape)]
struct Computed {
    value: Bson,
}

/// Renders an accumulator, in a group.
pub(super) fn one<T: Value, W>(accumulator: impl FnOnce(Exprs<Row>) -> Accumulator<Row, T, W>) -> Bson {
    let group = Pipeline::<Row>::new().group(|r| ComputedOf { value: accumulator(r).cast::<Bson>() });
    group.into_stages().unwrap().into()
}

/// Renders a function over a window.
macro_rules! window {
    ($type:ty, |$row:ident| $function:expr) => {{
        #[derive(Debug, Shape)]
        struct Windowed {
            value: $type,
        }
        let windows = Pipeline::<Row>::new()
            .set_window_fields(|r| sort_by(r.date().asc()), |$row| WindowedOf { value: $function });
        Bson::from(windows.into_stages().unwrap())
    }};
}

/// Removes the window that a function needs, because the documentation of the function does not quote it.
fn without_window(mut stages: Bson) -> Bson {
    let stage = stages.as_array_mut().and_then(|stages| stages[0].as_document_mut()).unwrap();
    let output = stage.get_document_mut("$setWindowFields").unwrap().get_document_mut("output").unwrap();
    output.get_document_mut("value").unwrap().remove("window");
    stages
}

/// Renders accumulators of one value: `name(field, arguments ..);`.
macro_rules! of_values {
    ($($name:ident($field:ident $(, $argument:expr)*);)*) => {
        vec![$((
            concat!("accumulator::", stringify!($name)),
            vec![one(|r| pipeline::$name(r.$field() $(, $argument)*))],
        )),*]
    };
}

pub(super) fn accumulators() -> Vec<Entry> {
    let mut all = of_values! {
        sum(number);
        avg(number);
        min(number);
        max(number);
        first(number);
        last(number);
        push(number);
        push(spare);
        add_to_set(number);
        add_to_set(spare);
        first_n(number, 3);
        last_n(number, 3);
        max_n(number, 3);
        min_n(number, 3);
        std_dev_pop(number);
        std_dev_samp(number);
        merge_objects(part);
        concat_arrays(numbers);
        set_union(numbers);
        median(number);
        percentile(number, [0.5]);
    };
    all.extend([
        ("accumulator::count", vec![one(|_| pipeline::count())]),
        ("accumulator::top", vec![one(|r| top(r.score().desc(), r.player()))]),
        ("accumulator::top_n", vec![one(|r| top_n(r.score().desc(), r.player(), 3))]),
        ("accumulator::bottom", vec![one(|r| bottom(r.score().desc(), r.player()))]),
        ("accumulator::bottom_n", vec![one(|r| bottom_n(r.score().desc(), r.player(), 3))]),
    ]);
    all.extend(scripts());
    all.extend(window_functions());
    all.extend(windows());
    all
}

fn scripts() -> Vec<Entry> {
    let script = || accumulator("function() { return 0 }", "function(a, b) { return a + b }");
    let add = "function(a, b) { return a + b }";
    let whole = one(|r| script().finalize("function(a) { return a }").accumulate::<f64>(add, (r.number(),)));
    vec![
        ("accumulator/script::accumulator", vec![one(|r| script().accumulate::<f64>(add, (r.number(),)))]),
        (
            "accumulator/script::init_args",
            vec![one(|r| script().init_args((1,)).accumulate::<f64>(add, (r.number(),)))],
        ),
        ("accumulator/script::accumulate", vec![whole.clone()]),
        ("accumulator/script::finalize", vec![whole]),
    ]
}

fn window_functions() -> Vec<Entry> {
    vec![
        (
            "accumulator/window::covariance_pop",
            vec![window!(Option<f64>, |r| covariance_pop(r.number(), r.price()))],
        ),
        (
            "accumulator/window::covariance_samp",
            vec![window!(Option<f64>, |r| covariance_samp(r.number(), r.price()))],
        ),
        (
            "accumulator/window::derivative",
            vec![without_window(window!(Option<f64>, |r| derivative(r.price()).documents(-1, Current)))],
        ),
        (
            "accumulator/window::derivative_per",
            vec![without_window(
                window!(Option<f64>, |r| derivative_per(r.price(), TimeUnit::Hour).documents(-1, Current))
            )],
        ),
        ("accumulator/window::integral", vec![window!(Option<f64>, |r| integral(r.price()))]),
        (
            "accumulator/window::integral_per",
            vec![window!(Option<f64>, |r| integral_per(r.price(), TimeUnit::Hour))],
        ),
        ("accumulator/window::exp_moving_avg", vec![window!(f64, |r| exp_moving_avg(r.price(), 2))]),
        (
            "accumulator/window::exp_moving_avg_alpha",
            vec![window!(f64, |r| exp_moving_avg_alpha(r.price(), 0.5))],
        ),
        ("accumulator/window::linear_fill", vec![window!(Option<f64>, |r| linear_fill(r.spare()))]),
        ("accumulator/window::locf", vec![window!(Option<i32>, |r| locf(r.spare()))]),
        ("accumulator/window::min_max_scaler", vec![window!(Option<f64>, |r| min_max_scaler(r.price()))]),
        (
            "accumulator/window::min_max_scaler_between",
            vec![window!(Option<f64>, |r| min_max_scaler_between(r.price(), 1, 2))],
        ),
        ("accumulator/window::rank", vec![window!(i64, |_r| rank())]),
        ("accumulator/window::dense_rank", vec![window!(i64, |_r| dense_rank())]),
        ("accumulator/window::document_number", vec![window!(i64, |_r| document_number())]),
        ("accumulator/window::shift", vec![window!(Option<i32>, |r| shift(r.number(), -1))]),
        ("accumulator/window::shift_or", vec![window!(i32, |r| shift_or(r.number(), -1, 0))]),
    ]
}

fn windows() -> Vec<Entry> {
    vec![
        (
            "accumulator/window::documents",
            vec![
                window!(i64, |r| pipeline::sum(r.number()).documents(Unbounded, Current)),
                window!(Option<f64>, |r| integral(r.price()).documents(-1, 1)),
            ],
        ),
        (
            "accumulator/window::range",
            vec![
                window!(i64, |r| pipeline::sum(r.number()).range(-10, 10)),
                window!(Option<f64>, |r| integral(r.price()).range(-1, Current)),
            ],
        ),
        (
            "accumulator/window::unit",
            vec![window!(i64, |r| pipeline::sum(r.number()).range(-1, 0).unit(TimeUnit::Month))],
        ),
    ]
}
