//! What waits wakes only when a call is kept, so that a call that fails costs what its own bytes do.

use crdt_core::{Document, DocumentId, Refusal, Text};
use test_support::key;

use super::wire::{Bundle, Draft, Genesis, Op, Place, Writer};

/// A document of which what waits lacks one change that is held back.
struct Held {
    genesis: Genesis,
    victim: Document<Text>,
    /// The change that is held back, as a bundle.
    first: Vec<u8>,
    /// The last change that waits.
    last: [u8; 32],
}

fn held() -> Held {
    let founder = Writer::new(1);
    let genesis = Genesis::new(founder.author(), 7, "Text");
    let id = DocumentId::from_bytes(genesis.hash());
    let holder = Writer::new(2);
    let first = holder.draft(genesis.hash(), None).with(Op::insert_text(&[], Place::Root, "x"));
    let first = Bundle::new(&[&first], &[&holder]).with_genesis(&genesis).framed();
    let mut honest = Document::<Text>::join(id, key(3));
    honest.apply(&first).expect("it is genuine");
    let mut victim = Document::<Text>::join(id, key(9));
    for _ in 0..20 {
        let heads = honest.heads();
        honest.change(|text| text.push_str("ab")).expect("it fits");
        let outcome = victim.apply(&honest.export(&heads)).expect("it waits");
        assert_eq!(outcome.waiting.len(), 1);
    }
    let last = *honest.heads()[0].as_bytes();
    Held { genesis, victim, first, last }
}

/// A change upon the last one that waits, which names a counter that is not there.
fn invalid(held: &Held) -> Vec<u8> {
    let writer = Writer::new(4);
    let draft: Draft = writer.draft(held.genesis.hash(), None).after(&[held.last]);
    let draft = draft.with(Op::delete(&[], (1, 0xffff_fff0), 1));
    Bundle::new(&[&draft], &[&writer]).with_genesis(&held.genesis).framed()
}

#[test]
fn what_comes_free_by_what_had_waited_fails_no_call() {
    for invalid_first in [true, false] {
        let mut held = held();
        let (invalid, first) = (invalid(&held), held.first.clone());
        let call = if invalid_first { [invalid, first] } else { [first, invalid] }.concat();
        let outcome = held.victim.apply(&call).expect("what was held back is genuine");
        assert_eq!((outcome.applied.len(), outcome.given_up.len()), (21, 1));
        assert!(matches!(outcome.given_up[0].reason, Refusal::NameBeyondChain), "{outcome}");
        assert_eq!(outcome.waiting, []);
        assert_eq!(held.victim.history().pending(), (0, 0));
        assert_eq!(held.victim.value().len(), 41);
    }
}

#[test]
fn a_call_that_fails_wakes_nothing() {
    let mut held = held();
    let before = (held.victim.heads(), held.victim.history().pending(), held.victim.save());
    let mut call = held.first.clone();
    call.extend_from_slice(&held.first[..held.first.len() / 2]);
    assert!(held.victim.apply(&call).is_err());
    let after = (held.victim.heads(), held.victim.history().pending(), held.victim.save());
    assert_eq!(after, before);
    let outcome = held.victim.apply(&held.first).expect("it is genuine");
    assert_eq!(outcome.applied.len(), 21);
}
