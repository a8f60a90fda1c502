//! Strange changes, in any order, make the value that the interpreter finds.

use crdt_core::{Document, DocumentId, Keypair};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::board::{self, Board};
use crate::replica::{check, same};
use crate::stranger::World;
use crate::wire::{Bundle, Draft, Writer};

const CHANGES: usize = 30;

#[test]
fn strangers_cannot_tell_replicas_apart() {
    for seed in crate::seeds(200) {
        let _seed = crate::Seed(seed);
        let mut world = World::new(board::board(), seed);
        (0..CHANGES).for_each(|_| world.write());
        let writers: Vec<&Writer> = world.writers.iter().collect();
        let drafts = world.drafts();
        let mut whole = join(&world);
        let bundle = Bundle::new(&drafts, &writers).with_genesis(&world.genesis);
        let outcome = whole.apply(&bundle.framed()).expect("valid changes");
        assert_eq!(outcome.applied.len(), drafts.len());
        check(&whole);
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        for together in [1, 4] {
            same(&whole, &scattered(&world, &drafts, together, rng));
        }
        let saved = Document::<Board>::load_read_only(&whole.save()).expect("a saved document");
        same(&whole, &saved);
    }
}

fn join(world: &World) -> Document<Board> {
    let id = DocumentId::from_bytes(world.genesis.hash());
    Document::join(id, Keypair::from_secret_bytes(&[99; 32]))
}

/// A replica that got bundles of up to `together` changes in any order, some of them twice.
fn scattered(
    world: &World,
    drafts: &[&Draft],
    together: usize,
    rng: &mut ChaCha8Rng,
) -> Document<Board> {
    let writers: Vec<&Writer> = world.writers.iter().collect();
    let mut bundles = Vec::new();
    let mut rest = drafts;
    while !rest.is_empty() {
        let count = rng.random_range(1..=together.min(rest.len()));
        bundles.push(Bundle::new(&rest[..count], &writers).framed());
        rest = &rest[count..];
    }
    let again = bundles.len() / 3;
    bundles.extend_from_within(..again);
    bundles.shuffle(rng);
    let mut replica = join(world);
    for bundle in &bundles {
        let outcome = replica.apply(bundle).expect("valid changes");
        assert_eq!(outcome.refused, []);
        if rng.random_bool(0.2) {
            check(&replica);
        }
    }
    assert_eq!(replica.history().pending(), (0, 0));
    replica
}
