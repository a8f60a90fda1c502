//! A table in memory that has everyone wait, and what waits for it.

use core::future::poll_fn;
use core::ops::Range;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crdt_store::StoreError;
use crdt_store::backend::Access;
use crdt_store::backend::keyed::{Changes, Row, Table, TableTransaction};

/// A table in which nothing is there before it was asked for again.
#[derive(Clone, Default)]
pub(crate) struct Slow(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    rows: std::collections::BTreeMap<Vec<u8>, Vec<u8>>,
    is_written: bool,
}

pub(crate) struct SlowTransaction {
    table: Slow,
    access: Access,
    /// What was there when it began.
    rows: std::collections::BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Drop for SlowTransaction {
    fn drop(&mut self) {
        if self.access == Access::Write {
            self.table.0.lock().unwrap().is_written = false;
        }
    }
}

impl Table for Slow {
    type Transaction<'a> = SlowTransaction;

    async fn begin(&self, access: Access) -> Result<SlowTransaction, StoreError> {
        others_go_on().await;
        let mut content = self.0.lock().unwrap();
        if access == Access::Write {
            if content.is_written {
                return Err(StoreError::Locked(Duration::ZERO));
            }
            content.is_written = true;
        }
        Ok(SlowTransaction { table: self.clone(), access, rows: content.rows.clone() })
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

impl TableTransaction for SlowTransaction {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        others_go_on().await;
        Ok(self.rows.get(key).cloned())
    }

    async fn keys(&self, range: Range<&[u8]>, most: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = self.rows(range).await?;
        Ok(rows.into_iter().take(most as usize).map(|(key, _)| key).collect())
    }

    async fn rows(&self, range: Range<&[u8]>) -> Result<Vec<Row>, StoreError> {
        others_go_on().await;
        let range = range.start.to_vec()..range.end.to_vec();
        Ok(self.rows.range(range).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn commit(self, changes: Changes) -> Result<(), StoreError> {
        others_go_on().await;
        let rows = &mut self.table.0.lock().unwrap().rows;
        for (key, value) in changes {
            match value {
                Some(value) => drop(rows.insert(key, value)),
                None => drop(rows.remove(&key)),
            }
        }
        Ok(())
    }
}

/// Has whoever is waited for beside this take a step.
async fn others_go_on() {
    let mut is_over = false;
    poll_fn(
        |_| if core::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

/// Waits for what needs to be asked again and again.
pub(crate) fn wait_for<V>(future: impl Future<Output = V>) -> V {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
