//! The buffer of waiting bundles is bounded and forgets the oldest first.

use std::collections::BTreeSet;

use crate::codec::Reader;
use crate::crypto::Keypair;
use crate::history::{ApplyError, Draft, Genesis, History, PendingLimits, Refusal, Tags, tag};
use crate::steps;

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

/// Whoever counts what somebody brings can tell it from what others brought, which waited for it.
#[test]
fn bytes_that_wait_and_bytes_that_wake_are_counted_apart() {
    let (original, exported) = changes(4);
    let of = |range: std::ops::Range<usize>| History::stated_bytes(&exported[range].concat());
    let mut late = History::new(original.document());
    let waits = late.apply(&exported[2..].concat()).expect("genuine");
    let counted = (waits.bytes, waits.woken_bytes, waits.waiting_bytes);
    assert_eq!(counted, (0, 0, of(2..4).expect("bundles")));
    let again = late.apply(&exported[2]).expect("genuine");
    assert_eq!((again.waiting.len(), again.waiting_bytes), (1, 0));
    let wakes = late.apply(&exported[..2].concat()).expect("genuine");
    assert_eq!((wakes.waiting_bytes, wakes.bytes), (0, original.bytes()));
    let own = History::new(original.document()).apply(&exported[..2].concat()).expect("genuine");
    assert_eq!((own.bytes, own.woken_bytes), (wakes.bytes - wakes.woken_bytes, 0));
}

/// What began to wait and what stopped is what the whole buffer differs by, whatever happened.
#[test]
fn what_began_and_what_stopped_to_wait_is_told() {
    let (original, exported) = changes(7);
    let limits = PendingLimits { bundles: 3, ..PendingLimits::default() };
    let mut late = History::with_limits(original.document(), limits);
    let both = [exported[4].clone(), exported[3].clone()].concat();
    let steps = [&exported[2], &exported[2], &exported[5], &both, &exported[6], &exported[1]];
    for bytes in steps.into_iter().chain([&exported[0], &exported[2], &exported[3]]) {
        let before: BTreeSet<Vec<u8>> = late.waiting().map(<[u8]>::to_vec).collect();
        let prepared = late.prepare_apply(bytes).expect("genuine");
        let after: BTreeSet<Vec<u8>> = prepared.waiting().map(<[u8]>::to_vec).collect();
        let began: BTreeSet<Vec<u8>> = prepared.began_waiting().map(<[u8]>::to_vec).collect();
        let stopped: BTreeSet<Vec<u8>> = prepared.stopped_waiting().map(<[u8]>::to_vec).collect();
        assert_eq!(stopped, &before - &after);
        assert!(began.is_superset(&(&after - &before)) && began.is_subset(&after));
        prepared.accept();
    }
}

/// One of many that wait costs what comes, and not what waits.
#[test]
fn telling_what_began_to_wait_costs_what_came() {
    let (original, exported) = changes(500);
    let mut late = History::new(original.document());
    for bytes in &exported[2..] {
        late.apply(bytes).expect("genuine");
    }
    let prepared = late.prepare_apply(&exported[1]).expect("genuine");
    assert_eq!(prepared.began_waiting().collect::<Vec<_>>(), [&exported[1][..]]);
    assert_eq!((prepared.stopped_waiting().count(), prepared.pending().0), (0, 499));
    drop(prepared);
    let prepared = late.prepare_apply(&exported[..2].concat()).expect("genuine");
    assert_eq!((prepared.began_waiting().count(), prepared.stopped_waiting().count()), (0, 498));
}

#[test]
fn a_full_buffer_drops_what_waited_longest() {
    let (original, exported) = changes(5);
    let limits = PendingLimits { bundles: 2, ..PendingLimits::default() };
    let mut late = History::with_limits(original.document(), limits);
    assert!(late.apply(&exported[2]).expect("genuine").given_up.is_empty());
    assert!(late.apply(&exported[3]).expect("genuine").given_up.is_empty());
    let outcome = late.apply(&exported[4]).expect("genuine");
    assert_eq!(outcome.given_up[0].reason, Refusal::PendingFull);
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

/// A change upon so many others that do not know each other, and each of these, alone.
fn upon_many(count: u32) -> (History, Vec<u8>, Vec<Vec<u8>>) {
    let author = keypair().author();
    let mut history = History::founded(Genesis::new(author, [9; 32], "test"));
    let mut below = Vec::new();
    for number in 0..count {
        let heads = history.heads();
        let mut alone = History::founded(Genesis::new(author, [9; 32], "test"));
        let mut draft = Draft::blank(author, None, 0);
        draft.tags = Tags::new([(tag::MESSAGE, number.to_le_bytes().to_vec())]);
        assert!(alone.commit(&mut draft).is_ok() && heads.len() == number as usize);
        below.push(alone.export_signed(&[], Some(&keypair())));
        assert!(history.apply(&below[below.len() - 1]).is_ok());
    }
    let heads = history.heads();
    let mut draft = Draft::blank(Keypair::from_secret_bytes(&[4; 32]).author(), None, 0);
    assert!(history.commit(&mut draft).is_ok());
    let last = history.export_signed(&heads, Some(&Keypair::from_secret_bytes(&[4; 32])));
    (history, last, below)
}

/// Whatever waits for whatever, in one call or in many: each bundle is looked at once for each
/// change that it waits for.
#[test]
fn waking_is_even_in_what_wakes() {
    let in_calls = |late: &mut History, bundles: &[&[u8]], together: usize| {
        for bundles in bundles.chunks(together) {
            assert!(late.apply(&bundles.concat()).is_ok());
        }
    };
    for together in [1, usize::MAX] {
        steps::assert_even("each waits for the one before", |count| {
            let (original, exported) = changes(count as usize);
            let mut late = History::new(original.document());
            let bundles: Vec<&[u8]> = exported.iter().rev().map(Vec::as_slice).collect();
            let steps = steps::of(|| in_calls(&mut late, &bundles, together));
            assert_eq!((late.heads(), late.pending()), (original.heads(), (0, 0)));
            steps
        });
        for backwards in [false, true] {
            steps::assert_even("one waits for all others", |count| {
                let (original, last, mut below) = upon_many(count);
                let mut late = History::new(original.document());
                if backwards {
                    below.reverse();
                }
                let bundles = [&last].into_iter().chain(&below).map(Vec::as_slice);
                let bundles: Vec<&[u8]> = bundles.collect();
                let steps = steps::of(|| in_calls(&mut late, &bundles, together));
                assert_eq!((late.heads(), late.pending()), (original.heads(), (0, 0)));
                steps
            });
        }
    }
}

/// Whoever opens a document of its own checks no key of it again; whoever does not trust it checks
/// each once.
#[test]
fn opening_checks_no_keys() {
    let authors = |count: u32| {
        let mut history = changes(1).0;
        history.seal(&keypair());
        for number in 0..count {
            let mut secret = [7; 32];
            secret[..4].copy_from_slice(&number.to_le_bytes());
            let keypair = Keypair::from_secret_bytes(&secret);
            assert!(history.commit(&mut Draft::blank(keypair.author(), None, 0)).is_ok());
            history.seal(&keypair);
        }
        let file = history.written(Some(&keypair()), true).pieces().collect::<Vec<_>>().concat();
        (history.document(), file)
    };
    let (document, file) = authors(300);
    let open = || History::read_saved(&mut Reader::new(&file), document).expect("as saved");
    let steps = steps::of(|| assert_eq!(open().authors().count(), 301));
    assert!(steps <= 1, "{steps}: the founder's");
    steps::assert_even("verified", |count| {
        let (document, file) = authors(count);
        let opened = History::read_saved(&mut Reader::new(&file), document).expect("as saved");
        steps::of(|| assert!(opened.verified().is_ok()))
    });
}
