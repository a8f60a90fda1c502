//! Several who write a document at the same time, all of which follows from a seed.

use std::ops::Range;

use crdt_core::{Document, Keypair};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use crate::board::{Board, FIELDS};
use crate::program;

/// How many write.
const WRITERS: u8 = 3;

/// What happens to a document.
const STEPS: usize = 12;

/// The digests of many documents, as one number: FNV-1a, of 64 bits.
pub(crate) fn digests(seeds: Range<u64>) -> u64 {
    seeds.flat_map(digest).fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Writes a document and gives its digest, which all replicas have in the end, and its version, which
/// is a hash of all that was written.
fn digest(seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut replicas = replicas(&mut rng);
    let focus = rng.random_range(0..FIELDS);
    for _ in 0..STEPS {
        step(&mut replicas, focus, &mut rng);
    }
    settle(&mut replicas);
    let [first, ..] = &replicas[..] else { unreachable!("there are some") };
    assert!(replicas.iter().all(|replica| replica.digest() == first.digest()), "seed {seed}");
    let opened = Document::<Board>::load_read_only(&first.save()).expect("as it was saved");
    assert_eq!(opened.digest(), first.digest(), "seed {seed}");
    let mut digest = first.digest().to_string().into_bytes();
    first.heads().iter().for_each(|head| digest.extend_from_slice(head.as_bytes()));
    digest
}

fn replicas(rng: &mut ChaCha8Rng) -> Vec<Document<Board>> {
    let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
    let founder = Document::create_with(key(1), rng);
    let id = founder.id();
    let others = (2..=WRITERS).map(|secret| Document::join(id, key(secret)));
    [founder].into_iter().chain(others).collect()
}

fn step(replicas: &mut [Document<Board>], focus: usize, rng: &mut ChaCha8Rng) {
    let (from, to) = (rng.random_range(0..replicas.len()), rng.random_range(0..replicas.len()));
    match rng.random_range(0..20) {
        0 => program::assign(&mut replicas[from], rng),
        1 => program::rearrange(&mut replicas[from], rng),
        2 => drop(replicas[from].undo().expect("it writes")),
        3 => drop(replicas[from].redo().expect("it writes")),
        4..=8 => send(replicas, from, to),
        _ => {
            let edited = replicas[from].change(|board| {
                let mut edits = 0..rng.random_range(1..5);
                edits.try_for_each(|_| program::edit(board, focus, rng))
            });
            edited.expect("every edit is possible");
        }
    }
}

fn send(replicas: &mut [Document<Board>], from: usize, to: usize) {
    let bytes = replicas[from].export_for(&replicas[to].frontier());
    replicas[to].apply(&bytes).expect("it is genuine");
}

/// Everybody gets everything.
fn settle(replicas: &mut [Document<Board>]) {
    for other in 1..replicas.len() {
        send(replicas, other, 0);
    }
    for other in 1..replicas.len() {
        send(replicas, 0, other);
    }
}
