use std::collections::HashMap;

use crdt_core::DocumentId;

use crate::access::{Grant, Right};

/// The documents of a connection, and what the other side may do with each. There may be very many, and
/// few ways in which they differ.
#[derive(Default)]
pub(super) struct Members {
    documents: HashMap<DocumentId, Member>,
    /// The grants that there are.
    grants: Vec<Grant>,
    /// How often it was begun to look whether they still are what is given.
    reviews: u64,
}

/// What becomes of a document that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Following {
    Begins,
    Ends,
    AsBefore,
}

/// A document that was asked for.
#[derive(Clone, Copy)]
struct Member {
    /// Which of the grants it has.
    grant: u16,
    is_followed: bool,
}

impl Members {
    /// What the other side may do with a document.
    pub(super) fn grant(&self, document: &DocumentId) -> Grant {
        self.documents.get(document).map_or(Grant::NONE, |member| self.granted(*member))
    }

    /// A document that was asked for is followed from now on, if the other side may have it.
    pub(super) fn add(&mut self, document: DocumentId, grant: Grant) -> Following {
        let is_followed = grant.right > Right::None;
        let member = Member { grant: self.place(grant), is_followed };
        let before = self.documents.insert(document, member);
        match (before.is_some_and(|before| before.is_followed), is_followed) {
            (false, true) => Following::Begins,
            (true, false) => Following::Ends,
            _ => Following::AsBefore,
        }
    }

    /// How often it was begun to look at all grants anew. One that was looked up while this changed may
    /// be of before.
    pub(super) fn reviews(&self) -> u64 {
        self.reviews
    }

    /// All that were asked for, to look at their grants anew.
    pub(super) fn begin_review(&mut self) -> Vec<(DocumentId, Grant)> {
        self.reviews += 1;
        let all = self.documents.iter();
        all.map(|(document, member)| (*document, self.granted(*member))).collect()
    }

    /// The other side may do something else with a document.
    pub(super) fn set(&mut self, document: &DocumentId, grant: Grant) {
        let grant = self.place(grant);
        if let Some(member) = self.documents.get_mut(document) {
            member.grant = grant;
        }
    }

    /// Says whether a document was followed until now.
    pub(super) fn remove(&mut self, document: &DocumentId) -> bool {
        self.documents.remove(document).is_some_and(|member| member.is_followed)
    }

    /// Those that are followed.
    pub(super) fn followed(&self) -> impl Iterator<Item = DocumentId> {
        let followed = self.documents.iter().filter(|(_, member)| member.is_followed);
        followed.map(|(document, _)| *document)
    }

    fn granted(&self, member: Member) -> Grant {
        self.grants.get(usize::from(member.grant)).copied().unwrap_or(Grant::NONE)
    }

    /// Where a grant is. If there are too many it is as if nothing had been granted.
    fn place(&mut self, grant: Grant) -> u16 {
        let known = self.grants.iter().position(|known| *known == grant);
        let place = known.unwrap_or(self.grants.len());
        let Ok(number) = u16::try_from(place) else { return u16::MAX };
        if known.is_none() {
            self.grants.push(grant);
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(seed: u8) -> DocumentId {
        DocumentId::from_bytes([seed; 32])
    }

    #[test]
    fn documents_are_followed_once_and_have_what_was_granted_last() {
        let mut members = Members::default();
        assert_eq!(members.add(document(1), Grant::ALL), Following::Begins);
        assert_eq!(members.add(document(1), Grant::READ), Following::AsBefore);
        assert_eq!(members.add(document(2), Grant::NONE), Following::AsBefore);
        assert_eq!(members.grant(&document(1)), Grant::READ);
        assert_eq!(members.grant(&document(3)), Grant::NONE);
        members.set(&document(1), Grant::ALL);
        assert_eq!(members.grant(&document(1)), Grant::ALL);
        assert_eq!(members.followed().collect::<Vec<_>>(), [document(1)]);
        assert!(members.remove(&document(1)) && !members.remove(&document(2)));
        assert!(members.begin_review().is_empty());
        members.add(document(1), Grant::ALL);
        assert_eq!(members.begin_review(), [(document(1), Grant::ALL)]);
        assert_eq!(members.add(document(1), Grant::NONE), Following::Ends);
        assert_eq!((members.followed().count(), members.reviews()), (0, 2));
    }
}
