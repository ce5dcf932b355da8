//! `$log10 $rand $round $tan $tanh`.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::Decimal128,
    expr::{lit, rand},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![log10(), rand_of_amounts(), rand_of_voters(), round(), tan(), tanh()]
}

fn log10() -> Case {
    #[derive(Model)]
    #[odm(collection = "samples")]
    struct Sample {
        id: i32,
        #[serde(rename = "H3O")]
        h3o: f64,
    }

    #[derive(Shape)]
    struct Acidity {
        #[odm(id)]
        id: i32,
        #[serde(rename = "pH")]
        ph: f64,
    }

    Case::pipeline(
        "expression/log10/0",
        Pipeline::<Sample>::new()
            .project(|sample| AcidityOf { id: sample.id(), ph: -1 * sample.h3o().log10() }),
    )
}

fn rand_of_amounts() -> Case {
    #[derive(Model)]
    #[odm(collection = "donors")]
    struct Donor {
        id: Id<Donor>,
        #[serde(rename = "donorId")]
        donor_id: i32,
        amount: f64,
        frequency: i32,
    }

    Case::written(
        "expression/rand/0",
        "it writes its rows",
        Pipeline::<Donor>::new()
            .set_field(|donor| donor.amount(), |_| rand() * 100)
            .set_field(|donor| donor.amount(), |donor| donor.amount().floor())
            .merge::<Donor>(|donors| donors),
    )
}

fn rand_of_voters() -> Case {
    #[derive(Model)]
    #[odm(collection = "voters")]
    struct Voter {
        id: Id<Voter>,
        name: String,
        #[serde(rename = "voterId")]
        voter_id: i32,
        district: i32,
        registered: bool,
    }

    #[derive(Shape)]
    struct Registration {
        name: String,
        registered: bool,
    }

    Case::pipeline(
        "expression/rand/1",
        Pipeline::<Voter>::new()
            .matching(|voter| voter.district().eq(3))
            .matching_expr(|_| lit(0.5).lt(rand()))
            .project(|voter| RegistrationOf { name: voter.name(), registered: voter.registered() }),
    )
}

fn round() -> Case {
    #[derive(Model)]
    #[odm(collection = "samples")]
    struct Sample {
        id: i32,
        value: f64,
    }

    #[derive(Shape)]
    struct Rounded {
        #[odm(id)]
        id: i32,
        #[serde(rename = "roundedValue")]
        rounded_value: f64,
    }

    Case::pipeline(
        "expression/round/0",
        Pipeline::<Sample>::new()
            .project(|sample| RoundedOf { id: sample.id(), rounded_value: sample.value().round().place(1) }),
    )
}

fn tan() -> Case {
    #[derive(Model)]
    #[odm(collection = "TestCollection")]
    struct Triangle {
        id: Id<Triangle>,
        angle_a: Decimal128,
        side_a: Decimal128,
    }

    #[derive(Shape)]
    struct Side {
        side_b: Decimal128,
    }

    Case::pipeline(
        "expression/tan/0",
        Pipeline::<Triangle>::new().set(|triangle| SideOf {
            side_b: triangle.angle_a().degrees_to_radians().tan() * triangle.side_a(),
        }),
    )
}

fn tanh() -> Case {
    #[derive(Model)]
    #[odm(collection = "trigonometry")]
    struct Trigonometry {
        id: Id<Trigonometry>,
        angle: Decimal128,
    }

    #[derive(Shape)]
    struct Output {
        tanh_output: Decimal128,
    }

    Case::pipeline(
        "expression/tanh/0",
        Pipeline::<Trigonometry>::new()
            .set(|t| OutputOf { tanh_output: t.angle().degrees_to_radians().tanh() }),
    )
}
