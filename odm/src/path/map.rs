//! Paths into maps.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use super::{InQuery, Path, Reach};
use crate::value::{Map, MapKey, Value};

/// What may stand for a map's key of type `K`: the key, a reference to it, and `&str` for texts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of this map",
    label = "the map's keys are `{K}`"
)]
pub trait KeyOf<K> {
    /// The key as it stands in the document.
    fn to_key(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<K: MapKey> KeyOf<K> for K {
    fn to_key(&self) -> String {
        MapKey::to_key(self)
    }
}

#[diagnostic::do_not_recommend]
impl<K: MapKey> KeyOf<K> for &K {
    fn to_key(&self) -> String {
        MapKey::to_key(*self)
    }
}

macro_rules! texts {
    ($($key:ty),*) => { $(
        impl KeyOf<$key> for &str {
            fn to_key(&self) -> String {
                (*self).to_owned()
            }
        }
    )* };
}

texts!(String, Cow<'static, str>, Box<str>, Arc<str>, Rc<str>);

impl<M: 'static, V: Value, R: Reach> Path<M, V, R> {
    /// The value under a key: `prices.NOK`; of a `Document`, a value of any type.
    ///
    /// The key is data. One that is empty, holds `.` or NUL, or starts with `$` would mean something else to
    /// the server: whatever sends the filter or update then answers with an error that
    /// [`is_not_sent`](crate::Error::is_not_sent).
    #[allow(clippy::needless_pass_by_value)] // a literal or a reference, mostly
    pub fn key(
        &self,
        key: impl KeyOf<V::Key>,
    ) -> <V::Item as Value>::Fields<InQuery<M, R>, Path<M, V::Item, R>>
    where
        V: Map,
    {
        let at = self.at.key(&key.to_key()).of(V::Item::ARRAYS);
        V::Item::under(InQuery::new(at.clone()), Path::new(at))
    }
}
