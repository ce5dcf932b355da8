//! The arguments of the program.

use std::time::Duration;

use anyhow::{Context, bail, ensure};

/// How long the transfers are made, and how often the primary is killed in this time.
pub(crate) struct Arguments {
    pub(crate) time: Duration,
    pub(crate) kills: u32,
}

impl Arguments {
    /// Parses `--seconds 30 --kills 10`.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (mut seconds, mut kills) = (30, 10);
        while let Some(word) = words.next() {
            let number = match word.as_str() {
                "--seconds" => &mut seconds,
                "--kills" => &mut kills,
                _ => bail!("unknown argument `{word}`; the arguments are `--seconds 30 --kills 10`"),
            };
            let value =
                words.next().with_context(|| format!("`{word}` needs a number, such as `{word} 10`"))?;
            *number = value.parse().with_context(|| format!("`{word} {value}`"))?;
        }
        ensure!(seconds > 0, "`--seconds` must be at least 1");
        Ok(Self { time: Duration::from_secs(seconds.into()), kills })
    }
}
