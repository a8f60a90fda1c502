//! The key of this device. It lies beside the documents, so that a copy of their rows has none, and is
//! gone with them when the site's data are cleared.

use crdt_core::Keypair;
use crdt_store::StoreError;
use crdt_store::backend::Access;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};
use zeroize::Zeroizing;

use super::answer::{First, answer};
use super::error::IndexedDbError;
use super::{DEVICE, IndexedDb};

/// What the key is called.
const SECRET: &str = "secret";

/// Finds the key, or makes one. Of tabs that ask at once one makes it.
pub(super) async fn keypair(database: &IndexedDb) -> Result<Keypair, StoreError> {
    let transaction = database.transaction(DEVICE, Access::Write)?;
    let device = transaction.object_store(DEVICE).map_err(IndexedDbError::of)?;
    let mut end = First::of(&transaction, &["complete", "abort"])?;
    let found = answer(device.get(&SECRET.into())).await?;
    if !found.is_undefined() {
        let mut secret = Zeroizing::new([0; 32]);
        let bytes = found.dyn_ref::<Uint8Array>().filter(|bytes| bytes.length() == 32);
        let message = "the key of this device is damaged: clear the site's data";
        let damaged = || IndexedDbError::new("DataError", message);
        bytes.ok_or_else(damaged)?.copy_to(&mut *secret);
        return Ok(Keypair::from_secret_bytes(&secret));
    }
    let keypair = Keypair::generate().map_err(|error| StoreError::Random(error.to_string()))?;
    let secret: JsValue = Uint8Array::from(&keypair.to_secret_bytes()[..]).into();
    answer(device.put_with_key(&secret, &SECRET.into())).await?;
    match end.wait().await {
        Some("complete") => Ok(keypair),
        _ => Err(super::transaction::aborted(&transaction).into()),
    }
}
