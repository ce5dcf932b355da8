//! `Known`: the generation that a process uses, and since when.

use mongodb::bson::Timestamp;

/// A generation that this process has seen.
///
/// Changes until `since` were before this process, or it has removed them before it saw the generation, maybe from an
/// earlier one. So what was read before `since` can be old, and this process does not remove it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    pub(super) generation: String,
    pub(super) since: Reached,
}

/// A cluster time as a text of 16 characters, in the order of the times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reached(String);

impl Reached {
    pub(super) fn of(time: Option<Timestamp>) -> Self {
        let Timestamp { time, increment } = time.unwrap_or(Timestamp { time: 0, increment: 0 });
        Self(format!("{time:08X}{increment:08X}"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a text that [`as_str`](Self::as_str) returned. Returns `None` for the time zero.
    pub(super) fn read(text: &[u8]) -> Option<Timestamp> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 16 && text.is_ascii())?;
        let (time, increment) = text.split_at(8);
        let number = |digits| u32::from_str_radix(digits, 16).ok();
        let time = Timestamp { time: number(time)?, increment: number(increment)? };
        Some(time).filter(|time| time.time > 0)
    }
}

impl Default for Reached {
    fn default() -> Self {
        Self::of(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_text_in_the_order_of_the_times() {
        let times = [(0, 0), (9, 16), (10, 2), (10, u32::MAX), (0x6B0B_F91D, 1)];
        let times = times.map(|(time, increment)| Timestamp { time, increment });
        let texts = times.map(|time| Reached::of(Some(time)).as_str().to_owned());
        assert!(texts.is_sorted(), "{texts:?}");
        for (time, text) in times.iter().zip(&texts).skip(1) {
            assert_eq!(Reached::read(text.as_bytes()), Some(*time));
        }
        assert_eq!(Reached::read(Reached::default().as_str().as_bytes()), None);
        assert_eq!(Reached::read(b"no"), None);
    }
}
