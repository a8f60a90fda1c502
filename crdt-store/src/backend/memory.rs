use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crdt_core::DocumentId;
use crdt_core::sorted::SortedMap;

use super::queue::{Queue, Turn};
use super::{
    Access, Append, Backend, Check, Entry, LOCK_TIMEOUT, Note, Part, PartName, Placed, Transaction,
    Write,
};
use crate::error::StoreError;
use crate::listing::Listing;

/// Documents in memory, gone with the process: for tests, and for what need not be kept.
#[derive(Debug)]
pub struct Memory {
    /// Copied when something is committed while somebody reads.
    content: Mutex<Arc<Content>>,
    queue: Arc<Queue>,
    lock_timeout: Duration,
}

/// All that is committed.
#[derive(Clone, Debug, Default)]
struct Content {
    documents: SortedMap<DocumentId, Arc<Kept>>,
    /// In the order in which they were made.
    order: Vec<DocumentId>,
    generation: Option<[u8; 16]>,
    /// How often something was committed.
    commits: u64,
}

/// What is kept of a document.
#[derive(Clone, Debug)]
struct Kept {
    entry: Entry,
    appends: SortedMap<u64, Arc<Append>>,
    parts: SortedMap<PartName, Arc<Part>>,
    notes: SortedMap<u64, Arc<Note>>,
    /// By the order in which they came.
    waiting: SortedMap<u64, (Check, Arc<[u8]>)>,
    /// Where they are there.
    waiting_by_check: SortedMap<Check, u64>,
    waiting_bytes: u64,
    last_waiting: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { content: Mutex::default(), queue: Arc::default(), lock_timeout: LOCK_TIMEOUT }
    }

    /// Waits no longer than this for others that write, and 24 days at most.
    #[must_use]
    pub fn with_lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.lock_timeout = lock_timeout;
        self
    }

    fn content(&self) -> MutexGuard<'_, Arc<Content>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Memory {
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let turn = match access {
            Access::Read => None,
            Access::Write => {
                let turn = self.queue.enter(self.lock_timeout);
                Some(turn.ok_or(StoreError::Locked(self.lock_timeout))?)
            }
        };
        Ok(Box::new(MemoryTransaction {
            memory: self,
            content: self.content().clone(),
            turn,
            changed: SortedMap::new(),
            generation: None,
        }))
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn shrink(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn revision(&self) -> Result<Option<u64>, StoreError> {
        Ok(Some(self.content().commits))
    }
}

/// What it changes lies beside what is there until it is committed.
struct MemoryTransaction<'a> {
    memory: &'a Memory,
    /// As it was when the transaction began.
    content: Arc<Content>,
    /// If it writes.
    turn: Option<Turn>,
    changed: SortedMap<DocumentId, Kept>,
    generation: Option<[u8; 16]>,
}

impl MemoryTransaction<'_> {
    fn read<R>(&self, id: &DocumentId, read: impl FnOnce(&Kept) -> R) -> Option<R> {
        let kept = self.changed.get(id);
        kept.or_else(|| self.content.documents.get(id).map(|kept| &**kept)).map(read)
    }

    fn list<R, I: IntoIterator<Item = R>>(
        &self,
        id: &DocumentId,
        read: impl FnOnce(&Kept) -> I,
    ) -> Vec<R> {
        self.read(id, |kept| read(kept).into_iter().collect()).unwrap_or_default()
    }
}

impl Transaction for MemoryTransaction<'_> {
    fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        let Content { documents, order, .. } = &*self.content;
        let kept = order.iter().filter_map(|id| documents.get(id));
        let entries = kept.map(|kept| &kept.entry).filter(|entry| !entry.removed);
        Ok(entries.map(|entry| entry.listing.clone()).collect())
    }

    fn document(&self, id: &DocumentId) -> Result<Option<Entry>, StoreError> {
        Ok(self.read(id, |kept| kept.entry.clone()))
    }

    fn appends(&self, id: &DocumentId, after: u64) -> Result<Vec<Append>, StoreError> {
        let behind = |kept: &Kept| {
            let behind = kept.appends.range(after.saturating_add(1)..);
            behind.map(|(_, append)| Append::clone(append)).collect::<Vec<_>>()
        };
        Ok(self.list(id, behind))
    }

    fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError> {
        Ok(self.list(id, |kept| {
            kept.appends.values().map(|append| placed(append)).collect::<Vec<_>>()
        }))
    }

    fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError> {
        let name = |part: &Arc<Part>| (part.name, part.check);
        Ok(self.list(id, |kept| kept.parts.values().map(name).collect::<Vec<_>>()))
    }

    fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError> {
        Ok(self
            .list(id, |kept| kept.parts.values().map(|part| Part::clone(part)).collect::<Vec<_>>()))
    }

    fn waiting(&self, id: &DocumentId) -> Result<Vec<(Check, Vec<u8>)>, StoreError> {
        let row = |(check, bytes): &(Check, Arc<[u8]>)| (*check, bytes.to_vec());
        Ok(self.list(id, |kept| kept.waiting.values().map(row).collect::<Vec<_>>()))
    }

    fn notes(&self, id: &DocumentId) -> Result<Vec<Note>, StoreError> {
        let note = |note: &Arc<Note>| Note::clone(note);
        Ok(self.list(id, |kept| kept.notes.values().map(note).collect::<Vec<_>>()))
    }

    fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError> {
        if self.turn.is_none() {
            return Err(StoreError::ReadOnly);
        }
        let kept = self.read(id, Kept::clone);
        let makes = writes.first() == Some(&Write::Create);
        let Some(mut kept) = kept.or_else(|| makes.then(|| Kept::new(*id))) else {
            return Err(StoreError::UnknownDocument(*id));
        };
        for write in writes {
            kept.write(write);
        }
        kept.entry.listing.bytes = kept.bytes();
        self.changed.insert(*id, kept);
        Ok(())
    }

    fn generation(&self) -> Result<Option<[u8; 16]>, StoreError> {
        Ok(self.generation.or(self.content.generation))
    }

    fn set_generation(&mut self, generation: [u8; 16]) -> Result<(), StoreError> {
        self.generation = Some(generation);
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.content = Arc::default();
        let mut content = self.memory.content();
        let content = Arc::make_mut(&mut content);
        for (id, kept) in core::mem::take(&mut self.changed) {
            let kept = Arc::new(kept);
            if content.documents.insert(id, kept).is_none() {
                content.order.push(id);
            }
        }
        content.generation = self.generation.or(content.generation);
        content.commits += 1;
        Ok(())
    }
}

/// What time it is, where the standard library has a clock.
fn clock() -> SystemTime {
    if cfg!(all(target_family = "wasm", target_os = "unknown")) {
        SystemTime::UNIX_EPOCH
    } else {
        SystemTime::now()
    }
}

fn placed(append: &Append) -> Placed {
    Placed { number: append.number, level: append.level, bytes: append.bytes.len() as u64 }
}

impl Kept {
    fn new(id: DocumentId) -> Self {
        Self {
            entry: Entry {
                listing: Listing::new(id),
                removed: false,
                made: 1,
                last: 0,
                through: 0,
                tips: Vec::new(),
            },
            appends: SortedMap::new(),
            parts: SortedMap::new(),
            notes: SortedMap::new(),
            waiting: SortedMap::new(),
            waiting_by_check: SortedMap::new(),
            waiting_bytes: 0,
            last_waiting: 0,
        }
    }

    fn bytes(&self) -> u64 {
        let appends = self.appends.values().map(|append| append.bytes.len());
        let parts = self.parts.values().map(|part| part.bytes.len());
        appends.chain(parts).map(|bytes| bytes as u64).sum()
    }

    fn write(&mut self, write: &Write) {
        let entry = &mut self.entry;
        match write {
            Write::Create => {
                entry.made += u64::from(entry.removed);
                entry.removed = false;
            }
            Write::List { type_name, changes } => {
                entry.listing.type_name = type_name.clone().or(entry.listing.type_name.take());
                entry.listing.changes = *changes;
                entry.listing.changed_at = clock();
            }
            Write::Title(title) => entry.listing.title.clone_from(title),
            Write::Append(append) => self.append(append),
            Write::Merge { from, by } => {
                self.appends.retain(|number, _| !(*from..=by.number).contains(number));
                self.append(by);
            }
            Write::Note { from, by } => {
                self.notes.retain(|number, _| !(*from..=by.number).contains(number));
                self.notes.insert(by.number, Arc::new(by.clone()));
            }
            Write::Part(part) => drop(self.parts.insert(part.name, Arc::new(part.clone()))),
            Write::DropPart(name) => drop(self.parts.remove(name)),
            Write::Through(through) => {
                self.appends.retain(|number, _| number > through);
                entry.through = *through;
            }
            Write::Wait { bytes, check, limit } => self.wait(bytes, *check, *limit),
            Write::Awaited(check) => {
                if let Some(number) = self.waiting_by_check.get(check) {
                    self.wait_no_more(*number);
                }
            }
            Write::Tips(tips) => entry.tips.clone_from(tips),
            Write::Remove => {
                let (id, made) = (entry.listing.id, entry.made);
                let tips = core::mem::take(&mut entry.tips);
                *self = Self::new(id);
                self.entry = Entry { removed: true, made, tips, ..self.entry.clone() };
            }
        }
    }

    fn append(&mut self, append: &Append) {
        self.entry.last = self.entry.last.max(append.number);
        self.appends.insert(append.number, Arc::new(append.clone()));
    }

    fn wait(&mut self, bytes: &[u8], check: Check, limit: u64) {
        if self.waiting_by_check.contains_key(&check) {
            return;
        }
        self.last_waiting += 1;
        self.waiting.insert(self.last_waiting, (check, bytes.into()));
        self.waiting_by_check.insert(check, self.last_waiting);
        self.waiting_bytes += bytes.len() as u64;
        while self.waiting_bytes > limit
            && let Some((oldest, _)) = self.waiting.first_key_value()
        {
            self.wait_no_more(*oldest);
        }
    }

    fn wait_no_more(&mut self, number: u64) {
        if let Some((check, bytes)) = self.waiting.remove(&number) {
            self.waiting_by_check.remove(&check);
            self.waiting_bytes -= bytes.len() as u64;
        }
    }
}
