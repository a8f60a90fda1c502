use core::time::Duration;

use crdt_core::Keypair;

use crate::backend::sqlite::{Durability, SqliteOptions};

/// How a store is opened, for [`open_with`](crate::Store::open_with).
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    sqlite: SqliteOptions,
    keypair: Option<Keypair>,
    without_key: bool,
    verified: bool,
}

impl StoreOptions {
    /// Made if it is not there, with a key beside it, every change durable when it returns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes with this key, which the app keeps, and not with one beside the store. It is for the
    /// app then to see that the key writes in this file only, and not in a copy of it too.
    #[must_use]
    pub fn keypair(mut self, keypair: Keypair) -> Self {
        self.keypair = Some(keypair);
        self
    }

    /// Nothing is written to the file. Where nothing can be written beside it either, it is read as it
    /// is now; a journal with something in it cannot be read there ([`JournalUnread`]).
    ///
    /// [`JournalUnread`]: crate::StoreError::JournalUnread
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.sqlite.read_only = true;
        self
    }

    /// Nothing is written, and nothing appears beside the file: where nobody else has it open, it is
    /// read as it is now. What others write from then on is not seen; once it gets into the file
    /// itself, nothing is read any more ([`Rewritten`](crate::StoreError::Rewritten)). For tools that
    /// look at a file once.
    #[must_use]
    pub fn read_as_is(mut self) -> Self {
        self.sqlite.as_is = true;
        self.read_only()
    }

    /// No key is looked for or made: what comes from others can be written, titles, and removals,
    /// and documents can be compacted; what has to be signed cannot.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.without_key = true;
        self
    }

    /// Somebody else could have made the file: every document that is opened is checked as if it had
    /// been received, and its state is built from the changes, as [`LoadOptions::verified`] says,
    /// which does so for one document. Otherwise what [compaction](crate::Stored::compact) has put
    /// together is trusted as what this library has written. What is received is checked anyway.
    ///
    /// [`LoadOptions::verified`]: crdt_core::LoadOptions::verified
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// It is an error if there is none.
    #[must_use]
    pub fn existing(mut self) -> Self {
        self.sqlite.create = false;
        self
    }

    /// When what was written is safe from a power cut.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.sqlite.durability = durability;
        self
    }

    /// How long is waited for others that write; 5 seconds if nothing is said, and 24 days at most.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.sqlite.lock_timeout = timeout;
        self
    }

    pub(crate) fn sqlite(&self) -> SqliteOptions {
        self.sqlite.clone()
    }

    pub(crate) fn given_key(&self) -> Option<&Keypair> {
        self.keypair.as_ref()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verified
    }

    pub(crate) fn has_no_key(&self) -> bool {
        self.sqlite.read_only || self.without_key
    }
}
