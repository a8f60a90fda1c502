//! How the long lists of a history grow.

/// Makes room for some more by an eighth: doubling would leave up to half of a history's memory
/// unused.
pub(crate) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8));
    }
}
