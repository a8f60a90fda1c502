use std::collections::{BTreeMap, BTreeSet, HashMap};

use crdt_core::DocumentId;

/// For so many documents that are not here a connection has relays asked at a time.
pub(super) const OF_ONE: usize = 1 << 8;

/// And so many are asked for in all. What is here is exchanged besides.
pub(super) const OF_ALL: usize = 1 << 15;

/// Documents that connections ask for and that are not here, so that relays are asked for them.
///
/// There is room for few of each connection. Those beyond wait until others of it have come to be here, or
/// are wanted no more: so who asks for very many that nobody has keeps nobody else from theirs.
#[derive(Default)]
pub(super) struct Wanted {
    /// Those that relays are asked for, and how many connections they are asked for.
    asked: HashMap<DocumentId, u32>,
    by: BTreeMap<u32, Wants>,
    /// The connections that would have more asked for if there were room for more in all.
    stalled: BTreeSet<u32>,
}

/// What a connection wants.
struct Wants {
    most: usize,
    asked: BTreeSet<DocumentId>,
    waiting: BTreeSet<DocumentId>,
}

/// What relays are to do, now that something is wanted no more.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Freed {
    /// These are asked for no more.
    pub(super) unasked: Vec<DocumentId>,
    /// And these are, which waited for room.
    pub(super) asked: Vec<DocumentId>,
}

impl Wanted {
    /// Whether relays are asked for a document.
    pub(super) fn is_asked(&self, document: &DocumentId) -> bool {
        self.asked.contains_key(document)
    }

    /// Those that relays are asked for, in no order.
    pub(super) fn asked(&self) -> impl Iterator<Item = DocumentId> {
        self.asked.keys().copied()
    }

    /// A connection, for which relays are asked for so many at most, wants a document. Gives what they
    /// are to be asked for from now on.
    pub(super) fn want(
        &mut self,
        document: DocumentId,
        number: u32,
        most: usize,
    ) -> Vec<DocumentId> {
        let new = || Wants { most, asked: BTreeSet::new(), waiting: BTreeSet::new() };
        let wants = self.by.entry(number).or_insert_with(new);
        if !wants.asked.contains(&document) {
            wants.waiting.insert(document);
        }
        self.ask(number)
    }

    /// A connection does not want a document any more, or it is here.
    pub(super) fn settle(&mut self, document: &DocumentId, number: u32) -> Freed {
        let Some(wants) = self.by.get_mut(&number) else { return Freed::default() };
        wants.waiting.remove(document);
        let was_asked = wants.asked.remove(document);
        if wants.asked.is_empty() && wants.waiting.is_empty() {
            self.by.remove(&number);
        }
        let mut freed = Freed::default();
        if was_asked {
            self.release(*document, &mut freed);
            freed.asked = self.ask(number);
            self.ask_for_others(&mut freed);
        }
        freed
    }

    /// A connection wants nothing any more.
    pub(super) fn gone(&mut self, number: u32) -> Freed {
        let mut freed = Freed::default();
        self.stalled.remove(&number);
        for document in self.by.remove(&number).into_iter().flat_map(|wants| wants.asked) {
            self.release(document, &mut freed);
        }
        self.ask_for_others(&mut freed);
        freed
    }

    /// A document is asked for one connection less.
    fn release(&mut self, document: DocumentId, freed: &mut Freed) {
        let Some(count) = self.asked.get_mut(&document) else { return };
        *count -= 1;
        if *count == 0 {
            self.asked.remove(&document);
            freed.unasked.push(document);
        }
    }

    /// Gives room that there is to those that wait for it.
    fn ask_for_others(&mut self, freed: &mut Freed) {
        while self.asked.len() < OF_ALL
            && let Some(number) = self.stalled.pop_first()
        {
            freed.asked.extend(self.ask(number));
        }
    }

    /// Has as much asked for of what a connection wants as there is room for.
    fn ask(&mut self, number: u32) -> Vec<DocumentId> {
        let mut asked = Vec::new();
        let Some(wants) = self.by.get_mut(&number) else { return asked };
        while wants.asked.len() < wants.most
            && let Some(document) = wants.waiting.first().copied()
        {
            let has_room = self.asked.len() < OF_ALL;
            if let Some(count) = self.asked.get_mut(&document) {
                *count += 1;
            } else if has_room {
                self.asked.insert(document, 1);
                asked.push(document);
            } else {
                self.stalled.insert(number);
                break;
            }
            wants.waiting.remove(&document);
            wants.asked.insert(document);
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(number: usize) -> DocumentId {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&(number as u64).to_be_bytes());
        DocumentId::from_bytes(bytes)
    }

    /// Has a connection want documents, and says how many are asked for.
    fn wants(wanted: &mut Wanted, number: u32, documents: core::ops::Range<usize>) -> usize {
        let want = |n| wanted.want(document(n), number, OF_ONE).len();
        documents.map(want).sum()
    }

    #[test]
    fn who_wants_very_many_has_few_asked_for_at_a_time() {
        let mut wanted = Wanted::default();
        assert_eq!(wants(&mut wanted, 1, 0..10_000), OF_ONE);
        assert_eq!(wants(&mut wanted, 2, 20_000..20_003), 3, "others have room");
        // One that has come to be here makes room, and one that waited is passed over.
        let freed = wanted.settle(&document(0), 1);
        assert_eq!(freed, Freed { unasked: vec![document(0)], asked: vec![document(OF_ONE)] });
        assert_eq!(wanted.settle(&document(OF_ONE + 1), 1), Freed::default());
        assert_eq!(wanted.settle(&document(1), 1).asked, [document(OF_ONE + 2)]);
        assert_eq!(wanted.gone(1).unasked.len(), OF_ONE);
        assert_eq!((wanted.asked().count(), wanted.by.len()), (3, 1));
    }

    #[test]
    fn a_document_is_asked_for_as_long_as_somebody_wants_it() {
        let mut wanted = Wanted::default();
        assert_eq!(wants(&mut wanted, 1, 0..1) + wants(&mut wanted, 2, 0..1), 1);
        assert_eq!(wants(&mut wanted, 1, 0..1), 0, "it is said again");
        assert_eq!(wanted.settle(&document(0), 1), Freed::default());
        assert!(wanted.is_asked(&document(0)));
        assert_eq!(wanted.settle(&document(0), 1), Freed::default(), "it is settled again");
        assert_eq!(wanted.settle(&document(0), 2).unasked, [document(0)]);
        assert!(!wanted.is_asked(&document(0)) && wanted.by.is_empty());
    }

    #[test]
    fn who_waits_for_room_gets_what_others_leave() {
        let mut wanted = Wanted::default();
        for (number, first) in (0..).zip((0..OF_ALL).step_by(OF_ONE)) {
            assert_eq!(wants(&mut wanted, number, first..first + OF_ONE + 1), OF_ONE);
        }
        let (one, two) = (10_000, 10_001);
        assert_eq!(wants(&mut wanted, one, 1_000_000..1_000_002), 0);
        assert_eq!(wants(&mut wanted, two, 2_000_000..2_000_001), 0);
        assert_eq!(wants(&mut wanted, two, 0..1), 0, "it is asked for already");
        let freed = wanted.gone(7);
        assert_eq!((freed.unasked.len(), freed.asked.len()), (OF_ONE, 3));
        assert!(wanted.is_asked(&document(1_000_001)) && wanted.is_asked(&document(2_000_000)));
        assert!(wanted.asked().count() <= OF_ALL);
    }
}
