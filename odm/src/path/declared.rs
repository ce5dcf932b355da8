//! The dotted names of declared fields, such as `shipTo.city`. A program has few of them, so they are joined once.

use std::{ptr, sync::OnceLock};

use crate::value::place_of;

/// Two names of the program and the dotted name of both.
struct Joined {
    above: &'static str,
    field: &'static str,
    name: &'static str,
}

/// The joined names, by the addresses of their parts. Parts whose place others have taken are joined each time.
static JOINED: [OnceLock<Joined>; 512] = [const { OnceLock::new() }; 512];

/// Returns the dotted name of a field below another one. It is never freed, so there are at most as many as places.
pub(super) fn joined(above: &'static str, field: &'static str) -> Option<&'static str> {
    let place = JOINED.get(place_of(above, JOINED.len()) ^ place_of(field, JOINED.len()))?;
    let joined =
        place.get_or_init(|| Joined { above, field, name: String::leak(format!("{above}.{field}")) });
    (ptr::eq(joined.above, above) && ptr::eq(joined.field, field)).then_some(joined.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_once_also_if_others_share_their_places() {
        // More pairs than places, some of which begin at one address.
        static NAMES: &str = "abcdefghijklmnopqrstuvwxyz";
        let text: &'static str = NAMES.repeat(10).leak();
        let mut joined_names = 0;
        for start in 0..200 {
            for length in 1..6 {
                let (above, field) = (&text[start..start + length], &text[start + 7..start + 7 + length]);
                if let Some(name) = joined(above, field) {
                    assert_eq!(name, format!("{above}.{field}"));
                    assert!(ptr::eq(name, joined(above, field).unwrap()));
                    joined_names += 1;
                }
            }
        }
        assert!(joined_names > 0 && joined_names <= JOINED.len(), "{joined_names}");
    }
}
