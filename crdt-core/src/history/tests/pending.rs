//! The buffer of waiting bundles is bounded and forgets the oldest first.

use crate::crypto::Keypair;
use crate::history::{ApplyError, Draft, Genesis, History, PendingLimits, Refusal};

fn keypair() -> Keypair {
    Keypair::from_secret_bytes(&[3; 32])
}

/// A history of changes without ops, and each of them alone as exported bytes.
fn changes(count: usize) -> (History, Vec<Vec<u8>>) {
    let author = keypair().author();
    let mut history = History::founded(Genesis::new(author, [9; 32], "test"));
    let mut exported = Vec::new();
    for _ in 0..count {
        let heads = history.heads();
        let prev = history.tip_of_author(&author);
        let mut draft = Draft::blank(author, prev, 0);
        assert!(history.commit(&mut draft).is_ok());
        exported.push(history.export_signed(&heads, Some(&keypair())));
    }
    (history, exported)
}

#[test]
fn changes_wait_for_their_predecessors_in_any_order() {
    let (original, exported) = changes(6);
    let mut late = History::new(original.document());
    for (number, bytes) in exported[1..].iter().rev().enumerate() {
        let outcome = late.apply(bytes).expect("genuine");
        assert_eq!(outcome.waiting.len(), 1);
        assert_eq!(late.pending().0, number + 1);
    }
    assert_eq!(late.missing().len(), 5);
    let outcome = late.apply(&exported[0]).expect("genuine");
    assert_eq!(outcome.applied.len(), 6);
    assert_eq!(late.pending(), (0, 0));
    assert_eq!(late.heads(), original.heads());
    assert!(late.missing().is_empty());
}

#[test]
fn the_same_bytes_wait_once() {
    let (original, exported) = changes(3);
    let mut late = History::new(original.document());
    for _ in 0..3 {
        assert_eq!(late.apply(&exported[2]).expect("genuine").waiting.len(), 1);
    }
    assert_eq!(late.pending().0, 1);
}

#[test]
fn a_full_buffer_drops_what_waited_longest() {
    let (original, exported) = changes(5);
    let limits = PendingLimits { bundles: 2, ..PendingLimits::default() };
    let mut late = History::with_limits(original.document(), limits);
    assert!(late.apply(&exported[2]).expect("genuine").refused.is_empty());
    assert!(late.apply(&exported[3]).expect("genuine").refused.is_empty());
    let outcome = late.apply(&exported[4]).expect("genuine");
    assert_eq!(outcome.refused[0].reason, Refusal::PendingFull);
    assert_eq!(late.pending().0, 2);
    for bytes in &exported {
        assert!(late.apply(bytes).is_ok());
    }
    assert_eq!(late.heads(), original.heads());
    assert_eq!(late.pending(), (0, 0));
}

#[test]
fn a_bundle_larger_than_the_buffer_is_refused() {
    let (original, exported) = changes(2);
    let limits = PendingLimits { bytes: 10, bundles: 10 };
    let mut late = History::with_limits(original.document(), limits);
    let refused = late.apply(&exported[1]);
    assert_eq!(refused, Err(ApplyError::Refused(Refusal::PendingFull)));
    assert!(late.apply(&exported[0]).is_ok());
    assert!(late.apply(&exported[1]).is_ok());
    assert_eq!(late.heads(), original.heads());
}

#[test]
fn a_refused_bundle_takes_the_others_with_it() {
    let (original, exported) = changes(3);
    let mut late = History::new(original.document());
    let mut bytes = exported[0].clone();
    let mut bad = exported[1].clone();
    let last = bad.len() - 1;
    bad[last] ^= 1;
    bytes.extend(&bad);
    assert!(matches!(late.apply(&bytes), Err(ApplyError::Refused(Refusal::BadSignature(_)))));
    assert!(late.is_empty());
    assert!(late.heads().is_empty());
    assert!(late.genesis().is_none());
    for bytes in &exported {
        assert!(late.apply(bytes).is_ok());
    }
    assert_eq!(late.heads(), original.heads());
}
