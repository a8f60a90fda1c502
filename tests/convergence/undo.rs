//! Laws of undo: who writes alone comes back exactly to where they were, and who writes with others
//! takes nothing of theirs away.

use std::collections::BTreeMap;

use crdt_core::{ChangeHash, ChangeOptions, Document};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use test_support::{Seed, key, seeds};

use crate::board::{Board, FIELDS};
use crate::deltas::Watcher;
use crate::described::described;
use crate::interpreter::Visible;
use crate::program;
use crate::replica::{check, same};

fn found(rng: &mut ChaCha8Rng) -> Document<Board> {
    Document::create_with(key(3), rng)
}

fn value(document: &Document<Board>) -> Value {
    serde_json::to_value(document.value()).expect("a board has JSON")
}

/// A change of a few edits, in a few fields. Says whether there is one.
fn change(
    document: &mut Document<Board>,
    options: &ChangeOptions,
    focus: usize,
    rng: &mut ChaCha8Rng,
) -> bool {
    let before = document.heads();
    let edits = document.change_with(options, |board| {
        (0..rng.random_range(1..5)).try_for_each(|_| program::edit(board, focus, rng))
    });
    assert_eq!(edits, Ok(()));
    document.heads() != before
}

/// What an app that writes alone has seen: the values between the groups.
struct Alone {
    document: Document<Board>,
    values: Vec<Value>,
    now: usize,
    /// Of the last change of a group, or of what undoes it, to which step the group led.
    steps: BTreeMap<ChangeHash, usize>,
    focus: usize,
    rng: ChaCha8Rng,
}

impl Alone {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (document, focus) = (found(&mut rng), rng.random_range(0..FIELDS));
        let values = vec![value(&document)];
        Self { values, now: 0, steps: BTreeMap::new(), document, focus, rng }
    }

    /// A group of a few changes, or of one.
    fn group(&mut self) {
        let (mut made, mut count) = (false, if self.rng.random_bool(0.3) { 4 } else { 1 });
        if self.rng.random_bool(0.05) {
            program::assign(&mut self.document, &mut self.rng);
            (made, count) = (true, 0);
        }
        for _ in 0..count {
            let new = ChangeOptions::new();
            let options = if made { new.joined() } else { new };
            made |= change(&mut self.document, &options, self.focus, &mut self.rng);
        }
        if made {
            self.values.truncate(self.now + 1);
            self.values.push(value(&self.document));
            self.now += 1;
            self.note(self.now);
        }
    }

    fn note(&mut self, step: usize) {
        let [head] = self.document.heads()[..] else { panic!("who writes alone has one head") };
        self.steps.insert(head, step);
    }

    /// Undoes a group, or redoes one. One that comes to nothing is passed over.
    fn go(&mut self, back: bool) -> Result<(), String> {
        let document = &mut self.document;
        let gone = if back { document.undo() } else { document.redo() };
        let gone = gone.expect("it can be written");
        let value = value(&self.document);
        let to = match gone.as_ref().and_then(|gone| gone.last()) {
            Some(last) => self.steps[last] - usize::from(back),
            None => self.end(back),
        };
        if self.values[to] != value {
            return Err(format!("to step {to}: {}", difference(&self.values[to], &value)));
        }
        let passed = if back { to + 1..self.now } else { self.now..to };
        let passed_over = |step: usize| self.values[step] == self.values[self.now];
        if !passed.clone().all(passed_over) {
            return Err(format!("{passed:?} are passed over"));
        }
        if gone.is_some() {
            self.note(if back { to + 1 } else { to });
        }
        self.now = to;
        Ok(())
    }

    fn end(&self, back: bool) -> usize {
        if back { 0 } else { self.values.len() - 1 }
    }

    fn go_all(&mut self, back: bool) {
        loop {
            let can = if back { self.document.can_undo() } else { self.document.can_redo() };
            if !can {
                break;
            }
            self.go(back).unwrap_or_else(|wrong| panic!("undo: {back}, {wrong}"));
            check(&self.document);
        }
        let all = self.values[self.end(back)] == value(&self.document);
        assert!(all, "all of it is undone, or redone");
    }
}

fn difference(expected: &Value, value: &Value) -> String {
    let expected = expected.as_object().expect("a board is a struct");
    let fields = expected.iter().filter(|(name, field)| value[name.as_str()] != **field);
    let fields = fields.map(|(name, field)| format!("{name}: {field} is {}", value[name.as_str()]));
    fields.collect::<Vec<_>>().join("\n")
}

#[test]
fn alone_all_comes_back() {
    for seed in seeds(80) {
        let _seed = Seed(seed);
        let mut alone = Alone::new(seed);
        for _ in 0..alone.rng.random_range(1..12) {
            alone.group();
        }
        alone.go_all(true);
        alone.go_all(false);
        alone.go_all(true);
        elsewhere(&alone.document);
    }
}

/// Back and forth, with changes between, which end what can be redone.
#[test]
fn alone_back_and_forth() {
    for seed in seeds(80) {
        let _seed = Seed(seed);
        let mut alone = Alone::new(seed);
        for _ in 0..25 {
            let step = match alone.rng.random_range(0..5) {
                0 | 1 => alone.go(true),
                2 => alone.go(false),
                _ => Ok(alone.group()),
            };
            step.unwrap_or_else(|wrong| panic!("{wrong}"));
        }
        check(&alone.document);
        alone.go_all(true);
        elsewhere(&alone.document);
    }
}

/// Another replica takes all of it in as it is.
fn elsewhere(document: &Document<Board>) {
    let mut other = Document::join(document.id(), key(9));
    other.apply(&document.export(&[])).expect("honest bytes");
    same(document, &other);
}

/// Replicas that write, exchange and undo.
struct Together {
    replicas: Vec<Document<Board>>,
    watchers: Vec<Watcher>,
    focus: usize,
    rng: ChaCha8Rng,
}

impl Together {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let first = found(&mut rng);
        let others = (4..6).map(|secret| Document::join(first.id(), key(secret)));
        let mut replicas: Vec<_> = others.collect();
        replicas.push(first);
        let watchers = replicas.iter_mut().map(Watcher::of).collect();
        Self { replicas, watchers, focus: rng.random_range(0..FIELDS), rng }
    }

    fn write(&mut self, at: usize) {
        let options = ChangeOptions::new();
        let options = if self.rng.random_bool(0.2) { options.joined() } else { options };
        change(&mut self.replicas[at], &options, self.focus, &mut self.rng);
    }

    fn merge(&mut self, one: usize, other: usize) {
        if let Ok([one, other]) = self.replicas.get_disjoint_mut([one, other]) {
            one.merge(other).expect("replicas of one document");
        }
    }

    fn any(&mut self) -> usize {
        self.rng.random_range(0..self.replicas.len())
    }

    /// Whoever observes is told the truth.
    fn look(&mut self) {
        for (replica, watcher) in self.replicas.iter_mut().zip(&mut self.watchers) {
            watcher.look(replica, true);
        }
    }

    fn settle(mut self) {
        for (one, other) in [(0, 1), (1, 2), (0, 1), (0, 2)] {
            self.merge(one, other);
        }
        check(&self.replicas[0]);
        described(self.replicas[0].history());
        self.replicas.iter().for_each(|other| same(&self.replicas[0], other));
        elsewhere(&self.replicas[0]);
    }
}

/// What others wrote, was visible before something was done and is not visible after, although it
/// is in nothing that went.
fn taken_away(document: &mut Document<Board>, undo: impl FnOnce(&mut Document<Board>)) -> usize {
    let before = Visible::of(document.history());
    undo(document);
    let after = Visible::of(document.history());
    let by_others =
        |change| document.history().change(change).map(|c| c.author()) != document.author();
    before.lost(&after).filter(|change| by_others(change)).count()
}

#[test]
fn together_nothing_of_others_goes() {
    let mut undone = 0;
    for seed in seeds(60) {
        let _seed = Seed(seed);
        let mut together = Together::new(seed);
        for _ in 0..40 {
            let (at, other) = (together.any(), together.any());
            match together.rng.random_range(0..10) {
                0..=4 => together.write(at),
                5..=7 => together.merge(at, other),
                _ => {
                    let back = together.rng.random_bool(0.7);
                    let document = &mut together.replicas[at];
                    let before = document.heads();
                    let taken = taken_away(document, |document| {
                        let gone = if back { document.undo() } else { document.redo() };
                        gone.expect("it can be written");
                    });
                    undone += usize::from(document.heads() != before);
                    assert!(!back || taken == 0, "{taken} elements of others are gone");
                    check(document);
                }
            }
            if together.rng.random_bool(0.5) {
                together.look();
            }
        }
        together.settle();
    }
    assert!(undone > 0, "nothing was ever undone");
}

/// The law can be broken: who writes the value back that was there before takes away what others
/// wrote since.
#[test]
fn writing_an_old_value_back_takes_away_what_others_wrote() {
    let mut taken = 0;
    for seed in 0..20 {
        let mut together = Together::new(seed);
        let before = together.replicas[0].value();
        for _ in 0..5 {
            together.write(0);
            together.write(1);
            together.merge(0, 1);
        }
        taken += taken_away(&mut together.replicas[0], |document| {
            document.update(|board| *board = before).expect("it can be written");
        });
    }
    assert!(taken > 0, "nothing of others is lost");
}
