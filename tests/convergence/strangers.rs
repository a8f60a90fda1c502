//! Strange changes in any order.

use crdt_core::{DocumentId, History};
use rand::seq::SliceRandom as _;

use crate::board;
use crate::interpreter::interpret;
use crate::stranger::World;
use crate::wire::Bundle;

#[test]
fn strangers_cannot_tell_replicas_apart() {
    for seed in 0..200 {
        let mut world = World::new(board::board(), seed);
        (0..30).for_each(|_| world.write());
        let writers: Vec<_> = world.writers.iter().collect();
        let id = DocumentId::from_bytes(world.genesis.hash());
        let mut whole = History::new(id);
        let all = Bundle::new(&world.drafts(), &writers).framed();
        let outcome = whole.apply(&all).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(outcome.applied.len(), world.drafts().len(), "seed {seed}");
        let value = interpret(&whole, &board::board());
        let mut singles: Vec<_> = world.drafts().into_iter().collect();
        let mut rng = world.rng.clone();
        singles.shuffle(&mut rng);
        let mut history = History::new(id);
        for draft in singles {
            let bytes = Bundle::new(&[draft], &writers).framed();
            history.apply(&bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
        assert_eq!(history.heads(), whole.heads(), "seed {seed}");
        assert_eq!(interpret(&history, &board::board()), value, "seed {seed}");
        if seed < 3 { eprintln!("{value:#}"); }
    }
}
