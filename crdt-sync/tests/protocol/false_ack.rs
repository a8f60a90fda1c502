//! What is said to be durable elsewhere is there, whatever was lost, came twice, was left and followed
//! anew, or came from somebody else in the meantime.

use crdt_core::DocumentId;
use crdt_sync::protocol::{Connection, Event, Fresh};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use test_support::{Seed, seeds};

use crate::host::Host as _;
use crate::pair::Pair;
use crate::replica::Replica;

/// Two replicas on a bad connection, and a third one that each of them meets elsewhere.
struct Story {
    rng: ChaCha8Rng,
    pair: Pair<Replica>,
    other: Replica,
    id: DocumentId,
}

impl Story {
    fn new(seed: u64) -> Self {
        let (mut a, mut b, mut other) = (Replica::new(1), Replica::new(2), Replica::new(3));
        let id = a.create();
        a.write(id, "a");
        let all = a.text(id).export(&[]).expect("in memory");
        b.text(id).apply(&all).expect("honest");
        other.text(id).apply(&all).expect("honest");
        let mut pair = Pair::new(a, b);
        pair.subscribe(0, id);
        pair.settle();
        Self { rng: ChaCha8Rng::seed_from_u64(seed), pair, other, id }
    }

    fn step(&mut self) {
        let side = self.rng.random_range(0..2);
        match self.rng.random_range(0..20) {
            0..5 => {
                let letters =
                    if self.rng.random_bool(0.1) { "abc".repeat(7000) } else { "a".into() };
                let fresh = self.pair.replicas[side].write(self.id, &letters);
                self.pair.tell(side, self.id, &fresh);
            }
            5..7 => drop(self.other.write(self.id, "o")),
            7..10 => self.meet(side),
            10..18 => self.carry(side),
            18 => {
                self.pair.connections[side].unsubscribe(self.id);
                self.pair.subscribe(side, self.id);
            }
            // What was lost comes with pings; too many in silence would end the connection.
            _ if self.rng.random_bool(0.3) => self.pair.tick(),
            _ => {}
        }
        self.check();
    }

    /// One of the two and the third give each other what they have.
    fn meet(&mut self, side: usize) {
        let here = self.pair.replicas[side].text(self.id);
        let first = here.history().len();
        let theirs = self.other.text(self.id).export(&here.heads()).expect("in memory");
        here.apply(&theirs).expect("honest");
        let mine = here.export(&self.other.heads(self.id)).expect("in memory");
        let fresh = Fresh::since(here.history(), first);
        self.other.text(self.id).apply(&mine).expect("honest");
        self.pair.tell(side, self.id, &fresh);
    }

    /// Carries what a side has to say, of which frames are lost or come twice.
    fn carry(&mut self, from: usize) {
        for frame in self.pair.flight(from) {
            let times = [0, 1, 1, 1, 2][self.rng.random_range(0..5)];
            for _ in 0..times {
                let now = self.pair.now;
                self.pair.connections[1 - from].receive(now, &frame).expect("honest");
                let (replicas, connections) = (&mut self.pair.replicas, &mut self.pair.connections);
                replicas[1 - from].serve(&mut connections[1 - from], now);
            }
        }
    }

    fn check(&mut self) {
        for side in [0, 1] {
            for event in std::mem::take(&mut self.pair.replicas[side].events) {
                if let Event::Durable { heads, .. } = event {
                    let there = self.pair.replicas[1 - side].history(self.id);
                    let lacks = heads.iter().find(|head| !there.contains(head));
                    assert_eq!(lacks, None, "said to be durable there, and it is not");
                }
            }
        }
    }
}

#[test]
fn what_is_acknowledged_is_there() {
    for seed in seeds(60) {
        let _named = Seed(seed);
        let mut story = Story::new(seed);
        (0..60).for_each(|_| story.step());
        for _ in 0..6 {
            story.pair.settle();
            story.check();
            story.pair.tick();
        }
        story.pair.settle();
        story.check();
        if !story.pair.connections.iter().any(Connection::is_closed) {
            story.pair.assert_equal(story.id);
        }
    }
}
