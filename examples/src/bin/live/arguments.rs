//! The arguments of the program.

use anyhow::{Context, bail};

pub(crate) struct Arguments {
    pub(crate) port: u16,
    pub(crate) database: String,
}

impl Arguments {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut parsed = Self { port: 3000, database: "live".to_owned() };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--port" => {
                    let port = value()?;
                    parsed.port = port.parse().with_context(|| format!("`--port {port}` is not a port"))?;
                }
                "--database" => parsed.database = value()?,
                other => bail!("unknown argument `{other}`; the arguments are `--port 3000 --database live`"),
            }
        }
        Ok(parsed)
    }
}
