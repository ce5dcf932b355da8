//! `$lookup`, `$unionWith` and `$graphLookup`.

use odm::{
    Embedded, Shape,
    expr::variable,
    pipeline::{Pipeline, With, from, from_documents, from_documents_of},
};

use super::{Customer, Entry, Person, Warehouse, rendered, sales};

pub(super) fn entries() -> Vec<Entry> {
    [joined(), searched()].concat()
}

fn joined() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Joined {
        customers: Vec<Customer>,
    }

    #[derive(Debug, Embedded)]
    struct City {
        state: String,
        name: String,
    }
    #[derive(Debug, Shape)]
    struct Cities {
        cities: Vec<City>,
    }

    let cities = || [City { state: "AL".into(), name: "Mobile".into() }];

    let equal = sales()
        .lookup(|s| JoinedOf { customers: from::<Customer>().equal(s.customer(), |customer| customer.id()) });
    let chosen = sales()
        .lookup(|_| JoinedOf { customers: from::<Customer>().pipeline(|customers| customers.limit(3)) });
    let ordered = sales().lookup(|s| JoinedOf {
        customers: from::<Customer>().let_(("ordered", s.quantity()), |customers, ordered| {
            customers.matching_expr(|customer| customer.stock().gte(ordered))
        }),
    });
    let equal_and_ordered = sales().lookup(|s| JoinedOf {
        customers: from::<Customer>()
            .equal(s.customer(), |customer| customer.id())
            .let_(("ordered", s.quantity()), |customers, ordered| {
                customers.matching_expr(|customer| customer.stock().gte(ordered))
            }),
    });
    let equal_and_chosen = sales().lookup(|s| JoinedOf {
        customers: from::<Customer>()
            .equal(s.customer(), |customer| customer.id())
            .pipeline(|customers| customers.limit(3)),
    });
    let given = sales()
        .lookup(|s| CitiesOf { cities: from_documents(cities()).equal(s.state(), |city| city.state()) });
    let computed = sales().lookup(|s| CitiesOf {
        cities: from_documents_of([CityOf { state: variable::<_, String>("state"), name: "Mobile" }])
            .let_(("state", s.state()), |cities, _| cities),
    });
    let equal = rendered(equal);
    vec![
        ("pipeline/stage/lookup::lookup", equal.clone()),
        ("pipeline/stage/lookup::equal", equal),
        ("pipeline/stage/lookup::pipeline", [rendered(chosen), rendered(equal_and_chosen)].concat()),
        ("pipeline/stage/lookup::let_", [rendered(ordered), rendered(equal_and_ordered)].concat()),
        (
            "pipeline/stage/union::union_with",
            [
                rendered(Pipeline::<Warehouse>::new().union_with(Pipeline::<Warehouse>::new().limit(3))),
                rendered(Pipeline::new().documents(cities()).union_with(Pipeline::new().documents(cities()))),
            ]
            .concat(),
        ),
        ("pipeline/stage/lookup/from::from_documents", rendered(given)),
        ("pipeline/stage/lookup/from::from_documents_of", rendered(computed)),
    ]
}

/// `$graphLookup`.
fn searched() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Network {
        network: Vec<Person>,
    }
    #[derive(Debug, Shape)]
    struct DeepNetwork {
        network: Vec<With<Person, Steps>>,
    }
    #[derive(Debug, Shape)]
    struct Steps {
        steps: i64,
    }

    let people = Pipeline::<Person>::new;
    let plain = people().graph_lookup(|p| NetworkOf {
        network: from::<Person>().connecting(p.friends(), |q| q.friends(), |q| q.name()),
    });
    let limited = people().graph_lookup(|p| DeepNetworkOf {
        network: from::<Person>()
            .connecting(p.friends(), |q| q.friends(), |q| q.name())
            .max_depth(3)
            .restrict_search(|q| q.name().ne("Ada"))
            .depth_field(|depth| StepsOf { steps: depth }),
    });
    let (plain, limited) = (rendered(plain), rendered(limited));
    vec![
        ("pipeline/stage/graph_lookup::graph_lookup", plain.clone()),
        ("pipeline/stage/lookup/from::connecting", plain),
        ("pipeline/stage/graph_lookup::max_depth", limited.clone()),
        ("pipeline/stage/graph_lookup::restrict_search", limited.clone()),
        ("pipeline/stage/graph_lookup::depth_field", limited),
    ]
}
