//! Paths into maps.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use super::{InQuery, Multiplicity, Path};
use crate::value::{Map, MapKey, Value};

/// A key of a map with keys of type `K`: a `K`, a reference to one, or `&str` if `K` is a string.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of this map",
    label = "the map's keys are `{K}`"
)]
pub trait KeyOf<K> {
    /// Returns the key as it is stored in the document.
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

impl<M: 'static, V: Value, R: Multiplicity> Path<M, V, R> {
    /// Returns the path to the value under a key: `prices.NOK`. In a `Document`, the value can have any type.
    ///
    /// The key is data.
    ///
    /// # Errors
    ///
    /// If the key is empty, contains `.` or NUL, or starts with `$`, the server would interpret it differently. The
    /// action that takes the filter or update then returns an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
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
