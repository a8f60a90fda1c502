//! Damaged bytes: every flipped bit and every cut is noticed.

use crdt_core::{CrdtNode, Document, DocumentId};

use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedMutRandom as _, IndexedRandom as _};
use rand::{RngExt as _, SeedableRng as _};

use crate::{key, sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    #[crdt(text)]
    body: String,
    lines: Vec<String>,
    #[crdt(counter)]
    views: u64,
}

/// A document of two authors; the first half of it, and the rest.
fn document() -> (Document<Page>, Vec<u8>, Vec<u8>) {
    let (mut a, mut b) = two::<Page>();
    a.change(|page| {
        page.title.set("Title")?;
        page.body.insert(0, "Hello")
    })
    .unwrap();
    sync(&mut a, &mut b);
    let (heads, first) = (a.heads(), a.export(&[]));
    b.change(|page| page.lines.push("line".to_owned())).unwrap();
    a.change(|page| {
        page.views.add(1)?;
        page.body.delete(1..3)
    })
    .unwrap();
    sync(&mut a, &mut b);
    let rest = a.export(&heads);
    (a, first, rest)
}

/// A replica that has the first half.
fn reader(id: DocumentId, first: &[u8]) -> Document<Page> {
    let mut reader = Document::join(id, key(9));
    reader.apply(first).unwrap();
    reader
}

/// Asserts that damaged bytes are refused without a trace or have the same meaning; says whether
/// they were refused.
fn refused(replica: &mut Document<Page>, damaged: &[u8], whole: &Document<Page>) -> bool {
    let state =
        |replica: &Document<Page>| (replica.heads(), replica.digest(), replica.history().pending());
    let before = state(replica);
    let refused = replica.apply(damaged).is_err();
    let after = state(replica);
    assert!(after == before || (!refused && after == state(whole)), "damage has an effect");
    refused
}

fn flips_and_cuts(first: &[u8], bytes: &[u8], whole: &Document<Page>) {
    let mut replica = reader(whole.id(), first);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if !refused(&mut replica, &flipped, whole) {
            replica = reader(whole.id(), first);
        }
    }
    for end in 1..bytes.len() {
        assert!(refused(&mut replica, &bytes[..end], whole), "a cut at {end} is harmless");
    }
    replica.apply(bytes).unwrap();
    assert_eq!(replica.digest(), whole.digest());
}

#[test]
fn damaged_exports() {
    let (whole, first, rest) = document();
    flips_and_cuts(&first, &rest, &whole);
    flips_and_cuts(&[], &whole.export(&[]), &whole);
}

/// Pieces of bundles put together at random, with bytes overwritten.
#[test]
fn scrambled_exports() {
    let (whole, first, rest) = document();
    let sources = [first.clone(), rest, whole.export(&[])];
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let mut replica = reader(whole.id(), &first);
    for _ in 0..5000 {
        let mut scrambled = Vec::new();
        for _ in 0..rng.random_range(1..4) {
            let source = sources.choose(rng).expect("sources");
            let start = if rng.random_bool(0.5) { 0 } else { rng.random_range(0..source.len()) };
            scrambled.extend_from_slice(&source[start..rng.random_range(start..=source.len())]);
        }
        for _ in 0..rng.random_range(0..4) {
            if let Some(byte) = scrambled.choose_mut(rng) {
                *byte = rng.random();
            }
        }
        if !refused(&mut replica, &scrambled, &whole) {
            replica = reader(whole.id(), &first);
        }
    }
}

#[test]
fn damaged_saved_documents() {
    let (whole, ..) = document();
    let saved = whole.save();
    for bit in 0..saved.len() * 8 {
        let mut flipped = saved.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Document::<Page>::load_read_only(&flipped).is_err(), "bit {bit}");
    }
    for end in 0..saved.len() {
        assert!(Document::<Page>::load_read_only(&saved[..end]).is_err(), "a cut at {end}");
    }
}
