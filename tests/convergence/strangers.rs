//! Strange changes, in any order, make the value that the interpreter finds.

use crdt_core::{Document, DocumentId, Keypair};
use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};

use crate::board::{self, Board};
use crate::replica::{check, proves, same};
use crate::stranger::World;

#[test]
fn strangers_cannot_tell_replicas_apart() {
    for seed in crate::seeds(150) {
        let _seed = crate::Seed(seed);
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut world = World::new(board::part(rng.random_range(0..board::FIELDS)), seed);
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
        let count = rng.random_range(1..=together);
        let mut places: Vec<usize> = all.sample(rng, count).copied().collect();
        places.sort_unstable();
        bundles.push(world.bundle(places));
    }
    bundles.shuffle(rng);
    let mut replica = join(world);
    for bundle in &bundles {
        let outcome = replica.apply(&bundle.framed()).expect("valid changes");
        assert_eq!(outcome.refused, []);
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
