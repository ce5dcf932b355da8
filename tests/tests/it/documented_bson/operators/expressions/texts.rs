//! Texts, conversions and extended JSON.

use odm::{
    bson::{Binary, DateTime},
    expr,
};

use super::{Entry, functions, one, same};

pub(super) fn entries() -> Vec<Entry> {
    [texts(), encrypted(), regular_expressions(), conversions(), json()].into_iter().flatten().collect()
}

fn texts() -> Vec<Entry> {
    let mut all = functions! { "expr/string";
        trim(text);
        ltrim(text);
        rtrim(text);
        to_lower(text);
        to_upper(text);
        split(text, ",");
        str_len_cp(text);
        str_len_bytes(text);
        strcasecmp(text, "a");
        substr_cp(text, 0, 2);
        substr_bytes(text, 0, 2);
        substr(text, 0, 2);
        index_of_cp(text, "a");
        index_of_bytes(text, "a");
        replace_one(text, "a", "b");
        replace_all(text, "a", "b");
    };
    all.extend([
        (
            "expr/string::chars",
            vec![
                one(|r| r.text().trim().chars("*")),
                one(|r| r.text().ltrim().chars("*")),
                one(|r| r.text().rtrim().chars("*")),
            ],
        ),
        (
            "expr/string::starting_at",
            vec![
                one(|r| r.text().index_of_cp("a").starting_at(1)),
                one(|r| r.text().index_of_bytes("a").starting_at(1)),
                one(|r| r.numbers().index_of_array(5).starting_at(1)),
            ],
        ),
        (
            "expr/string::within",
            vec![
                one(|r| r.text().index_of_cp("a").within(1, 3)),
                one(|r| r.text().index_of_bytes("a").within(1, 3)),
                one(|r| r.numbers().index_of_array(5).within(1, 3)),
            ],
        ),
        ("expr/string::concat", vec![one(|r| expr::concat((r.text(), "a"))), one(|r| r.text().concat("a"))]),
    ]);
    all
}

fn encrypted() -> Vec<Entry> {
    functions! { "expr/encrypted";
        enc_str_contains(text, "a");
        enc_str_starts_with(text, "a");
        enc_str_ends_with(text, "a");
        enc_str_normalized_eq(text, "a");
    }
}

fn regular_expressions() -> Vec<Entry> {
    let mut all = functions! { "expr/regex";
        regex_find(text, "a");
        regex_find_all(text, "a");
        regex_match(text, "a");
    };
    all.push((
        "expr/regex::options",
        vec![
            one(|r| r.text().regex_match("a").options("i")),
            one(|r| r.text().regex_find("a").options("i")),
            one(|r| r.text().regex_find_all("a").options("i")),
        ],
    ));
    all
}

fn conversions() -> Vec<Entry> {
    let mut all = functions! { "expr/convert";
        to_int(text);
        to_long(text);
        to_double(text);
        to_decimal(text);
        to_bool(text);
        to_string(number);
        to_date(text);
        to_object_id(text);
        to_uuid(text);
        to_array(text);
        to_object(text);
        is_number(text);
        type_of(text);
        subtype(text);
    };
    all.extend([
        (
            "expr/convert::convert",
            same(one(|r| expr::convert::<_, f64, _>(r.text())), &one(|r| r.text().convert::<f64>())),
        ),
        (
            "expr/convert::convert_to",
            same(one(|r| expr::convert_to(r.text(), "double")), &one(|r| r.text().convert_to("double"))),
        ),
        ("expr/convert::binary_subtype", vec![one(|r| r.text().convert::<Binary>().binary_subtype(0))]),
        ("expr/convert::base", vec![one(|r| r.number().convert::<String>().base(16))]),
        ("expr/convert::format", vec![one(|r| r.text().convert::<Binary>().format("hex"))]),
        ("expr/convert::byte_order", vec![one(|r| r.number().convert::<Binary>().byte_order("big"))]),
        ("expr/convert::on_error", vec![one(|r| r.text().convert::<f64>().on_error(0.5))]),
        ("expr/convert::on_null", vec![one(|r| r.text().convert::<DateTime>().on_null(DateTime::MAX))]),
        ("expr/convert::on_error_as_bson", vec![one(|r| r.text().convert::<f64>().on_error_as_bson("none"))]),
        ("expr/convert::on_null_as_bson", vec![one(|r| r.text().convert::<f64>().on_null_as_bson("none"))]),
    ]);
    all
}

fn json() -> Vec<Entry> {
    let mut all = functions! { "expr/json";
        to_hashed_index_key(text);
        serialize_ejson(text);
        deserialize_ejson(text);
        hash(text, "sha256");
        hex_hash(text, "sha256");
    };
    all.extend([
        ("expr/json::create_object_id", vec![one(|_| expr::create_object_id())]),
        ("expr/json::relaxed", vec![one(|r| r.text().serialize_ejson().relaxed(false))]),
        (
            "expr/json::on_error",
            vec![
                one(|r| r.text().serialize_ejson().on_error("none")),
                one(|r| r.text().deserialize_ejson().on_error("none")),
            ],
        ),
    ]);
    all.extend(functions! { "expr/size"; binary_size(text); });
    all
}
