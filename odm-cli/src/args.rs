//! The arguments.

use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// The schema and the migrations of a MongoDB database
#[derive(Debug, Parser)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The connection string, which ends with the name of the database
    #[arg(long, global = true, env = "MONGODB_URI", hide_env_values = true)]
    pub(crate) uri: Option<String>,

    /// Print the result as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the differences between the declared schema and the database
    Plan(Plan),
    /// Make the changes of the plan
    Apply(Apply),
    /// Read all documents, and exit with 3 if some break a validator, a unique index or what their model reads
    Scan,
    /// Exit with 3 unless the schema and all migrations are applied
    Verify,
    /// Run the migrations that are not applied
    Migrate(Migrate),
    /// Read documents of collections, and print Rust models for them
    Introspect(Introspect),
    /// Show how the server answers a query
    Explain(Explain),
    /// Print the models and their references as a Mermaid class diagram
    Diagram,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Exit with 3 if there are changes to apply
    #[arg(long)]
    pub(crate) check: bool,

    /// Plan to drop what no model declares: indexes, which are hidden first, and at once search indexes, validators, and
    /// pre- and post-images
    #[arg(long)]
    pub(crate) drop_undeclared: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// Make the narrowing changes too: validators that may refuse what the server accepts now
    #[arg(long)]
    pub(crate) allow_narrowing: bool,

    /// Make the destructive changes too, which drop or rebuild indexes, let the server delete documents, replace validators
    /// of other programs, or turn off pre- and post-images
    #[arg(long)]
    pub(crate) allow_destructive: bool,

    /// Drop what no model declares: indexes, which are hidden first. Search indexes, validators, and pre- and post-images
    /// at once, with `--allow-destructive`
    #[arg(long)]
    pub(crate) drop_undeclared: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Read the documents and call the functions, and write nothing. Exit with 3 if a document cannot be rewritten
    #[arg(long, conflicts_with = "status")]
    pub(crate) dry_run: bool,

    /// List the migrations with their state, and exit with 3 unless all are applied
    #[arg(long)]
    pub(crate) status: bool,

    /// How many documents one transaction rewrites
    #[arg(long, value_name = "DOCUMENTS")]
    pub(crate) batch_size: Option<u32>,

    /// How many seconds to wait for another runner
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) wait: Option<Duration>,

    /// Accept that this migration has changed since it was applied
    #[arg(long, value_name = "MIGRATION")]
    pub(crate) accept_changed: Vec<String>,

    /// Remove this migration from the history, which began, did not end, and is not in the list any more
    #[arg(long, value_name = "MIGRATION")]
    pub(crate) discard_unfinished: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Introspect {
    /// The collections; all of the database if none is named
    pub(crate) collections: Vec<String>,

    /// How many documents to read. A larger collection is sampled
    #[arg(long, value_name = "DOCUMENTS", default_value_t = 100_000)]
    pub(crate) sample: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The collection
    pub(crate) collection: String,

    /// The filter, as extended JSON
    #[arg(default_value = "{}")]
    pub(crate) filter: String,

    /// The sort, as extended JSON
    #[arg(long)]
    pub(crate) sort: Option<String>,

    /// The maximum number of documents
    #[arg(long)]
    pub(crate) limit: Option<i64>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "expected a number of seconds".to_owned())
}
