//! Frames that are lost, come twice or in another order are noticed, and nothing wrong comes out.

use std::collections::VecDeque;

use crdt_core::{Document, Json, LooseBundle};
use crdt_sync::shorthand::{Session, ShorthandError};
use proptest::prelude::*;

use crate::exact::{Step, config, edit, replicas, steps};
use crate::links::{End, Sent, assert_same};

/// What is on its way to one side.
enum Message {
    Live(Box<Sent>),
    Lost(u8),
}

struct Side {
    replica: Document<Json>,
    end: End,
    coming: VecDeque<Message>,
}

/// Two replicas on a connection that loses frames, but only frames.
struct Connection {
    sides: [Side; 2],
    failures: usize,
}

impl Connection {
    fn new() -> Self {
        let side = |replica: Document<Json>| {
            let end = End::new(&replica);
            Side { end, replica, coming: VecDeque::new() }
        };
        let mut all = replicas().into_iter();
        let mut next = || side(all.next().expect("four"));
        Self { sides: [next(), next()], failures: 0 }
    }

    /// What one side has goes to the other, in frames.
    fn say(&mut self, from: usize) {
        let Side { replica, end, .. } = &mut self.sides[from];
        let said = end.say(replica);
        self.sides[1 - from].coming.extend(said.into_iter().map(Box::new).map(Message::Live));
    }

    /// What has come first is taken in. Tells whether anything came of a frame.
    fn hear(&mut self, to: usize) -> bool {
        let side = &mut self.sides[to];
        let session = &mut side.end.session;
        match side.coming.pop_front() {
            None => false,
            Some(Message::Lost(era)) => {
                session.begin_anew(era);
                false
            }
            Some(Message::Live(sent)) => {
                let Sent { bundle, frame } = *sent;
                let decoded = frame.map(|frame| session.decode(&frame));
                match decoded {
                    Some(Ok(bytes)) if bytes.is_empty() => false,
                    Some(Ok(bytes)) => {
                        assert_same(&bytes, &bundle);
                        side.replica.apply(&bytes).expect("it was signed");
                        true
                    }
                    Some(Err(_)) => {
                        let lost = session.lost();
                        self.failures += 1;
                        self.sides[1 - to].coming.push_back(Message::Lost(lost));
                        false
                    }
                    None => false,
                }
            }
        }
    }

    fn do_step(&mut self, &(which, action, a, b): &Step) {
        let which = which % 2;
        let coming = &mut self.sides[which].coming;
        let is_live = matches!(coming.front(), Some(Message::Live(_)));
        match action {
            8 => self.say(which),
            9 => drop(self.hear(which)),
            10 if is_live && a % 3 == 0 => drop(coming.pop_front()),
            11 if is_live && coming.len() > 1 && b % 3 == 0 => {
                // Only frames are lost or change places, as the rest has to be reliable.
                if matches!(coming[1], Message::Live(_)) {
                    coming.swap(0, 1);
                }
            }
            _ => {
                edit(&mut self.sides[which].replica, action % 8, a, b);
                self.say(which);
            }
        }
    }

    /// Takes in all that is on its way.
    fn settle(&mut self) {
        while self.sides.iter().any(|side| !side.coming.is_empty()) {
            self.hear(0);
            self.hear(1);
        }
    }
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn losses_are_noticed_and_got_over(steps in steps()) {
        let mut connection = Connection::new();
        for step in &steps {
            connection.do_step(step);
        }
        connection.settle();
        // Nothing is lost any more. What was, both compare heads for.
        let [first, second] = &mut connection.sides;
        first.replica.merge(&mut second.replica).expect("replicas of one document");
        first.replica.merge(&mut second.replica).expect("replicas of one document");
        for round in 0..6 {
            let before = connection.failures;
            for side in 0..2 {
                edit(&mut connection.sides[side].replica, 0, round, 2);
                connection.say(side);
                let heard = connection.hear(1 - side);
                prop_assert!(heard || round < 4, "frames are understood again");
            }
            connection.settle();
            prop_assert!(connection.failures == before || round < 4);
        }
    }
}

/// Bundles of one letter each.
fn letters(count: u16) -> (Session, Vec<LooseBundle>) {
    let mut mine = replicas().remove(0);
    let mut bundles = Vec::new();
    for number in 0..count {
        let had = mine.heads();
        edit(&mut mine, 5, number, 1);
        bundles.extend(LooseBundle::read_all(mine.id(), &mine.export(&had)).expect("genuine"));
    }
    (Session::new(mine.id()), bundles)
}

#[test]
fn the_next_frame_after_a_loss_fails_once_and_the_rest_is_skipped() {
    let (mut sender, bundles) = letters(8);
    let mut receiver = sender.clone();
    let mut say = |number: usize| sender.encode(&bundles[number]).expect("small enough");
    let frames: Vec<Vec<u8>> = (0..6).map(&mut say).collect();
    assert!(receiver.decode(&frames[0]).is_ok_and(|bytes| !bytes.is_empty()));
    assert!(receiver.decode(&frames[2]).is_err());
    for skipped in [&frames[3], &frames[1], &frames[4], &frames[5]] {
        assert_eq!(receiver.decode(skipped), Ok(Vec::new()));
    }
    sender.begin_anew(receiver.lost());
    let first = sender.encode(&bundles[6]).expect("small enough");
    assert_same(&receiver.decode(&first).expect("it begins anew"), &bundles[6]);
    let next = sender.encode(&bundles[7]).expect("small enough");
    assert!(next.len() + 64 < first.len());
    assert_same(&receiver.decode(&next).expect("it goes on"), &bundles[7]);
}

/// The first frame of all, and the first one of a new era.
#[test]
fn first_frames_that_are_lost_are_noticed() {
    let (mut sender, bundles) = letters(5);
    let mut receiver = sender.clone();
    let say = |sender: &mut Session, number: usize| sender.encode(&bundles[number]).unwrap();
    say(&mut sender, 0);
    for number in [1, 3] {
        let next = say(&mut sender, number);
        assert_eq!(receiver.decode(&next), Err(ShorthandError::OutOfStep));
        sender.begin_anew(receiver.lost());
        say(&mut sender, number - 1);
    }
    let next = say(&mut sender, 4);
    assert_eq!(receiver.decode(&next), Err(ShorthandError::OutOfStep));
    sender.begin_anew(receiver.lost());
    assert_same(&receiver.decode(&say(&mut sender, 4)).unwrap(), &bundles[4]);
}

/// Both give up the same era before they hear of the other's loss, and go on at once.
#[test]
fn both_sides_lose_frames_at_once() {
    let (mut first, bundles) = letters(4);
    let mut second = first.clone();
    let mut both: Vec<[Vec<u8>; 2]> = Vec::new();
    for bundle in &bundles[..3] {
        both.push([&mut first, &mut second].map(|it| it.encode(bundle).expect("small enough")));
    }
    assert!(first.decode(&both[0][1]).is_ok() && second.decode(&both[0][0]).is_ok());
    assert!(first.decode(&both[2][1]).is_err() && second.decode(&both[2][0]).is_err());
    let lost = [first.lost(), second.lost()];
    let next = [&mut first, &mut second].map(|it| it.encode(&bundles[3]).expect("small enough"));
    second.begin_anew(lost[0]);
    first.begin_anew(lost[1]);
    assert_same(&second.decode(&next[0]).expect("a new era"), &bundles[3]);
    assert_same(&first.decode(&next[1]).expect("a new era"), &bundles[3]);
}

#[test]
fn a_frame_that_comes_twice_fails() {
    let (mut sender, bundles) = letters(3);
    let mut receiver = sender.clone();
    let frames: Vec<_> = bundles.iter().filter_map(|bundle| sender.encode(bundle)).collect();
    assert!(receiver.decode(&frames[0]).is_ok() && receiver.decode(&frames[1]).is_ok());
    assert!(receiver.decode(&frames[1]).is_err());
}
