use core::hash::Hash;
use core::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff};

/// A part of a sequence that another sequence has something else for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Replaced {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// What differs between two sequences, from left to right; no two parts touch.
///
/// Linear where little differs. Where much does, the search is cut short, and the parts may be
/// larger than they need be.
pub(super) fn differences<T: Hash + Ord>(old: &[T], new: &[T]) -> Vec<Replaced> {
    let start = common(old.iter(), new.iter());
    let end = common(old[start..].iter().rev(), new[start..].iter().rev());
    let (old_part, new_part) = (start..old.len() - end, start..new.len() - end);
    if old_part.is_empty() && new_part.is_empty() {
        return Vec::new();
    }
    if old_part.is_empty() || new_part.is_empty() {
        return vec![Replaced { old: old_part, new: new_part }];
    }
    let mut parts: Vec<Replaced> = Vec::new();
    for op in capture_diff(Algorithm::Myers, old, old_part, new, new_part) {
        let (tag, old, new) = op.as_tag_tuple();
        match parts.last_mut() {
            _ if tag == DiffTag::Equal => {}
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                (last.old.end, last.new.end) = (old.end, new.end);
            }
            _ => parts.push(Replaced { old, new }),
        }
    }
    parts
}

/// How many items two sequences begin with alike.
pub(super) fn common<'a, T: Eq + 'a>(
    old: impl Iterator<Item = &'a T>,
    new: impl Iterator<Item = &'a T>,
) -> usize {
    old.zip(new).take_while(|(old, new)| old == new).count()
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use core::cmp::Ordering;
    use core::hash::{Hash, Hasher};

    use proptest::prelude::*;

    use super::{Replaced, differences};

    /// An item that counts how often items are looked at.
    #[derive(Clone, Copy)]
    struct Counted<'a>(u32, &'a Cell<usize>);

    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.1.set(self.1.get() + 1);
            self.0 == other.0
        }
    }

    impl Eq for Counted<'_> {}

    impl PartialOrd for Counted<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Counted<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            self.1.set(self.1.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    impl Hash for Counted<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.1.set(self.1.get() + 1);
            self.0.hash(state);
        }
    }

    /// How often items are looked at for each item of the two sequences.
    fn looks(old: impl Iterator<Item = u32>, new: impl Iterator<Item = u32>) -> usize {
        let count = Cell::new(0);
        let old: Vec<_> = old.map(|item| Counted(item, &count)).collect();
        let new: Vec<_> = new.map(|item| Counted(item, &count)).collect();
        differences(&old, &new);
        count.get() / (old.len() + new.len())
    }

    /// A few looks for each item where little differs, and a bounded number where everything does.
    #[test]
    fn the_work_is_linear() {
        for n in [1_000, 10_000, 100_000] {
            let edited = |item: u32| if item % (n / 5) == 3 { n + item } else { item };
            assert!(looks(0..n, (0..n).map(edited)) < 4);
            assert!(looks(0..n, (n / 2..n).chain(0..n / 2)) < 1_000, "moved");
            assert!(looks(0..n, (0..n).rev()) < 1_000, "reversed");
            let noise = |factor: u32| (0..n).map(move |item| item.wrapping_mul(factor) >> 28);
            assert!(looks(noise(2_654_435_761), noise(2_246_822_519)) < 1_000, "unlike");
        }
    }

    proptest! {
        /// Whatever is not replaced is the same on both sides.
        #[test]
        fn what_is_left_is_the_same(
            old in prop::collection::vec(0u8..4, 0..20),
            new in prop::collection::vec(0u8..4, 0..20),
        ) {
            let parts = differences(&old, &new);
            let mut made = Vec::new();
            let mut at = 0;
            for Replaced { old: from, new: to } in &parts {
                prop_assert!(from.start > at || at == 0);
                made.extend_from_slice(&old[at..from.start]);
                made.extend_from_slice(&new[to.clone()]);
                at = from.end;
            }
            made.extend_from_slice(&old[at..]);
            prop_assert_eq!(made, new);
        }
    }
}
