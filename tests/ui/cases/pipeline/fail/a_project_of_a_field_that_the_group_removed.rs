use odm::{Model, Pipeline, Shape, expr::lit, pipeline::push};

#[derive(Model)]
#[odm(collection = "events")]
struct Event {
    id: i32,
    #[serde(rename = "experimentId")]
    experiment_id: String,
    description: String,
    probability: f64,
}

#[derive(Shape)]
struct Experiment {
    #[odm(id)]
    id: String,
    #[serde(rename = "probabilityArr")]
    probabilities: Vec<f64>,
}

#[derive(Shape)]
struct Described {
    description: String,
    results: f64,
}

// The manual's first example of `$reduce`.
fn main() {
    let _ = Pipeline::<Event>::new()
        .group(|e| ExperimentOf { id: e.experiment_id(), probabilities: push(e.probability()) })
        .project(|e| DescribedOf {
            description: e.description(),
            results: e.probabilities().reduce(lit(1.0), |value, this| value * this),
        });
}
