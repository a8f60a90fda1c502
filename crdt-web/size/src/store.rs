//! A document kept in `IndexedDB`, and with the feature `sync` at a relay too.

#[cfg(not(feature = "sync"))]
use crdt_core::ChangeOptions;
#[cfg(not(feature = "sync"))]
use crdt_store::StoreError;
#[cfg(feature = "sync")]
use crdt_sync::{Live, Peer};
use crdt_web::IndexedDb;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Board, Task};

/// Opens the newest board of a store, or makes one; changes it, and gives its text.
///
/// # Errors
/// What the database says.
#[wasm_bindgen]
pub async fn stored(name: String) -> Result<String, JsError> {
    let database = IndexedDb::open(&name).await?;
    let store = database.clone().store_with(database.keypair().await?);
    let known = store.waiting().documents().await?;
    let board = match known.last() {
        Some(known) => store.waiting().open_document::<Board>(known.id).await?,
        None => store.waiting().create::<Board>().await?,
    };
    #[cfg(feature = "sync")]
    {
        let board = Live::new(board);
        let peer = Peer::connect(&store, &name)?;
        peer.bind(&board);
        board.change(|board| board.tasks.push(Task { title: name, done: false })).await?;
        board.synced().await;
        Ok(board.value().await.notes)
    }
    #[cfg(not(feature = "sync"))]
    {
        let mut board = board;
        let task = Task { title: name, done: false };
        let changed = board.waiting().write(|board| {
            let prepared = board.prepare(&ChangeOptions::new(), |board| board.tasks.push(task));
            prepared.map_err(StoreError::from)
        });
        changed.await?;
        board.waiting().refresh().await?;
        Ok(board.value().notes)
    }
}
