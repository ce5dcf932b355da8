//! Documents as values.

use odm::expr;

use super::{Entry, functions, one, same};

pub(super) fn entries() -> Vec<Entry> {
    let mut all = functions! { "expr/object";
        object_to_array(part);
        unset_field(part, "sku");
    };
    all.extend(functions! { "expr/size"; bson_size(part); });
    all.extend([
        ("expr/presence::is_null", vec![one(|r| r.number().is_null())]),
        ("expr/presence::is_null_or_missing", vec![one(|r| r.number().is_null_or_missing())]),
        ("expr/presence::is_present", vec![one(|r| r.number().is_present())]),
        ("expr/presence::exists", vec![one(|r| r.number().exists(true))]),
        ("expr/object::merge_objects_of", vec![one(|r| expr::merge_objects_of((r.part(), r.part())))]),
        ("expr/object::key_value", vec![one(|r| expr::array_to_object([expr::key_value("a", r.number())]))]),
        ("expr/object::merge_objects", vec![one(|r| r.part().merge_objects(r.part()))]),
        (
            "expr/object::get_field",
            same(
                one(|r| expr::get_field::<_, String>(r.part(), "sku")),
                &one(|r| r.part().get_field::<String>("sku")),
            ),
        ),
        ("expr/object::get_current_field", vec![one(|_| expr::get_current_field::<_, String>("sku"))]),
        (
            "expr/object::set_field",
            same(one(|r| expr::set_field(r.part(), "sku", "a")), &one(|r| r.part().set_field("sku", "a"))),
        ),
    ]);
    all
}
