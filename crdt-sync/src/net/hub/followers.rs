use std::collections::HashMap;

use crdt_core::DocumentId;

/// Which connections follow which document: mostly one or two, and there may be very many documents.
#[derive(Default)]
pub(super) struct Followers {
    documents: HashMap<DocumentId, Followed>,
    /// Those of documents that several follow.
    groups: Vec<Vec<u32>>,
    /// Places in it that are free.
    free: Vec<u32>,
}

/// A document that is followed.
#[derive(Clone, Copy)]
struct Followed {
    by: Slot,
    /// Of how many changes its followers were told, the lower half of that, as it was when the document
    /// was last let go of: so it is noticed when another process has written to it since.
    told: u32,
}

/// A connection, or with the highest bit a place among the groups.
#[derive(Clone, Copy)]
struct Slot(u32);

const GROUP: u32 = 1 << 31;

/// The highest number of a connection.
pub(super) const MAX_NUMBER: u32 = GROUP - 1;

impl Slot {
    fn group(self) -> Option<usize> {
        (self.0 & GROUP != 0).then_some((self.0 & !GROUP) as usize)
    }
}

impl Followers {
    /// How many documents are followed.
    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// The connections that follow a document.
    pub(super) fn of(&self, document: &DocumentId) -> &[u32] {
        match self.documents.get(document) {
            None => &[],
            Some(Followed { by, .. }) => match by.group() {
                None => core::slice::from_ref(&by.0),
                Some(place) => &self.groups[place],
            },
        }
    }

    /// The followers of a document were told of so many changes.
    pub(super) fn told(&mut self, document: &DocumentId, changes: usize) {
        if let Some(followed) = self.documents.get_mut(document) {
            followed.told = lower_half(changes as u64);
        }
    }

    /// Of how many changes they were told, the lower half of that.
    pub(super) fn were_told(&self, document: &DocumentId) -> Option<u32> {
        self.documents.get(document).map(|followed| followed.told)
    }

    /// A connection follows a document. Says whether it is the first one.
    pub(super) fn add(&mut self, document: DocumentId, number: u32) -> bool {
        let Some(Followed { by: slot, .. }) = self.documents.get(&document).copied() else {
            self.documents.insert(document, Followed { by: Slot(number), told: 0 });
            return true;
        };
        match slot.group() {
            Some(place) if self.groups[place].contains(&number) => {}
            Some(place) => self.groups[place].push(number),
            None if slot.0 == number => {}
            None => {
                let group = self.new_group(vec![slot.0, number]);
                self.documents.entry(document).and_modify(|followed| followed.by = group);
            }
        }
        false
    }

    /// A connection does not follow a document any more.
    pub(super) fn remove(&mut self, document: &DocumentId, number: u32) {
        let Some(Followed { by: slot, .. }) = self.documents.get(document).copied() else { return };
        let is_last = match slot.group() {
            None => slot.0 == number,
            Some(place) => {
                self.groups[place].retain(|one| *one != number);
                self.groups[place].is_empty()
            }
        };
        if is_last {
            self.documents.remove(document);
            self.free.extend(slot.group().map(|_| slot.0 & !GROUP));
        }
    }

    fn new_group(&mut self, group: Vec<u32>) -> Slot {
        if let Some(place) = self.free.pop() {
            self.groups[place as usize] = group;
            return Slot(place | GROUP);
        }
        let place = u32::try_from(self.groups.len()).unwrap_or(MAX_NUMBER) & !GROUP;
        self.groups.push(group);
        Slot(place | GROUP)
    }
}

/// The lower half of a number of changes.
pub(super) fn lower_half(changes: u64) -> u32 {
    let [a, b, c, d, ..] = changes.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(seed: u8) -> DocumentId {
        DocumentId::from_bytes([seed; 32])
    }

    #[test]
    fn each_document_has_those_that_follow_it() {
        let mut followers = Followers::default();
        assert!(followers.add(document(1), 7));
        assert!(!followers.add(document(1), 7));
        assert_eq!(followers.of(&document(1)), [7]);
        for number in [8, 9, 8] {
            assert!(!followers.add(document(1), number));
        }
        assert!(followers.add(document(2), 9));
        assert_eq!(followers.of(&document(1)), [7, 8, 9]);
        for number in [7, 9, 5, 8] {
            followers.remove(&document(1), number);
        }
        assert!(followers.of(&document(1)).is_empty());
        assert_eq!(followers.len(), 1);
        // The place of a group that is gone is taken again.
        followers.add(document(2), 1);
        followers.remove(&document(2), 9);
        assert_eq!((followers.of(&document(2)), followers.groups.len()), (&[1][..], 1));
        followers.remove(&document(2), 1);
        assert_eq!(followers.len(), 0);
    }
}
