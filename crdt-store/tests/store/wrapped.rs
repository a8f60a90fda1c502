//! Places around a place in memory, that do something wrong, or count what is done.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crdt_core::DocumentId;
use crdt_store::backend::{
    Access, Append, Backend, Check, Entry, Memory, Note, Part, PartName, Placed, Transaction, Write,
};
use crdt_store::{Listing, StoreError};

/// What is done in a place.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// How often something was asked or told.
    pub(crate) calls: AtomicU64,
    /// How many bytes were read and written.
    pub(crate) bytes: AtomicU64,
}

impl Counts {
    fn call(&self, bytes: usize) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// What was counted since this was asked last.
    pub(crate) fn take(&self) -> (u64, u64) {
        (self.calls.swap(0, Ordering::Relaxed), self.bytes.swap(0, Ordering::Relaxed))
    }
}

/// What a place does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// One of so many appends is not written.
    Loses(u64),
    /// What others appended is not shown, so that each handle goes on from what it knows.
    HidesOthers,
    /// What is dropped without a commit is there all the same.
    NeverRollsBack,
    /// Parts of the base are not kept.
    ForgetsTheBase,
}

/// A place that does something wrong.
pub(crate) struct Faulty {
    inner: Arc<Memory>,
    fault: Fault,
    counts: Arc<Counts>,
    appends: AtomicU64,
    /// The number that this handle takes its last append to have.
    last: AtomicU64,
    /// What happens once when a transaction has ended that read what the parts of a base are called.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Faulty {
    pub(crate) fn new(inner: Arc<Memory>, fault: Fault, counts: Arc<Counts>) -> Self {
        let (appends, last, meanwhile) = Default::default();
        Self { inner, fault, counts, appends, last, meanwhile }
    }

    /// Has something happen before a compaction that was worked out is written.
    pub(crate) fn while_compacting(&self, meanwhile: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(meanwhile));
    }
}

struct FaultyTransaction<'a> {
    place: &'a Faulty,
    inner: Option<Box<dyn Transaction + 'a>>,
    writes: bool,
    compacts: Cell<bool>,
}

impl Backend for Faulty {
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let inner = Some(self.inner.begin(access)?);
        let writes = access == Access::Write;
        Ok(Box::new(FaultyTransaction { place: self, inner, writes, compacts: Cell::new(false) }))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.inner.flush()
    }

    fn shrink(&self) -> Result<(), StoreError> {
        self.inner.shrink()
    }
}

impl<'a> FaultyTransaction<'a> {
    fn inner(&self) -> &(dyn Transaction + 'a) {
        self.place.counts.call(0);
        self.inner.as_deref().unwrap()
    }

    fn altered(&self, id: &DocumentId, write: &Write) -> Option<Write> {
        let Faulty { fault, appends, last, .. } = self.place;
        match (fault, write) {
            (Fault::Loses(each), Write::Append(_)) => {
                let number = appends.fetch_add(1, Ordering::Relaxed) + 1;
                (!number.is_multiple_of(*each)).then(|| write.clone())
            }
            (Fault::HidesOthers, Write::Append(append)) => {
                last.store(append.number, Ordering::Relaxed);
                let behind = self.inner().document(id).unwrap().map_or(0, |entry| entry.last);
                Some(Write::Append(Append { number: behind + 1, ..append.clone() }))
            }
            (Fault::HidesOthers, Write::Merge { .. } | Write::Through(_))
            | (Fault::ForgetsTheBase, Write::Part(_)) => None,
            _ => Some(write.clone()),
        }
    }
}

impl Drop for FaultyTransaction<'_> {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take()
            && self.place.fault == Fault::NeverRollsBack
        {
            inner.commit().unwrap();
        }
        if self.compacts.get()
            && let Some(meanwhile) = self.place.meanwhile.lock().unwrap().take()
        {
            meanwhile();
        }
    }
}

impl Transaction for FaultyTransaction<'_> {
    fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        self.inner().documents()
    }

    fn document(&self, id: &DocumentId) -> Result<Option<Entry>, StoreError> {
        let mut entry = self.inner().document(id)?;
        let known = self.place.last.load(Ordering::Relaxed);
        if self.place.fault == Fault::HidesOthers && known > 0 {
            entry = entry.map(|entry| Entry { last: known, ..entry });
        }
        Ok(entry)
    }

    fn appends(&self, id: &DocumentId, after: u64) -> Result<Vec<Append>, StoreError> {
        let appends = self.inner().appends(id, after)?;
        self.place.counts.call(appends.iter().map(|append| append.bytes.len()).sum());
        if let Some(last) = appends.last() {
            self.place.last.store(last.number, Ordering::Relaxed);
        }
        Ok(appends)
    }

    fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError> {
        self.inner().tail(id)
    }

    fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError> {
        self.compacts.set(!self.writes);
        self.inner().part_names(id)
    }

    fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError> {
        let parts = self.inner().parts(id)?;
        self.place.counts.call(parts.iter().map(|part| part.bytes.len()).sum());
        Ok(parts)
    }

    fn waiting(&self, id: &DocumentId) -> Result<Vec<(Check, Vec<u8>)>, StoreError> {
        self.inner().waiting(id)
    }

    fn notes(&self, id: &DocumentId) -> Result<Vec<Note>, StoreError> {
        let notes = self.inner().notes(id)?;
        self.place.counts.call(notes.iter().map(|note| note.bytes.len()).sum());
        Ok(notes)
    }

    fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError> {
        let writes: Vec<_> = writes.iter().filter_map(|write| self.altered(id, write)).collect();
        self.place.counts.call(writes.iter().map(length).sum());
        self.inner.as_mut().unwrap().write(id, &writes)
    }

    fn generation(&self) -> Result<Option<[u8; 16]>, StoreError> {
        self.inner().generation()
    }

    fn set_generation(&mut self, generation: [u8; 16]) -> Result<(), StoreError> {
        self.inner.as_mut().unwrap().set_generation(generation)
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.inner.take().unwrap().commit()
    }
}

fn length(write: &Write) -> usize {
    match write {
        Write::Append(append) | Write::Merge { by: append, .. } => append.bytes.len(),
        Write::Part(part) => part.bytes.len(),
        Write::Note { by, .. } => by.bytes.len(),
        Write::Wait { bytes, .. } => bytes.len(),
        _ => 0,
    }
}
