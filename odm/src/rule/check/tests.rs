use std::collections::{BTreeMap, HashMap};

use super::*;

#[derive(Clone)]
struct Line {
    sku: String,
    qty: u8,
}

impl Validate for Line {
    fn check(&self, check: &mut Check) {
        check.pattern("sku", &self.sku, "^[A-Z]{3}$");
        check.range("qty", &self.qty, Some(1), Some(100));
    }
}

fn good() -> Line {
    Line { sku: "ABC".to_owned(), qty: 1 }
}

fn bad() -> Line {
    Line { sku: "abc".to_owned(), qty: 0 }
}

fn found(rules: impl FnOnce(&mut Check)) -> Vec<String> {
    let mut check = Check::new();
    rules(&mut check);
    let violations = check.finish().err().unwrap_or_default();
    violations.iter().map(|v| format!("{} [{}] {}", v.path(), v.rule(), v.message())).collect()
}

#[test]
fn nothing_broken_is_ok() {
    let mut check = Check::new();
    check.nested("line", &good());
    check.nested("lines", &vec![good(), good()]);
    assert_eq!(check.finish(), Ok(()));
}

#[test]
fn every_violation_is_reported_with_its_path() {
    let lines = vec![good(), bad()];
    let found = found(|check| {
        check.length("reference", "", Some(1), None);
        check.nested("lines", &lines);
        check.email("email", &Some("x".to_owned()));
    });
    assert_eq!(
        found,
        [
            "reference [length] must have at least 1 character",
            "lines.1.sku [pattern] must match the pattern ^[A-Z]{3}$",
            "lines.1.qty [range] must be at least 1",
            "email [email] must be an email address (it has no @)",
        ]
    );
}

#[test]
fn nested_walks_every_wrapper() {
    struct Deep(Vec<Option<Box<Line>>>);
    impl Validate for Deep {
        fn check(&self, check: &mut Check) {
            check.nested("inner", &self.0);
        }
    }
    let deep = Some(Deep(vec![None, Some(Box::new(good())), Some(Box::new(bad()))]));
    let paths = found(|check| check.nested("deep", &deep));
    assert_eq!(paths.len(), 2);
    assert!(paths[0].starts_with("deep.inner.2.sku "), "{paths:?}");
    assert!(found(|check| check.nested("none", &None::<Line>)).is_empty());
    assert!(found(|check| check.nested("grid", &vec![vec![bad()]]))[1].starts_with("grid.0.0.qty "));
}

#[test]
fn maps_name_the_key_and_keep_their_order() {
    let qty = |qty| Line { qty, ..good() };
    let map: BTreeMap<i32, Line> = [(2, qty(0)), (1, qty(1)), (10, qty(200))].into();
    assert_eq!(
        found(|check| check.nested("by", &map)),
        ["by.2.qty [range] must be at least 1", "by.10.qty [range] must be at most 100"]
    );
    let map: HashMap<String, Line> = (0..30).map(|n| (format!("k{n:02}"), qty(0))).collect();
    let found = found(|check| check.nested("by", &map));
    assert_eq!(found.len(), 30);
    assert!(found.is_sorted(), "{found:?}");
}

#[test]
#[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref)] // the arguments of rules
fn custom_passes_the_value_as_the_function_takes_it() {
    fn not_admin(name: &str) -> Result<(), &'static str> {
        if name == "admin" { Err("must not be reserved") } else { Ok(()) }
    }
    fn even(number: &i32) -> Result<(), String> {
        if number % 2 == 0 { Ok(()) } else { Err("must be even".to_owned()) }
    }
    fn present(number: &Option<i32>) -> Result<(), &'static str> {
        number.map(|_| ()).ok_or("must be present")
    }
    fn few(items: &[u8]) -> Result<(), &'static str> {
        if items.len() < 2 { Ok(()) } else { Err("must be few") }
    }
    let found = found(|check| {
        check.custom("name", &"admin".to_owned(), "not_admin", not_admin);
        check.custom("nick", &Some("admin".to_owned()), "not_admin", not_admin);
        check.custom("none", &None::<String>, "not_admin", not_admin);
        check.custom("number", &1, "even", even);
        check.custom("maybe", &Some(1), "even", even);
        check.custom("absent", &None::<i32>, "even", even);
        check.custom("asked", &None::<i32>, "present", present);
        check.custom("boxed", &Box::new(3), "even", even);
        check.custom("items", &vec![1, 2], "few", few);
        check.custom(
            "",
            &bad(),
            "line",
            |line: &Line| if line.qty == 0 { Err("must count") } else { Ok(()) },
        );
    });
    assert_eq!(
        found,
        [
            "name [not_admin] must not be reserved",
            "nick [not_admin] must not be reserved",
            "number [even] must be even",
            "maybe [even] must be even",
            "asked [present] must be present",
            "boxed [even] must be even",
            "items [few] must be few",
            " [line] must count",
        ]
    );
}

#[test]
fn literals_take_the_type_of_the_field() {
    let found = found(|check| {
        check.range("a", &0_u8, Some(1), Some(100));
        check.range("b", &0_i64, ::core::option::Option::Some(1), ::core::option::Option::None);
        check.range("c", &0.0_f64, Some(1.0), None);
        check.range("d", &Some(0_i32), Some(1), None);
        check.range("e", &None::<f32>, Some(1.0), None);
    });
    assert_eq!(found.len(), 4);
}

#[test]
fn nesting_is_bounded() {
    struct Chain(Option<Box<Chain>>);
    impl Validate for Chain {
        fn check(&self, check: &mut Check) {
            check.nested("next", &self.0);
        }
    }
    let mut chain = Chain(None);
    for _ in 0..1_000 {
        chain = Chain(Some(Box::new(chain)));
    }
    let found = found(|check| chain.check(check));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("next.next.") && found[0].ends_with("must not nest deeper than 180 levels"));
}

#[test]
fn values_are_not_repeated() {
    let mut check = Check::new();
    check.email("email", "hunter2");
    check.pattern("reference", "hunter2", "^[A-Z]$");
    check.length("name", "hunter2", None, Some(1));
    check.range("pin", &4711, None, Some(1));
    let violations = check.finish().unwrap_err();
    let shown = format!("{violations} {violations:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("4711"), "{shown}");
}
