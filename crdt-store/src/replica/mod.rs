//! What belongs in the rows of a document, and what is in them: the store's logic, without IO.
//!
//! A document in memory goes with what was appended to it in the store up to a number, its
//! *position*. Before it writes it [brings in](Replica::bring_in) what others appended since, under
//! the lock that lets one write at a time; so its next change follows on the last durable one of its
//! chain, whoever made that. What is new is [appended](Replica::append) as bundles, which prove
//! themselves. Now and then small bundles are merged, and all of them become the base
//! ([`compaction`]).
//!
//! Several handles may admit changes in different orders, since each has its own that wait. So rows
//! are told by their numbers, and changes by their hashes; only what is durable of a handle's own
//! history is counted.

mod base;
mod compaction;
mod content;

use crdt_core::{DocumentId, History, LoadError, Outcome};
use sha2::{Digest, Sha256};

use crate::backend::{Append, Check, Entry, Transaction, Write};
use crate::error::StoreError;

use base::Base;
pub(crate) use content::Content;

/// Where a document in memory is in the store.
#[derive(Debug)]
pub(crate) struct Replica {
    id: DocumentId,
    /// The number up to which everything that was appended is here.
    position: u64,
    /// So many changes of the history are in the store, and perhaps later ones.
    durable: usize,
    /// What lies behind the base.
    tail: Vec<Row>,
    /// Whether the base is of little use: its state is missing, or of a type with another schema.
    is_base_stale: bool,
    /// Up to which number this handle knows what waits.
    awaited: u64,
}

/// What was appended at once.
#[derive(Clone, Copy, Debug)]
struct Row {
    number: u64,
    /// All its changes are from this one of the history on.
    start: usize,
    bytes: usize,
}

impl Replica {
    /// Opens a document as it is in the store.
    pub(crate) fn open<C: Content>(
        id: DocumentId,
        transaction: &dyn Transaction,
        open: impl FnOnce(Option<&[u8]>) -> Result<C, LoadError>,
    ) -> Result<(Self, C), StoreError> {
        let through = entry(transaction, &id)?.through;
        let base = Base::read(transaction, &id)?;
        let mut content = match base {
            Some(base) => open(Some(base.bytes())).map_err(|error| base.blamed(&id, error))?,
            None => open(None)?,
        };
        let durable = content.history().len();
        let mut replica = Self {
            id,
            position: through,
            durable,
            tail: Vec::new(),
            is_base_stale: compaction::is_stale(&content),
            awaited: 0,
        };
        replica.bring_in(&mut content, transaction)?;
        for (number, bytes) in transaction.waiting(&id)? {
            if let Err(error) = content.take_in(&bytes) {
                tracing::warn!(%error, document = %id, "what waited is refused");
            }
            replica.awaited = number;
        }
        Ok((replica, content))
    }

    /// The document.
    pub(crate) fn id(&self) -> &DocumentId {
        &self.id
    }

    /// Brings in what others appended since this handle last looked, and says whether there was
    /// anything. Costs what they appended.
    pub(crate) fn bring_in<C: Content>(
        &mut self,
        content: &mut C,
        transaction: &dyn Transaction,
    ) -> Result<bool, StoreError> {
        let Entry { last, through, .. } = entry(transaction, &self.id)?;
        if last == self.position {
            return Ok(false);
        }
        if through > self.position {
            self.bring_in_base(content, transaction, through)?;
        }
        for append in transaction.appends(&self.id, self.position)? {
            self.bring_in_append(content, &append)?;
        }
        Ok(true)
    }

    fn bring_in_base<C: Content>(
        &mut self,
        content: &mut C,
        transaction: &dyn Transaction,
        through: u64,
    ) -> Result<(), StoreError> {
        // There is none where it was removed, and joined again, under this handle.
        let base = Base::read(transaction, &self.id)?.ok_or(StoreError::Removed(self.id))?;
        let theirs = History::load(base.bytes()).map_err(|error| base.blamed(&self.id, error))?;
        let is_all_durable = self.durable == content.history().len();
        content.take_in(&theirs.export(&content.history().heads()))?;
        if is_all_durable && content.history().len() == theirs.len() {
            self.durable = theirs.len();
        }
        self.tail.clear();
        self.position = through;
        Ok(())
    }

    fn bring_in_append<C: Content>(
        &mut self,
        content: &mut C,
        append: &Append,
    ) -> Result<(), StoreError> {
        if check(&append.bytes) != append.check {
            return Err(self.damaged(format!("what was appended as number {}", append.number)));
        }
        let (before, waiting) = (content.history().len(), content.history().pending());
        let outcome = content.take_in(&append.bytes)?;
        // What had waited here, and has come free, is not in the store yet.
        if self.durable == before && content.history().pending() == waiting {
            self.durable = content.history().len();
        }
        let known = outcome.known.iter().filter_map(|hash| content.history().number_of(hash));
        let start = known.fold(before, usize::min);
        self.tail.push(Row { number: append.number, start, bytes: append.bytes.len() });
        self.position = append.number;
        Ok(())
    }

    fn damaged(&self, part: String) -> StoreError {
        StoreError::Damaged { document: self.id, part }
    }
}

/// What is appended, and not yet durable.
#[derive(Debug)]
pub(crate) struct Appending {
    row: Row,
    /// How many changes the history has with it.
    changes: usize,
}

impl Replica {
    /// What is to be written so that a history of so many changes, of a document of this type, is
    /// durable, given what exports it from a change on. `None` if it is.
    pub(crate) fn append(
        &self,
        changes: usize,
        type_name: Option<&str>,
        export_since: impl FnOnce(usize) -> Vec<u8>,
    ) -> Option<(Vec<Write>, Appending)> {
        if changes == self.durable {
            return None;
        }
        let (number, bytes) = (self.position + 1, export_since(self.durable));
        let row = Row { number, start: self.durable, bytes: bytes.len() };
        let append = Append { number, level: 0, check: check(&bytes), bytes };
        let type_name = type_name.map(str::to_owned);
        let listed = Write::List { type_name, changes: changes as u64 };
        Some((vec![Write::Append(append), listed], Appending { row, changes }))
    }

    /// What was to be appended is durable now.
    pub(crate) fn appended(&mut self, Appending { row, changes }: Appending) {
        self.position = row.number;
        self.durable = changes;
        self.tail.push(row);
    }

    /// What is to be written of what waits after bytes were taken in.
    pub(crate) fn wait(
        &self,
        bytes: &[u8],
        outcome: &Outcome,
        (waiting, _): (usize, usize),
        limit: usize,
    ) -> Option<Write> {
        if waiting == 0 {
            return (self.awaited > 0).then_some(Write::Awaited(self.awaited));
        }
        let limit = limit as u64;
        (!outcome.waiting.is_empty()).then(|| Write::Wait { bytes: bytes.to_vec(), limit })
    }
}

/// A document that is there.
fn entry(transaction: &dyn Transaction, id: &DocumentId) -> Result<Entry, StoreError> {
    match transaction.document(id)? {
        None => Err(StoreError::UnknownDocument(*id)),
        Some(entry) if entry.removed => Err(StoreError::Removed(*id)),
        Some(entry) => Ok(entry),
    }
}

/// The first half of a SHA-256.
pub(crate) fn check(bytes: &[u8]) -> Check {
    let hash = Sha256::digest(bytes);
    core::array::from_fn(|place| hash[place])
}
