//! Generates models with rules, and for each field the values with which `tests/differ/rules.rs` fills it.

use std::{cmp::Ordering, fmt::Write};

use crate::random::Random;

/// The number of models.
const MODELS: usize = 40;

/// A field: its type with its attributes, and expressions of the values that a document gets. The model accepts the
/// first one.
struct Field {
    rust: String,
    attributes: String,
    values: Vec<String>,
    kind: Kind,
}

/// What a rule of the document may say about a field.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A number or date of this type, and the first of its values.
    Compared(&'static str, i64),
    /// A field that may be missing and accepts any text.
    Free,
    Other,
}

/// Returns the source of the models.
pub(crate) fn write(seed: u64) -> String {
    let mut random = Random::new(seed ^ 0xA11);
    let (mut source, mut list) = (String::new(), String::new());
    for number in 0..MODELS {
        let (types, fields) = model(&mut random, number);
        source += &types;
        let _ = writeln!(
            list,
            "    Ruled {{ name: \"ruled{number}\", models: || models![Ruled{number}], read: read::<Ruled{number}>, \
             rust_only: || ModelValidator::of::<Ruled{number}>().rust_only().to_vec(), fields: || vec![{fields}] }},"
        );
    }
    format!("{source}pub(crate) const RULED: &[Ruled] = &[\n{list}];\n")
}

/// Returns the types of a model, and the list of its fields with their values.
fn model(random: &mut Random, number: usize) -> (String, String) {
    let mut source = String::new();
    let mut fields = Vec::new();
    for _ in 0..3 + random.below(5) {
        fields.push(field(random));
    }
    if random.percent(60) {
        fields.push(embedded(random, &mut source, number));
    }
    if random.percent(25) {
        fields.push(enumeration(random, &mut source, number));
    }
    let rules = rules(random, &fields, "f");
    let (mut declared, mut values) = (String::new(), String::new());
    for (index, field) in fields.iter().enumerate() {
        let _ = writeln!(declared, "    {}f{index}: {},", field.attributes, field.rust);
        let _ = write!(values, "(\"f{index}\", vec![{}]), ", field.values.join(", "));
    }
    let _ = write!(
        source,
        "#[derive(Debug, Model)]\n#[odm(collection = \"ruled{number}\", validator)]\n{rules}struct Ruled{number} {{\n    id: i32,\n{declared}}}\n\n"
    );
    (source, values)
}

/// Returns an attribute with rules between two fields.
fn rules(random: &mut Random, fields: &[Field], prefix: &str) -> String {
    let mut rules = Vec::new();
    for (left, one) in fields.iter().enumerate() {
        let Kind::Compared(of, first) = one.kind else { continue };
        let others = fields.iter().enumerate().skip(left + 1);
        let mut others = others.filter_map(|(right, other)| match other.kind {
            Kind::Compared(other, value) if other == of => Some((right, value)),
            _ => None,
        });
        if let Some((right, value)) = others.next() {
            // The model accepts the first values.
            let operators: &[&str] = match first.cmp(&value) {
                Ordering::Less => &["<", "<="],
                Ordering::Equal => &["<=", ">="],
                Ordering::Greater => &[">", ">="],
            };
            rules.push(format!("compare({prefix}{left} {} {prefix}{right})", random.pick(operators)));
        }
    }
    let free: Vec<usize> = (0..fields.len()).filter(|index| fields[*index].kind == Kind::Free).collect();
    if let [one, other, ..] = free[..] {
        rules.push(format!("required_together({prefix}{one}, {prefix}{other})"));
    }
    if rules.is_empty() { String::new() } else { format!("#[odm(validate({}))]\n", rules.join(", ")) }
}

/// Returns a field with a rule.
fn field(random: &mut Random) -> Field {
    let (rust, rules, mut values, kind) = match random.below(13) {
        0 | 1 => integer(random),
        2 => date(random),
        3 => free(random),
        4 => double(random),
        5 => length(random),
        6 => pattern(random),
        7 => one_of(random),
        8 => multiple(random),
        9 => list(random),
        10 => map(random),
        11 => bytes(random),
        _ => rust_only(random),
    };
    let optional = kind == Kind::Free || random.percent(30);
    let rust = if optional { format!("Option<{rust}>") } else { rust };
    values.push("Bson::Null".to_owned());
    values.push("Bson::Undefined".to_owned());
    values.push("Bson::Boolean(true)".to_owned());
    let odm = rules.iter().flat_map(|rule| ["#[odm(", rule, ")] "]).collect();
    Field { rust, attributes: odm, values, kind }
}

type Parts = (String, Vec<String>, Vec<String>, Kind);

fn numbers(accepted: &[i64], others: &[i64]) -> Vec<String> {
    let both = accepted.iter().chain(others);
    let all = both.flat_map(|number| {
        let int = i32::try_from(*number).map(|number| format!("Bson::Int32({number})"));
        [
            format!("Bson::Int64({number})"),
            int.unwrap_or_else(|_| "Bson::Null".to_owned()),
            format!("Bson::Double({number}_i64 as f64)"),
        ]
    });
    all.chain(
        [
            "Bson::Double(1.5)",
            "Bson::Double(f64::NAN)",
            "Bson::Double(-0.0)",
            "Bson::Double(1e300)",
            "Bson::Double(9007199254740994.0)",
            "text(\"1\")",
        ]
        .map(str::to_owned),
    )
    .collect()
}

fn integer(random: &mut Random) -> Parts {
    let rust = random.pick(&["i32", "i32", "i64", "u8", "u32", "i16"]);
    let (min, max) = (random.below(20), 30 + random.below(60));
    let (low, high) = (i64::try_from(min).unwrap_or_default(), i64::try_from(max).unwrap_or_default());
    let rule = match random.below(4) {
        0 => format!("validate(range(min = {min}))"),
        1 => format!("validate(range(max = {max}))"),
        2 => String::new(),
        _ => format!("validate(range(min = {min}, max = {max}))"),
    };
    let rules = if rule.is_empty() { Vec::new() } else { vec![rule] };
    let first = 20 + i64::try_from(random.below(9)).unwrap_or_default();
    (
        rust.to_owned(),
        rules,
        numbers(&[first, low, high], &[low - 1, high + 1, -1, 300, 70_000, 5_000_000_000]),
        Kind::Compared(rust, first),
    )
}

fn date(random: &mut Random) -> Parts {
    let min = 1 + random.below(1_000);
    let rule = match random.below(3) {
        0 => "validate(range(max = DateTime::from_millis(9_000)))".to_owned(),
        1 => {
            format!("validate(range(min = DateTime::from_millis({min}), max = DateTime::from_millis(9_000)))")
        }
        _ => format!("validate(range(min = DateTime::from_millis({min})))"),
    };
    let date = |millis: i64| format!("Bson::DateTime(DateTime::from_millis({millis}))");
    let min = i64::try_from(min).unwrap_or_default();
    let values = [5_000, min, min - 1, 9_000, 9_001, -1].map(date);
    let others =
        ["Bson::Timestamp(Timestamp { time: 5, increment: 1 })", "Bson::Int64(5000)", "text(\"2020-01-01\")"];
    (
        "DateTime".to_owned(),
        vec![rule],
        values.into_iter().chain(others.map(str::to_owned)).collect(),
        Kind::Compared("DateTime", 5_000),
    )
}

fn free(_: &mut Random) -> Parts {
    ("String".to_owned(), Vec::new(), texts(&["a", ""]), Kind::Free)
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| format!("text({text:?})")).collect()
}

fn double(random: &mut Random) -> Parts {
    let (rule, first) = random.pick(&[
        ("range(min = 0.5)", "0.5"),
        ("range(max = 10.25)", "10.25"),
        ("range(min = -1.5, max = 1.5)", "1.5"),
        ("range(min = 1.0, max = 2.0)", "1.0"),
    ]);
    let mut values = vec![format!("Bson::Double({first})")];
    let doubles = [
        "0.49",
        "10.26",
        "-1.5",
        "-1.6",
        "1.0",
        "2.0",
        "2.1",
        "f64::INFINITY",
        "f64::NEG_INFINITY",
        "f64::NAN",
    ];
    values.extend(doubles.map(|number| format!("Bson::Double({number})")));
    values.extend(
        [
            "Bson::Int32(1)",
            "Bson::Int64(2)",
            "Bson::Int64(11)",
            "Bson::Int64(9007199254740993)",
            "text(\"1\")",
        ]
        .map(str::to_owned),
    );
    ("f64".to_owned(), vec![format!("validate({rule})")], values, Kind::Other)
}

fn length(random: &mut Random) -> Parts {
    let (rule, first) = random.pick(&[
        ("length(min = 1)", "a"),
        ("length(max = 3)", "abc"),
        ("length(min = 2, max = 4)", "ab"),
        ("length(equal = 2)", "ab"),
    ]);
    // Characters are counted, not bytes.
    let all = [
        first,
        "",
        "a",
        "ab",
        "abc",
        "abcd",
        "abcde",
        "é",
        "ééé",
        "éééé",
        "日本",
        "👍👍",
        "e\u{301}e\u{301}",
        "a\0b",
    ];
    let mut values = texts(&all);
    values.push("Bson::Symbol(\"ab\".to_owned())".to_owned());
    ("String".to_owned(), vec![format!("validate({rule})")], values, Kind::Other)
}

fn pattern(random: &mut Random) -> Parts {
    let (rule, first) = random.pick(&[
        ("^[A-Z]{2}$", "AB"),
        (r"^\d{3}-[a-z]+$", "123-abc"),
        ("^x", "x1"),
        ("[0-9]", "x1"),
        (r"^[^\s]*$", "AB"),
        ("^(red|blue)$", "red"),
        (r"^a.c$", "a-c"),
        (r"^[\w.]+@[a-z]+$", "a.b@c"),
    ]);
    let all = [
        first,
        "AB",
        "ABC",
        "ab",
        "",
        "123-abc",
        "123-ABC",
        "x1",
        "1x",
        "red",
        "red ",
        "blue\n",
        "AB\n",
        "a-c",
        "a\nc",
        "aéc",
        "a\r\nc",
        "a.b@c",
        "a\u{a0}b",
        "٣٣٣-abc",
        "é@c",
        " AB",
        "a\tb",
        "123-abc\n",
    ];
    (
        "String".to_owned(),
        vec![format!("validate(pattern = r\"{rule}\", length(max = 50))")],
        texts(&all),
        Kind::Other,
    )
}

fn one_of(random: &mut Random) -> Parts {
    if random.percent(50) {
        let rules = vec!["validate(one_of = [\"red\", \"blue\", \"\"])".to_owned()];
        return (
            "String".to_owned(),
            rules,
            texts(&["red", "blue", "", "Red", "green", "red "]),
            Kind::Other,
        );
    }
    let rules = vec!["validate(one_of = [1, 5, 300])".to_owned()];
    (random.pick(&["i64", "i32", "u32"]).to_owned(), rules, numbers(&[5, 1, 300], &[0, 2, -1]), Kind::Other)
}

fn multiple(random: &mut Random) -> Parts {
    let of = random.pick(&[2_i64, 5, 10, 7]);
    let rules = vec![format!("validate(multiple_of = {of})")];
    (
        random.pick(&["i64", "i32", "u16"]).to_owned(),
        rules,
        numbers(&[of * 3, 0, of], &[1, of + 1, -of, of * 1_000]),
        Kind::Other,
    )
}

fn list(random: &mut Random) -> Parts {
    let (rust, first) = random.pick(&[
        ("Vec<i64>", "1_i64, 2_i64"),
        ("Vec<String>", "\"a\", \"b\""),
        ("[i64; 2]", "1_i64, 2_i64"),
    ]);
    let is_array = rust.starts_with('[');
    let rule = random.pick(&[
        "unique_items",
        "length(min = 1, max = 2)",
        "length(min = 2), unique_items",
        "length(equal = 2)",
    ]);
    let rules =
        if is_array { vec!["validate(unique_items)".to_owned()] } else { vec![format!("validate({rule})")] };
    let lists = [
        first,
        "",
        "1_i64",
        "1_i64, 1_i64",
        "1_i64, 1",
        "1, 1.0",
        "1_i64, 2_i64, 3_i64",
        "\"a\"",
        "\"a\", \"a\"",
        "\"a\", \"b\", \"c\"",
        "\"a\", \"A\"",
        "1.5, 2",
        "null, null",
        "1_i64, null",
        "[], []",
        "-0.0, 0",
    ];
    let values =
        lists.iter().map(|items| format!("bson!([{items}])")).chain(["bson!({ \"0\": 1 })".to_owned()]);
    (rust.to_owned(), rules, values.collect(), Kind::Other)
}

fn map(random: &mut Random) -> Parts {
    let rule = random.pick(&["length(max = 1)", "length(min = 1, max = 2)", "length(equal = 1)"]);
    let maps = [
        "\"k\": 1",
        "",
        "\"k\": 1, \"l\": 2",
        "\"k\": 1, \"l\": 2, \"m\": 3",
        "\"k\": \"x\"",
        "\"k\": null",
        "\"k\": 1.0",
        "\"k\": 1.5",
        "\"$k\": 1",
        "\"k.l\": 1",
        "\"\": 1",
    ];
    let values = maps.iter().map(|fields| format!("bson!({{ {fields} }})")).chain(["bson!([1])".to_owned()]);
    ("BTreeMap<String, i32>".to_owned(), vec![format!("validate({rule})")], values.collect(), Kind::Other)
}

fn bytes(random: &mut Random) -> Parts {
    let rule = random.pick(&["length(min = 1, max = 2)", "length(equal = 2)", "length(max = 2)"]);
    let values = [2, 0, 1, 3].map(|length| format!("bytes(BinarySubtype::Generic, {length})"));
    let others = [
        "bytes(BinarySubtype::UserDefined(200), 2)",
        "bytes(BinarySubtype::Uuid, 2)",
        "text(\"ab\")",
        "bson!([1, 2])",
    ];
    let values = values.into_iter().chain(others.map(str::to_owned)).collect();
    ("Vec<u8>".to_owned(), vec!["binary".to_owned(), format!("validate({rule})")], values, Kind::Other)
}

/// Rules that the server does not check: the test expects that it accepts the documents.
fn rust_only(random: &mut Random) -> Parts {
    let (rule, first) =
        random.pick(&[("email", "a@b.no"), ("url", "https://a.no/"), (r#"pattern = r"\bword\b""#, "a word")]);
    (
        "String".to_owned(),
        vec![format!("validate({rule})")],
        texts(&[first, "", "a@b.no", "https://a.no/", "a word", "awords"]),
        Kind::Other,
    )
}

/// Returns a field that contains documents with rules of their own.
fn embedded(random: &mut Random, source: &mut String, number: usize) -> Field {
    let fields: Vec<Field> = (0..=random.below(3)).map(|_| field(random)).collect();
    let rules = rules(random, &fields, "g");
    let name = format!("Part{number}");
    let _ = write!(source, "#[derive(Debug, Embedded)]\n{rules}struct {name} {{\n");
    for (index, field) in fields.iter().enumerate() {
        let _ = writeln!(source, "    {}g{index}: {},", field.attributes, field.rust);
    }
    *source += "}\n\n";
    let (rust, around) = random.pick(&[
        ("{}", "{}"),
        ("Option<{}>", "{}"),
        ("Vec<{}>", "Bson::Array(vec![{}])"),
        ("BTreeMap<String, {}>", "bson!({ \"k\": {} })"),
    ]);
    // The first value of each field, but another one of one field.
    let mut values = Vec::new();
    for (changed, of) in fields.iter().enumerate() {
        for value in 0..of.values.len() {
            if changed > 0 && value == 0 {
                continue;
            }
            let parts = fields.iter().enumerate().map(|(index, field)| {
                let value = if index == changed { value } else { 0 };
                format!("\"g{index}\": {}", field.values[value])
            });
            let parts: Vec<_> = parts.collect();
            values.push(around.replace("{}", &format!("Bson::Document(doc! {{ {} }})", parts.join(", "))));
        }
    }
    values.push(around.replace("{}", "bson!({})"));
    values.extend(["Bson::Null", "bson!([])", "bson!({})", "Bson::Int32(1)"].map(str::to_owned));
    Field { rust: rust.replace("{}", &name), attributes: String::new(), values, kind: Kind::Other }
}

/// Returns an enum whose variants have fields with rules.
fn enumeration(random: &mut Random, source: &mut String, number: usize) -> Field {
    let inside = field(random);
    let name = format!("Choice{number}");
    let tag = random.pick(&["#[serde(tag = \"kind\")]\n", ""]);
    let _ = write!(
        source,
        "#[derive(Debug, Value)]\n{tag}enum {name} {{\n    Empty,\n    Full {{ {}g: {} }},\n}}\n\n",
        inside.attributes, inside.rust
    );
    let mut values: Vec<String> = inside
        .values
        .iter()
        .map(|value| match tag {
            "" => format!("bson!({{ \"Full\": {{ \"g\": {value} }} }})"),
            _ => format!("bson!({{ \"kind\": \"Full\", \"g\": {value} }})"),
        })
        .collect();
    let others = [
        "bson!({ \"kind\": \"Empty\" })",
        "text(\"Empty\")",
        "text(\"Other\")",
        "bson!({ \"kind\": \"Other\" })",
        "bson!({ \"Full\": {} })",
        "Bson::Null",
    ];
    values.extend(others.map(str::to_owned));
    Field { rust: name, attributes: String::new(), values, kind: Kind::Other }
}
