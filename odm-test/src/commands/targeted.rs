//! Whether commands select by the shard key of a collection, so that a sharded cluster sends them to few shards.

use odm::{
    Model,
    bson::{Bson, Document},
};

use super::Commands;

impl Commands {
    /// Takes the commands, as [`take`](Self::take) does, and asserts that those on the collection of `M` select by the
    /// shard key that `M` declares. A sharded cluster sends other reads, updates and deletes to every shard.
    ///
    /// A filter selects by the key if it has an equality or an `$in` on the first field of the key, or a range if this
    /// field is not hashed. The server of the test need not be a cluster.
    ///
    /// ```no_run
    /// use odm::{Database, Id, Model};
    /// use odm_test::Commands;
    ///
    /// #[derive(Debug, Model)]
    /// #[odm(collection = "orders", shard_key(customer, id = "hashed"))]
    /// struct Order {
    ///     id: Id<Order>,
    ///     customer: i64,
    /// }
    ///
    /// #[odm_test::test]
    /// async fn the_orders_of_a_customer_are_on_few_shards(db: Database, commands: Commands) {
    ///     let orders = db.collection::<Order>().find(Order::fields().customer().eq(7)).await.unwrap();
    ///     commands.assert_targeted::<Order>();
    ///     # drop(orders);
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if `M` declares no shard key, and if a command would be sent to every shard, with these commands.
    #[track_caller]
    pub fn assert_targeted<M: Model>(&self) {
        let untargeted = self.take_untargeted::<M>();
        let options = M::collection_options();
        let key = options.declared_shard_key().map(ToString::to_string).unwrap_or_default();
        assert!(
            untargeted.is_empty(),
            "a cluster sends these commands to every shard, because they do not select by the shard key {key} of \
             `{}`: {untargeted:#?}",
            M::COLLECTION
        );
    }

    /// Takes the commands, as [`take`](Self::take) does, and returns those on the collection of `M` that do not select by
    /// the shard key that `M` declares.
    ///
    /// # Panics
    ///
    /// Panics if `M` declares no shard key.
    #[track_caller]
    pub fn take_untargeted<M: Model>(&self) -> Vec<Document> {
        let options = M::collection_options();
        let key = options.declared_shard_key().map(odm::model::ShardKey::to_document).unwrap_or_default();
        let first = key.iter().next();
        assert!(first.is_some(), "the model of `{}` declares no shard key", M::COLLECTION);
        let Some((field, kind)) = first else { return Vec::new() };
        let is_hashed = kind.as_str() == Some("hashed");
        let on_collection = |command: &Document| {
            command.iter().next().is_some_and(|(_, name)| name.as_str() == Some(M::COLLECTION))
        };
        let commands = self.take().into_iter().filter(on_collection);
        commands.filter(|command| !is_targeted(command, field, is_hashed)).collect()
    }
}

/// Returns whether each filter of the command selects by the field.
fn is_targeted(command: &Document, field: &str, is_hashed: bool) -> bool {
    let name = command.keys().next().map(String::as_str).unwrap_or_default();
    let part = |name: &str| match command.get(name) {
        Some(Bson::Document(filter)) => vec![filter],
        _ => Vec::new(),
    };
    let each = |list: &str| -> Vec<&Document> {
        let writes = command.get_array(list).map(Vec::as_slice).unwrap_or_default().iter();
        writes.filter_map(|write| write.as_document()?.get_document("q").ok()).collect()
    };
    let filters = match name {
        "find" => part("filter"),
        "count" | "distinct" | "findAndModify" | "findandmodify" => part("query"),
        "update" => each("updates"),
        "delete" => each("deletes"),
        "aggregate" => {
            let first = command.get_array("pipeline").ok().and_then(|stages| stages.first());
            first.and_then(|stage| stage.as_document()?.get_document("$match").ok()).into_iter().collect()
        }
        // Inserts contain the key, and the others read no documents by a filter.
        _ => return true,
    };
    !filters.is_empty() && filters.iter().all(|filter| selects(filter, field, is_hashed))
}

/// Returns whether the filter limits the values of the field.
fn selects(filter: &Document, field: &str, is_hashed: bool) -> bool {
    let clauses = |list: &Bson| -> Vec<bool> {
        let clauses = list.as_array().map(Vec::as_slice).unwrap_or_default().iter();
        clauses.map(|clause| clause.as_document().is_some_and(|one| selects(one, field, is_hashed))).collect()
    };
    filter.iter().any(|(name, value)| match name.as_str() {
        "$and" => clauses(value).contains(&true),
        "$or" => {
            let clauses = clauses(value);
            !clauses.is_empty() && !clauses.contains(&false)
        }
        name if name == field => limits(value, is_hashed),
        _ => false,
    })
}

/// Returns whether a condition on a field limits its values.
fn limits(condition: &Bson, is_hashed: bool) -> bool {
    match condition {
        Bson::Document(operators) if operators.keys().any(|name| name.starts_with('$')) => {
            operators.iter().any(|(name, operand)| match name.as_str() {
                "$eq" => true,
                "$in" => operand.as_array().is_some_and(|values| !values.is_empty()),
                "$gt" | "$gte" | "$lt" | "$lte" => !is_hashed,
                _ => false,
            })
        }
        Bson::RegularExpression(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use odm::bson::doc;

    use super::is_targeted;

    #[test]
    fn commands_that_select_by_the_field() {
        for command in [
            doc! { "find": "orders", "filter": { "customer": 7 } },
            doc! { "find": "orders", "filter": { "customer": { "$in": [7, 8] }, "open": true } },
            doc! { "find": "orders", "filter": { "$and": [{ "open": true }, { "customer": { "$eq": 7 } }] } },
            doc! { "find": "orders", "filter": { "$or": [{ "customer": 7 }, { "customer": 8 }] } },
            doc! { "aggregate": "orders", "pipeline": [{ "$match": { "customer": { "$gt": 7 } } }] },
            doc! { "update": "orders", "updates": [{ "q": { "customer": 7 }, "u": {} }] },
            doc! { "insert": "orders", "documents": [{}] },
            doc! { "getMore": 1_i64, "collection": "orders" },
        ] {
            assert!(is_targeted(&command, "customer", false), "{command}");
        }
    }

    #[test]
    fn commands_for_every_shard() {
        for command in [
            doc! { "find": "orders" },
            doc! { "find": "orders", "filter": { "open": true } },
            doc! { "find": "orders", "filter": { "customer": { "$ne": 7 } } },
            doc! { "find": "orders", "filter": { "customer": { "$in": [] } } },
            doc! { "find": "orders", "filter": { "$or": [{ "customer": 7 }, { "open": true }] } },
            doc! { "aggregate": "orders", "pipeline": [{ "$sort": { "customer": 1 } }] },
            doc! { "delete": "orders", "deletes": [{ "q": { "customer": 7 } }, { "q": { "open": true } }] },
            doc! { "findAndModify": "orders", "query": { "_id": 1 } },
        ] {
            assert!(!is_targeted(&command, "customer", false), "{command}");
        }
        let range = doc! { "find": "orders", "filter": { "customer": { "$gt": 7 } } };
        assert!(!is_targeted(&range, "customer", true), "the hashes of a range are everywhere");
    }
}
