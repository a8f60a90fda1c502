//! What it costs, in bytes of frames in both directions after the handshake, on histories of
//! changes of one letter each.

use crdt_core::{Document, DocumentId, History, Keypair, Text};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use crate::host::{Histories, Host as _};
use crate::pair::Pair;
use crate::replica::keypair;

/// Types letters at the end of a text, each a change, signed together. They are those of a
/// language, as likely as there, and no two stretches of them are alike.
fn type_on(text: &mut Document<Text>, letters: usize) {
    let mut random = ChaCha8Rng::seed_from_u64(text.history().len() as u64);
    for _ in 0..letters {
        let letter = LETTERS[random.random_range(0..LETTERS.len())];
        let letter = char::from(letter).to_string();
        text.change(|text| text.push_str(&letter)).expect("a short text");
    }
}

const LETTERS: &[u8] = b"  eeettaoinnshrdlucmw";

/// A text of so many changes by one author.
fn text(author: Keypair, letters: usize) -> Document<Text> {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut text = Document::create_with(author, &mut random);
    type_on(&mut text, letters);
    text
}

fn join(text: &mut Document<Text>, author: u8) -> Document<Text> {
    let mut joined = Document::join(text.id(), keypair(author));
    joined.apply(&text.export(&[])).expect("honest");
    joined
}

/// Lets two histories settle what they lack, and says how many bytes and flights that takes. The
/// last flight acknowledges.
fn cost(id: DocumentId, dialer: &[u8], listener: &[u8]) -> (usize, usize) {
    let mut pair = Pair::new(Histories::of(1, id, dialer), Histories::of(2, id, listener));
    pair.subscribe(0, id);
    pair.settle();
    pair.assert_equal(id);
    pair.look()
}

/// What one history lacks of another one, as bundles.
fn lacking(id: DocumentId, of: &[u8], has: &[u8]) -> usize {
    let [mut of, mut has] = [of, has].map(|bundles| Histories::of(0, id, bundles));
    of.history(id).export_for(&has.history(id).frontier()).len()
}

fn row(
    what: &str,
    (bytes, flights): (usize, usize),
    bundles: usize,
    most: usize,
    most_flights: usize,
) {
    println!("{what:40} {bytes:>9} bytes, {bundles:>9} of them bundles; {flights} flights");
    assert!(bytes <= bundles + most, "{what}: {} beside bundles", bytes - bundles);
    assert!(flights <= most_flights, "{what}");
}

#[test]
fn one_document_of_many_changes() {
    let mut text = text(keypair(1), 100_000);
    let (id, before) = (text.id(), text.export(&[]));
    row("nothing missing", cost(id, &before, &before), 0, 100, 2);
    row("first contact", cost(id, &[], &before), lacking(id, &before, &[]), 100, 12);
    type_on(&mut text, 1);
    let after = text.export(&[]);
    row("1 change missing at the dialer", cost(id, &before, &after), 0, 300, 3);
    row("1 change missing at the listener", cost(id, &after, &before), 0, 300, 4);
    type_on(&mut text, 9_999);
    let after = text.export(&[]);
    let bundles = lacking(id, &after, &before);
    row("10,000 missing at the dialer", cost(id, &before, &after), bundles, 150, 3);
    row("10,000 missing at the listener", cost(id, &after, &before), bundles, 150, 4);
}

#[test]
fn two_replicas_of_three_authors() {
    let mut first = text(keypair(1), 50_000);
    let mut second = join(&mut first, 2);
    type_on(&mut second, 50_000);
    let mut third = join(&mut second, 3);
    type_on(&mut third, 10);
    first.apply(&third.export(&[])).expect("honest");
    second.apply(&third.export(&[])).expect("honest");
    type_on(&mut first, 5_000);
    type_on(&mut second, 5_000);
    let (id, one, other) = (first.id(), first.export(&[]), second.export(&[]));
    let bundles = lacking(id, &one, &other) + lacking(id, &other, &one);
    row("5,000 each way, 3 authors", cost(id, &one, &other), bundles, 400, 5);
}

/// Replicas of a text that so many authors have written in, of which the last have written on in
/// one.
fn of_authors(authors: u32, moved: usize) -> (DocumentId, Vec<u8>, Vec<u8>) {
    let mut first = text(keypair(1), 1);
    let begun = first.export(&[]);
    let mut history = History::new(first.id());
    let mut joined: Vec<Document<Text>> = Vec::new();
    for author in 0..authors {
        let mut secret = [7; 32];
        secret[..4].copy_from_slice(&author.to_le_bytes());
        let mut text = Document::join(first.id(), Keypair::from_secret_bytes(&secret));
        text.apply(&begun).expect("honest");
        type_on(&mut text, 1);
        history.apply(&text.export(&[])).expect("honest");
        joined.push(text);
    }
    // One has them all, and so the document one head.
    first.apply(&history.export(&[])).expect("honest");
    type_on(&mut first, 1);
    let before = first.export(&[]);
    history.apply(&before).expect("honest");
    for text in &mut joined[..moved] {
        text.apply(&before).expect("honest");
        let had = text.heads();
        type_on(text, 1);
        history.apply(&text.export(&had)).expect("honest");
    }
    (first.id(), before, history.export(&[]))
}

#[test]
fn a_document_of_many_authors() {
    let (id, before, after) = of_authors(1000, 10);
    let bundles = lacking(id, &after, &before);
    row("10 of 1,000 authors moved, at the dialer", cost(id, &after, &before), bundles, 1536, 6);
    row("10 of 1,000 authors moved, at the listener", cost(id, &before, &after), bundles, 1536, 6);
}

/// Many documents of a letter each, on two hosts that have the same.
pub(crate) fn documents(count: usize) -> (Histories, Histories, Vec<DocumentId>) {
    let [mut one, mut other] = [Histories::new(1), Histories::new(2)];
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..count {
        let mut text = Document::<Text>::create_with(keypair(1), &mut random);
        type_on(&mut text, 1);
        let bundles = text.export(&[]);
        for host in [&mut one, &mut other] {
            host.take_in(text.id(), &bundles).expect("honest");
        }
    }
    let ids = one.all.keys().copied().collect();
    (one, other, ids)
}

/// Writes in some documents of a host, and says how many bytes the bundles are.
fn write(host: &mut Histories, ids: impl Iterator<Item = DocumentId>, author: u8) -> usize {
    let write = |id| {
        let history = host.all.get_mut(&id).expect("it is here");
        let mut text = Document::<Text>::join(id, keypair(author));
        text.apply(&history.export(&[])).expect("honest");
        let before = text.heads();
        type_on(&mut text, 1);
        let bundle = text.export(&before);
        history.apply(&bundle).expect("honest");
        bundle.len()
    };
    ids.map(write).sum()
}

#[test]
fn very_many_documents() {
    let (one, other, ids) = documents(10_000);
    let mut pair = Pair::new(one, other);
    pair.connections[0].subscribe_set(ids.iter().copied());
    pair.settle();
    for id in &ids {
        assert!(pair.connections.iter().all(|one| one.is_synced(id)));
    }
    row("10,000 documents, first time", pair.look(), 32 * ids.len(), 2048, 6);

    let [one, other] = pair.replicas;
    for (side, what) in [(0, "dialer"), (1, "listener")] {
        let mut sides = [one.fork(), other.fork()];
        let moved = ids.iter().step_by(997).take(10).copied();
        let bundles = write(&mut sides[side], moved, 3);
        let [one, other] = sides;
        let mut pair = Pair::new(one, other);
        pair.connections[0].subscribe_set(ids.iter().copied());
        pair.settle();
        for id in &ids {
            pair.assert_equal(*id);
        }
        let what = format!("10,000 documents, 10 changed at the {what}");
        row(&what, pair.look(), bundles, 2048, 5);
    }
}
