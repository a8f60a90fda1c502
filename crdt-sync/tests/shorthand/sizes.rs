//! How many bytes people who type cost. A frame of the protocol has some bytes of its own around
//! these: which document it is, and that it is a live change.

use crdt_core::{ChangeOptions, CrdtNode, Document, History};
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;

use crate::links::{End, key, pass};

/// What the protocol promises for a signed keystroke, frames and all.
const MOST: usize = 110;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub(crate) struct Board {
    title: String,
    cards: Vec<Card>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Card {
    title: String,
    #[crdt(text)]
    text: String,
}

/// That frames, but for so many at first, are so long at the median, and none is longer than is
/// promised.
#[track_caller]
fn assert_short(lengths: &[usize], first: usize, median: usize) {
    let mut rest = lengths[first..].to_vec();
    rest.sort_unstable();
    let (middle, most) = (rest[rest.len() / 2], rest[rest.len() - 1]);
    assert!(middle <= median && most <= MOST - 10, "{middle} at the median, {most} at most");
}

/// A board of some cards, as one author left it. Hashes follow from the seed, and from them in
/// which order a change names what it depends on.
fn board(seed: u64) -> Document<Board> {
    let mut board = Document::<Board>::create_with(key(1), &mut ChaCha8Rng::seed_from_u64(seed));
    for number in 0..20 {
        let card = Card { title: format!("Card {number}"), text: "Write ".repeat(number) };
        board.change(|board| board.cards.push(card)).expect("an edit");
    }
    board
}

/// Another replica of what one has.
fn relay(of: &Document<Board>) -> History {
    let mut relay = History::new(of.id());
    relay.apply(&of.export(&[])).expect("genuine");
    relay
}

fn type_letter(board: &mut Document<Board>, card: usize, number: usize) {
    let letter = ["e", "t", "a", " ", "o", "é"][number * 7 % 6];
    let typed = board.change(|board| {
        let mut text = board.cards.at(card)?.text;
        let end = text.len();
        text.insert(end, letter)
    });
    typed.expect("an edit");
}

#[test]
fn one_author_types() {
    let mut mine = board(1);
    let mut relay = relay(&mine);
    let (mut here, mut there) = (End::new(&mine), End::new(&relay));
    let mut lengths = Vec::new();
    for number in 0..400 {
        type_letter(&mut mine, 7, number);
        lengths.extend(pass((&mut here, &mine), (&mut there, &mut relay)));
    }
    assert_eq!((lengths.len(), relay.heads()), (400, mine.heads()));
    assert!(lengths[0] <= 250, "{} at first", lengths[0]);
    assert_short(&lengths, 1, 78);
}

/// Somebody else has made the card, so each letter names that author's chain.
#[test]
fn one_author_types_into_the_card_of_another() {
    let mut mine = board(1).fork(key(2)).expect("it proves itself");
    let mut relay = relay(&mine);
    let (mut here, mut there) = (End::new(&mine), End::new(&relay));
    let mut lengths = Vec::new();
    for number in 0..400 {
        type_letter(&mut mine, 7, number);
        lengths.extend(pass((&mut here, &mine), (&mut there, &mut relay)));
    }
    assert_short(&lengths, 1, 79);
}

/// With a claimed time in each change.
#[test]
fn one_author_types_by_the_clock() {
    let mut mine = board(1);
    let mut relay = relay(&mine);
    let (mut here, mut there) = (End::new(&mine), End::new(&relay));
    let mut lengths = Vec::new();
    for number in 0..200 {
        let at = ChangeOptions::new().claimed_time(1_700_000_000_000 + 173 * number);
        let typed = mine.change_with(&at, |board| {
            let mut text = board.cards.at(7)?.text;
            let end = text.len();
            text.insert(end, "x")
        });
        typed.expect("an edit");
        lengths.extend(pass((&mut here, &mine), (&mut there, &mut relay)));
    }
    assert_short(&lengths, 1, 81);
}

/// Two authors type by turns into one card through a relay, so many letters each turn. The card is
/// of the first one, or of somebody else. All four ways count.
fn by_turns(letters: usize, is_of_another: bool, seed: u64) -> Vec<usize> {
    let mut alice = board(seed);
    let mut bob = alice.fork(key(2)).expect("it proves itself");
    if is_of_another {
        alice = alice.fork(key(3)).expect("it proves itself");
    }
    let mut relay = relay(&alice);
    let [mut a, mut from_a] = [End::new(&alice), End::new(&relay)];
    let [mut b, mut from_b] = [End::new(&bob), End::new(&relay)];
    let mut lengths = Vec::new();
    for number in 0..300 {
        if (number / letters).is_multiple_of(2) {
            type_letter(&mut alice, 7, number);
        } else {
            type_letter(&mut bob, 7, number);
        }
        lengths.extend(pass((&mut a, &alice), (&mut from_a, &mut relay)));
        lengths.extend(pass((&mut b, &bob), (&mut from_b, &mut relay)));
        lengths.extend(pass((&mut from_a, &relay), (&mut a, &mut alice)));
        lengths.extend(pass((&mut from_b, &relay), (&mut b, &mut bob)));
    }
    assert_eq!(alice.digest(), bob.digest());
    assert_eq!((lengths.len(), relay.heads()), (600, bob.heads()));
    lengths
}

#[test]
fn two_authors_type_by_turns() {
    for seed in [1, 2] {
        for letters in [1, 3, 20] {
            assert_short(&by_turns(letters, false, seed), 100, 84);
            assert_short(&by_turns(letters, true, seed), 100, 86);
        }
    }
}

/// Both at once: what each writes is still on its way while the other writes.
#[test]
fn two_authors_type_at_once() {
    let mut alice = board(1);
    let mut bob = alice.fork(key(2)).expect("it proves itself");
    let mut relay = relay(&alice);
    let [mut a, mut from_a] = [End::new(&alice), End::new(&relay)];
    let [mut b, mut from_b] = [End::new(&bob), End::new(&relay)];
    let (mut lengths, mut late) = (Vec::new(), Vec::new());
    for number in 0..200 {
        type_letter(&mut alice, 7, number);
        type_letter(&mut bob, 7, number + 1);
        lengths.extend(pass((&mut a, &alice), (&mut from_a, &mut relay)));
        lengths.extend(pass((&mut b, &bob), (&mut from_b, &mut relay)));
        late.push((from_a.say(&relay), from_b.say(&relay)));
        // Three letters are on their way.
        if number >= 3 {
            let (to_alice, to_bob) = late.remove(0);
            for sent in &to_alice {
                a.hear(sent, &mut alice);
            }
            for sent in &to_bob {
                b.hear(sent, &mut bob);
            }
            let both = to_alice.into_iter().chain(to_bob);
            lengths.extend(both.filter_map(|sent| sent.frame).map(|frame| frame.len()));
        }
    }
    assert_short(&lengths, 20, 80);
}
