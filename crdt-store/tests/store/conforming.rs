//! Every place is held to one suite, which places that lose or fork fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crdt_core::DocumentId;
use crdt_store::backend::sqlite::SqliteOptions;
use crdt_store::backend::{
    Access, Append, Backend, Check, Entry, Memory, Part, PartName, Placed, Sqlite, Transaction,
    Write,
};
use crdt_store::conformance::{self, Open, Violation};
use crdt_store::{Listing, StoreError};

fn quick() -> Memory {
    Memory::new().with_lock_timeout(Duration::from_millis(50))
}

#[test]
fn memory() {
    conformance::check(&|| {
        let place = Arc::new(quick());
        Box::new(move || Ok(place.clone()))
    })
    .unwrap();
}

#[test]
fn sqlite() {
    conformance::check(&|| {
        let folder = tempfile::tempdir().unwrap();
        let options =
            SqliteOptions { lock_timeout: Duration::from_millis(50), ..SqliteOptions::default() };
        Box::new(move || {
            let place = Sqlite::open(&folder.path().join("store.crdt"), options.clone())?;
            Ok(Arc::new(place))
        })
    })
    .unwrap();
}

/// What a place does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
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
struct Faulty {
    inner: Arc<Memory>,
    fault: Fault,
    appends: AtomicU64,
    /// The number that this handle takes its last append to have.
    last: AtomicU64,
}

struct FaultyTransaction<'a> {
    place: &'a Faulty,
    inner: Option<Box<dyn Transaction + 'a>>,
}

impl Backend for Faulty {
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let inner = Some(self.inner.begin(access)?);
        Ok(Box::new(FaultyTransaction { place: self, inner }))
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
        if let Some(last) = appends.last() {
            self.place.last.store(last.number, Ordering::Relaxed);
        }
        Ok(appends)
    }

    fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError> {
        self.inner().tail(id)
    }

    fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError> {
        self.inner().part_names(id)
    }

    fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError> {
        self.inner().parts(id)
    }

    fn waiting(&self, id: &DocumentId) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.inner().waiting(id)
    }

    fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError> {
        let writes: Vec<_> = writes.iter().filter_map(|write| self.altered(id, write)).collect();
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

fn check(fault: Fault) -> Violation {
    let make = || -> Open {
        let inner = Arc::new(quick());
        Box::new(move || {
            let (inner, appends, last) = (inner.clone(), AtomicU64::new(0), AtomicU64::new(0));
            Ok(Arc::new(Faulty { inner, fault, appends, last }))
        })
    };
    conformance::check(&make).unwrap_err()
}

#[test]
fn places_that_lose_something_are_found_out() {
    check(Fault::Loses(1));
    check(Fault::Loses(20));
    check(Fault::NeverRollsBack);
    check(Fault::ForgetsTheBase);
}

/// The control of all tests with several handles: who does not bring in what others wrote forks.
#[test]
fn who_does_not_bring_in_what_others_wrote_forks() {
    let violation = check(Fault::HidesOthers);
    println!("{violation}");
}
