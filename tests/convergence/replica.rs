//! What must be true of every replica at every moment.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::node::ListView;
use crdt_core::{CrdtNode, Digest, Document, EquivocationProof};
use serde_json::Value;

use crate::board::Board;
use crate::interpreter::{self, interpret};
use crate::shape::board;
use crate::wire;

/// Asserts that a replica has the value that the interpreter finds in its changes.
pub(crate) fn check(replica: &Document<Board>) {
    let value = serde_json::to_value(replica.value()).expect("a board has JSON");
    let expected = interpret(replica.history(), &board());
    assert_eq!(value, expected, "the engine and the interpreter disagree");
    let titles = interpreter::conflicts::<String>(replica.history(), "title");
    assert_eq!(replica.read().title.conflicts(), titles.iter().collect::<Vec<_>>());
    let extras = interpreter::json_conflicts(replica.history(), "extra");
    assert_eq!(replica.read().extra.conflicts(), extras);
    check_untyped(replica);
    check_offsets(replica);
    check_elements(&replica.read().tags);
    check_elements(&replica.read().tasks);
}

/// Asserts that JSON and counters are shown as what they are to those who do not know the type,
/// unless strangers wrote what no such node takes.
fn check_untyped(replica: &Document<Board>) {
    let untyped = replica.history().to_json();
    let strange = replica.history().changes().any(|change| {
        // Only strangers write this tag.
        change.tags().any(|(number, _)| number == 77)
    });
    let Board { extra, votes, .. } = replica.value();
    assert!(strange || untyped["extra"] == extra.0, "{untyped}");
    let sum = untyped.get("votes").and_then(Value::as_i64);
    assert!(strange || sum.unwrap_or(0) == votes, "{untyped}");
}

/// Asserts that a text's offsets in other units are those of its characters.
fn check_offsets(replica: &Document<Board>) {
    let (view, text) = (replica.read().notes, replica.value().notes);
    assert_eq!((view.len(), view.len_utf8()), (text.chars().count(), text.len()));
    let (mut utf8, mut utf16) = (0, 0);
    for (position, char) in text.chars().chain(['.']).enumerate() {
        assert_eq!(view.utf8_of_position(position), Ok(utf8));
        assert_eq!(view.utf16_of_position(position), Ok(utf16));
        assert_eq!(view.position_of_utf8(utf8), Ok(position));
        assert_eq!(view.position_of_utf16(utf16), Ok(position));
        assert_eq!(view.char_at(position), text[utf8..].chars().next());
        utf8 += char.len_utf8();
        utf16 += char.len_utf16();
    }
    assert_eq!(view.len_utf16() + 1, utf16);
}

/// Asserts that every element of a list has a name that leads back to it.
fn check_elements<T: CrdtNode>(list: &ListView<'_, T>) {
    for (position, (id, _)) in list.iter_with_ids().enumerate() {
        assert_eq!((list.position_of(id), list.id_at(position)), (Some(position), Some(id)));
    }
    assert_eq!(list.iter_with_ids().rev().count(), list.len());
}

/// Asserts that two replicas cannot be told apart.
pub(crate) fn same(a: &Document<Board>, b: &Document<Board>) {
    assert_eq!(a.heads(), b.heads(), "heads");
    let [of_a, of_b] = [a, b].map(|replica| serde_json::to_value(replica.value()).expect("JSON"));
    assert_eq!(of_a, of_b, "values");
    assert_eq!(serde_json::to_value(a.read()).expect("JSON"), of_a, "serialized view");
    assert_eq!(a.digest(), b.digest(), "digests");
    assert_eq!(a.history().to_json(), b.history().to_json(), "untyped views");
    assert_eq!(a.inspect().to_string(), b.inspect().to_string(), "untyped states");
    assert_eq!(a.equivocations(), b.equivocations(), "equivocations");
}

/// Asserts that a frontier is the changes that are nobody's predecessor, spelled as documented.
pub(crate) fn check_frontier(replica: &Document<Board>) {
    let history = replica.history();
    let previous: BTreeSet<_> = history.changes().filter_map(|change| change.previous()).collect();
    let tips = history.changes().filter(|change| !previous.contains(&change.hash()));
    let tips =
        tips.map(|tip| (*tip.author().as_bytes(), tip.seq(), *tip.hash().as_bytes())).collect();
    assert_eq!(replica.frontier().to_bytes(), wire::frontier(tips));
}

/// Which value each digest stood for.
#[derive(Default)]
pub(crate) struct Digests(BTreeMap<Digest, Value>);

impl Digests {
    /// Asserts that a digest never stands for two values.
    pub(crate) fn note(&mut self, replica: &Document<Board>) {
        let value = serde_json::to_value(replica.value()).expect("a board has JSON");
        let known = self.0.entry(replica.digest()).or_insert_with(|| value.clone());
        assert_eq!(*known, value, "one digest for two values");
    }
}

/// Asserts that every equivocation in a replica can be proved to those who do not have it.
pub(crate) fn proves(replica: &Document<Board>) {
    for fork in replica.equivocations() {
        let proof = replica.prove(&fork).expect("everything is signed");
        let received = EquivocationProof::from_bytes(proof.as_bytes()).expect("a valid proof");
        let (document, proved) = received.verify().expect("a valid proof");
        assert_eq!((document, proved.author, proved.seq), (replica.id(), fork.author, fork.seq));
        assert_eq!(proved.changes, fork.changes[..2]);
    }
}
