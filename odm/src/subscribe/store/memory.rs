//! `MemoryPositions`: positions that end with the process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{super::Position, PositionStore, Term};
use crate::error::Result;

/// Stores positions in memory, for tests and for subscriptions that need not continue after a restart.
///
/// Clones share the positions.
#[derive(Debug, Clone, Default)]
pub struct MemoryPositions(Arc<Mutex<HashMap<String, Position>>>);

impl MemoryPositions {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Position>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl PositionStore for MemoryPositions {
    async fn load(&self, name: &str) -> Result<Option<Position>> {
        Ok(self.lock().get(name).cloned())
    }

    async fn save(&self, name: &str, position: &Position, _: &Term) -> Result<()> {
        self.lock().insert(name.to_owned(), position.clone());
        Ok(())
    }

    async fn remove(&self, name: &str) -> Result<()> {
        self.lock().remove(name);
        Ok(())
    }
}
