//! A place that forgets what was not flushed when its host crashes.

use std::sync::{Arc, Mutex};

use crdt_core::DocumentId;
use crdt_store::backend::{
    Access, Append, Backend, Check, Entry, Memory, Note, Part, PartName, Placed, Transaction, Write,
};
use crdt_store::{Listing, StoreError};

/// What was committed, and how much of it was flushed.
#[derive(Default)]
pub(crate) struct Disk {
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    committed: Vec<Vec<(DocumentId, Vec<Write>)>>,
    flushed: usize,
}

/// A disk as it is seen between two crashes.
struct Life {
    memory: Memory,
    disk: Arc<Disk>,
}

struct Writing<'a> {
    inner: Box<dyn Transaction + 'a>,
    disk: &'a Disk,
    writes: Vec<(DocumentId, Vec<Write>)>,
}

impl Disk {
    /// What is there after a crash: nothing that was not flushed.
    pub(crate) fn start(self: &Arc<Self>) -> Arc<dyn Backend> {
        let memory = Memory::new();
        let mut log = self.log.lock().expect("no test panics in it");
        let flushed = log.flushed;
        log.committed.truncate(flushed);
        for writes in &log.committed {
            let mut transaction = memory.begin(Access::Write).expect("in memory");
            for (document, writes) in writes {
                transaction.write(document, writes).expect("in memory");
            }
            transaction.commit().expect("in memory");
        }
        drop(log);
        Arc::new(Life { memory, disk: Arc::clone(self) })
    }
}

impl Backend for Life {
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let inner = self.memory.begin(access)?;
        Ok(Box::new(Writing { inner, disk: &self.disk, writes: Vec::new() }))
    }

    fn flush(&self) -> Result<(), StoreError> {
        let mut log = self.disk.log.lock().expect("no test panics in it");
        log.flushed = log.committed.len();
        Ok(())
    }

    fn shrink(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Transaction for Writing<'_> {
    fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        self.inner.documents()
    }

    fn document(&self, id: &DocumentId) -> Result<Option<Entry>, StoreError> {
        self.inner.document(id)
    }

    fn appends(&self, id: &DocumentId, after: u64) -> Result<Vec<Append>, StoreError> {
        self.inner.appends(id, after)
    }

    fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError> {
        self.inner.tail(id)
    }

    fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError> {
        self.inner.part_names(id)
    }

    fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError> {
        self.inner.parts(id)
    }

    fn waiting(&self, id: &DocumentId) -> Result<Vec<(Check, Vec<u8>)>, StoreError> {
        self.inner.waiting(id)
    }

    fn notes(&self, id: &DocumentId) -> Result<Vec<Note>, StoreError> {
        self.inner.notes(id)
    }

    fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError> {
        self.writes.push((*id, writes.to_vec()));
        self.inner.write(id, writes)
    }

    fn generation(&self) -> Result<Option<[u8; 16]>, StoreError> {
        self.inner.generation()
    }

    fn set_generation(&mut self, generation: [u8; 16]) -> Result<(), StoreError> {
        self.inner.set_generation(generation)
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit()?;
        self.disk.log.lock().expect("no test panics in it").committed.push(self.writes);
        Ok(())
    }
}
