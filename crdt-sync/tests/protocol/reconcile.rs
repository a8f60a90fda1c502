//! One document: what two replicas lack of each other, and live changes after that.

use crdt_core::DocumentId;
use crdt_sync::protocol::Event;

use crate::pair::Pair;
use crate::replica::Replica;

/// Two replicas of one document with so many changes that both have, and so many of each alone.
fn replicas(both: usize, alone: [usize; 2]) -> (Replica, Replica, DocumentId) {
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
