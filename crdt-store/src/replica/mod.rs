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

mod arrival;
mod base;
mod compaction;
mod content;
mod notes;
mod own;
mod waiting;

use crdt_core::{ApplyError, ChangeHash, DocumentId, History, LoadError};
use sha2::{Digest, Sha256};

use crate::backend::{Append, Check, Entry, Rows, Tip, Write};
use crate::error::StoreError;

use base::Base;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub(crate) use base::described;
pub(crate) use base::not_as_written;
pub(crate) use content::{Ahead, Content};
use notes::Noted;

/// Where a document in memory is in the store.
#[derive(Debug)]
pub(crate) struct Replica {
    id: DocumentId,
    /// How often the document had been made. Once that is more, this is another one.
    made: u64,
    /// The number up to which everything that was appended is here.
    position: u64,
    durable: Durable,
    /// What lies behind the base.
    tail: Vec<Row>,
    /// Whether the base is of little use: its state is missing, or of a type with another schema.
    is_base_stale: bool,
    /// The tips in the store, when this handle last looked.
    tips: Vec<Tip>,
    /// The tip of the own author that was found to be here.
    own: Option<ChangeHash>,
    /// What does not wait here any more, and may still do so in the store.
    stale: Vec<Check>,
    notes: Noted,
}

/// How much of a history is in the store, and perhaps more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Durable {
    changes: usize,
    /// Whether the record of the document is, which comes with changes, or by itself.
    has_genesis: bool,
}

impl Durable {
    fn all_of(history: &History) -> Self {
        Self { changes: history.len(), has_genesis: history.genesis().is_some() }
    }
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
    pub(crate) async fn open<C: Content>(
        id: DocumentId,
        transaction: &impl Rows,
        open: impl FnOnce(Option<&[u8]>) -> Result<C, LoadError>,
    ) -> Result<(Self, C), StoreError> {
        let Entry { through, last, made, listing, tips, .. } = entry(transaction, &id).await?;
        let base = Base::read(transaction, &id).await?;
        if base.is_none() && through > 0 {
            return Err(damaged(id, "its base is not there".to_owned()));
        }
        let mut content = match base {
            Some(base) => open(Some(base.bytes())).map_err(|error| base.blamed(&id, error))?,
            None => open(None)?,
        };
        let durable = Durable::all_of(content.history());
        let mut replica = Self {
            id,
            made,
            position: through,
            durable,
            tail: Vec::new(),
            is_base_stale: compaction::is_stale(&content),
            tips,
            own: None,
            stale: Vec::new(),
            notes: Noted::default(),
        };
        for append in transaction.appends(&id, through).await? {
            replica.bring_in_append(&mut content, &append)?;
        }
        let (found, all) = (content.history().len() as u64, listing.changes);
        if found < all {
            return Err(damaged(id, format!("of its {all} changes {found} are there")));
        }
        let found = replica.position;
        if found != last || last > NUMBERS {
            let said =
                format!("it says that number {last} was appended last, and {found} is there");
            return Err(damaged(id, said));
        }
        replica.bring_in_waiting(&mut content, transaction).await?;
        Ok((replica, content))
    }

    /// A document that is in the store with nothing in it so far, and what is to be written so that
    /// everything is.
    pub(crate) async fn kept<C: Content>(
        content: &C,
        transaction: &impl Rows,
    ) -> Result<(Self, Vec<Write>), StoreError> {
        let history = content.history();
        let id = history.document();
        let (mut replica, _) = Self::open(id, transaction, |_| Ok(History::new(id))).await?;
        let compacted = replica.rebase(content, &transaction.part_names(&id).await?);
        let mut writes = compacted.writes.clone();
        let type_name = history.genesis().map(|genesis| genesis.type_name().to_owned());
        writes.push(Write::List { type_name, changes: history.len() as u64 });
        writes.extend(Self::waits_in(history));
        replica.follow(compacted);
        Ok((replica, writes))
    }

    /// The document.
    pub(crate) fn id(&self) -> &DocumentId {
        &self.id
    }

    /// Brings in what others appended since this handle last looked, and says whether there was
    /// anything. Costs what they appended.
    pub(crate) async fn bring_in<C: Content>(
        &mut self,
        content: &mut C,
        transaction: &impl Rows,
    ) -> Result<bool, StoreError> {
        let brought_in = self.bring_in_all(content, transaction).await;
        brought_in.map_err(|error| error.of(self.id))
    }

    /// Whether nobody has appended anything since this handle last looked.
    async fn is_current(&self, transaction: &impl Rows) -> Result<bool, StoreError> {
        let found = entry(transaction, &self.id).await;
        found.map(|entry| self.is_at(&entry)).map_err(|error| error.of(self.id))
    }

    /// The same, given what the document says.
    fn is_at(&self, entry: &Entry) -> bool {
        (entry.made, entry.last) == (self.made, self.position)
    }

    async fn bring_in_all<C: Content>(
        &mut self,
        content: &mut C,
        transaction: &impl Rows,
    ) -> Result<bool, StoreError> {
        let Entry { last, through, made, tips, .. } = entry(transaction, &self.id).await?;
        if made != self.made {
            return Err(StoreError::Removed(self.id));
        }
        self.tips = tips;
        if last == self.position {
            return Ok(false);
        }
        if through > self.position {
            self.bring_in_base(content, transaction, through).await?;
        }
        for append in transaction.appends(&self.id, self.position).await? {
            self.bring_in_append(content, &append)?;
        }
        Ok(true)
    }

    async fn bring_in_base<C: Content>(
        &mut self,
        content: &mut C,
        transaction: &impl Rows,
        through: u64,
    ) -> Result<(), StoreError> {
        let base = Base::read(transaction, &self.id).await?;
        let base = base.ok_or_else(|| damaged(self.id, "its base is not there".to_owned()))?;
        let theirs = History::load(base.bytes()).map_err(|error| base.blamed(&self.id, error))?;
        let is_all_durable = self.durable.changes == content.history().len();
        let (lacking, genesis) =
            (theirs.export(&content.history().heads()), theirs.export_since(theirs.len()));
        self.take_in(content, &[lacking, genesis].concat())?;
        self.durable.has_genesis |= theirs.genesis().is_some();
        if is_all_durable && content.history().len() == theirs.len() {
            self.durable.changes = theirs.len();
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
            let what = format!("what was appended as number {}", append.number);
            return Err(damaged(self.id, not_as_written(&what)));
        }
        let (before, waiting) = (content.history().len(), content.history().pending());
        let knew_genesis = content.history().genesis().is_some();
        let taken_in = self.take_in(content, &append.bytes);
        let outcome = taken_in.map_err(|error| match error {
            ApplyError::OfAnotherType { .. } => error.into(),
            error => damaged(self.id, format!("number {} is refused: {error}", append.number)),
        })?;
        self.durable.has_genesis |= !knew_genesis && content.history().genesis().is_some();
        // What had waited here, and has come free, is not in the store yet.
        if self.durable.changes == before && content.history().pending() == waiting {
            self.durable.changes = content.history().len();
        }
        let known = outcome.known.iter().filter_map(|hash| content.history().number_of(hash));
        let start = known.fold(before, usize::min);
        self.tail.push(Row { number: append.number, start, bytes: append.bytes.len() });
        self.position = append.number;
        Ok(())
    }
}

/// How many numbers a document may use up: more than there is time for.
const NUMBERS: u64 = 1 << 62;

fn damaged(document: DocumentId, part: String) -> StoreError {
    StoreError::Damaged { document, part }
}

/// What is appended, and not yet durable.
#[derive(Debug)]
pub(crate) struct Appending {
    row: Row,
    /// What is, with it.
    durable: Durable,
}

impl Replica {
    /// What is to be written so that a document is durable as it will be. `None` if it is.
    pub(crate) fn append(&self, ahead: &impl Ahead) -> Option<(Vec<Write>, Appending)> {
        let (changes, type_name) = (ahead.changes(), ahead.type_name());
        let durable = Durable { changes, has_genesis: type_name.is_some() };
        let start = self.durable.changes;
        if changes == start && durable.has_genesis <= self.durable.has_genesis {
            return None;
        }
        let (number, bytes) = (self.position + 1, ahead.export_since(start));
        let row = Row { number, start, bytes: bytes.len() };
        let append = Append { number, level: 0, check: check(&bytes), bytes };
        let type_name = type_name.map(str::to_owned);
        let listed = Write::List { type_name, changes: changes as u64 };
        Some((vec![Write::Append(append), listed], Appending { row, durable }))
    }

    /// What was to be appended is durable now.
    pub(crate) fn appended(&mut self, Appending { row, durable }: Appending) {
        self.position = row.number;
        self.durable = durable;
        self.tail.push(row);
    }
}

/// A document that is there.
async fn entry(transaction: &impl Rows, id: &DocumentId) -> Result<Entry, StoreError> {
    match transaction.document(id).await? {
        None => Err(StoreError::UnknownDocument(*id)),
        Some(entry) if entry.removed && transaction.tail(id).await?.is_empty() => {
            Err(StoreError::Removed(*id))
        }
        Some(entry) if entry.removed => {
            let part = "it says that it was removed, and its changes are there";
            Err(damaged(*id, part.to_owned()))
        }
        Some(entry) => Ok(entry),
    }
}

/// The first half of a SHA-256.
pub(crate) fn check(bytes: &[u8]) -> Check {
    let hash = Sha256::digest(bytes);
    core::array::from_fn(|place| hash[place])
}
