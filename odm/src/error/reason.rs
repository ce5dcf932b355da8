//! One-line reasons for the server's error codes.
//!
//! The server's messages contain stored values. A reason repeats only the parts that are known to be a name or a
//! number: an operator, a type, an index, a field that the model declares, a limit. `Error::server_message` returns
//! the rest.

use std::borrow::Cow;

/// Returns why the server refused a command, from its code, its message and the stored names that the model declares.
pub(super) fn reason(code: i32, message: &str, names: &[&str]) -> Cow<'static, str> {
    let text = Text { message, names };
    let known = match code {
        2 | 9 | 14 | 16554 | 16702 | 17124 => text.value(),
        20 => text.illegal(),
        26..=28 | 40 | 54 | 66 => text.fields_and_indexes(),
        73 => text.namespace(),
        67 | 85 | 86 | 171 | 197 => text.index(),
        96 | 146 | 291 | 292 => text.resources(),
        263 => text.transaction(),
        _ => None,
    };
    known.unwrap_or_else(|| by_code(code).unwrap_or("the server refused").into())
}

/// Returns the meaning of a code, independent of the message.
fn by_code(code: i32) -> Option<&'static str> {
    Some(match code {
        2 => "an operator or an option has a value that the server refuses",
        9 => "the server cannot parse an operator or an option",
        14 => "a value has a type that an operator or an option does not take",
        16 | 17 => "the server cannot read the message: the server and the driver are not compatible",
        20 => "the operation is not allowed here",
        22 => "the server cannot read the BSON that was sent",
        26 => "there is no such collection",
        27 => "the collection has no such index",
        28 => "the update goes into a field that holds neither a document nor an array",
        40 => "two operators of the update change the same field, or one inside the other",
        48 => "a collection of this name exists already",
        52 => "a name begins with `$` where that is not allowed",
        53 => "an `_id` cannot be an array, a regular expression or undefined",
        54 => "the filter of the upsert sets a field of the new document twice",
        56 => "a path of the update has an empty name in it",
        57 => "a field name contains a dot where that is not allowed",
        59 => "this server does not have the command",
        66 => "the update would change a field that cannot change, such as `_id`",
        67 => "the server does not support this index",
        68 | 85 | 86 => "an index of this name or of these keys exists with other options",
        72 => "an option or a combination of options is not valid",
        73 => "a namespace is not valid for the command",
        76 | 123 => "the operation needs a replica set",
        79 | 100 => "the deployment cannot satisfy the write concern",
        96 => "the operation failed on the server",
        133 => "no member satisfies the read preference",
        146 => "a stage of the pipeline needs more memory than the server gives it",
        165 => "views are built on views too deep",
        166 | 167 => "a view cannot do this: it is not a collection",
        168 => "the pipeline has an operator that this server does not know",
        171 => "two fields of the index hold arrays in one document",
        197 => "an option of the index is not one that this server knows",
        211 => "the server lacks a key that it needs to check the time of the cluster",
        238 | 115 => "this server does not have the operation",
        241 => "a value cannot be converted to the type that the pipeline asks for",
        251 => {
            "the transaction is no longer in progress: it was ended, or took longer than the server allows"
        }
        256 => "the transaction is committed already",
        257 => "the transaction is larger than the server allows",
        263 => "the operation cannot be part of a transaction",
        291 => "no index lets the server run the query",
        292 => {
            "a sort or a stage needs more memory than the server gives it; let it use the disk with `allow_disk_use`, or use an index"
        }
        334 => "the server does not offer this authentication mechanism",
        378 => "a value has bytes that this server does not accept as BSON",
        8000 => "the hosted service refused",
        13113 => "`$merge` found no document to merge into, and `whenNotMatched` is `fail`",
        15958 => "`$limit` must be greater than 0",
        15974..=15976 => "a sort takes 1 or -1 for each field",
        16755 | 16756 => "a stored value is not a geometry, so a geospatial index cannot have it",
        16766 => "a hashed index cannot have arrays",
        17261 | 17262 => "a document has a language that text indexes do not support",
        17276 => "an expression uses a variable that is not defined",
        17280 => "the key of an index entry is larger than the 1024 bytes that this server allows",
        31249 => "a projection contains a field and another field inside it",
        31253 | 31254 => "a projection leaves some fields out and keeps others; only `_id` may differ",
        31325 => "the pipeline has an expression that this server does not know",
        40069 | 4_934_200 => {
            "no branch of `$switch` or boundary of `$bucket` fits a value, and there is no default"
        }
        40228 => "the new root of `$replaceRoot` is not a document",
        40323 => "a stage of the pipeline has more than one name",
        40324 => "the pipeline has a stage that this server does not know",
        40353 | 40600 | 40601 | 40602 => "a stage of the pipeline is not allowed at its position",
        40414 => "the command lacks a field that this server requires",
        40415 => "the command has an option that this server does not know; it may be too old for it",
        51024 => "a number is out of its range; `skip` and `limit` are 0 or more",
        51091 => "a regular expression is not valid",
        51108 => "a regular expression has an option that the server does not know",
        51173 => "`min` and `max` need a `hint`",
        51183 => "`$merge` needs a unique index on the fields of `on`",
        _ => return None,
    })
}

/// A message of the server.
struct Text<'a> {
    message: &'a str,
    names: &'a [&'a str],
}

impl<'a> Text<'a> {
    fn has(&self, words: &str) -> bool {
        self.message.contains(words)
    }

    /// Returns the reason of the first pair whose words occur in the message.
    fn first(&self, phrases: &[(&str, &'static str)]) -> Option<Cow<'static, str>> {
        phrases.iter().find(|(words, _)| self.has(words)).map(|(_, phrase)| Cow::Borrowed(*phrase))
    }

    /// Returns reasons for values and types that an operator does not take.
    fn value(&self) -> Option<Cow<'static, str>> {
        self.type_of_field().or_else(|| self.type_of_argument()).or_else(|| {
            self.first(&[
                ("unknown operator: $", "the filter has an operator that this server does not know"),
                (
                    "unknown top level operator: $",
                    "the filter has an operator that this server does not know at its top",
                ),
                ("Unknown modifier: ", "the update has an operator that this server does not know"),
                (
                    "hint provided does not correspond to an existing index",
                    "the index that `hint` names does not exist",
                ),
                (
                    "Loop is not closed",
                    "a ring of a polygon is not closed: its last position must be its first",
                ),
                ("$divide by zero", "an expression divides by zero"),
                ("divisor cannot be 0", "the divisor of `$mod` is 0"),
                ("Field 'locale' is invalid", "the server does not know the locale of the collation"),
                (
                    "The positional operator did not find the match",
                    "`$` has no array element to update: the filter matched no element of this array",
                ),
                ("No array filter found for identifier", "a `$[..]` of the update has no array filter"),
                ("was not used in the update", "an array filter is not used by the update"),
                (
                    "Cannot apply array updates to non-array element",
                    "`$[]` goes through a field that holds no array",
                ),
                ("The source and target field for $rename must differ", "a field is renamed to itself"),
                (
                    "tailable cursor requested on non capped collection",
                    "a tailable cursor needs a capped collection",
                ),
                ("Unknown type name alias", "`$type` names a type that this server does not know"),
                ("Failed to parse $size", "`$size` takes a whole number, 0 or more"),
                ("Unknown $jsonSchema keyword", "a schema has a keyword that this server does not know"),
                (
                    "multi update is not supported for replacement-style update",
                    "a replacement is for one document, not for many",
                ),
                ("Cannot specify both an update and remove=true", "a document is either changed or removed"),
                ("$each in $push must be an array", "`$each` takes an array"),
                ("Cannot increment with non-numeric argument", "`$inc` takes a number"),
                ("resume token", "the resume token is not valid"),
            ])
        })
    }

    /// Reads messages like
    /// `Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'n' of non-numeric type string`: the
    /// type that the operator needs, the field, and the type of its value.
    fn type_of_field(&self) -> Option<Cow<'static, str>> {
        let (operator, needs, field, found) = if let Some(rest) = self.after("Cannot apply $") {
            let operator = rest.split(' ').next()?;
            if let Some((before, found)) = rest.rsplit_once("' of non-numeric type ") {
                (operator, "a number", before.rsplit_once(" has the field '")?.1, found)
            } else if let Some((before, found)) = rest.rsplit_once(" of non-integer type ") {
                (operator, "an integer", before.rsplit_once(" has the field ")?.1, found)
            } else if let Some((before, found)) = rest.rsplit_once("' has non-array type ") {
                (operator, "an array", before.rsplit_once(". Field named '")?.1, found)
            } else if rest.ends_with("to a non-array value") {
                (operator, "an array", "", "")
            } else {
                return None;
            }
        } else if let Some(rest) = self.after("The field '") {
            let (field, rest) = rest.split_once("' must be an array but is of type ")?;
            ("push", "an array", field, rest.split(' ').next()?)
        } else if let Some(rest) = self.after("Path '") {
            let (field, found) = rest.split_once("' contains an element of non-array type '")?;
            ("pop", "an array", field, found.trim_end_matches('\''))
        } else {
            return None;
        };
        let operator = UPDATES.iter().find(|known| known[1..] == *operator)?;
        let field = self.field(field).unwrap_or_else(|| "the field".to_owned());
        Some(match type_name(found) {
            Some(found) => format!("`{operator}` needs {needs}, and {field} is of type {found}").into(),
            None => format!("`{operator}` needs {needs}, and {field} is of another type").into(),
        })
    }

    /// Reads messages about an operator that the server knows: `$in needs an array`,
    /// `$divide only supports numeric types, not string and int`,
    /// `The argument to $size must be an array, but was of type: int`.
    fn type_of_argument(&self) -> Option<Cow<'static, str>> {
        let message = self.message.rsplit_once(":: caused by :: ").map_or(self.message, |(_, cause)| cause);
        let (operator, needs, found) = if let Some((operator, needs)) = message.split_once(" needs an ") {
            (
                operator,
                match needs {
                    "array" => "an array",
                    "Object" => "a document",
                    _ => return None,
                },
                "",
            )
        } else if let Some((operator, rest)) = message.split_once(" only supports ") {
            let (needs, found) = rest.split_once(", not ")?;
            (
                operator,
                match needs {
                    "numeric types" => "numbers",
                    "numeric or date types" => "numbers or dates",
                    "strings" => "strings",
                    _ => return None,
                },
                found,
            )
        } else {
            let (operator, found) = message
                .strip_prefix("The argument to ")?
                .split_once(" must be an array, but was of type: ")?;
            (operator, "an array", found)
        };
        let operator = TYPED.iter().find(|known| **known == operator)?;
        let found: Option<Vec<_>> = found.split(" and ").map(type_name).collect();
        match found {
            Some(found) => Some(format!("`{operator}` takes {needs}, not {}", found.join(" and ")).into()),
            None => Some(format!("`{operator}` takes {needs}").into()),
        }
    }

    fn illegal(&self) -> Option<Cow<'static, str>> {
        self.first(&[
            (
                "Transaction numbers are only allowed on",
                "transactions and writes that are retried need a replica set or a sharded cluster",
            ),
            (
                "is not permitted in a $changeStream pipeline",
                "a stage is not allowed in the pipeline of a change stream",
            ),
            (
                "$changeStream stage is only supported on replica sets",
                "change streams need a replica set or a sharded cluster",
            ),
        ])
    }

    /// Returns reasons for fields, collections and indexes that do not fit the call.
    fn fields_and_indexes(&self) -> Option<Cow<'static, str>> {
        if let Some(rest) = self.after("Updating the path '") {
            let field =
                self.field(rest.split_once("' would create a conflict at '")?.1.trim_end_matches('\''))?;
            return Some(format!("two operators of the update change {field} or a field inside it").into());
        }
        if let Some((_, element)) = self.message.split_once("' in element {") {
            let field = self.field(element.split_once(':')?.0)?;
            return Some(
                format!("the update goes into {field}, which holds neither a document nor an array").into(),
            );
        }
        if let Some(rest) = self.after("would modify the immutable field '") {
            let field = self.field(rest.trim_end_matches('\''))?;
            return Some(format!("the update would change {field}, which cannot change").into());
        }
        if self.has("was found to have been altered to _id: ") {
            return Some("the update would change the field `_id`, which cannot change".into());
        }
        self.first(&[
            ("text index required for $text query", "`$text` needs a text index on the collection"),
            (
                "$geoNear requires a 2d or 2dsphere index",
                "`$geoNear` needs a `2dsphere` or `2d` index on the collection",
            ),
            (
                "unable to find index for $geoNear query",
                "`$near` needs a `2dsphere` or `2d` index on the field",
            ),
        ])
    }

    /// Returns reasons for a command that is run on the wrong database or collection.
    fn namespace(&self) -> Option<Cow<'static, str>> {
        self.first(&[
            (
                "a collection is required",
                "a stage of the pipeline needs a collection, but the pipeline is run on the database",
            ),
            (
                "can only be run with {aggregate: 1}",
                "a stage of the pipeline needs the database, but the pipeline is run on a collection",
            ),
            (
                "against the 'admin' database",
                "a stage of the pipeline can be run only on the database `admin`",
            ),
            ("Invalid collection name", "no collection can have this name"),
            ("Invalid namespace", "no collection can have this name"),
            ("Invalid system namespace", "no collection can have this name"),
        ])
    }

    fn index(&self) -> Option<Cow<'static, str>> {
        if let Some(name) =
            self.after("Index already exists with a different name: ").filter(|name| is_index(name))
        {
            return Some(format!("an index of these keys exists under another name, `{name}`").into());
        }
        if let Some((_, existing)) = self.message.rsplit_once(", existing index: {") {
            let name =
                existing.rsplit_once(" name: \"")?.1.split('"').next().filter(|name| is_index(name))?;
            return Some(format!("the index `{name}` exists with other keys or options").into());
        }
        if let Some(rest) = self.after("cannot index parallel arrays [") {
            let (one, other) = rest.trim_end_matches(']').split_once("] [")?;
            let fields = format!("{} and {}", self.field(one)?, self.field(other)?);
            return Some(format!("an index cannot contain two arrays of one document: {fields}").into());
        }
        self.first(&[
            (
                "Expression not supported in partial index",
                "the filter of a partial index has an operator that the server does not take there",
            ),
            ("TTL indexes are single-field indexes", "a TTL index has exactly one field"),
            (
                "cannot mix \"partialFilterExpression\" and \"sparse\" options",
                "an index is either partial or sparse",
            ),
            ("does not support the unique option", "an index of this type cannot be unique"),
            ("Unknown index plugin", "the server does not know the type of the index"),
            ("Index keys cannot be empty", "an index has at least one key"),
        ])
    }

    fn resources(&self) -> Option<Cow<'static, str>> {
        if let Some(rest) = self.after("Sort exceeded memory limit of ") {
            let limit = rest.split(' ').next()?.parse::<u64>().ok()?;
            return Some(format!(
                "the sort needs more memory than {limit} bytes; let it use the disk with `allow_disk_use`, or use an index"
            ).into());
        }
        if let Some(rest) = self.after("used too much memory and cannot spill to disk. Memory limit: ") {
            let limit = rest.split(' ').next()?.parse::<u64>().ok()?;
            return Some(format!("an accumulator needs more memory than {limit} bytes").into());
        }
        self.fields_and_indexes()
    }

    fn transaction(&self) -> Option<Cow<'static, str>> {
        self.first(&[(
            "Cannot create new indexes on existing collection",
            "a transaction can create an index only on a new collection",
        )])
    }

    /// Returns the part of the message after these words.
    fn after(&self, words: &str) -> Option<&'a str> {
        self.message.split_once(words).map(|(_, rest)| rest)
    }

    /// Describes the field at `path` by its first name, or returns `None` if the model does not declare that name.
    fn field(&self, path: &str) -> Option<String> {
        let (first, is_whole) = match path.split_once('.') {
            Some((first, _)) => (first, false),
            None => (path, true),
        };
        let name = self.names.iter().find(|name| **name == first)?;
        Some(if is_whole { format!("the field `{name}`") } else { format!("a field inside `{name}`") })
    }
}

/// The operators in the server's messages about the type of an argument.
const TYPED: [&str; 56] = [
    "$abs",
    "$add",
    "$all",
    "$allElementsTrue",
    "$and",
    "$anyElementTrue",
    "$arrayElemAt",
    "$arrayToObject",
    "$avg",
    "$bit",
    "$ceil",
    "$concat",
    "$concatArrays",
    "$divide",
    "$elemMatch",
    "$exp",
    "$filter",
    "$first",
    "$floor",
    "$in",
    "$indexOfArray",
    "$indexOfBytes",
    "$last",
    "$ln",
    "$log",
    "$log10",
    "$map",
    "$mergeObjects",
    "$mod",
    "$multiply",
    "$nin",
    "$nor",
    "$objectToArray",
    "$or",
    "$pow",
    "$push",
    "$range",
    "$reduce",
    "$reverseArray",
    "$round",
    "$setDifference",
    "$setIntersection",
    "$setIsSubset",
    "$setUnion",
    "$size",
    "$slice",
    "$sortArray",
    "$split",
    "$sqrt",
    "$strLenBytes",
    "$strLenCP",
    "$substrBytes",
    "$subtract",
    "$sum",
    "$trunc",
    "$zip",
];

/// The update operators in the server's messages about the type of a field.
const UPDATES: [&str; 9] = ["$addToSet", "$bit", "$inc", "$max", "$min", "$mul", "$pop", "$pull", "$push"];

/// Returns the server's name of a type, if the text is one.
fn type_name(text: &str) -> Option<&'static str> {
    const TYPES: [&str; 20] = [
        "array",
        "binData",
        "bool",
        "date",
        "decimal",
        "double",
        "int",
        "javascript",
        "long",
        "maxKey",
        "minKey",
        "missing",
        "null",
        "object",
        "objectId",
        "regex",
        "string",
        "symbol",
        "timestamp",
        "undefined",
    ];
    TYPES.into_iter().find(|name| *name == text.trim_end_matches('.'))
}

fn is_index(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.contains(|it: char| it.is_control() || "\"'{}:".contains(it))
}

#[cfg(test)]
mod tests;
