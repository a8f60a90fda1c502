//! A set in the order of its elements.

use core::borrow::Borrow;
use core::fmt;
use core::ops::RangeBounds;

use super::iter::Keys;
use super::map::SortedMap;

/// A set in the order of its elements, with methods of a `BTreeSet`.
#[derive(Clone, PartialEq, Eq)]
pub struct SortedSet<K>(SortedMap<K, ()>);

impl<K> SortedSet<K> {
    /// An empty one.
    pub const fn new() -> Self {
        Self(SortedMap::new())
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All elements.
    pub fn iter(&self) -> Keys<'_, K, ()> {
        self.0.keys()
    }

    /// The first element.
    pub fn first(&self) -> Option<&K> {
        Some(self.0.first_key_value()?.0)
    }

    /// The last element.
    pub fn last(&self) -> Option<&K> {
        Some(self.0.last_key_value()?.0)
    }

    /// Takes the first element out.
    pub fn pop_first(&mut self) -> Option<K> {
        Some(self.0.pop_first()?.0)
    }

    /// Takes the last element out.
    pub fn pop_last(&mut self) -> Option<K> {
        Some(self.0.pop_last()?.0)
    }

    /// Keeps only some elements.
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        self.0.retain(|element, ()| keep(element));
    }
}

impl<K: Ord> SortedSet<K> {
    /// Whether an element is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, element: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(element)
    }

    /// Puts an element in, and says if it was not.
    pub fn insert(&mut self, element: K) -> bool {
        self.0.insert(element, ()).is_none()
    }

    /// Takes an element out, and says if it was in.
    pub fn remove<Q: Ord + ?Sized>(&mut self, element: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(element).is_some()
    }

    /// The elements in a range, whose start is not behind its end.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Keys<'_, K, ()>
    where
        K: Borrow<Q>,
    {
        Keys(self.0.range(range))
    }
}

/// Elements of a set, by themselves.
pub struct IntoElements<K>(std::vec::IntoIter<(K, ())>);

impl<K> Iterator for IntoElements<K> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        Some(self.0.next()?.0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K> IntoIterator for SortedSet<K> {
    type Item = K;
    type IntoIter = IntoElements<K>;

    fn into_iter(self) -> Self::IntoIter {
        IntoElements(self.0.into_iter())
    }
}

impl<'m, K> IntoIterator for &'m SortedSet<K> {
    type Item = &'m K;
    type IntoIter = Keys<'m, K, ()>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Ord> Extend<K> for SortedSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, elements: I) {
        self.0.extend(elements.into_iter().map(|element| (element, ())));
    }
}

impl<'e, K: Ord + Copy + 'e> Extend<&'e K> for SortedSet<K> {
    fn extend<I: IntoIterator<Item = &'e K>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

impl<K: Ord> FromIterator<K> for SortedSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(elements: I) -> Self {
        let mut set = Self::new();
        set.extend(elements);
        set
    }
}

impl<K: Ord, const N: usize> From<[K; N]> for SortedSet<K> {
    fn from(elements: [K; N]) -> Self {
        Self::from_iter(elements)
    }
}

impl<K> Default for SortedSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug> fmt::Debug for SortedSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}
