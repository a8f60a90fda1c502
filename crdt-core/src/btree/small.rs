//! The tree while its entries are those of one leaf: nothing is known of them but themselves.

use super::{Cursor, Entry, Summary as _};

/// For how many more entries a leaf makes room, at most.
pub(super) const STEP: usize = 8;

pub(super) fn total<E: Entry>(entries: &[E]) -> E::Summary {
    let mut total = E::Summary::default();
    for entry in entries {
        total.shift(&E::Summary::default(), &entry.summary());
    }
    total
}

pub(super) fn insert<E>(entries: &mut Vec<E>, gap: Cursor, entry: E) {
    if entries.len() == entries.capacity() {
        // Most stay small.
        entries.reserve_exact(entries.len().clamp(1, STEP));
    }
    entries.insert(gap.slot, entry);
}

pub(super) fn merge<E>(
    entries: &mut Vec<E>,
    left: Cursor,
    change: impl FnOnce(&mut E, &E),
) -> Option<E> {
    let behind = left.slot + 1;
    let gone = (behind < entries.len()).then(|| entries.remove(behind))?;
    change(&mut entries[left.slot], &gone);
    Some(gone)
}
