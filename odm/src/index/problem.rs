//! Properties of an index that the server would refuse, found before anything is sent.

use std::{collections::HashSet, time::Duration};

use super::Index;

/// The longest TTL, in seconds.
const LONGEST: u64 = i32::MAX as u64;

/// The maximum number of fields of an index.
const WIDEST: usize = 32;

impl Index {
    /// Returns why every server would refuse this index, as a phrase to follow its name. Returns `None` if it is
    /// valid.
    ///
    /// ```
    /// use odm::index::{Direction::Ascending, Index};
    ///
    /// assert_eq!(Index::new().key("a", Ascending).problem(), None);
    /// assert_eq!(Index::new().problem().as_deref(), Some("has no keys"));
    /// ```
    pub fn problem(&self) -> Option<String> {
        self.key_problem().or_else(|| self.ttl_problem()).or_else(|| self.name_problem())
    }

    fn key_problem(&self) -> Option<String> {
        if self.keys.is_empty() {
            return Some("has no keys".to_owned());
        }
        if self.keys.len() > WIDEST {
            return Some(format!("has {} keys: the server takes at most {WIDEST}", self.keys.len()));
        }
        if let [(field, _)] = self.keys.as_slice()
            && field == "_id"
        {
            return Some("is on `_id` alone: every collection has that index, and it is unique".to_owned());
        }
        let mut seen = HashSet::new();
        self.keys.iter().find_map(|(field, _)| {
            let bad = |reason: &str| Some(format!("has the key `{}`, {reason}", field.escape_debug()));
            if field.split('.').any(str::is_empty) {
                bad("which has an empty part")
            } else if field.split('.').any(|part| part.starts_with('$')) {
                bad("in which a part begins with `$`: name the stored field, not an update's position")
            } else if field.contains('\0') {
                bad("which contains a null character")
            } else if seen.insert(field.as_str()) {
                None
            } else {
                bad("twice")
            }
        })
    }

    fn ttl_problem(&self) -> Option<String> {
        let ttl = self.expire_after?;
        if self.keys.len() > 1 {
            Some("has a ttl and several keys: documents expire by one date field".to_owned())
        } else if Duration::from_secs(ttl.as_secs()) != ttl {
            Some("has a ttl with a fraction of a second: the server counts whole seconds".to_owned())
        } else if ttl.as_secs() > LONGEST {
            Some(format!("has a ttl of {} s: the longest is {LONGEST} s", ttl.as_secs()))
        } else {
            None
        }
    }

    fn name_problem(&self) -> Option<String> {
        match self.name.as_deref()? {
            "" => Some("has an empty name".to_owned()),
            "*" => Some("is named `*`, which stands for every index".to_owned()),
            "_id_" => Some("is named `_id_`, which is the index on `_id`".to_owned()),
            name if name.contains('\0') => Some("has a name with a null character".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Direction::{Ascending, Descending};

    fn on(field: &str) -> Index {
        Index::new().key(field, Ascending)
    }

    fn problem(index: &Index) -> String {
        index.problem().unwrap_or_default()
    }

    #[test]
    fn keys() {
        assert_eq!(problem(&Index::new()), "has no keys");
        assert_eq!(problem(&on("a").key("b", Descending)), "");
        assert_eq!(problem(&on("a").key("b", Ascending).key("a", Descending)), "has the key `a`, twice");
        let wide = (0..33).fold(Index::new(), |index, n| index.key(format!("f{n}"), Ascending));
        assert_eq!(problem(&wide), "has 33 keys: the server takes at most 32");
        assert_eq!(problem(&on("a..b")), "has the key `a..b`, which has an empty part");
        assert_eq!(problem(&on("a\0b")), r"has the key `a\0b`, which contains a null character");
        assert_eq!(
            problem(&on("lines.$[].qty")),
            "has the key `lines.$[].qty`, in which a part begins with `$`: name the stored field, not an \
             update's position"
        );
        assert_eq!(problem(&on("lines.0.qty")), "");
    }

    #[test]
    fn the_index_on_id_is_there_already() {
        let words = "is on `_id` alone: every collection has that index, and it is unique";
        assert_eq!(problem(&on("_id")), words);
        assert_eq!(problem(&on("_id").unique()), words);
        assert_eq!(problem(&on("_id").key("a", Ascending)), "");
    }

    #[test]
    fn ttl() {
        let ttl = |seconds| on("at").expire_after(Duration::from_secs(seconds));
        assert_eq!(problem(&ttl(0)), "");
        assert_eq!(problem(&ttl(2_147_483_647)), "");
        assert_eq!(problem(&ttl(2_147_483_648)), "has a ttl of 2147483648 s: the longest is 2147483647 s");
        assert_eq!(
            problem(&ttl(1).key("b", Ascending)),
            "has a ttl and several keys: documents expire by one date field"
        );
        assert_eq!(
            problem(&on("at").expire_after(Duration::from_millis(1_500))),
            "has a ttl with a fraction of a second: the server counts whole seconds"
        );
    }

    #[test]
    fn names() {
        assert_eq!(problem(&on("a").named("mine")), "");
        assert_eq!(problem(&on("a").named("")), "has an empty name");
        assert_eq!(problem(&on("a").named("*")), "is named `*`, which stands for every index");
        assert_eq!(problem(&on("a").named("_id_")), "is named `_id_`, which is the index on `_id`");
    }
}
