//! The lint of the example programs. Each test that runs one adds this environment, so that a program with a slow query,
//! or with a query for each item of a loop, fails.

/// The collections whose queries have no index on purpose, by program, and why.
const SMALL: [(&str, &str, &str); 11] = [
    ("aggregation", "orders", "its pipelines are about computed values, of all orders"),
    ("collections", "sensors,hot_sensors", "one is a view, and the other has a document for each sensor"),
    ("dynamic-queries", "orders", "a request can ask for anything"),
    ("explore", "accounts,customers,restaurants,students,theaters", "its questions are asked once"),
    ("filters", "huts", "it shows every operator, for a dozen huts"),
    ("models", "books,media", "it shows how documents are stored, and stores few"),
    ("migrations", "invoices,contacts", "a migration reads the whole collection"),
    ("old-documents", "contacts", "a search for old documents reads the whole collection"),
    ("operating-subscriptions", "odm_subscriptions", "it has a document for each subscription"),
    ("policies", "orders,shops", "it reads deleted orders, and those of all shops"),
    ("validation", "bookings", "a scan reads the whole collection"),
];

/// Returns the variables with which the program lints itself.
pub(crate) fn environment(program: &str) -> [(&'static str, &'static str); 2] {
    let small = SMALL.iter().find(|(name, ..)| *name == program);
    [("ODM_TEST_LINT", "fail"), ("ODM_TEST_LINT_SMALL", small.map_or("", |(_, collections, _)| collections))]
}
