//! Authors who annul what honest replicas have written, or let it stand again. An app has no way to
//! do so yet.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{ChangeHash, History};
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;

use crate::interpreter::{OpId, Step, annullable};
use crate::wire::{Draft, Genesis, Hash, Op, Segment, Writer};

/// The first change of an author, upon most of a history.
pub(crate) fn annul(
    history: &History,
    genesis: &Genesis,
    author: &Writer,
    rng: &mut ChaCha8Rng,
) -> Option<Draft> {
    let table = Table::of(history, rng);
    let all: Vec<_> = annullable(history).into_iter().collect();
    let mut draft = author.draft(genesis.hash(), None).after(&table.tips());
    let mut stand = rng.random_bool(0.3);
    for _ in 0..rng.random_range(1..4) {
        let (path, ops) = all.choose(rng)?;
        let most = if rng.random_bool(0.2) { ops.len() } else { ops.len().min(4) };
        let count = rng.random_range(1..=most);
        let mut names: Vec<_> = ops.sample(rng, count).filter_map(|op| table.name(*op)).collect();
        names.sort_unstable();
        if let (Some(path), false) = (table.path(path), names.is_empty()) {
            draft.ops.push(Op::annul(&path, stand, &names));
            // What says the same as the op before it would have to be one with it.
            stand = !stand;
        }
    }
    (!draft.ops.is_empty()).then_some(draft)
}

/// What a change depends on: chains by their tips, and where on them each change begins.
struct Table(BTreeMap<ChangeHash, BTreeMap<ChangeHash, u32>>);

impl Table {
    fn of(history: &History, rng: &mut ChaCha8Rng) -> Self {
        let (mut chains, mut gone_on) = (BTreeMap::new(), BTreeSet::new());
        for change in history.changes() {
            let before = change.previous().and_then(|previous| chains.get(&previous));
            let mut chain: BTreeMap<_, _> = before.cloned().unwrap_or_default();
            chain.insert(change.hash(), change.first_counter());
            chains.insert(change.hash(), chain);
            gone_on.extend(change.previous());
        }
        chains.retain(|tip, _| !gone_on.contains(tip) && rng.random_bool(0.95));
        Self(chains)
    }

    fn tips(&self) -> Vec<Hash> {
        self.0.keys().map(|tip| *tip.as_bytes()).collect()
    }

    /// The name of an op through the lowest entry that has it. Entry 0 is the author's own.
    fn name(&self, op: OpId) -> Option<(u32, u32)> {
        let mut entries = (1..).zip(self.0.values());
        entries.find_map(|(index, chain)| Some((index, chain.get(&op.change)? + op.offset)))
    }

    fn path(&self, steps: &[Step]) -> Option<Vec<Segment>> {
        steps.iter().map(|step| self.segment(step)).collect()
    }

    fn segment(&self, step: &Step) -> Option<Segment> {
        Some(match step {
            Step::Field(name) => Segment::Field(name.clone()),
            Step::Variant(name) => Segment::Variant(name.clone()),
            Step::Text(text) => Segment::Text(text.clone()),
            Step::Integer(integer) => Segment::Integer(*integer),
            Step::Bool(bool) => Segment::Bool(*bool),
            Step::Bytes(bytes) => Segment::Bytes(bytes.clone()),
            Step::Element(element) => {
                let (index, counter) = self.name(*element)?;
                Segment::Element(index, counter)
            }
        })
    }
}
