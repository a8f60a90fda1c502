//! Documents in a table of bytes by bytes, sorted: the least that a place has to offer.
//!
//! A browser's database is such a table. What is said of rows in [`Transaction`](super::Transaction) is
//! done here, with what was written kept beside the table until it is committed: so a transaction that
//! ends by itself, as those of browsers do, has written nothing.

mod entry;
mod key;
mod transaction;

use core::future::ready;
use core::ops::Range;
use std::time::SystemTime;

use super::{Access, Place};
use crate::error::StoreError;

pub use transaction::KeyedTransaction;

/// A table of bytes by bytes, in the order of the keys, that has to be waited for.
pub trait Table: 'static {
    /// A transaction of this table.
    type Transaction<'a>: TableTransaction
    where
        Self: 'a;

    /// Begins a transaction. One that writes waits, for a bounded time, until no other does.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another one writes for too long, and those of the table.
    fn begin(
        &self,
        access: Access,
    ) -> impl Future<Output = Result<Self::Transaction<'_>, StoreError>>;

    /// What time it is.
    fn now(&self) -> SystemTime;

    /// As [`Place::committed_elsewhere`].
    fn committed_elsewhere(&self, known: u64) -> impl Future<Output = Option<u64>> {
        let _ = known;
        ready(None)
    }
}

/// What is read as it was when it began, and written at once or not at all. Dropped without a
/// [commit](Self::commit) it did nothing.
pub trait TableTransaction {
    /// What a key has.
    ///
    /// # Errors
    /// Those of the table, as of all methods.
    fn get(&self, key: &[u8]) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>>;

    /// The keys in a range, ascending, and no more than so many of them.
    fn keys(
        &self,
        range: Range<&[u8]>,
        most: u32,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, StoreError>>;

    /// The keys in a range with what they have, ascending.
    fn rows(&self, range: Range<&[u8]>) -> impl Future<Output = Result<Vec<Row>, StoreError>>;

    /// Ends the transaction with these changes: what each key has from now on, or that it has nothing.
    ///
    /// # Errors
    /// Those of the table; nothing was written then, or it is not known ([`StoreError::Unsure`]).
    fn commit(self, changes: Changes) -> impl Future<Output = Result<(), StoreError>>;
}

/// A key, and what it has.
pub type Row = (Vec<u8>, Vec<u8>);

/// What keys have from now on, ascending and each once; `None` is nothing.
pub type Changes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// A place that keeps documents in a [`Table`].
#[derive(Clone, Debug)]
pub struct Keyed<T>(T);

impl<T: Table> Keyed<T> {
    /// The place that a table is.
    pub fn new(table: T) -> Self {
        Self(table)
    }
}

impl<T: Table> Place for Keyed<T> {
    type Rows<'a> = KeyedTransaction<T::Transaction<'a>>;

    async fn begin(&self, access: Access) -> Result<Self::Rows<'_>, StoreError> {
        Ok(KeyedTransaction::new(self.0.begin(access).await?, access, self.0.now()))
    }

    /// What a table has committed is durable.
    async fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn shrink(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn committed_elsewhere(&self, known: u64) -> Option<u64> {
        self.0.committed_elsewhere(known).await
    }
}
