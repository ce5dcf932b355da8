//! Error messages for commands that the server refuses. The server itself generates each code.

use odm::{
    Collection, Database, Error, Filter, Model,
    bson::{Document, doc},
};
use odm_integration::people::{Person, people, person};

const WORDS: &str = "; the server's message, which may hold stored values, is in `server_message()`";

/// Returns the code and the message for a command that the server refuses.
async fn refused(db: &Database, command: Document) -> (i32, String) {
    let name = command.keys().next().unwrap().clone();
    let error = match db.driver().run_command(command).await {
        Err(error) => Error::from_driver(error),
        Ok(reply) => panic!("{name}: {reply}"),
    };
    code_and_message(&error)
}

fn code_and_message(error: &Error) -> (i32, String) {
    let (text, debug) = (error.to_string(), format!("{error:?}"));
    let text = text.rsplit_once(" (code ").map_or(text.as_str(), |(text, _)| text);
    // The text that `unwrap` and `fn main() -> odm::Result<()>` print.
    assert!(debug.contains(text), "{debug}");
    assert!(!debug.contains("SECRET"), "{debug}");
    let text = text.strip_suffix(WORDS).unwrap_or_else(|| panic!("{text}"));
    let text =
        text.split_once(": ").filter(|(place, _)| place.contains(" on ")).map_or(text, |(_, text)| text);
    (error.code().unwrap(), text.to_owned())
}

fn find(filter: Document) -> Document {
    doc! { "find": "people", "filter": filter }
}

fn aggregate(stage: Document) -> Document {
    doc! { "aggregate": "people", "pipeline": [stage], "cursor": {} }
}

fn project(expression: Document) -> Document {
    aggregate(doc! { "$project": { "x": expression } })
}

fn index(key: Document, name: &str, options: Document) -> Document {
    let mut index = doc! { "key": key, "name": name };
    index.extend(options);
    doc! { "createIndexes": "people", "indexes": [index] }
}

/// Commands, their error codes, and the messages.
#[allow(clippy::too_many_lines)] // a list
fn commands() -> Vec<(Document, i32, &'static str)> {
    vec![
        (
            find(doc! { "name": { "$SECRET": 1 } }),
            2,
            "the filter has an operator that this server does not know",
        ),
        (
            find(doc! { "$SECRET": 1 }),
            2,
            "the filter has an operator that this server does not know at its top",
        ),
        (find(doc! { "name": { "$in": "SECRET" } }), 2, "`$in` takes an array"),
        (find(doc! { "name": { "$size": -1 } }), 2, "`$size` takes a whole number, 0 or more"),
        (find(doc! { "name": { "$mod": [0, 1] } }), 2, "the divisor of `$mod` is 0"),
        (doc! { "find": "people", "hint": "SECRET_1" }, 2, "the index that `hint` names does not exist"),
        (
            doc! { "find": "people", "collation": { "locale": "SECRET" } },
            2,
            "the server does not know the locale of the collation",
        ),
        (doc! { "find": "people", "tailable": true }, 2, "a tailable cursor needs a capped collection"),
        (
            find(doc! { "$jsonSchema": { "SECRET": 1 } }),
            9,
            "a schema has a keyword that this server does not know",
        ),
        (
            doc! { "find": "people", "readConcern": { "level": "SECRET" } },
            9,
            "the server cannot parse an operator or an option",
        ),
        (project(doc! { "$divide": ["$name", 2] }), 14, "`$divide` takes numbers, not string and int"),
        (
            doc! { "distinct": "people", "key": 5 },
            14,
            "a value has a type that an operator or an option does not take",
        ),
        (
            aggregate(doc! { "$changeStream": { "resumeAfter": { "_data": "SECRET" } } }),
            9,
            "the resume token is not valid",
        ),
        (doc! { "drop": "SECRET" }, 26, "there is no such collection"),
        (doc! { "dropIndexes": "people", "index": "SECRET" }, 27, "the collection has no such index"),
        (find(doc! { "$text": { "$search": "SECRET" } }), 27, "`$text` needs a text index on the collection"),
        (doc! { "create": "people" }, 48, "a collection of this name exists already"),
        (
            index(
                doc! { "age": 1 },
                "age_1",
                doc! { "partialFilterExpression": { "name": { "$ne": "SECRET" } } },
            ),
            67,
            "the filter of a partial index has an operator that the server does not take there",
        ),
        (
            index(doc! { "age": "SECRET" }, "age", doc! {}),
            67,
            "the server does not know the type of the index",
        ),
        (
            index(doc! { "age": 1, "name": 1 }, "ttl", doc! { "expireAfterSeconds": 5 }),
            67,
            "a TTL index has exactly one field",
        ),
        (
            doc! { "dropIndexes": "people", "index": "_id_" },
            72,
            "an option or a combination of options is not valid",
        ),
        (
            doc! { "aggregate": 1, "pipeline": [{ "$match": { "n": "SECRET" } }], "cursor": {} },
            73,
            "a stage of the pipeline needs a collection, but the pipeline is run on the database",
        ),
        (doc! { "create": "a$SECRET" }, 73, "no collection can have this name"),
        (
            index(doc! { "email": 1 }, "other", doc! { "unique": true }),
            85,
            "an index of these keys exists under another name, `email_1`",
        ),
        (
            index(doc! { "age": 1 }, "email_1", doc! {}),
            86,
            "the index `email_1` exists with other keys or options",
        ),
        (
            doc! { "createIndexes": "view", "indexes": [{ "key": { "age": 1 }, "name": "age" }] },
            166,
            "a view cannot do this: it is not a collection",
        ),
        (
            index(doc! { "age": 1 }, "x", doc! { "SECRET": 1 }),
            197,
            "an option of the index is not one that this server knows",
        ),
        (
            project(doc! { "$toInt": "$name" }),
            241,
            "a value cannot be converted to the type that the pipeline asks for",
        ),
        (
            find(doc! { "name": { "$near": { "$geometry": { "type": "Point", "coordinates": [0, 0] } } } }),
            291,
            "`$near` needs a `2dsphere` or `2d` index on the field",
        ),
        (doc! { "SECRET": 1 }, 59, "this server does not have the command"),
        (aggregate(doc! { "$limit": 0 }), 15958, "`$limit` must be greater than 0"),
        (doc! { "find": "people", "sort": { "name": 3 } }, 15975, "a sort takes 1 or -1 for each field"),
        (project(doc! { "$add": ["$name", 1] }), 16554, "`$add` takes numbers or dates, not string"),
        (project(doc! { "$concat": ["$age", "x"] }), 16702, "`$concat` takes strings, not long"),
        (project(doc! { "$size": "$name" }), 17124, "`$size` takes an array, not string"),
        (find(doc! { "$expr": "$$SECRET" }), 17276, "an expression uses a variable that is not defined"),
        (
            doc! { "find": "people", "projection": { "name": 1, "age": 0 } },
            31254,
            "a projection leaves some fields out and keeps others; only `_id` may differ",
        ),
        (
            project(doc! { "$SECRET": 1 }),
            31325,
            "the pipeline has an expression that this server does not know",
        ),
        (
            aggregate(doc! { "$replaceRoot": { "newRoot": "$name" } }),
            40228,
            "the new root of `$replaceRoot` is not a document",
        ),
        (aggregate(doc! { "$SECRET": 1 }), 40324, "the pipeline has a stage that this server does not know"),
        (
            doc! { "find": "people", "SECRET": 1 },
            40415,
            "the command has an option that this server does not know; it may be too old for it",
        ),
        (
            doc! { "find": "people", "skip": -1 },
            51024,
            "a number is out of its range; `skip` and `limit` are 0 or more",
        ),
        (find(doc! { "name": { "$regex": "SECRET(" } }), 51091, "a regular expression is not valid"),
    ]
}

#[odm_test::test]
async fn the_error_of_a_refused_command_contains_the_reason(db: Database) {
    let people = people(&db).await;
    people.insert_many([person("SECRET", 1), person("ada", 2)]).await.unwrap();
    db.driver().run_command(doc! { "create": "view", "viewOn": "people", "pipeline": [] }).await.unwrap();
    for (command, code, reason) in commands() {
        let (found, text) = refused(&db, command.clone()).await;
        assert_eq!(text, reason, "{command}");
        // Later patch releases report `$add` of a string with the code of all other type mismatches.
        assert!(found == code || (code == 16554 && found == 14), "{command}: {found}");
    }
}

/// An update that does not fit a document: the message contains the field if the model declares it.
#[odm_test::test]
async fn the_error_of_a_refused_update_contains_the_declared_field(db: Database) {
    let people = people(&db).await;
    let ada = person("SECRET", 1);
    people.insert_one(&ada).await.unwrap();
    let set = doc! { "$set": { "undeclared": "SECRET", "tags": ["SECRET"] } };
    people.driver().update_one(doc! {}, set).await.unwrap();
    let update = async |people: &Collection<Person>, update: Document| {
        let one = people.update_one(Filter::all(), update.clone()).await.unwrap_err();
        let modify = people.find_one_and_update(Filter::all(), update.clone()).await.unwrap_err();
        let bulk = people.bulk_write([odm::Write::update_one(Filter::all(), update)]).await.unwrap_err();
        let text = bulk.to_string();
        let (code, text_of_one) = code_and_message(&one);
        assert_eq!(code_and_message(&modify), (code, text_of_one.clone()));
        assert!(text.contains(&text_of_one), "{text}");
        (code, text_of_one)
    };
    for (change, code, reason) in [
        (doc! { "$inc": { "name": 1 } }, 14, "`$inc` needs a number, and the field `name` is of type string"),
        (doc! { "$mul": { "undeclared": 1 } }, 14, "`$mul` needs a number, and the field is of type string"),
        (doc! { "$inc": { "age": "SECRET" } }, 14, "`$inc` takes a number"),
        (
            doc! { "$push": { "name": "SECRET" } },
            2,
            "`$push` needs an array, and the field `name` is of type string",
        ),
        (
            doc! { "$addToSet": { "name": 1 } },
            2,
            "`$addToSet` needs an array, and the field `name` is of type string",
        ),
        (doc! { "$pop": { "name": 1 } }, 14, "`$pop` needs an array, and the field `name` is of type string"),
        (doc! { "$pull": { "name": 1 } }, 2, "`$pull` needs an array, and the field is of another type"),
        (
            doc! { "$bit": { "name": { "and": 1 } } },
            2,
            "`$bit` needs an integer, and the field `name` is of type string",
        ),
        (
            doc! { "$set": { "name.SECRET": 1 } },
            28,
            "the update goes into the field `name`, which holds neither a document nor an array",
        ),
        (
            doc! { "$set": { "undeclared.SECRET": 1 } },
            28,
            "the update goes into a field that holds neither a document nor an array",
        ),
        (
            doc! { "$set": { "_id": "SECRET" } },
            66,
            "the update would change the field `_id`, which cannot change",
        ),
        (doc! { "$set": { "tags.$[x]": 1 } }, 2, "a `$[..]` of the update has no array filter"),
        (doc! { "$set": { "name.$[]": 1 } }, 2, "`$[]` goes through a field that holds no array"),
        (doc! { "$SECRET": { "name": 1 } }, 9, "the update has an operator that this server does not know"),
        (doc! { "$set": { "": 1 } }, 56, "a path of the update has an empty name in it"),
        (doc! { "$set": { "$SECRET": 1 } }, 52, "a name begins with `$` where that is not allowed"),
    ] {
        assert_eq!(update(&people, change.clone()).await, (code, reason.to_owned()), "{change}");
    }
    // A typed update would be refused before it is sent.
    let wrong = people.driver().update_one(doc! {}, doc! { "$set": { "tags.$": 1 } }).await.unwrap_err();
    assert_eq!(
        code_and_message(&Error::from_driver(wrong)),
        (2, "`$` has no array element to update: the filter matched no element of this array".to_owned())
    );
    let wrong = people.driver().insert_one(doc! { "_id": ["SECRET"] }).await.unwrap_err();
    assert_eq!(
        code_and_message(&Error::from_driver(wrong)),
        (53, "an `_id` cannot be an array, a regular expression or undefined".to_owned())
    );
    let p = Person::fields();
    let error = people
        .update_one(p.name().eq("SECRET"), p.name().set("x"))
        .hint(doc! { "SECRET": 1 })
        .await
        .unwrap_err();
    assert_eq!(code_and_message(&error), (2, "the index that `hint` names does not exist".to_owned()));
    assert!(error.server_message().is_some());
}
