//! Where documents are kept: what a place has to offer, and what is written there.
//!
//! All that is known of what belongs in a document's rows lies above (`replica/`), and does no IO. A
//! [`Backend`] is a small thing: rows in transactions, of which one at a time writes.

pub mod keyed;
mod memory;
pub(crate) mod place;
mod queue;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub mod sqlite;

use core::time::Duration;

use crdt_core::{Author, ChangeHash, DocumentId};

use crate::error::StoreError;
use crate::listing::Listing;

pub use keyed::Keyed;
pub use memory::Memory;
pub(crate) use place::now;
pub use place::{Blocking, Place, Ready, Rows};
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
pub use sqlite::Sqlite;

/// Whether a transaction writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// It reads what was there when it began.
    Read,
    /// It is the only one that writes, until it ends.
    Write,
}

/// A place that keeps documents.
///
/// What the suite in [`conformance`](crate::conformance) asks of it is asked of every place.
pub trait Backend: Send + Sync + 'static {
    /// Begins a transaction. One that writes waits, for a bounded time, until no other does.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another one writes for too long, [`StoreError::ReadOnly`] if
    /// nothing may be written there, and those of the place.
    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError>;

    /// Has everything that was committed survive a power cut, where a commit alone does not.
    ///
    /// # Errors
    /// Those of the place. What was committed may be lost then.
    fn flush(&self) -> Result<(), StoreError>;

    /// Gives room that is not used any more back to whom it came from.
    ///
    /// # Errors
    /// Those of the place.
    fn shrink(&self) -> Result<(), StoreError>;

    /// A number that is another one when something has been committed, by whomever, and also now and
    /// then when nothing has; `None` if the place cannot tell.
    ///
    /// # Errors
    /// Those of the place.
    fn revision(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// What is wrong with the place itself, whatever is kept there, in words for people; nothing if
    /// it is sound, or does not check itself.
    ///
    /// # Errors
    /// Those of the place, if it cannot be looked at.
    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}

/// What is done at once, or not at all. Dropped without a [commit](Self::commit) it did nothing.
pub trait Transaction {
    /// All documents, in the order in which they were made here.
    ///
    /// # Errors
    /// Those of the place, as of all methods.
    fn documents(&self) -> Result<Vec<Listing>, StoreError>;

    /// One document.
    fn document(&self, id: &DocumentId) -> Result<Option<Entry>, StoreError>;

    /// What was appended to a document behind a number, ascending.
    fn appends(&self, id: &DocumentId, after: u64) -> Result<Vec<Append>, StoreError>;

    /// Of everything that is appended to a document how long it is, ascending by number.
    fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError>;

    /// The parts of its base, each with what it is called and its check, in no order.
    fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError>;

    /// The parts of its base, in no order.
    fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError>;

    /// The bundles that wait, each with its check, in the order in which they came.
    fn waiting(&self, id: &DocumentId) -> Result<Vec<(Check, Vec<u8>)>, StoreError>;

    /// What was noted of it, ascending by number.
    fn notes(&self, id: &DocumentId) -> Result<Vec<Note>, StoreError>;

    /// Writes to a document that is there, or that the first of the writes makes.
    fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError>;

    /// A mark of the place as a whole.
    fn generation(&self) -> Result<Option<[u8; 16]>, StoreError>;

    /// Sets the mark of the place as a whole.
    fn set_generation(&mut self, generation: [u8; 16]) -> Result<(), StoreError>;

    /// Ends the transaction with everything that was written.
    ///
    /// # Errors
    /// Those of the place. [`StoreError::Unsure`], also from then on, if it is not known whether
    /// anything was written.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// What a document says without being opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// As it is listed.
    pub listing: Listing,
    /// Whether it was removed. Nothing else is kept of it then but how often it was made, and the
    /// tips.
    pub removed: bool,
    /// How often it was made: once, and once more each time after it had been removed.
    pub made: u64,
    /// The highest number of what was appended to it, 0 if nothing was.
    pub last: u64,
    /// Up to which number everything is in its base, 0 if there is none.
    pub through: u64,
    /// Who wrote to it in this place, and the last change of each.
    pub tips: Vec<Tip>,
}

/// What somebody wrote last to a document in a place. Whoever goes on has to have it: another change
/// of the same author beside it would fork its chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tip {
    /// Who wrote it.
    pub author: Author,
    /// The change.
    pub change: ChangeHash,
}

/// The first half of a SHA-256 over what it checks.
pub type Check = [u8; 16];

/// Bundles that were appended to a document at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Append {
    /// Its place in the order of what was appended.
    pub number: u64,
    /// How often it was merged from smaller ones.
    pub level: u8,
    /// Bundles, as [`apply`](crdt_core::Document::apply) takes them.
    pub bytes: Vec<u8>,
    /// Over these.
    pub check: Check,
}

/// What can be undone of what was appended, for who wrote it. It is an aid: a document is the same
/// without it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The number of what was appended with it.
    pub number: u64,
    /// A note, as [`restore_undo`](crdt_core::Document::restore_undo) takes it.
    pub bytes: Vec<u8>,
    /// Over these.
    pub check: Check,
}

/// An [`Append`] without its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Its place in the order of what was appended.
    pub number: u64,
    /// How often it was merged from smaller ones.
    pub level: u8,
    /// How many bytes it has.
    pub bytes: u64,
}

/// What a part of a base is called: of which kind it is and, among those of a kind, with which
/// change it begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PartName {
    /// Its kind, in the order in which they make up a saved document.
    pub kind: Kind,
    /// The number of its first change; where it holds none 0, and 1 for the copy of an outline.
    pub first: u64,
}

/// The kinds of parts that a saved document is made of, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Of which document it is, and how much follows.
    Head,
    /// Changes.
    Changes,
    /// Where these lie, and the signatures over them.
    Outline,
    /// The state that they come to.
    State,
    /// A hash over all before it.
    Check,
}

/// A part of a saved document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// What it is called.
    pub name: PartName,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Over these.
    pub check: Check,
}

/// What is written to a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Write {
    /// The document is made, with nothing in it. It may have been removed before.
    Create,
    /// It says this of itself from now on; the title stays.
    List {
        /// The name of its type, if it is known.
        type_name: Option<String>,
        /// How many changes it has.
        changes: u64,
    },
    /// It is called so.
    Title(Option<String>),
    /// Appended, with the next number.
    Append(Append),
    /// Everything from a number on, up to that of this one, is replaced by it.
    Merge {
        /// The first number that is replaced.
        from: u64,
        /// By what.
        by: Append,
    },
    /// Everything that was noted from a number on, up to that of this one, is replaced by it.
    Note {
        /// The first number that is replaced.
        from: u64,
        /// By what.
        by: Note,
    },
    /// A part of the base, new or in place of the one of that name.
    Part(Part),
    /// A part of the base goes.
    DropPart(PartName),
    /// Everything up to a number is in the base, and goes.
    Through(u64),
    /// A bundle waits, after all others, unless it does already; those that have waited longest go
    /// until no more than so many bytes do.
    Wait {
        /// A bundle, as [`apply`](crdt_core::Document::apply) takes it.
        bytes: Vec<u8>,
        /// Over these. It is told from others by that.
        check: Check,
        /// How many bytes may wait.
        limit: u64,
    },
    /// The bundle with this check does not wait any more, if it did.
    Awaited(Check),
    /// These are the tips from now on.
    Tips(Vec<Tip>),
    /// The document goes, and it is remembered that it did, how often it was made, and the tips.
    Remove,
}

/// How long is waited for others that write, if nothing is said.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// How long is waited for others that write at most, which is what SQLite can count to: 24 days.
pub(crate) const LONGEST_LOCK_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);
