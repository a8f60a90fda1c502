//! A store that a document and earlier versions of it have in common.

use core::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use super::Store;

/// A store, and whoever else reads it. To change it while others do copies it first, so that they
/// go on with what they have; the packs of an opened history stay one.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Arc<Store>,
    /// How it is copied, once it was shared: a program in which it never is has no code for that.
    copy: OnceLock<fn(&Store) -> Store>,
}

impl Shared {
    /// The same store, for somebody who only reads it.
    pub(crate) fn share(&self) -> Self {
        self.copy.get_or_init(|| Store::clone);
        Self { store: Arc::clone(&self.store), copy: self.copy.clone() }
    }
}

impl From<Store> for Shared {
    fn from(store: Store) -> Self {
        Self { store: Arc::new(store), copy: OnceLock::new() }
    }
}

impl Deref for Shared {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl DerefMut for Shared {
    fn deref_mut(&mut self) -> &mut Store {
        if Arc::get_mut(&mut self.store).is_none()
            && let Some(copy) = self.copy.get()
        {
            self.store = Arc::new(copy(&self.store));
        }
        match Arc::get_mut(&mut self.store) {
            Some(store) => store,
            None => unreachable!("what was shared can be copied"),
        }
    }
}
