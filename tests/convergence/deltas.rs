//! A delta is the truth: applied to the value before, it gives the value after. And it says no more
//! than that.

use std::collections::BTreeSet;

use crdt_core::node::{ListDelta, ListRun, TextDelta, TextRun};
use crdt_core::serde_json::{self, Value};
use crdt_core::{ChangeHash, CrdtNode, Delta, Document, ElementId, Heads, Observer, Seen};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use test_support::{Seed, key, seeds};

use crate::board::Board;
use crate::program;

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("it has JSON")
}

/// Asserts that the delta of two versions makes one value the other, in the types of the app.
pub(crate) fn between<T>(
    replica: &Document<T>,
    from: &[ChangeHash],
    to: &[ChangeHash],
) -> Option<Delta<T>>
where
    T: CrdtNode<Value: Serialize>,
{
    let value = |heads| replica.value_at(heads).expect("known heads");
    let (before, after) = (value(from), text(&value(to)));
    let delta = replica.delta(from, to).expect("known heads");
    let Some(delta) = delta else {
        assert_eq!(text(&before), after, "what has no delta has not changed");
        return None;
    };
    let mut applied = before;
    T::apply_delta(&mut applied, &delta).expect("it is that of this value");
    assert_eq!(text(&applied), after, "{delta:?}");
    assert!(delta.clone() == delta, "{delta:?}");
    text(&delta);
    Some(delta)
}

/// The same without a type.
pub(crate) fn between_untyped<T: CrdtNode>(
    replica: &Document<T>,
    from: &[ChangeHash],
    to: &[ChangeHash],
) {
    let history = replica.history();
    let json = |heads| history.to_json_at(heads).expect("known heads");
    let (mut applied, after): (Value, Value) = (json(from), json(to));
    match history.delta(from, to).expect("known heads") {
        Some(delta) => {
            delta.apply(&mut applied).expect("it is that of this value");
            assert_eq!(text(&applied), text(&after), "{delta:?}");
            text(&delta);
        }
        None => assert_eq!(text(&applied), text(&after)),
    }
}

/// What a replica was at a moment.
pub(crate) struct Moment {
    heads: Heads,
    value: Board,
    /// The elements of some lists, and the characters of a text.
    elements: [BTreeSet<ElementId>; 4],
}

fn elements(replica: &Document<Board>) -> [BTreeSet<ElementId>; 4] {
    let board = replica.read();
    [
        (0..board.notes.len()).filter_map(|at| board.notes.id_at(at)).collect(),
        board.tags.iter_with_ids().map(|(id, _)| id).collect(),
        board.tasks.iter_with_ids().map(|(id, _)| id).collect(),
        board.states.iter_with_ids().map(|(id, _)| id).collect(),
    ]
}

impl Moment {
    pub(crate) fn of(replica: &Document<Board>) -> Self {
        let (heads, value) = (replica.heads(), replica.value());
        Self { heads, value, elements: elements(replica) }
    }

    /// Asserts that the delta from here to what the replica is now is true and no larger than what
    /// came and went, as is the one back.
    pub(crate) fn leads_to(self, replica: &Document<Board>) {
        let now = replica.heads();
        if !self.heads.iter().all(|head| replica.history().contains(head)) {
            return;
        }
        let delta = between(replica, &self.heads, &now);
        between(replica, &now, &self.heads);
        between_untyped(replica, &self.heads, &now);
        between_untyped(replica, &now, &self.heads);
        let mut value = self.value;
        if let Some(delta) = &delta {
            Board::apply_delta(&mut value, delta).expect("it is that of this value");
            let after = elements(replica);
            for (at, size) in sizes(delta).into_iter().enumerate() {
                assert!(size.is_minimal(&self.elements[at], &after[at]), "{delta:?}");
            }
        }
        assert_eq!(text(&value), text(&replica.value()));
    }
}

/// Somebody who looks at a replica from time to time.
pub(crate) struct Watcher {
    observer: Observer,
    value: Board,
    elements: [BTreeSet<ElementId>; 4],
    changes: usize,
}

impl Watcher {
    pub(crate) fn of(replica: &mut Document<Board>) -> Self {
        Self {
            observer: replica.observe(),
            value: replica.value(),
            elements: elements(replica),
            changes: replica.history().len(),
        }
    }

    /// Looks, and asserts that what is told is true and, if no stranger brings back what was
    /// deleted, no larger than what came and went. Says whether it is told what has changed, which
    /// it is not if the replica was opened again.
    pub(crate) fn look(&mut self, replica: &mut Document<Board>, strange: bool) -> bool {
        let look = replica.look(&mut self.observer);
        let (seen, changes) = (look.seen, look.changes.len());
        let delta = match seen {
            Seen::Wholly => {
                *self = Self::of(replica);
                return false;
            }
            Seen::Nothing => None,
            Seen::Delta(delta) => Some(delta),
        };
        assert_eq!(self.changes + changes, replica.history().len());
        let after = elements(replica);
        if let Some(delta) = &delta {
            let was = text(&self.value);
            let applied = Board::apply_delta(&mut self.value, delta);
            assert_eq!(applied, Ok(()), "{was} {delta:?}");
            for (at, size) in sizes(delta).into_iter().enumerate() {
                assert!(strange || size.is_minimal(&self.elements[at], &after[at]), "{delta:?}");
            }
            text(delta);
        }
        assert_eq!(text(&self.value), text(&replica.value()), "{delta:?}");
        (self.elements, self.changes) = (after, replica.history().len());
        true
    }
}

/// How much a delta inserts and deletes.
#[derive(Default)]
struct Size {
    inserted: usize,
    deleted: usize,
}

impl Size {
    fn of_text(delta: Option<&TextDelta>) -> Self {
        let mut size = Self::default();
        for run in delta.iter().flat_map(|delta| &delta.0) {
            match run {
                TextRun::Insert { text, .. } => size.inserted += text.chars().count(),
                TextRun::Delete(count) => size.deleted += count,
                TextRun::Retain { .. } => {}
            }
        }
        size
    }

    fn of_list<T: CrdtNode>(delta: Option<&ListDelta<T>>) -> Self {
        let mut size = Self::default();
        for run in delta.iter().flat_map(|delta| &delta.0) {
            match run {
                ListRun::Insert(values) => size.inserted += values.len(),
                ListRun::Delete(count) => size.deleted += count,
                _ => {}
            }
        }
        size
    }

    /// Whether it is no more than what is there on one side alone.
    fn is_minimal(&self, before: &BTreeSet<ElementId>, after: &BTreeSet<ElementId>) -> bool {
        self.inserted <= after.difference(before).count()
            && self.deleted <= before.difference(after).count()
    }
}

/// In the order of [`elements`].
fn sizes(delta: &Delta<Board>) -> [Size; 4] {
    [
        Size::of_text(delta.notes.as_ref()),
        Size::of_list(delta.tags.as_ref()),
        Size::of_list(delta.tasks.as_ref()),
        Size::of_list(delta.states.as_ref()),
    ]
}

/// Asserts the same of versions that a replica knows, forwards and backwards.
pub(crate) fn of_pairs(replica: &Document<Board>, versions: &[Heads], rng: &mut ChaCha8Rng) {
    let known = |heads: &&Heads| heads.iter().all(|it| replica.history().contains(it));
    let known: Vec<_> = versions.iter().filter(known).collect();
    for _ in 0..6 {
        let [from, to] = [(); 2].map(|()| *known.choose(rng).expect("the first is none"));
        between(replica, from, to);
        between_untyped(replica, from, to);
        let lies_between = replica.history().between(from, to).expect("known heads");
        assert_eq!(lies_between.gained.is_empty() && lies_between.lost.is_empty(), from == to);
    }
}

/// Two write in one text, in short pieces and long ones, and hear of each other now and then.
#[test]
fn deltas_of_texts() {
    for seed in seeds(20) {
        let _seed = Seed(seed);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut alice = Document::<Board>::create(key(1)).expect("a source");
        let mut bob = alice.fork(key(2)).expect("a new key");
        let mut versions = vec![Heads::default()];
        for _ in 0..40 {
            let moment = Moment::of(&alice);
            let edit = alice.change(|board| match rng.random_range(0..8) {
                0 => program::edit_long(&mut board.notes, &mut rng),
                _ => program::edit_text(&mut board.notes, &mut rng),
            });
            edit.expect("it fits");
            if rng.random_bool(0.3) {
                alice.merge(&mut bob).expect("replicas of one document");
            }
            moment.leads_to(&alice);
            versions.push(alice.heads());
            core::mem::swap(&mut alice, &mut bob);
        }
        of_pairs(&alice, &versions, &mut rng);
    }
}

/// A delta that replaces everything is true too. The check is there to refuse it.
#[test]
fn replacing_everything_is_no_minimal_delta() {
    let mut replica = Document::<Board>::create(key(1)).expect("a source");
    let edit = |replica: &mut Document<Board>, at, word: &str| {
        replica.change(|board| board.notes.insert(at, word)).expect("it fits");
    };
    edit(&mut replica, 0, "Hello");
    let before = elements(&replica);
    edit(&mut replica, 5, " world");
    let after = elements(&replica);
    let replacement = TextDelta(vec![TextRun::insert("Hello world"), TextRun::Delete(5)]);
    let mut text = "Hello".to_owned();
    replacement.apply(&mut text).expect("it fits");
    assert_eq!(text, "Hello world");
    assert!(!Size::of_text(Some(&replacement)).is_minimal(&before[0], &after[0]));
    let added = TextDelta(vec![TextRun::retain(5), TextRun::insert(" world")]);
    assert!(Size::of_text(Some(&added)).is_minimal(&before[0], &after[0]));
}
