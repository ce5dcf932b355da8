//! Window functions over the sales of cakes.

use odm::{
    Model, Pipeline, Shape,
    bson::DateTime,
    pipeline::{
        Current, Unbounded, With, avg, covariance_samp, document_number, first, last, partition_by,
        std_dev_pop, std_dev_samp, sum,
    },
};

use crate::support::Case;

#[derive(Debug, Model)]
#[odm(collection = "cakeSales")]
#[serde(rename_all = "camelCase")]
struct CakeSale {
    id: i32,
    r#type: String,
    order_date: DateTime,
    state: String,
    price: i32,
    quantity: i32,
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        average_quantity(),
        sampled_covariance(),
        document_number_for_state(),
        first_order_type(),
        last_order_type(),
        deviation_of_population(),
        deviation_of_sample(),
        sum_of_quantities(),
    ]
}

fn average_quantity() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Average {
        average_quantity_for_state: f64,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| AverageOf { average_quantity_for_state: avg(c.quantity()).documents(Unbounded, Current) },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Average>>("accumulator/avg/1", pipeline)
}

fn sampled_covariance() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Covariance {
        covariance_samp_for_state: Option<f64>,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| CovarianceOf {
            covariance_samp_for_state: covariance_samp(c.order_date().year(), c.quantity())
                .documents(Unbounded, Current),
        },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Covariance>>("accumulator/covarianceSamp/0", pipeline)
}

fn document_number_for_state() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Number {
        document_number_for_state: i64,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.quantity().desc()),
        |_| NumberOf { document_number_for_state: document_number() },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Number>>("accumulator/documentNumber/0", pipeline)
}

fn first_order_type() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct FirstType {
        first_order_type_for_state: String,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| FirstTypeOf { first_order_type_for_state: first(c.r#type()).documents(Unbounded, Current) },
    );
    Case::pipeline::<CakeSale, With<CakeSale, FirstType>>("accumulator/first/1", pipeline)
}

fn last_order_type() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct LastType {
        last_order_type_for_state: String,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| LastTypeOf { last_order_type_for_state: last(c.r#type()).documents(Current, Unbounded) },
    );
    Case::pipeline::<CakeSale, With<CakeSale, LastType>>("accumulator/last/1", pipeline)
}

fn deviation_of_population() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Deviation {
        std_dev_pop_quantity_for_state: Option<f64>,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| DeviationOf {
            std_dev_pop_quantity_for_state: std_dev_pop(c.quantity()).documents(Unbounded, Current),
        },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Deviation>>("accumulator/stdDevPop/1", pipeline)
}

fn deviation_of_sample() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Deviation {
        std_dev_samp_quantity_for_state: Option<f64>,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| DeviationOf {
            std_dev_samp_quantity_for_state: std_dev_samp(c.quantity()).documents(Unbounded, Current),
        },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Deviation>>("accumulator/stdDevSamp/1", pipeline)
}

fn sum_of_quantities() -> Case {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Sum {
        sum_quantity_for_state: i64,
    }

    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(c.order_date().asc()),
        |c| SumOf { sum_quantity_for_state: sum(c.quantity()).documents(Unbounded, Current) },
    );
    Case::pipeline::<CakeSale, With<CakeSale, Sum>>("accumulator/sum/1", pipeline)
}
