use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crdt_store::StoreError;
use crdt_store::backend::{Access, Backend, Memory, Transaction};

/// A place where what is committed is durable once it is flushed, which may fail.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Kept>);

#[derive(Default)]
struct Kept {
    memory: Memory,
    flushed: AtomicUsize,
    fails: AtomicBool,
}

impl Disk {
    /// Whether it fails from now on.
    pub(crate) fn fail(&self, fails: bool) {
        self.0.fails.store(fails, Ordering::Relaxed);
    }

    /// How often it was flushed.
    pub(crate) fn flushed(&self) -> usize {
        self.0.flushed.load(Ordering::Relaxed)
    }
}

impl Backend for Disk {
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        self.0.memory.begin(access)
    }

    fn flush(&self) -> Result<(), StoreError> {
        if self.0.fails.load(Ordering::Relaxed) {
            return Err(StoreError::Unsure("it is full".into()));
        }
        self.0.flushed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn shrink(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn revision(&self) -> Result<Option<u64>, StoreError> {
        self.0.memory.revision()
    }
}
