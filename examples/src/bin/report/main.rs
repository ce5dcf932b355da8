//! The report of an analyst: an aggregation of MongoDB's sample data as a table in the terminal, and as a picture.
//!
//! `cargo run -p examples --bin report -- TO FOLDER` writes `theaters.svg` and `theaters.png` to the folder `TO` (by
//! default `target/report-pictures`), from `theaters.ndjson` in `FOLDER` (by default the program's own sample
//! documents). It needs neither a display nor installed fonts. It finds or starts a MongoDB server automatically.

mod picture;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use comfy_table::Table;
use examples::{
    samples::{self, Files},
    table::{
        Column::{Number, Text},
        table,
    },
    theaters::{self, StateShare, Theater},
};
use odm::Database;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let (to, folder) = (arguments.next(), arguments.next());
    if arguments.next().is_some() {
        bail!("expected at most two arguments, the folder for the pictures and the folder with the files");
    }
    let to = to.map_or_else(default_folder, PathBuf::from);
    let files = folder.map_or(Ok(Files::Samples), |folder| Files::in_folder(Path::new(&folder)))?;
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("report").await?;
    let states = states(&db, &files).await;
    // Drop the database even after an error, because the server may outlive this program.
    db.drop_database().await?;
    // Without this, the driver cleans up in a task, which panics if the process ends first.
    db.driver().client().clone().shutdown().await;
    let states = states?;

    println!("{}", report(&states));
    picture::register_font()?;
    write(&to, "theaters.svg", picture::svg(&states)?.as_bytes())?;
    write(&to, "theaters.png", &picture::png(&states)?)
}

/// Returns the folder for the pictures if there is no argument: one that is not committed.
fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("report-pictures")
}

async fn states(db: &Database, files: &Files) -> anyhow::Result<Vec<StateShare>> {
    let theaters = samples::store::<Theater>(db, files).await?;
    Ok(theaters::by_state(&theaters).await?.try_collect().await?)
}

fn report(states: &[StateShare]) -> Table {
    table(
        [Text("state"), Number("theaters"), Number("cities"), Number("% of all"), Number("cumulative %")],
        states.iter().map(|s| {
            let [percent, cumulative] =
                [s.percent, s.cumulative_percent].map(|percent| format!("{percent:.1}"));
            [s.state.clone(), s.theaters.to_string(), s.cities.to_string(), percent, cumulative]
        }),
    )
}

fn write(folder: &Path, name: &str, content: &[u8]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let path = folder.join(name);
    fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}
