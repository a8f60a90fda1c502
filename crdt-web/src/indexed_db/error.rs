use crdt_store::StoreError;
use thiserror::Error;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::DomException;

/// What a browser says why its database did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("the database of the browser: {name}: {message}")]
pub struct IndexedDbError {
    name: String,
    message: String,
}

impl IndexedDbError {
    pub(super) fn of(thrown: JsValue) -> Self {
        match thrown.dyn_into::<DomException>() {
            Ok(exception) => Self { name: exception.name(), message: exception.message() },
            Err(other) => Self::new("Error", &format!("{other:?}")),
        }
    }

    pub(super) fn new(name: &str, message: &str) -> Self {
        Self { name: name.to_owned(), message: message.to_owned() }
    }

    /// What kind of error it is, as the browser calls it: `QuotaExceededError`, for example.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl From<IndexedDbError> for StoreError {
    fn from(error: IndexedDbError) -> Self {
        match error.name() {
            "QuotaExceededError" => Self::Full,
            _ => Self::Place(Box::new(error)),
        }
    }
}
