//! What an older app has let go of, and somebody annuls.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, DocumentId};
use test_support::key;
use test_support::wire::{Bundle, Draft, Genesis, Op, Place, Segment, Writer, cbor};

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

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
#[crdt(rename = "Entry")]
struct NewEntry {
    name: String,
    #[crdt(counter)]
    votes: i64,
    #[crdt(text)]
    notes: String,
    tags: Vec<String>,
}

#[derive(CrdtNode)]
#[crdt(rename = "Board")]
struct NewBoard {
    entries: BTreeMap<String, NewEntry>,
}

fn entry() -> Vec<Segment> {
    vec![Segment::Field("entries".into()), Segment::Text("k".into())]
}

fn field(name: &str) -> Vec<Segment> {
    [entry(), vec![Segment::Field(name.into())]].concat()
}

/// Bob, whose app knows more fields, and his first change.
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
        let first = first
            .with(Op::put(&entry(), &[]))
            .with(Op::add(&field("votes"), 5))
            .with(Op::insert_text(&field("notes"), Place::Root, "a"))
            .with(Op::insert(&field("tags"), Place::Root, &[cbor("b")]));
        Self { writer, genesis, first }
    }

    fn bundle(&self, draft: &Draft) -> Vec<u8> {
        Bundle::new(&[draft], &[&self.writer]).with_genesis(&self.genesis).framed()
    }

    fn join<T: CrdtNode>(&self, secret: u8) -> Document<T> {
        Document::join(DocumentId::from_bytes(self.genesis.hash()), key(secret))
    }
}

/// Bob makes void whatever the last change did to the fields of his.
fn undo<T: CrdtNode>(bob: &Bob, document: &Document<T>) -> Vec<u8> {
    let head = document.history().changes().last().expect("it was written");
    let count: u32 = head.ops().iter().map(|(_, op)| op.counters).sum();
    let names: Vec<_> = (0..count).map(|counter| (1, counter)).collect();
    let draft = bob.writer.draft(bob.genesis.hash(), Some(&bob.first));
    let annul = |draft: Draft, name| draft.with(Op::annul(&field(name), false, &names));
    let draft = draft.after(&[*head.hash().as_bytes()]);
    bob.bundle(&["votes", "notes", "tags"].into_iter().fold(draft, annul))
}

/// The older app writes over the entry, and so resets and deletes what it does not know. Bob makes
/// that void. Whoever wrote it, and may have let go of all it knew there, has to find out.
#[test]
fn what_was_done_to_what_is_not_known_is_annulled() {
    let bob = Bob::new();
    let mut old = bob.join::<OldBoard>(3);
    old.apply(&bob.bundle(&bob.first)).expect("a valid change");
    old.change(|board| board.entries.insert("k", OldEntry::default())).expect("it fits");
    let (written, annul) = (old.export(&[]), undo(&bob, &old));
    let mut opened = Document::<OldBoard>::load(&old.save(), key(4)).expect("it was saved");
    let (mut other, mut new) = (bob.join::<OldBoard>(5), bob.join::<NewBoard>(6));
    other.apply(&written).expect("valid changes");
    new.apply(&written).expect("valid changes");
    assert_eq!(new.value().entries["k"], NewEntry::default());
    new.apply(&annul).expect("a valid change");
    let back = NewEntry { votes: 5, notes: "a".into(), tags: vec!["b".into()], ..<_>::default() };
    assert_eq!(new.value().entries["k"], back);
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
        assert_eq!(new.value().entries["k"], NewEntry::default());
    }
}
