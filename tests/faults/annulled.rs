//! What an older app has let go of, and somebody annuls.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, DocumentId};
use test_support::key;
use test_support::wire::{Bundle, Draft, Genesis, Op, Segment, Writer};

#[derive(CrdtNode, Default)]
#[crdt(rename = "Entry")]
struct OldEntry {
    name: String,
}

#[derive(CrdtNode)]
#[crdt(rename = "Board")]
struct OldBoard {
    entries: BTreeMap<String, OldEntry>,
}

#[derive(CrdtNode)]
#[crdt(rename = "Entry")]
struct NewEntry {
    name: String,
    #[crdt(counter)]
    votes: i64,
}

#[derive(CrdtNode)]
#[crdt(rename = "Board")]
struct NewBoard {
    entries: BTreeMap<String, NewEntry>,
}

fn votes() -> Vec<Segment> {
    vec![
        Segment::Field("entries".into()),
        Segment::Text("k".into()),
        Segment::Field("votes".into()),
    ]
}

/// Bob, whose app knows of votes, and his first change.
struct Bob {
    writer: Writer,
    genesis: Genesis,
    first: Draft,
}

impl Bob {
    fn new() -> Self {
        let writer = Writer::new(2);
        let genesis = Genesis::new(writer.author(), 7, "Board");
        let first = writer.draft(genesis.hash(), None);
        let first = first.with(Op::put(&votes()[..2], &[])).with(Op::add(&votes(), 5));
        Self { writer, genesis, first }
    }

    fn bundle(&self, draft: &Draft) -> Vec<u8> {
        Bundle::new(&[draft], &[&self.writer]).with_genesis(&self.genesis).framed()
    }

    fn join<T: CrdtNode>(&self, secret: u8) -> Document<T> {
        Document::join(DocumentId::from_bytes(self.genesis.hash()), key(secret))
    }
}

/// The older app writes over the entry, and so resets votes that it does not know. Bob makes that
/// void. Whoever wrote the reset, and may have let go of all it knew there, has to find out.
#[test]
fn a_reset_of_what_is_not_known_is_annulled() {
    let bob = Bob::new();
    let mut old = bob.join::<OldBoard>(3);
    old.apply(&bob.bundle(&bob.first)).expect("a valid change");
    old.change(|board| board.entries.insert("k", OldEntry::default())).expect("it fits");
    let (written, head) = (old.export(&[]), *old.heads()[0].as_bytes());
    // Whichever of its ops the reset is.
    let annul = bob.writer.draft(bob.genesis.hash(), Some(&bob.first)).after(&[head]);
    let annul = annul.with(Op::annul(&votes(), false, &[(1, 0), (1, 1)]));
    let annul = bob.bundle(&annul);
    let mut opened = Document::<OldBoard>::load(&old.save(), key(4)).expect("it was saved");
    let (mut other, mut new) = (bob.join::<OldBoard>(5), bob.join::<NewBoard>(6));
    other.apply(&written).expect("valid changes");
    new.apply(&written).expect("valid changes");
    new.apply(&annul).expect("a valid change");
    assert_eq!(new.value().entries["k"].votes, 5, "the reset is void");
    for document in [&mut old, &mut opened, &mut other] {
        document.apply(&annul).expect("a valid change");
    }
    assert_eq!(old.digest(), other.digest());
    assert_eq!(opened.digest(), other.digest());
    // It writes over the entry again, and for Bob's app nothing older is left.
    for mut document in [old, opened, other] {
        document.change(|board| board.entries.insert("k", OldEntry::default())).expect("it fits");
        let mut new = bob.join::<NewBoard>(6);
        new.apply(&document.export(&[])).expect("valid changes");
        assert_eq!(new.value().entries["k"].votes, 0);
    }
}
