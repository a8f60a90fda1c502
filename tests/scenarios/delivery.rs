//! Changes that arrive late, early, twice, or where they do not belong.

use crdt_core::{ApplyError, CrdtNode, Document, Outcome, Refusal, Text};

use crate::{key, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    words: Vec<String>,
    body: Text,
}

/// A document, and the bytes of five changes of two authors, each made upon the one before and each
/// in another field.
fn story() -> (Document<Page>, Vec<Vec<u8>>) {
    let (mut a, mut b) = two::<Page>();
    let mut messages = Vec::new();
    for step in 0..5 {
        let (writer, reader) = if step % 2 == 0 { (&mut a, &mut b) } else { (&mut b, &mut a) };
        let before = writer.heads();
        let edit = writer.change(|page| match step % 3 {
            0 => page.body.insert(0, step.to_string()),
            1 => page.words.push(step.to_string()).map(drop),
            _ => {
                page.title.set(step.to_string())?;
                Ok(())
            }
        });
        edit.unwrap();
        messages.push(writer.export(&before));
        reader.apply(&messages[step]).unwrap();
    }
    (a, messages)
}

#[test]
fn causes_in_other_fields_are_waited_for() {
    let (whole, messages) = story();
    let mut late = Document::<Page>::join(whole.id(), key(3));
    let blank = late.digest();
    for (waiting, message) in messages[1..].iter().rev().enumerate() {
        let outcome = late.apply(message).unwrap();
        assert_eq!((outcome.applied.len(), outcome.waiting.len()), (0, 1));
        assert_eq!(late.history().pending().0, waiting + 1);
        assert_eq!(late.digest(), blank, "nothing is shown before its causes");
    }
    let outcome = late.apply(&messages[0]).unwrap();
    assert_eq!(outcome.applied.len(), 5);
    assert_eq!(late.history().pending(), (0, 0));
    assert_eq!(late.value(), whole.value());
    assert_eq!(late.digest(), whole.digest());
}

#[test]
fn what_is_known_changes_nothing() {
    let (mut whole, messages) = story();
    let (heads, digest) = (whole.heads(), whole.digest());
    for message in messages.iter().chain(&[whole.export(&[])]) {
        let outcome = whole.apply(message).unwrap();
        assert_eq!((outcome.applied.len(), outcome.waiting.len()), (0, 0));
    }
    assert_eq!(whole.apply(&[]).unwrap(), Outcome::default());
    assert_eq!((whole.heads(), whole.digest()), (heads, digest));
}

#[test]
fn nothing_new_is_no_bytes_and_an_empty_closure_no_change() {
    let (mut whole, _) = story();
    let heads = whole.heads();
    assert_eq!(whole.export(&heads), Vec::<u8>::new());
    whole.change(|_| Ok(())).unwrap();
    assert_eq!(whole.heads(), heads);
}

#[test]
fn changes_of_one_document_mean_nothing_in_another() {
    let (whole, messages) = story();
    let mut other = Document::<Page>::create(key(1)).unwrap();
    for message in &messages {
        let refusal = Refusal::WrongDocument(whole.id());
        assert_eq!(other.apply(message), Err(ApplyError::Refused(refusal)));
    }
    assert_eq!(other.heads(), []);
    assert_eq!(other.history().pending(), (0, 0));
}

/// The bytes and the changes that are sent in a session of two, who both write before each
/// exchange.
fn session(edits: usize, send: fn(&Document<Text>, &Document<Text>) -> Vec<u8>) -> (usize, usize) {
    let (mut a, mut b) = two::<Text>();
    let (mut bytes, mut changes) = (0, 0);
    for _ in 0..edits {
        for replica in [&mut a, &mut b] {
            replica.change(|text| text.insert(0, "x")).unwrap();
        }
        let (for_b, for_a) = (send(&a, &b), send(&b, &a));
        bytes += for_a.len() + for_b.len();
        for outcome in [a.apply(&for_a).unwrap(), b.apply(&for_b).unwrap()] {
            changes += outcome.applied.len() + outcome.known.len();
        }
        assert_eq!(a.heads(), b.heads());
    }
    (bytes, changes)
}

/// Those who tell each other what they have send what is new, however long they go on. Heads that
/// the other does not know tell it nothing, so everything is sent each time.
#[test]
fn a_session_costs_what_is_written() {
    let by_frontier = |edits| session(edits, |from, to| from.export_for(&to.frontier()));
    let ((few, written), (many, more)) = (by_frontier(20), by_frontier(80));
    assert_eq!((written, more), (2 * 20, 2 * 80));
    assert!(many < few * 5, "{few} and {many} bytes");
    let (_, sent) = session(80, |from, to| from.export(&to.heads()));
    assert!(sent > 80 * 80, "{sent}");
}

#[test]
fn documents_that_are_not_one_do_not_merge() {
    let (mut a, mut b) = (two::<Text>().0, two::<Text>().0);
    a.change(|text| text.insert(0, "a")).unwrap();
    b.change(|text| text.insert(0, "b")).unwrap();
    let refusal = Refusal::WrongDocument(b.id());
    assert_eq!(a.merge(&mut b), Err(ApplyError::Refused(refusal)));
    assert_eq!((a.history().len(), b.history().len()), (1, 1));
}
