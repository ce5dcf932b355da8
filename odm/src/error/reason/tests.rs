//! Messages of a real server (6.0.5), and the reasons that replace them.

use super::reason;

const NAMES: &[&str] = &["_id", "n", "s", "arr", "b", "c"];

/// A code, the server's message, and the reason.
const TABLE: &[(i32, &str, &str)] = &[
    (
        73,
        "{aggregate: 1} is not valid for '$match'; a collection is required.",
        "a stage of the pipeline needs a collection, but the pipeline is run on the database",
    ),
    (
        73,
        "$documents can only be run with {aggregate: 1}",
        "a stage of the pipeline needs the database, but the pipeline is run on a collection",
    ),
    (
        73,
        "$currentOp must be run against the 'admin' database with {aggregate: 1}",
        "a stage of the pipeline can be run only on the database `admin`",
    ),
    (73, "Invalid collection name: a$SECRET", "no collection can have this name"),
    (73, "Invalid namespace specified 'SECRET.'", "no collection can have this name"),
    (73, "SECRET", "a namespace is not valid for the command"),
    (2, "unknown operator: $SECRET", "the filter has an operator that this server does not know"),
    (2, "$in needs an array", "`$in` takes an array"),
    (2, "$elemMatch needs an Object", "`$elemMatch` takes a document"),
    (
        2,
        "error processing query: ns=codes.aTree: n $eq \"SECRET\"\nSort: {}\nProj: {}\n planner returned error :: caused by :: hint provided does not correspond to an existing index",
        "the index that `hint` names does not exist",
    ),
    (
        2,
        "Loop is not closed: [ [ 0, 0 ], [ 1, 1 ] ]",
        "a ring of a polygon is not closed: its last position must be its first",
    ),
    (
        2,
        "Field 'locale' is invalid in: { locale: \"SECRET\" }",
        "the server does not know the locale of the collation",
    ),
    (
        2,
        "Failed to optimize expression :: caused by :: can't $divide by zero",
        "an expression divides by zero",
    ),
    (
        2,
        "The field 'n' must be an array but is of type string in document {_id: 1}",
        "`$push` needs an array, and the field `n` is of type string",
    ),
    (
        2,
        "The field 'SECRET' must be an array but is of type string in document {_id: 1}",
        "`$push` needs an array, and the field is of type string",
    ),
    (
        2,
        "Cannot apply $bit to a value of non-integral type._id: 1 has the field n of non-integer type string",
        "`$bit` needs an integer, and the field `n` is of type string",
    ),
    (
        2,
        "Cannot apply $addToSet to non-array field. Field named 'n' has non-array type string",
        "`$addToSet` needs an array, and the field `n` is of type string",
    ),
    (
        2,
        "Cannot apply $pull to a non-array value",
        "`$pull` needs an array, and the field is of another type",
    ),
    (
        2,
        "No array filter found for identifier 'SECRET' in path 'arr.$[SECRET]'",
        "a `$[..]` of the update has no array filter",
    ),
    (
        2,
        "Cannot apply array updates to non-array element n: \"SECRET\"",
        "`$[]` goes through a field that holds no array",
    ),
    (2, "SECRET", "an operator or an option has a value that the server refuses"),
    (
        9,
        "Unknown modifier: $SECRET. Expected a valid update modifier or pipeline-style update specified as an array",
        "the update has an operator that this server does not know",
    ),
    (9, "SECRET", "the server cannot parse an operator or an option"),
    (
        14,
        "Plan executor error during findAndModify :: caused by :: Cannot apply $inc to a value of non-numeric type. {_id: \"SECRET has the field 'x' of non-numeric type SECRET\"} has the field 'n' of non-numeric type string",
        "`$inc` needs a number, and the field `n` is of type string",
    ),
    (
        14,
        "Cannot apply $mul to a value of non-numeric type. {_id: 1} has the field 's.SECRET' of non-numeric type array",
        "`$mul` needs a number, and a field inside `s` is of type array",
    ),
    (
        14,
        "Path 'n' contains an element of non-array type 'string'",
        "`$pop` needs an array, and the field `n` is of type string",
    ),
    (14, "Cannot increment with non-numeric argument: {n: \"SECRET\"}", "`$inc` takes a number"),
    (
        14,
        "PlanExecutor error during aggregation :: caused by :: $divide only supports numeric types, not string and int",
        "`$divide` takes numbers, not string and int",
    ),
    (
        14,
        "$SECRET only supports numeric types, not SECRET",
        "a value has a type that an operator or an option does not take",
    ),
    (
        14,
        "BSON field 'distinct.key' is the wrong type 'int', expected type 'string'",
        "a value has a type that an operator or an option does not take",
    ),
    (
        16554,
        "PlanExecutor error during aggregation :: caused by :: $add only supports numeric or date types, not string",
        "`$add` takes numbers or dates, not string",
    ),
    (
        16702,
        "PlanExecutor error during aggregation :: caused by :: $concat only supports strings, not array",
        "`$concat` takes strings, not array",
    ),
    (
        17124,
        "PlanExecutor error during aggregation :: caused by :: The argument to $size must be an array, but was of type: int",
        "`$size` takes an array, not int",
    ),
    (
        20,
        "$group is not permitted in a $changeStream pipeline",
        "a stage is not allowed in the pipeline of a change stream",
    ),
    (
        20,
        "Transaction numbers are only allowed on a replica set member or mongos",
        "transactions and writes that are retried need a replica set or a sharded cluster",
    ),
    (26, "ns not found codes.SECRET", "there is no such collection"),
    (27, "text index required for $text query", "`$text` needs a text index on the collection"),
    (
        27,
        "$geoNear requires a 2d or 2dsphere index, but none were found",
        "`$geoNear` needs a `2dsphere` or `2d` index on the collection",
    ),
    (27, "index not found with name [SECRET]", "the collection has no such index"),
    (
        28,
        "Cannot create field 'SECRET' in element {n: \"SECRET\"}",
        "the update goes into the field `n`, which holds neither a document nor an array",
    ),
    (
        28,
        "Cannot create field 'SECRET' in element {SECRET: 1}",
        "the update goes into a field that holds neither a document nor an array",
    ),
    (
        40,
        "Updating the path 's' would create a conflict at 's'",
        "two operators of the update change the field `s` or a field inside it",
    ),
    (
        40,
        "Updating the path 'SECRET' would create a conflict at 'SECRET'",
        "two operators of the update change the same field, or one inside the other",
    ),
    (48, "Collection codes.ix already exists.", "a collection of this name exists already"),
    (
        52,
        "_id fields may not contain '$'-prefixed fields: $SECRET is not valid for storage.",
        "a name begins with `$` where that is not allowed",
    ),
    (
        53,
        "The '_id' value cannot be of type array",
        "an `_id` cannot be an array, a regular expression or undefined",
    ),
    (
        54,
        "cannot infer query fields to set, path 'SECRET' is matched twice",
        "the filter of the upsert sets a field of the new document twice",
    ),
    (
        66,
        "Performing an update on the path '_id' would modify the immutable field '_id'",
        "the update would change the field `_id`, which cannot change",
    ),
    (
        66,
        "After applying the update, the (immutable) field '_id' was found to have been altered to _id: \"SECRET\"",
        "the update would change the field `_id`, which cannot change",
    ),
    (
        67,
        "Error in specification { key: { a: 1 }, name: \"pp\", partialFilterExpression: { a: { $ne: \"SECRET\" } }, v: 2 } :: caused by :: Expression not supported in partial index: $not\n    a $eq \"SECRET\"\n",
        "the filter of a partial index has an operator that the server does not take there",
    ),
    (
        85,
        "Index already exists with a different name: z_1",
        "an index of these keys exists under another name, `z_1`",
    ),
    (
        86,
        "An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: { v: 2, key: { y: 1 }, name: \"z_1\" }, existing index: { v: 2, key: { z: 1 }, name: \"z_1\" }",
        "the index `z_1` exists with other keys or options",
    ),
    (
        171,
        "Index build failed: 05282dbf: Collection codes.ix ( 94aace88 ) :: caused by :: cannot index parallel arrays [c] [b]",
        "an index cannot contain two arrays of one document: the field `c` and the field `b`",
    ),
    (171, "cannot index parallel arrays [SECRET] [b]", "two fields of the index hold arrays in one document"),
    (
        251,
        "Given transaction number 5 does not match any in-progress transactions. The active transaction number is 4",
        "the transaction is no longer in progress: it was ended, or took longer than the server allows",
    ),
    (
        263,
        "Cannot run 'listCollections' in a multi-document transaction.",
        "the operation cannot be part of a transaction",
    ),
    (
        291,
        "error processing query: ns=codes.aTree: GEONEAR  field=s maxdist=1.79769e+308 isNearSphere=0\nSort: {}\nProj: {}\n planner returned error :: caused by :: unable to find index for $geoNear query",
        "`$near` needs a `2dsphere` or `2d` index on the field",
    ),
    (
        292,
        "Executor error during find command :: caused by :: Sort exceeded memory limit of 104857600 bytes, but did not opt in to external sorting.",
        "the sort needs more memory than 104857600 bytes; let it use the disk with `allow_disk_use`, or use an index",
    ),
    (
        16755,
        "Index build failed: 94052087: Collection codes.ix ( 94aace88 ) :: caused by :: Can't extract geo keys: { _id: 1, a: \"SECRET\" }",
        "a stored value is not a geometry, so a geospatial index cannot have it",
    ),
    (
        40228,
        "PlanExecutor error during aggregation :: caused by :: 'newRoot' expression  must evaluate to an object, but resulting value was: \"SECRET\".",
        "the new root of `$replaceRoot` is not a document",
    ),
    (
        40324,
        "Unrecognized pipeline stage name: '$SECRET'",
        "the pipeline has a stage that this server does not know",
    ),
    (999_999, "SECRET", "the server refused"),
];

#[test]
fn a_text_of_the_server_becomes_a_sentence_without_its_values() {
    for (code, text, sentence) in TABLE {
        let found = reason(*code, text, NAMES);
        assert_eq!(found, *sentence, "{code}: {text}");
        assert!(!found.contains("SECRET"), "{found}");
    }
}
