//! Errors as JavaScript has them.

use core::error::Error;

use crdt_core::EditError;
use wasm_bindgen::JsValue;

/// Why something was not done: what a function threw, or an error.
pub(super) struct Failure(pub(super) JsValue);

impl Failure {
    pub(super) fn of(error: &dyn Error) -> Self {
        Self(js_sys::Error::new(&error.to_string()).into())
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        Self::of(&error)
    }
}

/// Errors of stores have names, which are written down in `docs/browser.md`.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl From<crdt_store::StoreError> for Failure {
    fn from(error: crdt_store::StoreError) -> Self {
        let failure = js_sys::Error::new(&error.to_string());
        failure.set_name(name(&error));
        Self(failure.into())
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn name(error: &crdt_store::StoreError) -> &str {
    use crdt_store::StoreError;

    match error {
        StoreError::UnknownDocument(_) => "UnknownDocument",
        StoreError::Exists(_) => "Exists",
        StoreError::Removed(_) => "Removed",
        StoreError::OwnMissing(_) => "OwnMissing",
        StoreError::Damaged { .. } => "Damaged",
        StoreError::Locked(_) => "Locked",
        StoreError::Full => "Full",
        StoreError::Unsure(_) => "Unsure",
        // As the browser calls it.
        StoreError::Place(place) => {
            place.downcast_ref().map_or("Error", crate::IndexedDbError::name)
        }
        _ => "Error",
    }
}
