//! `Supervisor`: starts the consumer, kills it at random points, and starts it again.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use examples::random::Random;
use odm::{
    Database, Model,
    bson::{Document, doc},
};
use tokio::time::sleep;

use crate::{
    arguments::Arguments,
    child::Child,
    consumer,
    item::{Applied, LAST},
};

/// How long the consumer may take for its next change.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts the process that handles the changes, and kills it.
pub(crate) struct Supervisor {
    pub(crate) db: Database,
    pub(crate) uri: String,
    pub(crate) file: PathBuf,
}

/// How far the process is.
#[derive(Clone, Copy)]
enum Point {
    /// This many changes have taken effect in the transactional subscription.
    Applied(i64),
    /// Both subscriptions have handled the last change.
    End,
}

impl Supervisor {
    /// Kills the process this often, after a random number of changes, and starts it again each time. Then waits until
    /// it has handled all changes.
    pub(crate) async fn run_and_kill(self, Arguments { changes, kills }: Arguments) -> anyhow::Result<u32> {
        let mut random = Random::new(u64::from(std::process::id()));
        let mut points: Vec<i64> = Vec::new();
        for _ in 0..kills {
            points.push(random.below(i32::try_from(changes)?).into());
        }
        points.sort_unstable();
        let mut child = self.start()?;
        let mut killed = 0;
        for point in points {
            self.wait(&mut child, Point::Applied(point)).await?;
            // In the middle of something.
            sleep(Duration::from_micros(u64::try_from(random.below(20_000))?)).await;
            if child.kill().await? {
                killed += 1;
                println!("killed the consumer after more than {point} changes");
            }
            child = self.start()?;
        }
        self.wait(&mut child, Point::End).await?;
        child.stop().await?;
        Ok(killed)
    }

    fn start(&self) -> anyhow::Result<Child> {
        Child::start(&["consume", &self.uri, self.file.to_str().context("the folder for temporary files")?])
    }

    /// Waits until this point is reached. Starts the process again if it ends by itself, as a supervisor does.
    async fn wait(&self, child: &mut Child, point: Point) -> anyhow::Result<()> {
        let (mut moment, mut before) = (Instant::now(), 0);
        loop {
            match self.is_reached(point).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => eprintln!("cannot see what was handled: {error}"),
            }
            if child.has_ended()? {
                eprintln!("the consumer has ended by itself and is started again");
                *child = self.start()?;
            }
            if let Ok(applied) = self.applied().await
                && applied > before
            {
                (moment, before) = (Instant::now(), applied);
            }
            if moment.elapsed() > PATIENCE {
                bail!("the consumer has handled no change for {PATIENCE:?}");
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    async fn is_reached(&self, point: Point) -> anyhow::Result<bool> {
        match point {
            Point::Applied(changes) => Ok(self.applied().await? >= changes),
            Point::End => self.has_handled_all().await,
        }
    }

    /// Returns how many transactions of the transactional subscription were committed: one for each change.
    async fn applied(&self) -> anyhow::Result<i64> {
        let positions = self.db.driver().collection::<Document>("odm_subscriptions");
        let position = positions.find_one(doc! { "_id": consumer::TRANSACTIONAL }).await?;
        Ok(position.and_then(|position| position.get_i64("version").ok()).unwrap_or_default())
    }

    async fn has_handled_all(&self) -> anyhow::Result<bool> {
        let a = Applied::fields();
        let is_last = self.db.collection::<Applied>().find_one(a.item().eq(LAST)).await?;
        if is_last.is_none() {
            return Ok(false);
        }
        Ok(consumer::lines(&self.file)?.iter().any(|line| line.item == LAST))
    }
}
