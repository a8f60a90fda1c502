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

fn common<'a, T: Eq + 'a>(
    old: impl Iterator<Item = &'a T>,
    new: impl Iterator<Item = &'a T>,
) -> usize {
    old.zip(new).take_while(|(old, new)| old == new).count()
}
