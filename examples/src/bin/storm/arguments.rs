//! The arguments of the program.

use anyhow::{Context, bail, ensure};

/// How many changes are made, and how often the primary and the consumer are killed meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Arguments {
    pub(crate) changes: u32,
    pub(crate) kills: u32,
}

impl Arguments {
    /// Parses `--changes 50000 --kills 8`.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let (mut changes, mut kills) = (50_000, 8);
        while let Some(word) = words.next() {
            let number = match word.as_str() {
                "--changes" => &mut changes,
                "--kills" => &mut kills,
                _ => bail!("unknown argument `{word}`; the arguments are `--changes 50000 --kills 8`"),
            };
            let value =
                words.next().with_context(|| format!("`{word}` needs a number, such as `{word} 10`"))?;
            *number = value.parse().with_context(|| format!("`{word} {value}`"))?;
        }
        ensure!(changes >= 100, "`--changes` must be at least 100");
        Ok(Self { changes, kills })
    }
}
