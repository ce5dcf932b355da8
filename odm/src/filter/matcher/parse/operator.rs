//! The operators of a field.

use mongodb::bson::spec::ElementType;

use super::{
    super::{
        area::Area,
        bits::Bits,
        compare::text,
        condition::{Comparison, Condition, Members, Test},
        number::Number,
        operand::{Operand, field},
        pattern::Pattern,
        remainder::Remainder,
        types::Types,
    },
    Place, nodes,
    refusal::{invalid, only_server},
    unreadable,
};
use crate::{
    error::{Result, codec::CodecError},
    value::Raw,
};

/// The logical operators, and those of whole documents. They are not conditions of one element.
const OF_DOCUMENTS: [&[u8]; 5] = [b"$and", b"$or", b"$nor", b"$where", b"$expr"];

/// Compiles the value of a field: operators, a regular expression, or a value that it equals.
pub(super) fn field_condition(value: Raw<'_>) -> Result<Condition> {
    if is_operators(value, false)? {
        return operators(value);
    }
    match value.element_type() {
        Some(ElementType::RegularExpression) => stored_pattern(value).map(test_pattern),
        _ => compare("$eq", Comparison::Equal, value),
    }
}

/// Returns whether the value is a document of operators. A `DBRef` is not, and `with_part` neither is a part of one.
pub(super) fn is_operators(value: Raw<'_>, with_part: bool) -> Result<bool> {
    if !value.is(ElementType::EmbeddedDocument) {
        return Ok(false);
    }
    let mut elements = value.elements().map_err(unreadable)?;
    if elements.next().map_err(unreadable)?.is_none_or(|(key, _)| !key.starts_with(b"$")) {
        return Ok(false);
    }
    let has = |name: &[u8]| field(value, name).map(|value| value.is_some()).map_err(unreadable);
    let (has_ref, has_id) = (has(b"$ref")?, has(b"$id")?);
    Ok(if with_part { !has_ref && !has_id && !has(b"$db")? } else { !has_ref || !has_id })
}

fn operators(document: Raw<'_>) -> Result<Condition> {
    let (mut elements, mut conditions) = (document.elements().map_err(unreadable)?, Vec::new());
    while let Some((key, value)) = elements.next().map_err(unreadable)? {
        conditions.extend(operator(key, value, document)?);
    }
    Ok(match <[Condition; 1]>::try_from(conditions) {
        Ok([condition]) => condition,
        Err(conditions) => Condition::All(conditions),
    })
}

fn operator(name: &[u8], value: Raw<'_>, all: Raw<'_>) -> Result<Option<Condition>> {
    let test = |test| Ok(Some(Condition::Test(test)));
    match name {
        b"$eq" => compare("$eq", Comparison::Equal, value).map(Some),
        b"$ne" if value.is(ElementType::RegularExpression) => {
            Err(invalid("$ne", "a value that is no regular expression: use `$not` with a regular expression"))
        }
        b"$ne" => compare("$ne", Comparison::Equal, value).map(not).map(Some),
        b"$gt" => compare("$gt", Comparison::Greater, value).map(Some),
        b"$gte" => compare("$gte", Comparison::GreaterOrEqual, value).map(Some),
        b"$lt" => compare("$lt", Comparison::Less, value).map(Some),
        b"$lte" => compare("$lte", Comparison::LessOrEqual, value).map(Some),
        b"$in" => test(Test::In(members("$in", value)?)),
        b"$nin" => Ok(Some(not(Condition::Test(Test::In(members("$nin", value)?))))),
        b"$not" => negated(value).map(Some),
        b"$exists" => {
            let exists = Condition::Test(Test::Exists);
            Ok(Some(if is_true(value)? { exists } else { not(exists) }))
        }
        b"$type" => {
            let types = Types::of(value).map_err(unreadable)?;
            test(Test::Types(
                types.ok_or_else(|| {
                    invalid("$type", "a name or number of a BSON type, or an array of them")
                })?,
            ))
        }
        b"$size" => {
            let size = Number::of(value).map_err(unreadable)?.and_then(Number::integral);
            let size = size.filter(|size| (0..=i64::from(i32::MAX)).contains(size));
            test(Test::Size(
                size.ok_or_else(|| invalid("$size", "an integral number of at least 0, below 2^31"))?,
            ))
        }
        b"$all" => all_of(value).map(Some),
        b"$elemMatch" => elem_match(value).map(Some),
        b"$geoWithin" | b"$within" => {
            let mut elements = all.elements().map_err(unreadable)?;
            elements.next().map_err(unreadable)?;
            if !elements.is_empty() {
                return Err(invalid("$geoWithin", "no operators beside it: join the conditions with `$and`"));
            }
            within(value).map(Some)
        }
        b"$mod" => {
            let remainder = Remainder::of(value).map_err(unreadable)?;
            let expected = "an array of a divisor that is not zero and a remainder, which fit 64 bits";
            test(Test::Remainder(remainder.ok_or_else(|| invalid("$mod", expected))?))
        }
        b"$bitsAllSet" => bits("$bitsAllSet", value, true, true).map(Some),
        b"$bitsAllClear" => bits("$bitsAllClear", value, false, true).map(Some),
        b"$bitsAnySet" => bits("$bitsAnySet", value, true, false).map(Some),
        b"$bitsAnyClear" => bits("$bitsAnyClear", value, false, false).map(Some),
        b"$regex" => pattern(value, all).map(test_pattern).map(Some),
        b"$options" => match field(all, b"$regex").map_err(unreadable)? {
            Some(_) => Ok(None),
            None => Err(invalid("$options", "a `$regex` beside it")),
        },
        [b'$', ..] => Err(only_server(&String::from_utf8_lossy(name))),
        _ => {
            let name = String::from_utf8_lossy(name);
            Err(invalid(&name, "no operators beside it: write each condition in a document of its own"))
        }
    }
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn test_pattern(pattern: Pattern) -> Condition {
    Condition::Test(Test::Pattern(pattern))
}

fn operand(operator: &str, value: Raw<'_>) -> Result<Operand> {
    if value.is(ElementType::Undefined) {
        return Err(invalid(operator, "a value other than `undefined`"));
    }
    Operand::of(value).ok_or_else(|| unreadable(CodecError::malformed()))
}

fn compare(operator: &str, comparison: Comparison, value: Raw<'_>) -> Result<Condition> {
    if comparison != Comparison::Equal && value.is(ElementType::RegularExpression) {
        return Err(invalid(operator, "a value that is no regular expression"));
    }
    Ok(Condition::Test(Test::Compare(comparison, operand(operator, value)?)))
}

fn items<'de>(operator: &str, value: Raw<'de>) -> Result<Vec<Raw<'de>>> {
    if !value.is(ElementType::Array) {
        return Err(invalid(operator, "an array"));
    }
    let (mut items, mut list) = (value.items().map_err(unreadable)?, Vec::new());
    while let Some((_, item)) = items.next().map_err(unreadable)? {
        list.push(item);
    }
    Ok(list)
}

fn members(operator: &str, value: Raw<'_>) -> Result<Members> {
    let (mut values, mut patterns) = (Vec::new(), Vec::new());
    for item in items(operator, value)? {
        if item.is(ElementType::RegularExpression) {
            patterns.push(stored_pattern(item)?);
        } else if is_operators(item, false)? {
            return Err(invalid(operator, "values, not operators"));
        } else {
            values.push(operand(operator, item)?);
        }
    }
    Members::new(values, patterns).map_err(unreadable)
}

fn negated(value: Raw<'_>) -> Result<Condition> {
    if value.is(ElementType::RegularExpression) {
        return Ok(not(test_pattern(stored_pattern(value)?)));
    }
    if !is_operators(value, false)? {
        return Err(invalid("$not", "operators or a regular expression"));
    }
    Ok(not(operators(value)?))
}

fn is_true(value: Raw<'_>) -> Result<bool> {
    Ok(match value.element_type() {
        Some(ElementType::Null | ElementType::Undefined) => false,
        Some(ElementType::Boolean) => value.bytes() != [0],
        _ => !Number::of(value).map_err(unreadable)?.is_some_and(Number::is_zero),
    })
}

fn all_of(value: Raw<'_>) -> Result<Condition> {
    let (mut conditions, mut matched) = (Vec::new(), 0);
    for item in items("$all", value)? {
        if is_operators(item, false)? {
            let argument = field(item, b"$elemMatch").map_err(unreadable)?;
            conditions.push(elem_match(argument.ok_or_else(|| invalid("$all", ALL))?)?);
            matched += 1;
        } else if item.is(ElementType::RegularExpression) {
            conditions.push(test_pattern(stored_pattern(item)?));
        } else {
            conditions.push(compare("$all", Comparison::Equal, item)?);
        }
    }
    match conditions.len() {
        0 => Ok(Condition::Test(Test::Never)),
        length if matched == 0 || matched == length => Ok(Condition::All(conditions)),
        _ => Err(invalid("$all", ALL)),
    }
}

const ALL: &str = "values, or only `$elemMatch` operators";

fn elem_match(value: Raw<'_>) -> Result<Condition> {
    if !value.is(ElementType::EmbeddedDocument) {
        return Err(invalid("$elemMatch", "a filter, or operators"));
    }
    let first = value.elements().and_then(|mut elements| elements.next()).map_err(unreadable)?;
    let is_of_document = first.is_some_and(|(key, _)| OF_DOCUMENTS.contains(&key));
    Ok(Condition::Test(if is_operators(value, true)? && !is_of_document {
        Test::AnElementIs(Box::new(operators(value)?))
    } else {
        Test::AnElementMatches(Box::new(nodes(value, Place::ElemMatch)?))
    }))
}

/// Compiles an area on the plane.
fn within(value: Raw<'_>) -> Result<Condition> {
    let expected = || invalid("$geoWithin", "a document with an area");
    if !value.is(ElementType::EmbeddedDocument) {
        return Err(expected());
    }
    let area = value.elements().and_then(|mut elements| elements.next()).map_err(unreadable)?;
    let (name, operand) = area.ok_or_else(expected)?;
    let (area, expected) = match name {
        b"$box" => (Area::box_of(operand), "two points"),
        b"$polygon" => (Area::polygon_of(operand), "at least three points"),
        b"$center" => (Area::center_of(operand), "a point and a distance"),
        _ => return Err(only_server(&format!("$geoWithin` with `{}", String::from_utf8_lossy(name)))),
    };
    let area = area.map_err(unreadable)?.ok_or_else(|| invalid(&String::from_utf8_lossy(name), expected))?;
    Ok(Condition::Test(Test::Within(area)))
}

fn bits(operator: &str, value: Raw<'_>, set: bool, all: bool) -> Result<Condition> {
    let bits = Bits::of(value, set, all).map_err(unreadable)?;
    let expected = "an integral number of at least 0, an array of positions, or binary data";
    Ok(Condition::Test(Test::Bits(bits.ok_or_else(|| invalid(operator, expected))?)))
}

/// Compiles a regular expression that is a value.
fn stored_pattern(value: Raw<'_>) -> Result<Pattern> {
    let (pattern, options) = parts(value)?;
    compile(pattern, options)
}

fn pattern(value: Raw<'_>, all: Raw<'_>) -> Result<Pattern> {
    let first = all.elements().and_then(|mut elements| elements.next()).map_err(unreadable)?;
    let is_options_first = first.is_some_and(|(key, _)| key == b"$options");
    let options = match field(all, b"$options").map_err(unreadable)? {
        Some(options) if options.is(ElementType::String) => Some(text(options).map_err(unreadable)?),
        Some(_) => return Err(invalid("$options", "a string")),
        None => None,
    };
    match value.element_type() {
        Some(ElementType::String) => compile(text(value).map_err(unreadable)?, options.unwrap_or_default()),
        Some(ElementType::RegularExpression) => {
            let (pattern, own) = parts(value)?;
            match options {
                // The server reads them in their order, and empty options are none until others follow.
                Some([]) if is_options_first => compile(pattern, own),
                Some(_) if !own.is_empty() => {
                    Err(invalid("$options", "a regular expression without options of its own"))
                }
                options => compile(pattern, options.unwrap_or(own)),
            }
        }
        _ => Err(invalid("$regex", "a string or a regular expression")),
    }
}

/// Returns the pattern and the options of a regular expression.
fn parts(value: Raw<'_>) -> Result<(&[u8], &[u8])> {
    let mut parts = value.bytes().split(|byte| *byte == 0);
    match (parts.next(), parts.next()) {
        (Some(pattern), Some(options)) => Ok((pattern, options)),
        _ => Err(unreadable(CodecError::malformed())),
    }
}

fn compile(pattern: &[u8], options: &[u8]) -> Result<Pattern> {
    Pattern::new(pattern, options)
        .map_err(|problem| invalid("$regex", &format!("a pattern of PCRE, but {problem}")))
}
