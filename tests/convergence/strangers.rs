//! Strange changes, in any order, make the value that the interpreter finds.

use crdt_core::{ApplyError, Document, DocumentId, Keypair, Refusal};
use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use test_support::{Seed, seeds};

use crate::board::{Board, FIELDS};
use crate::replica::{Digests, check, proves, same};
use crate::shape;
use crate::stranger::World;

#[test]
fn strangers_cannot_tell_replicas_apart() {
    for seed in seeds(75) {
        let _seed = Seed(seed);
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut world = World::new(shape::part(rng.random_range(0..FIELDS)), seed);
        (0..30).for_each(|_| world.write());
        let mut whole = join(&world);
        let outcome = whole.apply(&world.bundle(0..world.len()).framed()).expect("valid changes");
        assert_eq!(outcome.applied.len(), world.len());
        check(&whole);
        proves(&whole);
        for together in [1, 6] {
            same(&whole, &scattered(&world, together, rng));
        }
        let saved = Document::<Board>::load_read_only(&whole.save()).expect("a saved document");
        same(&whole, &saved);
    }
}

/// Bundles that lack some of their signatures are refused here and taken there, where what they do
/// not cover is known. Still replicas that exchange what they took agree.
#[test]
fn withheld_signatures_split_nobody() {
    for seed in seeds(50) {
        let _seed = Seed(seed);
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut world = World::new(shape::part(rng.random_range(0..FIELDS)), seed);
        let mut replicas = [join(&world), join(&world), join(&world)];
        for _ in 0..30 {
            world.write();
            let mut bundle = world.bundle(some(world.len(), 6, rng));
            while rng.random_bool(0.3) && !bundle.signatures.is_empty() {
                bundle.withhold(rng.random_range(0..bundle.signatures.len()));
            }
            for replica in &mut replicas {
                if rng.random_bool(0.7)
                    && let Err(error) = replica.apply(&bundle.framed())
                {
                    let uncovered = matches!(error, ApplyError::Refused(Refusal::Uncovered(_)));
                    assert!(uncovered, "{error}");
                }
            }
        }
        converge(&mut replicas);
    }
}

/// Replicas exchange all they have, and none refuses what another holds. What one learns may wake
/// what waited there, so it takes rounds.
fn converge(replicas: &mut [Document<Board>]) {
    let mut rounds = 0;
    while replicas.iter().any(|replica| replica.heads() != replicas[0].heads()) {
        rounds += 1;
        assert!(rounds < 20, "the replicas do not come to agree");
        let exports: Vec<_> = replicas.iter().map(|replica| replica.export(&[])).collect();
        for replica in &mut *replicas {
            for bytes in &exports {
                replica.apply(bytes).expect("a history proves itself");
            }
        }
    }
    check(&replicas[0]);
    for other in &replicas[1..] {
        same(&replicas[0], other);
    }
}

/// Some of the first `count` places, ascending.
fn some(count: usize, most: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let all: Vec<usize> = (0..count).collect();
    let number = rng.random_range(1..=most);
    let mut places: Vec<usize> = all.sample(rng, number).copied().collect();
    places.sort_unstable();
    places
}

fn join(world: &World) -> Document<Board> {
    let id = DocumentId::from_bytes(world.genesis.hash());
    Document::join(id, Keypair::from_secret_bytes(&[99; 32]))
}

/// A replica that got bundles of up to `together` changes, which overlap and have gaps, in any
/// order.
fn scattered(world: &World, together: usize, rng: &mut ChaCha8Rng) -> Document<Board> {
    let all: Vec<usize> = (0..world.len()).collect();
    let mut bundles: Vec<_> = all.iter().map(|place| world.bundle([*place])).collect();
    for _ in 0..all.len() / 2 {
        bundles.push(world.bundle(some(world.len(), together, rng)));
    }
    bundles.shuffle(rng);
    let mut replica = join(world);
    let mut digests = Digests::default();
    for bundle in &bundles {
        let outcome = replica.apply(&bundle.framed()).expect("valid changes");
        assert_eq!(outcome.given_up, []);
        digests.note(&replica);
        if rng.random_bool(0.1) {
            check(&replica);
            let mut other = join(world);
            other.apply(&replica.export(&[])).expect("a history proves itself");
            same(&replica, &other);
        }
    }
    assert_eq!(replica.history().pending(), (0, 0));
    replica
}
