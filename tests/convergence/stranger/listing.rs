//! Moves and annuls of strangers: of what there is, of what there is elsewhere, and of what is no
//! element and no op that could be annulled.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::{Desk, Spot, Stop, Target, World};
use crate::wire::{Op, Segment};

impl World {
    /// Sometimes a move or an annul for a node.
    pub(super) fn listing(&mut self, desk: &mut Desk, path: &[Stop], target: Target) -> Option<Op> {
        let (moved, annulled) = match target {
            Target::List => (0.35, 0.2),
            Target::Text => (0.03, 0.2),
            Target::Counter => (0.03, 0.35),
            Target::Register | Target::Entry => (0.02, 0.02),
        };
        let at: Vec<Segment> = path.iter().map(|stop| self.segment(desk, stop)).collect();
        if self.rng.random_bool(moved) {
            return self.moved(desk, path, &at);
        }
        if self.rng.random_bool(annulled) { self.annul(desk, path, &at) } else { None }
    }

    fn moved(&mut self, desk: &Desk, path: &[Stop], at: &[Segment]) -> Option<Op> {
        let mut names = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            let from = match self.rng.random_range(0..20) {
                0 => self.places.clone(),
                1 => self.ops.clone(),
                _ => self.elements.clone(),
            };
            names.extend(self.some_of(desk, path, &from));
        }
        if names.is_empty() {
            return None;
        }
        Some(Op::moved(at, self.place(desk, path, 10), &names))
    }

    fn annul(&mut self, desk: &mut Desk, path: &[Stop], at: &[Segment]) -> Option<Op> {
        let mut names = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            let from = match self.rng.random_range(0..20) {
                0 => self.elements.clone(),
                1 => self.ops.clone(),
                _ => self.undoable.clone(),
            };
            names.extend(self.some_of(desk, path, &from));
        }
        if names.is_empty() {
            return None;
        }
        names.sort_unstable();
        names.dedup();
        // What says the same as the op before it would have to be one with it.
        let follows = desk.draft.ops.last().is_some_and(|op| op.kind == 11);
        desk.stand = if follows { !desk.stand } else { self.rng.random_bool(0.35) };
        Some(Op::annul(at, desk.stand, &names))
    }

    /// The names of one or some that follow on it, mostly of the same node.
    fn some_of(
        &mut self,
        desk: &Desk,
        path: &[Stop],
        from: &[(Spot, Vec<Stop>)],
    ) -> Vec<(u32, u32)> {
        let anywhere = self.rng.random_bool(0.07);
        let here = from.iter().filter(|(_, of)| anywhere || of == path);
        let names: Vec<_> = here.filter_map(|(spot, _)| self.name(desk, *spot)).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let first = self.rng.random_range(0..names.len());
        let count = *[1, 1, 2, 3].choose(&mut self.rng).expect("counts");
        names[first..].iter().take(count).copied().collect()
    }
}
