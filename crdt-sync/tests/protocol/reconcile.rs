//! One document: what two replicas lack of each other, and live changes after that.

use crdt_core::DocumentId;
use crdt_sync::protocol::{Credit, Event, Refused, Settings, Time};

use crate::host::Host as _;
use crate::pair::Pair;
use crate::replica::{Replica, keypair};

/// Two replicas of one document with so many changes that both have, and so many of each alone.
pub(crate) fn replicas(both: usize, alone: [usize; 2]) -> (Replica, Replica, DocumentId) {
    let (mut a, mut b) = (Replica::new(1), Replica::new(2));
    let id = a.create();
    (0..both).for_each(|_| drop(a.write(id, "a")));
    let all = a.text(id).export(&[]).expect("in memory");
    b.text(id).apply(&all).expect("honest");
    for (replica, count) in [&mut a, &mut b].into_iter().zip(alone) {
        (0..count).for_each(|_| drop(replica.write(id, "b")));
    }
    (a, b, id)
}

#[test]
fn whatever_each_lacks_is_exchanged() {
    for both in [0, 1, 20] {
        for alone in [[0, 0], [1, 0], [0, 1], [3, 5], [0, 40]] {
            let (a, b, id) = replicas(both, alone);
            let mut pair = Pair::new(a, b);
            pair.subscribe(0, id);
            pair.settle();
            pair.assert_equal(id);
            let (bytes, flights) = pair.look();
            println!("{both} {alone:?}: {bytes} bytes, {flights} flights");
            for replica in &pair.replicas {
                assert!(replica.events.contains(&Event::Synced { document: id }));
            }
        }
    }
}

#[test]
fn changes_that_are_made_later_follow() {
    let (a, b, id) = replicas(3, [1, 1]);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    for round in 0..10 {
        let side = round % 2;
        pair.look();
        let fresh = pair.replicas[side].write(id, "x");
        pair.tell(side, id, &fresh);
        pair.settle();
        pair.assert_equal(id);
        println!("live: {:?}", pair.look());
        let heads = fresh.version().heads.clone();
        assert!(pair.replicas[side].events.contains(&Event::Durable { document: id, heads }));
    }
}

#[test]
fn both_may_subscribe_at_once() {
    for alone in [[0, 0], [1, 0], [0, 1], [3, 5]] {
        let (a, b, id) = replicas(2, alone);
        let mut pair = Pair::new(a, b);
        pair.subscribe(0, id);
        pair.subscribe(1, id);
        pair.settle();
        pair.assert_equal(id);
        for side in [0, 1] {
            let fresh = pair.replicas[side].write(id, "x");
            pair.tell(side, id, &fresh);
            pair.settle();
            pair.assert_equal(id);
        }
    }
}

/// A change that is larger than a frame and than all credit goes in pieces.
#[test]
fn what_is_larger_than_a_frame_goes_in_pieces() {
    let (mut a, b, id) = replicas(1, [0, 0]);
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        char::from_u32(0x4e00 + u32::try_from(state >> 52).unwrap()).unwrap()
    });
    let noise: String = noise.take(3_000_000).collect();
    a.write(id, &noise);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    pair.assert_equal(id);
    assert!(pair.look().0 > 4 << 20);
}

/// An interrupted first contact goes on where it stopped.
#[test]
fn what_has_arrived_is_not_sent_again() {
    let mut a = Replica::new(1);
    let id = a.create();
    let page = "All that is written once need not be sent twice. ".repeat(400);
    (0..200).for_each(|_| drop(a.write(id, &page)));
    let mut settings = [1, 2].map(|secret| Settings::new(keypair(secret)));
    settings[1].terms.document = Credit { bytes: 1 << 20, canonical_bytes: 1 << 20 };
    let mut pair = Pair::with(a, Replica::new(2), settings.clone(), Time::from_millis(0));
    pair.subscribe(0, id);
    for _ in 0..4 {
        pair.carry();
    }
    let (first, _) = pair.look();
    let arrived = pair.replicas[1].text(id).history().len();
    let all = pair.replicas[0].text(id).history().len();
    assert!(0 < arrived && arrived < all, "{arrived} of {all}");

    let [a, b] = pair.replicas;
    let mut pair = Pair::with(a, b, settings, Time::from_millis(0));
    pair.subscribe(0, id);
    pair.settle();
    pair.assert_equal(id);
    let whole = pair.replicas[0].text(id).export(&[]).expect("in memory").len();
    assert!(first + pair.look().0 < whole + 1000);
}

/// Live changes of a document go before what lacks in another one, and no document waits for a
/// large one.
#[test]
fn a_large_document_holds_up_no_other() {
    let mut a = Replica::new(1);
    let [large, small] = [a.create(), a.create()];
    (0..300).for_each(|n| drop(a.write(large, &format!("{n:>20000}"))));
    a.write(small, "a");
    let mut pair = Pair::new(a, Replica::new(2));
    pair.subscribe(0, large);
    pair.subscribe(0, small);
    // The host of the listener takes its time for the large one.
    pair.replicas[1].slow = Some(large);
    pair.settle();
    assert_eq!(pair.replicas[1].heads(small), pair.replicas[0].heads(small));
    assert_ne!(pair.replicas[1].heads(large), pair.replicas[0].heads(large));
    let fresh = pair.replicas[0].write(small, "b");
    pair.tell(0, small, &fresh);
    pair.settle();
    pair.assert_equal(small);
    pair.replicas[1].slow = None;
    pair.settle();
    pair.assert_equal(large);
}

/// A document that is not here is refused once the store has been asked, and a reader's changes are
/// not taken.
#[test]
fn who_may_not_have_or_write_a_document_is_told_so() {
    let (mut a, mut b, id) = replicas(2, [1, 1]);
    let other = a.create();
    b.takes_all = false;
    b.reader = Some(id);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.subscribe(0, other);
    pair.settle();
    let told = |document, reason| Event::Refused { document, reason };
    let events = &pair.replicas[0].events;
    assert!(events.contains(&told(other, Refused::Unknown)));
    assert!(events.contains(&told(id, Refused::ReadOnly)));
    let [one, two] = [0, 1].map(|side| pair.replicas[side].text(id).history().len());
    assert_eq!((one, two), (4, 3), "the reader has both, the other one what it had");
    let fresh = pair.replicas[1].write(id, "c");
    pair.tell(1, id, &fresh);
    pair.settle();
    assert_eq!(pair.replicas[0].text(id).history().len(), 5);
}

/// A frame that is lost costs a reconciliation, which the next pings bring.
#[test]
fn a_live_change_that_is_lost_comes_with_a_ping() {
    let (a, b, id) = replicas(2, [0, 0]);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    let fresh = pair.replicas[0].write(id, "x");
    pair.tell(0, id, &fresh);
    assert_eq!(pair.flight(0).len(), 1, "and it is dropped");
    pair.settle();
    assert!(!pair.connections[0].is_synced(&id));
    for _ in 0..3 {
        pair.tick();
        pair.settle();
    }
    pair.assert_equal(id);
}

#[test]
fn a_document_that_is_left_is_quiet() {
    let (a, b, id) = replicas(2, [0, 0]);
    let mut pair = Pair::new(a, b);
    pair.subscribe(0, id);
    pair.settle();
    pair.connections[0].unsubscribe(id);
    pair.settle();
    assert!(pair.replicas[1].events.contains(&Event::Left { document: id }));
    let fresh = pair.replicas[1].write(id, "x");
    pair.tell(1, id, &fresh);
    assert!(pair.flight(1).is_empty());
    pair.subscribe(0, id);
    pair.settle();
    pair.assert_equal(id);
}

/// A document that was opened from a file, where old changes lie packed, is as good.
#[test]
fn an_opened_document_is_compared_by_its_tips() {
    for opened in [0, 1] {
        let (mut a, mut b, id) = replicas(20, [0, 0]);
        for replica in [&mut a, &mut b] {
            replica.text(id).compact().expect("in memory");
        }
        [&mut a, &mut b][1 - opened].reopen(id);
        let fresh = [&mut a, &mut b][opened].write(id, "x");
        assert_eq!(fresh.version().changes, 21);
        [&mut a, &mut b][opened].text(id).compact().expect("in memory");
        [&mut a, &mut b][opened].reopen(id);
        let mut pair = Pair::new(a, b);
        pair.subscribe(0, id);
        pair.settle();
        pair.assert_equal(id);
        assert!(pair.look().0 < 400);
    }
}
