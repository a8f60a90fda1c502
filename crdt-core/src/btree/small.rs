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

/// Inserts entries into a leaf, in which there may be `most` for longer than a moment.
pub(super) fn insert<E, const N: usize>(
    entries: &mut Vec<E>,
    gap: Cursor,
    new: [E; N],
    most: usize,
) {
    let len = entries.len();
    if len + N > entries.capacity() {
        // Most leaves stay small or half full.
        let more = len.clamp(1, STEP).min(most.saturating_sub(len));
        entries.reserve_exact(more.max(N));
    }
    entries.extend(new);
    entries[gap.slot..].rotate_right(N);
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
