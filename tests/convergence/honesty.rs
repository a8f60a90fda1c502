//! No limit of the format and no stranger ever stops an honest writer.

use crdt_core::limits::MAX_DEPENDENCIES;
use crdt_core::{Document, DocumentId, Keypair};

use crate::board::Board;
use crate::wire::{Bundle, Draft, Genesis, Writer};

/// One author writes more first changes than a table can name: all are heads.
#[test]
fn more_heads_than_a_table_holds() {
    let mallory = Writer::new(1);
    let genesis = Genesis::new(mallory.author(), 1, "Board");
    let draft = |number: usize| Draft {
        tags: vec![(99, number.to_le_bytes().to_vec())],
        ..mallory.draft(genesis.hash(), None)
    };
    let drafts: Vec<Draft> = (0..=MAX_DEPENDENCIES).map(draft).collect();
    let bundle = Bundle::new(&drafts.iter().collect::<Vec<_>>(), &[&mallory]);
    let id = DocumentId::from_bytes(genesis.hash());
    let join = |secret| Document::<Board>::join(id, Keypair::from_secret_bytes(&[secret; 32]));
    let (mut alice, mut bob) = (join(2), join(3));
    alice.apply(&bundle.framed()).expect("valid changes");
    assert_eq!(alice.heads().len(), drafts.len());
    let edit = alice.change(|board| board.notes.insert(0, "still here"));
    assert_eq!(edit, Ok(()));
    assert_eq!(alice.heads().len(), 1, "a change depends on all heads");
    bob.apply(&alice.export(&[])).expect("valid changes");
    assert_eq!(bob.value().notes, "still here");
    assert_eq!(bob.heads(), alice.heads());
    assert_eq!(bob.digest(), alice.digest());
}

/// More changes than are kept, or sent, in one bundle.
#[test]
fn a_history_longer_than_a_bundle() {
    let mut alice = Document::<Board>::create(Keypair::from_secret_bytes(&[1; 32])).unwrap();
    let add = |alice: &mut Document<Board>| {
        let edit = alice.change(|board| board.votes.add(1));
        edit.expect("a small change");
    };
    let changes = (1 << 18) + 1000;
    (0..changes - 500).for_each(|_| add(&mut alice));
    let heads = alice.heads();
    (0..500).for_each(|_| add(&mut alice));
    let mut bob = Document::<Board>::join(alice.id(), Keypair::from_secret_bytes(&[2; 32]));
    let outcome = bob.apply(&alice.export(&[])).expect("valid changes");
    assert_eq!(outcome.applied.len(), changes);
    assert_eq!(bob.value().votes, i64::try_from(changes).expect("a small number"));
    assert_eq!(bob.export(&heads).len(), alice.export(&heads).len());
    let mut carol = Document::<Board>::join(alice.id(), Keypair::from_secret_bytes(&[3; 32]));
    carol.apply(&bob.export(&[])).expect("a relayed history proves itself");
    assert_eq!(carol.heads(), alice.heads());
    assert_eq!(carol.digest(), alice.digest());
}
