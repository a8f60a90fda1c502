//! Bundles in one call of `apply`: taken in together or not at all, in whichever order they lie.

use crdt_core::{ChangeHash, Refusal};

use crate::refusal::{Stage, field, hash};
use crate::wire::{Bundle, Draft, Op, Place};

/// A change of bob's on top of another that names what is not there.
fn bad(stage: &Stage, below: &Draft) -> Draft {
    let bad = stage.bob.draft(stage.genesis.hash(), None).after(&[below.hash()]);
    bad.with(Op::delete(&field("notes"), (1, 0), 1))
}

fn bundles(stage: &Stage, drafts: &[&Draft]) -> Vec<u8> {
    drafts.iter().flat_map(|draft| stage.signed(draft).framed()).collect()
}

/// One bad bundle among good ones: none of them is taken, also where the bad one has to wait for a
/// good one at first.
#[test]
fn bundles_are_taken_together_or_not_at_all() {
    let mut stage = Stage::new();
    let good = stage.draft();
    let bad = bad(&stage, &good);
    for order in [[&good, &bad], [&bad, &good]] {
        let both = bundles(&stage, &order);
        stage.refuses(&both, Refusal::NameBeyondChain);
    }
    let outcome = stage.document.apply(&stage.signed(&good).framed());
    assert_eq!(outcome.expect("the good one").applied, [hash(&good)]);
}

/// A bundle found bad only when what it waited for arrives is given up, with what waits for it left
/// waiting, and the genuine changes stay.
#[test]
fn a_bad_bundle_that_waited() {
    let mut stage = Stage::new();
    let good = stage.draft();
    let bad = bad(&stage, &good);
    let outcome = stage.document.apply(&stage.signed(&bad).framed()).expect("waits");
    assert_eq!(outcome.waiting, [hash(&bad)]);
    assert_eq!(stage.document.history().pending().0, 1);
    assert_eq!(stage.document.history().missing(), [hash(&good)]);
    let outcome = stage.document.apply(&stage.signed(&good).framed()).expect("genuine");
    assert_eq!(outcome.applied, [hash(&good)]);
    assert_eq!(outcome.given_up.len(), 1);
    assert_eq!(outcome.given_up[0].changes, [hash(&bad)]);
    assert_eq!(outcome.given_up[0].reason, Refusal::NameBeyondChain);
    assert_eq!(stage.document.history().pending(), (0, 0));
    assert_eq!(stage.document.heads(), [hash(&good)]);
}

/// A change that waits for one of the same call, and so on, is admitted in that call.
#[test]
fn bundles_of_a_call_wait_for_each_other() {
    let mut stage = Stage::new();
    let mut drafts = vec![stage.draft()];
    for number in 0..40 {
        let insert = Op::insert_text(&field("notes"), Place::Root, "x");
        let next = stage.mallory.draft(stage.genesis.hash(), Some(&drafts[number])).with(insert);
        drafts.push(next);
    }
    let hashes: Vec<ChangeHash> = drafts.iter().map(hash).collect();
    let mut drafts: Vec<&Draft> = drafts.iter().collect();
    drafts.reverse();
    drafts.swap(3, 30);
    let outcome = stage.document.apply(&bundles(&stage, &drafts)).expect("genuine");
    assert_eq!((outcome.applied, outcome.waiting), (hashes, Vec::new()));
    assert_eq!(outcome.bytes, drafts.iter().map(|draft| draft.size()).sum::<u64>());
    assert_eq!(stage.document.history().pending(), (0, 0));
}

/// Only a call that is kept wakes what had waited. What of it comes free by that alone, and is
/// invalid, is given up as if it had waited too, in whatever order the bundles lie.
#[test]
fn a_refused_call_wakes_nothing() {
    for good_first in [true, false] {
        let mut stage = Stage::new();
        let document = stage.genesis.hash();
        let good = stage.draft();
        let other = stage.mallory.draft(document, Some(&good));
        let woken = stage.bob.draft(document, None).after(&[good.hash()]);
        let both = stage.bob.draft(document, Some(&woken)).after(&[good.hash(), other.hash()]);
        for waits in [&woken, &both] {
            let outcome = stage.document.apply(&stage.signed(waits).framed()).expect("waits");
            assert_eq!(outcome.waiting, [hash(waits)]);
        }
        // It can be judged without what had waited, and names through no entry of its table.
        let bad = stage.mallory.draft(document, Some(&good));
        let bad = bad.with(Op::delete(&field("notes"), (1, 0), 1));
        let order = |one, two| if good_first { [one, two] } else { [two, one] };
        let bytes = bundles(&stage, &order(&good, &bad));
        stage.refuses(&bytes, Refusal::NameOutsideTable);
        // It depends on what had waited, and names what that has not.
        let late = stage.mallory.draft(document, Some(&good)).after(&[woken.hash()]);
        let late = late.with(Op::delete(&field("notes"), (1, 0), 1));
        let bytes = bundles(&stage, &order(&good, &late));
        let outcome = stage.document.apply(&bytes).expect("what can be judged is genuine");
        assert_eq!(outcome.applied, [hash(&good), hash(&woken)]);
        let given_up: Vec<_> = outcome.given_up.iter().flat_map(|given| &given.changes).collect();
        assert_eq!(given_up, [&hash(&late)]);
        assert_eq!(stage.document.history().pending().0, 1);
        let outcome = stage.document.apply(&stage.signed(&other).framed()).expect("genuine");
        assert_eq!(outcome.applied, [hash(&other), hash(&both)]);
        assert_eq!(stage.document.history().pending(), (0, 0));
    }
}

/// Whether a signature of a change is looked at, and whether it needs one, does not depend on what
/// else is in the call.
#[test]
fn bundles_of_a_call_do_not_vouch_for_each_other() {
    let mut stage = Stage::new();
    let signed = stage.draft();
    let own = stage.bob.draft(stage.genesis.hash(), None).after(&[signed.hash()]);
    let with = Bundle::new(&[&signed], &[&stage.mallory]).framed();
    let without = Bundle::new(&[&signed, &own], &[&stage.bob]).framed();
    for order in [[&with, &without], [&without, &with]] {
        stage.refuses(&order.map(Vec::as_slice).concat(), Refusal::Uncovered(hash(&signed)));
    }
    stage.document.apply(&with).expect("genuine");
    assert_eq!(stage.document.apply(&without).expect("covered").applied, [hash(&own)]);
}
