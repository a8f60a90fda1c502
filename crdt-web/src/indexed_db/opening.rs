//! Opening and making a database.

use js_sys::{Reflect, global};
use wasm_bindgen::JsCast as _;
use web_sys::{IdbDatabase, IdbFactory, IdbOpenDbRequest};

use super::answer::{First, Listening, why};
use super::error::IndexedDbError;
use super::{DEVICE, ROWS};

/// The format that is written.
const VERSION: u32 = 1;

/// Opens a database, or makes it.
pub(super) async fn open(name: &str) -> Result<Database, IndexedDbError> {
    let request = factory()?.open_with_u32(name, VERSION).map_err(IndexedDbError::of)?;
    let making = request.clone();
    let _making = Listening::new(&request, "upgradeneeded", move |_| make(&making))?;
    let mut first = First::of(&request, &["success", "error", "blocked"])?;
    match first.wait().await {
        Some("success") => {}
        Some("blocked") => {
            let message = "another tab has it open in an older format: close that tab";
            return Err(IndexedDbError::new("BlockedError", message));
        }
        _ => return Err(why(&request)),
    }
    let database: IdbDatabase = request.result().map_err(IndexedDbError::of)?.unchecked_into();
    let closing = database.clone();
    let giving_way = Listening::new(&database, "versionchange", move |_| closing.close())?;
    Ok(Database { database, _giving_way: giving_way })
}

/// A database that is open. It is closed when nobody has it any more, and when another tab wants to
/// remove or alter it, which would wait for this one.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) database: IdbDatabase,
    _giving_way: Listening,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.database.close();
    }
}

fn factory() -> Result<IdbFactory, IndexedDbError> {
    let none = || IndexedDbError::new("NotSupportedError", "the browser keeps nothing here");
    let found = Reflect::get(&global(), &"indexedDB".into()).map_err(IndexedDbError::of)?;
    found.dyn_into().map_err(|_| none())
}

/// Makes what a new database has. If anything fails the browser gives up opening it, and says why.
fn make(request: &IdbOpenDbRequest) {
    let Ok(database) = request.result() else { return };
    let database: IdbDatabase = database.unchecked_into();
    for store in [ROWS, DEVICE] {
        if let Err(error) = database.create_object_store(store) {
            tracing::error!(error = %IndexedDbError::of(error), "the database cannot be made");
        }
    }
}
