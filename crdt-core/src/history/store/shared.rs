//! A store that a document and earlier versions of it have in common.

use core::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::Store;

/// A store, and whoever else reads it. To change it while others do copies it first, so that they
/// go on with what they have; the packs of an opened history stay one.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Store>);

impl From<Store> for Shared {
    fn from(store: Store) -> Self {
        Self(Arc::new(store))
    }
}

impl Deref for Shared {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.0
    }
}

impl DerefMut for Shared {
    fn deref_mut(&mut self) -> &mut Store {
        Arc::make_mut(&mut self.0)
    }
}
