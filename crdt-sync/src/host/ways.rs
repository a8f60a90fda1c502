use std::sync::{Arc, Weak};

use super::entry::Entry;

/// A document in all ways in which the app has it, as long as it has it. The first is what others are
/// told of, and what takes in what they send.
#[derive(Clone, Default)]
pub(crate) struct Ways(Vec<Weak<Entry>>);

impl Ways {
    /// The app has it this way too.
    pub(crate) fn add(&mut self, entry: &Arc<Entry>) {
        self.remove(entry);
        self.0.push(Arc::downgrade(entry));
    }

    /// The app does not have it this way any more. Says whether it has it in none.
    pub(crate) fn remove(&mut self, entry: &Entry) -> bool {
        let is_it = |other: &Weak<Entry>| core::ptr::eq(other.as_ptr(), entry);
        self.0.retain(|other| other.strong_count() > 0 && !is_it(other));
        self.0.is_empty()
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Entry>> {
        self.0.iter().filter_map(Weak::upgrade).collect()
    }

    /// The first.
    pub(crate) fn first(&self) -> Option<Arc<Entry>> {
        self.0.iter().find_map(Weak::upgrade)
    }
}

/// Whether one of the ways in which the app has a document is the one that others are told of, and the
/// other ones.
pub(crate) fn apart(all: Vec<Arc<Entry>>, one: &Entry) -> (bool, Vec<Arc<Entry>>) {
    let is_it = |other: &Arc<Entry>| core::ptr::eq(&raw const **other, one);
    let is_first = all.first().is_none_or(is_it);
    (is_first, all.into_iter().filter(|other| !is_it(other)).collect())
}
