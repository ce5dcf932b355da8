//! Problems of the options, alone and with the keys.

use std::time::Duration;

use super::{keys, partial};
use crate::index::{Index, IndexType, key::EVERY_FIELD};

/// The longest TTL, in seconds.
const LONGEST: u64 = i32::MAX as u64;

pub(super) fn problem(index: &Index) -> Option<String> {
    ttl(index)
        .or_else(|| partial_filter(index))
        .or_else(|| wildcard(index))
        .or_else(|| text(index))
        .or_else(|| plane(index))
        .or_else(|| collation(index))
}

fn ttl(index: &Index) -> Option<String> {
    let ttl = index.options.expire_after?;
    if index.keys.len() > 1 {
        Some("has a ttl and several keys: documents expire by one date field".to_owned())
    } else if !index.keys.iter().all(|key| key.index_type.is_ordered()) {
        Some("has a ttl, but its key is not ascending or descending".to_owned())
    } else if Duration::from_secs(ttl.as_secs()) != ttl {
        Some("has a ttl with a fraction of a second: the server counts whole seconds".to_owned())
    } else if ttl.as_secs() > LONGEST {
        Some(format!("has a ttl of {} s: the longest is {LONGEST} s", ttl.as_secs()))
    } else {
        None
    }
}

fn partial_filter(index: &Index) -> Option<String> {
    let filter = match index.options.partial.as_ref()? {
        Ok(filter) => filter,
        Err(problem) => return Some(format!("has a partial filter that cannot be sent: {problem}")),
    };
    if index.options.sparse {
        return Some(
            "is partial and sparse: put the condition into the partial filter, `{ field: { $exists: true } }`"
                .to_owned(),
        );
    }
    partial::problem(filter)
}

fn wildcard(index: &Index) -> Option<String> {
    let options = &index.options;
    if !index.has(IndexType::Wildcard) {
        return (!options.projection.is_empty())
            .then(|| "includes or excludes fields, but is not a wildcard index".to_owned());
    }
    if options.unique || options.sparse {
        let option = if options.unique { "unique" } else { "sparse" };
        return Some(format!("is a wildcard index and {option}: the server takes no such index"));
    }
    if options.projection.is_empty() {
        return None;
    }
    if index.keys.iter().any(|key| key.field != EVERY_FIELD) {
        return Some("includes or excludes fields, but is a wildcard index of one field".to_owned());
    }
    let bad = options.projection.iter().find_map(|(field, _)| {
        keys::name(field).map(|reason| format!("includes or excludes `{}`, {reason}", field.escape_debug()))
    });
    if bad.is_some() {
        return bad;
    }
    let mut others =
        options.projection.iter().filter(|(field, _)| field != "_id").map(|(_, included)| *included);
    let first = others.next();
    others
        .any(|included| Some(included) != first)
        .then(|| "includes some fields and excludes others: the server takes one of both".to_owned())
}

fn text(index: &Index) -> Option<String> {
    let options = &index.options;
    if !index.has(IndexType::Text) {
        let option = if !options.weights.is_empty() {
            "weights"
        } else if options.default_language.is_some() || options.language_override.is_some() {
            "a language"
        } else {
            return None;
        };
        return Some(format!("has {option}, but no text key"));
    }
    let is_key = |field: &str| {
        index
            .keys
            .iter()
            .any(|key| key.index_type == IndexType::Text && (key.field == field || key.field == EVERY_FIELD))
    };
    options.weights.iter().find_map(|(field, weight)| {
        if !is_key(field) {
            Some(format!("has a weight for `{}`, which is not a text key of it", field.escape_debug()))
        } else if !(1..=99_999).contains(weight) {
            Some(format!("has the weight {weight}: a weight is 1 to 99999"))
        } else {
            None
        }
    })
}

fn plane(index: &Index) -> Option<String> {
    let (bits, bounds) = (index.options.bits, index.options.bounds);
    if !index.has(IndexType::Geo2d) {
        return (bits.is_some() || bounds.is_some())
            .then(|| "has bits or bounds, but no `2d` key".to_owned());
    }
    match (bits, bounds) {
        (Some(bits), _) if !(1..=32).contains(&bits) => {
            Some(format!("has {bits} bits: the precision is 1 to 32"))
        }
        (_, Some((min, max))) if !(min.is_finite() && max.is_finite() && min < max) => {
            Some(format!("has the bounds {min} and {max}: the first is less than the second"))
        }
        _ => None,
    }
}

fn collation(index: &Index) -> Option<String> {
    let collation = index.options.collation.as_ref()?;
    let is_simple = matches!(collation.get_str("locale"), Ok("simple"));
    let special = [IndexType::Text, IndexType::Geo2d].into_iter().find(|special| index.has(*special));
    let special = special.filter(|_| !is_simple)?;
    Some(format!("has a collation and a key of the type `{special}`, which has none"))
}

#[cfg(test)]
mod tests {
    use mongodb::{bson::doc, options::Collation};

    use super::*;
    use crate::index::IndexType::*;

    fn on(field: &str, index_type: IndexType) -> Index {
        Index::new().key(field, index_type)
    }

    fn problem(index: &Index) -> String {
        index.problem().unwrap_or_default()
    }

    #[test]
    fn ttl() {
        let ttl = |seconds| on("at", Ascending).expire_after(Duration::from_secs(seconds));
        assert_eq!(problem(&ttl(0)), "");
        assert_eq!(problem(&ttl(2_147_483_647)), "");
        assert_eq!(problem(&ttl(2_147_483_648)), "has a ttl of 2147483648 s: the longest is 2147483647 s");
        assert_eq!(
            problem(&ttl(1).key("b", Ascending)),
            "has a ttl and several keys: documents expire by one date field"
        );
        assert_eq!(
            problem(&on("at", Wildcard).expire_after(Duration::from_secs(1))),
            "has a ttl, but its key is not ascending or descending"
        );
        assert_eq!(
            problem(&on("at", Ascending).expire_after(Duration::from_millis(1_500))),
            "has a ttl with a fraction of a second: the server counts whole seconds"
        );
    }

    #[test]
    fn partial() {
        let partial = |filter| on("a", Ascending).with_partial(filter);
        assert_eq!(problem(&partial(Ok(doc! { "a": { "$gt": 1 } }))), "");
        assert_eq!(
            problem(&partial(Err("no `u64`".to_owned()))),
            "has a partial filter that cannot be sent: no `u64`"
        );
        assert_eq!(
            problem(&partial(Ok(doc! { "a": 1 })).sparse()),
            "is partial and sparse: put the condition into the partial filter, `{ field: { $exists: true } }`"
        );
    }

    #[test]
    fn wildcard() {
        let all = || on("$**", Wildcard);
        assert_eq!(problem(&all().include("a").include("b.c").exclude("_id")), "");
        assert_eq!(problem(&all().exclude("a")), "");
        assert_eq!(
            problem(&all().unique()),
            "is a wildcard index and unique: the server takes no such index"
        );
        assert_eq!(
            problem(&all().sparse()),
            "is a wildcard index and sparse: the server takes no such index"
        );
        assert_eq!(
            problem(&all().include("a").exclude("b")),
            "includes some fields and excludes others: the server takes one of both"
        );
        assert_eq!(problem(&all().include("a.")), "includes or excludes `a.`, which has an empty part");
        assert_eq!(
            problem(&on("a", Wildcard).include("a.b")),
            "includes or excludes fields, but is a wildcard index of one field"
        );
        assert_eq!(
            problem(&on("a", Ascending).exclude("b")),
            "includes or excludes fields, but is not a wildcard index"
        );
    }

    #[test]
    fn text() {
        assert_eq!(problem(&on("a", Text).weight("a", 99_999).default_language("none")), "");
        assert_eq!(problem(&on("$**", Text).weight("a", 5)), "");
        assert_eq!(problem(&on("a", Text).weight("a", 0)), "has the weight 0: a weight is 1 to 99999");
        assert_eq!(
            problem(&on("a", Text).weight("b", 5)),
            "has a weight for `b`, which is not a text key of it"
        );
        assert_eq!(problem(&on("a", Ascending).weight("a", 5)), "has weights, but no text key");
        assert_eq!(problem(&on("a", Ascending).language_override("l")), "has a language, but no text key");
    }

    #[test]
    fn plane() {
        assert_eq!(problem(&on("a", Geo2d).bits(32).bounds(-1.0, 1.0)), "");
        assert_eq!(problem(&on("a", Geo2d).bits(33)), "has 33 bits: the precision is 1 to 32");
        assert_eq!(
            problem(&on("a", Geo2d).bounds(1.0, -1.0)),
            "has the bounds 1 and -1: the first is less than the second"
        );
        assert_eq!(problem(&on("a", Geo2dSphere).bits(20)), "has bits or bounds, but no `2d` key");
    }

    #[test]
    fn collation() {
        let collation = |index: Index, locale: &str| {
            problem(&index.collation(Collation::builder().locale(locale).build()))
        };
        assert_eq!(collation(on("a", Text), "simple"), "");
        assert_eq!(collation(on("a", Geo2dSphere), "en"), "");
        assert_eq!(
            collation(on("a", Text), "en"),
            "has a collation and a key of the type `text`, which has none"
        );
    }
}
