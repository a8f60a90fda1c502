use std::sync::Arc;

use super::{Access, Backend, Transaction};
use crate::error::StoreError;

/// A place in which nothing is written.
pub(crate) struct ReadOnly(pub(crate) Arc<dyn Backend>);

impl Backend for ReadOnly {
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        match access {
            Access::Read => self.0.begin(access),
            Access::Write => Err(StoreError::ReadOnly),
        }
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.0.flush()
    }

    fn shrink(&self) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn revision(&self) -> Result<Option<u64>, StoreError> {
        self.0.revision()
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.0.integrity()
    }
}
