//! A transaction of the database.

use core::cell::Cell;
use core::ops::Range;
use core::time::Duration;
use std::rc::Rc;

use crdt_store::StoreError;
use crdt_store::backend::keyed::{self, Changes, Row};
use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array, global};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction};

use super::ROWS;
use super::answer::{First, answer};
use super::error::IndexedDbError;
use super::others::Others;

/// How long is waited for others of whom none commits anything meanwhile. As long as they do, each has
/// its turn in the order in which they asked, and it takes as long as the disk of a busy machine does.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// A transaction, which is aborted when it is dropped.
#[derive(Debug)]
pub struct TableTransaction {
    transaction: IdbTransaction,
    rows: IdbObjectStore,
    others: Rc<Others>,
    /// Whether it has answered anything.
    has_begun: Cell<bool>,
}

impl Drop for TableTransaction {
    fn drop(&mut self) {
        // One that is over cannot be aborted, and need not.
        let _ = self.transaction.abort();
    }
}

impl TableTransaction {
    pub(super) fn new(
        transaction: IdbTransaction,
        others: Rc<Others>,
    ) -> Result<Self, IndexedDbError> {
        let rows = transaction.object_store(ROWS).map_err(IndexedDbError::of)?;
        Ok(Self { transaction, rows, others, has_begun: Cell::new(false) })
    }

    /// Waits until it has its turn, unless another one that writes comes to no end.
    pub(super) async fn started(&self) -> Result<(), StoreError> {
        let key = Uint8Array::new_with_length(1);
        self.asked(self.rows.count_with_key(&key)).await.map(drop)
    }

    /// What comes of a request. The first one waits until the transaction has its turn: one that reads waits
    /// for one that writes too.
    async fn asked(&self, request: Result<IdbRequest, JsValue>) -> Result<JsValue, StoreError> {
        if self.has_begun.get() {
            return Ok(answer(request).await?);
        }
        let timer = Timer::new(LOCK_TIMEOUT, self.transaction.clone(), self.others.clone())?;
        match answer(request).await {
            Err(_) if timer.is_over() => Err(StoreError::Locked(LOCK_TIMEOUT)),
            asked => {
                self.has_begun.set(true);
                Ok(asked?)
            }
        }
    }

    fn change(&self, changes: &Changes) -> Result<(), JsValue> {
        for (key, value) in changes {
            let key = Uint8Array::from(&key[..]);
            match value {
                Some(value) => {
                    self.rows.put_with_key(&Uint8Array::from(&value[..]), &key)?;
                }
                None => {
                    self.rows.delete(&key)?;
                }
            }
        }
        // Nothing else is asked of it, so it need not wait for the answers.
        #[expect(
            deprecated,
            reason = "what web-sys has in its place asks for a flag of the compiler"
        )]
        self.transaction.commit()
    }
}

/// Why a transaction was aborted.
pub(super) fn aborted(transaction: &IdbTransaction) -> IndexedDbError {
    match transaction.error() {
        Some(exception) => IndexedDbError::of(exception.into()),
        None => IndexedDbError::new("AbortError", "the transaction was given up"),
    }
}

impl keyed::TableTransaction for TableTransaction {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.asked(self.rows.get(&Uint8Array::from(key))).await?;
        if value.is_undefined() { Ok(None) } else { Ok(Some(bytes(&value)?)) }
    }

    async fn keys(&self, range: Range<&[u8]>, most: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let range = key_range(range)?;
        let keys = self.asked(self.rows.get_all_keys_with_key_and_limit(&range, most)).await?;
        Ok(list(keys)?)
    }

    async fn rows(&self, range: Range<&[u8]>) -> Result<Vec<Row>, StoreError> {
        let range = key_range(range)?;
        // Both are asked before either is waited for.
        let values = self.rows.get_all_with_key(&range);
        let keys = self.asked(self.rows.get_all_keys_with_key(&range)).await?;
        let values = values.map_err(IndexedDbError::of)?;
        // The answers come in the order of the questions.
        let values = values.result().map_err(IndexedDbError::of)?;
        Ok(list(keys)?.into_iter().zip(list(values)?).collect())
    }

    async fn commit(self, changes: Changes) -> Result<(), StoreError> {
        let mut end = First::of(&self.transaction, &["complete", "abort"])?;
        self.change(&changes).map_err(IndexedDbError::of)?;
        match end.wait().await {
            Some("complete") => {
                self.others.tell();
                Ok(())
            }
            _ => Err(aborted(&self.transaction).into()),
        }
    }
}

fn key_range(range: Range<&[u8]>) -> Result<IdbKeyRange, IndexedDbError> {
    let (start, end) = (Uint8Array::from(range.start), Uint8Array::from(range.end));
    let range = IdbKeyRange::bound_with_lower_open_and_upper_open(&start, &end, false, true);
    range.map_err(IndexedDbError::of)
}

fn list(values: JsValue) -> Result<Vec<Vec<u8>>, IndexedDbError> {
    values.unchecked_into::<Array>().iter().map(|value| bytes(&value)).collect()
}

/// Of a key an `ArrayBuffer`, of a value the array that was put there.
fn bytes(value: &JsValue) -> Result<Vec<u8>, IndexedDbError> {
    if value.is_instance_of::<ArrayBuffer>() || value.is_instance_of::<Uint8Array>() {
        Ok(Uint8Array::new(value).to_vec())
    } else {
        Err(IndexedDbError::new(
            "DataError",
            "somebody else has written in the database: there is what is no bytes",
        ))
    }
}

/// Aborts a transaction after a time in which nobody has committed anything, unless it is dropped before.
struct Timer {
    number: JsValue,
    is_over: Rc<Cell<bool>>,
    _ring: Closure<dyn FnMut()>,
}

impl Timer {
    fn new(
        after: Duration,
        transaction: IdbTransaction,
        others: Rc<Others>,
    ) -> Result<Self, IndexedDbError> {
        let is_over = Rc::new(Cell::new(false));
        let tell = is_over.clone();
        let mut commits = others.commits();
        let ring = Closure::<dyn FnMut()>::new(move || {
            let before = core::mem::replace(&mut commits, others.commits());
            if before == commits && !tell.get() {
                // It may have begun just now.
                tell.set(transaction.abort().is_ok());
            }
        });
        let millis = JsValue::from_f64(after.as_secs_f64() * 1000.0);
        let set = timer_function("setInterval")?;
        let number = set.call2(&JsValue::NULL, ring.as_ref(), &millis);
        let number = number.map_err(IndexedDbError::of)?;
        Ok(Self { number, is_over, _ring: ring })
    }

    fn is_over(&self) -> bool {
        self.is_over.get()
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Ok(clear) = timer_function("clearInterval") {
            // A timer that has rung is cleared for nothing.
            let _ = clear.call1(&JsValue::NULL, &self.number);
        }
    }
}

/// Of the page, or of the worker.
fn timer_function(name: &str) -> Result<Function, IndexedDbError> {
    let found = Reflect::get(&global(), &name.into()).map_err(IndexedDbError::of)?;
    let none = |_| IndexedDbError::new("NotSupportedError", "there are no timers here");
    found.dyn_into().map_err(none)
}
