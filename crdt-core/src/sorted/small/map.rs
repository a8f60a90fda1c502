//! A map in the order of its keys.

use core::borrow::Borrow;
use core::fmt;
use core::ops::{Bound, RangeBounds};

use super::entry::Entry;
use super::iter::{Iter, Keys, Span};
use super::tree::{Gap, LEFT, NONE, RIGHT, Side, Tree};

/// A map in the order of its keys, with methods of a `BTreeMap`.
#[derive(Clone)]
pub struct SortedMap<K, V> {
    pub(super) tree: Tree,
    /// In the order of the places of the tree.
    pub(super) entries: Vec<(K, V)>,
}

impl<K, V> SortedMap<K, V> {
    /// An empty one.
    pub const fn new() -> Self {
        Self { tree: Tree::new(), entries: Vec::new() }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// All entries.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { map: self, span: Span { ends: [self.tree.end(LEFT), self.tree.end(RIGHT)] } }
    }

    /// All keys.
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys(self.iter())
    }

    /// All values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The first entry.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.entry_at(self.tree.end(LEFT))
    }

    /// The last entry.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.entry_at(self.tree.end(RIGHT))
    }

    /// Takes the first entry out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.pop(LEFT)
    }

    /// Takes the last entry out.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        self.pop(RIGHT)
    }

    /// All entries, values to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.arrange();
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// All values, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.iter_mut().map(|(_, value)| value)
    }

    /// All values, by themselves.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// All keys, by themselves.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> {
        self.into_iter().map(|(key, _)| key)
    }

    /// Keeps only some entries.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.arrange();
        self.entries.retain_mut(|(key, value)| keep(key, value));
        self.tree = Tree::in_order(self.entries.len());
    }

    /// Lets entries lie as they are ordered.
    fn arrange(&mut self) {
        sort(&mut self.tree.ranks(), &mut |a, b| self.entries.swap(a, b));
        self.tree = Tree::in_order(self.entries.len());
    }

    fn pop(&mut self, side: Side) -> Option<(K, V)> {
        let place = self.tree.end(side);
        (place != NONE).then(|| self.remove_at(place))
    }

    pub(super) fn remove_at(&mut self, place: u32) -> (K, V) {
        self.tree.remove(place);
        self.entries.swap_remove(place as usize)
    }

    pub(super) fn insert_at(&mut self, gap: Gap, key: K, value: V) -> &mut V {
        self.tree.insert(gap);
        let place = self.entries.len();
        self.entries.push((key, value));
        &mut self.entries[place].1
    }

    pub(super) fn entry_at(&self, place: u32) -> Option<(&K, &V)> {
        let (key, value) = self.entries.get(place as usize)?;
        Some((key, value))
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<u32, Gap>
    where
        K: Borrow<Q>,
    {
        self.tree.find(&mut |place| key.cmp(self.entries[place as usize].0.borrow()))
    }

    /// Whether there is an entry of a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        Some(self.get_key_value(key)?.1)
    }

    /// The entry of a key.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.entry_at(self.find(key).ok()?)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(&mut self.entries[place as usize].1)
    }

    /// Writes a value, and gives the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => Some(core::mem::replace(&mut self.entries[place as usize].1, value)),
            Err(gap) => {
                self.insert_at(gap, key, value);
                None
            }
        }
    }

    /// Takes the value of a key out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.remove_at(place).1)
    }

    /// The entry of a key, whether it is there or not.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let found = self.find(&key);
        Entry { map: self, key, found }
    }

    /// The entries with keys in a range, whose start is not behind its end.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        Iter { map: self, span: self.span(&range) }
    }

    fn span<Q: Ord + ?Sized>(&self, range: &impl RangeBounds<Q>) -> Span
    where
        K: Borrow<Q>,
    {
        let before = |bound: Bound<&Q>, place: u32, unbounded: bool, is_included: bool| {
            let key = self.entries[place as usize].0.borrow();
            match bound {
                Bound::Unbounded => unbounded,
                Bound::Included(bound) => key < bound || is_included && key == bound,
                Bound::Excluded(bound) => key < bound || !is_included && key == bound,
            }
        };
        let [_, first] =
            self.tree.boundary(&mut |at| before(range.start_bound(), at, false, false));
        let [last, end] = self.tree.boundary(&mut |at| before(range.end_bound(), at, true, true));
        Span { ends: if first == end { [NONE; 2] } else { [first, last] } }
    }
}

/// Sorts by swapping, when it is known where everything goes.
fn sort(ranks: &mut [u32], swap: &mut dyn FnMut(usize, usize)) {
    for place in 0..ranks.len() {
        while ranks[place] as usize != place {
            let to = ranks[place] as usize;
            swap(place, to);
            ranks.swap(place, to);
        }
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.arrange();
        self.entries.into_iter()
    }
}

impl<'m, K, V> IntoIterator for &'m SortedMap<K, V> {
    type Item = (&'m K, &'m V);
    type IntoIter = Iter<'m, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
