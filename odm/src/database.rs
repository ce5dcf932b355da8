//! `Database`: where models live; the handle everything else is reached from.

/// A database handle: a cheap clone around the driver's.
#[derive(Debug, Clone)]
pub struct Database {
    driver: mongodb::Database,
}

impl Database {
    /// Wraps a database of the driver.
    pub fn from_driver(driver: mongodb::Database) -> Self {
        Self { driver }
    }

    /// The driver's own handle: the way down a floor.
    pub fn driver(&self) -> &mongodb::Database {
        &self.driver
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        self.driver.name()
    }
}
