//! The database of a browser as a table of bytes.
//!
//! A transaction of it begins when no other is under way that writes, in no tab, and ends by itself
//! when something else is awaited. So the logic of the store, which awaits nothing else within one,
//! has the lock that it needs; and whatever awaits something else nonetheless finds its transaction
//! ended, with nothing written.

mod answer;
mod device;
mod error;
mod opening;
mod others;
mod transaction;

use core::time::Duration;
use std::rc::Rc;
use std::time::SystemTime;

use crdt_core::Keypair;
use crdt_store::backend::keyed::Table;
use crdt_store::backend::{Access, Keyed};
use crdt_store::{Store, StoreError};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{IdbDatabase, IdbTransaction};

pub use error::IndexedDbError;
use opening::Database;
use others::Others;
use transaction::TableTransaction;

/// What the rows of documents lie in.
const ROWS: &str = "rows";

/// What the key of this device lies in.
const DEVICE: &str = "device";

/// A database of this origin, in which documents are kept.
///
/// It is cheap to clone. It is closed when the site's data are cleared, or a newer version of the
/// app wants to alter it: whatever is asked of it from then on fails.
#[derive(Clone, Debug)]
pub struct IndexedDb {
    database: Rc<Database>,
    others: Rc<Others>,
}

impl IndexedDb {
    /// Opens the database of a name, or makes it.
    ///
    /// # Errors
    /// [`IndexedDbError`], for example if the browser keeps nothing for this page, or if the
    /// database was written by a newer version of this library.
    pub async fn open(name: &str) -> Result<Self, IndexedDbError> {
        let database = Rc::new(opening::open(name).await?);
        Ok(Self { database, others: Rc::new(Others::of(name)?) })
    }

    /// Opens the store of a name, or makes it, with the key that this browser has for it.
    ///
    /// # Errors
    /// As [`open`](Self::open), and those of a browser without randomness.
    pub async fn store(name: &str) -> Result<Store<Keyed<Self>>, StoreError> {
        let database = Self::open(name).await?;
        let keypair = database.keypair().await?;
        Ok(database.store_with(keypair))
    }

    /// The store in this database, written with a key that the app keeps. It is for the app then to
    /// see that the key writes here only.
    pub fn store_with(self, keypair: Keypair) -> Store<Keyed<Self>> {
        Store::at(Keyed::new(self), Some(keypair))
    }

    /// The key of this device, which is made when it is first asked for. All tabs get the same one.
    ///
    /// # Errors
    /// Those of the database, and of a browser without randomness.
    pub async fn keypair(&self) -> Result<Keypair, StoreError> {
        device::keypair(self).await
    }

    fn transaction(&self, of: &str, access: Access) -> Result<IdbTransaction, IndexedDbError> {
        begin(&self.database.database, of, access).map_err(IndexedDbError::of)
    }
}

/// Begins a transaction: not by `web-sys`, which has its options behind a flag of the compiler.
fn begin(database: &IdbDatabase, of: &str, access: Access) -> Result<IdbTransaction, JsValue> {
    let mode = match access {
        Access::Read => "readonly",
        Access::Write => "readwrite",
    };
    let options = JsValue::from(Object::new());
    // Otherwise what was acknowledged may be gone after a power cut.
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    let begin: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    let transaction = begin.apply(database, &Array::of3(&of.into(), &mode.into(), &options))?;
    transaction.dyn_into()
}

impl Table for IndexedDb {
    type Transaction<'a> = TableTransaction;

    async fn begin(&self, access: Access) -> Result<TableTransaction, StoreError> {
        let transaction =
            TableTransaction::new(self.transaction(ROWS, access)?, self.others.clone())?;
        if access == Access::Write {
            transaction.started().await?;
        }
        Ok(transaction)
    }

    async fn committed_elsewhere(&self, known: u64) -> Option<u64> {
        let mut heard = self.others.heard();
        heard.wait_for(|times| *times != known).await.ok().map(|times| *times)
    }

    fn now(&self) -> SystemTime {
        // Whole milliseconds since then.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is now")]
        let since = Duration::from_millis(js_sys::Date::now() as u64);
        SystemTime::UNIX_EPOCH + since
    }
}
