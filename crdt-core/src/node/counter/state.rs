use super::kept::Kept;
use crate::codec::DecodeError;
use crate::history::{Chains, LocalAction};
use crate::node::counter::CounterInteger as _;
use crate::node::watch::Effect;
use crate::node::{
    DigestWriter, Fit, Incoming, NodeState, Scope, Segment, StateReader, StateWriter,
};
use crate::op::{Action, Id, IdRange};
use crate::sequence::SweptAlong;
use crate::sorted::SortedMap;

/// The state of a counter: what was added and has not been annulled by a reset.
#[derive(Debug, Default)]
pub struct CounterState {
    adds: SortedMap<Id, i64>,
    sum: i128,
    /// Of which ops nothing stands. Most counters are never reset.
    swept: Option<Box<SweptAlong>>,
    /// In place of these, if the document keeps all.
    kept: Option<Box<Kept>>,
}

impl CounterState {
    /// The sum of everything that was added and stands.
    pub(in crate::node) fn sum(&self, chains: &Chains) -> i128 {
        self.kept.as_ref().map_or(self.sum, |kept| kept.standing(chains).sum)
    }

    /// Everything that was added and stands.
    pub(in crate::node) fn adds(&self, chains: &Chains) -> &SortedMap<Id, i64> {
        self.kept.as_ref().map_or(&self.adds, |kept| &kept.standing(chains).adds)
    }

    /// All that was ever written, if the document keeps that.
    fn kept(&mut self, keeps_all: bool) -> Option<&mut Kept> {
        keeps_all.then(|| &mut **self.kept.get_or_insert_default())
    }

    fn add(&mut self, id: Id, delta: i64, keeps_all: bool) {
        if let Some(kept) = self.kept(keeps_all) {
            return kept.add(id, delta);
        }
        self.adds.insert(id, delta);
        self.sum += i128::from(delta);
    }

    fn take_back_add(&mut self, id: Id, keeps_all: bool) {
        if let Some(kept) = self.kept(keeps_all) {
            return kept.take_back_add(id);
        }
        self.sum -= self.adds.remove(&id).map_or(0, i128::from);
    }

    fn reset(&mut self, op: &Incoming<'_>, annuls: &[Id], chains: &Chains) {
        if let Some(kept) = self.kept(op.keeps_all) {
            return kept.reset(op.id, annuls);
        }
        self.annul(op.id, chains);
        for last in annuls {
            self.annul(*last, chains);
        }
    }

    fn take_back_reset(&mut self, op: &Incoming<'_>) {
        match (self.kept(op.keeps_all), op.taken_back) {
            (Some(kept), _) => kept.take_back_reset(op.id),
            (None, Some(taken_back)) => taken_back.put_back(self, Self::default),
            (None, None) => {}
        }
    }

    /// Takes back what was added at or before `last` on its chain.
    fn annul(&mut self, last: Id, chains: &Chains) {
        let Self { adds, sum, swept, .. } = self;
        if adds.is_empty() {
            return;
        }
        let range = IdRange { chain: last.chain, start: 0, end: last.counter.saturating_add(1) };
        let held = |from: u32| {
            let first = Id { chain: from, counter: 0 };
            adds.range(first..).next().map(|(id, _)| id.chain)
        };
        let pieces = swept.get_or_insert_default().sweep(range, chains, held);
        for IdRange { chain, start, end } in pieces {
            let within = Id { chain, counter: start }..Id { chain, counter: end };
            let gone: Vec<Id> = adds.range(within).map(|(id, _)| *id).collect();
            for id in gone {
                *sum -= adds.remove(&id).map_or(0, i128::from);
            }
        }
    }

    /// Adds any integer, in as many ops as it takes.
    pub(in crate::node) fn write_add(&mut self, scope: &mut Scope<'_>, mut delta: i128) {
        if delta != 0 {
            scope.note(|| Effect::Sum(self.sum(scope.chains())));
        }
        while delta != 0 {
            let part = i64::saturating_from(delta);
            let id = scope.write(LocalAction::Add { delta: part });
            self.add(id, part, scope.keeps_all());
            delta -= i128::from(part);
        }
    }

    /// The last standing add of each branch.
    pub(in crate::node) fn last_adds(&self, chains: &Chains) -> Vec<Id> {
        let mut last: Vec<Id> = Vec::new();
        for id in self.adds(chains).keys() {
            match last.last_mut() {
                Some(other) if other.chain == id.chain => *other = *id,
                _ => last.push(*id),
            }
        }
        last
    }
}

impl NodeState for CounterState {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        let counts =
            matches!(op.action, Action::Add { .. } | Action::Reset { .. } | Action::Annul { .. });
        if path.is_empty() && counts {
            op.note(|| Effect::Sum(self.sum(chains)));
        }
        match (path, &op.action) {
            ([], Action::Add { .. }) if op.taken_back.is_some() => {
                self.take_back_add(op.id, op.keeps_all);
            }
            ([], Action::Add { delta }) => self.add(op.id, *delta, op.keeps_all),
            ([], Action::Reset { .. }) if op.taken_back.is_some() => self.take_back_reset(op),
            ([], Action::Reset { annuls }) => self.reset(op, annuls, chains),
            ([], Action::Annul { standing, names }) => {
                if let Some(question) = op.asked {
                    let known = |name| self.kept.as_ref()?.standing_of(name);
                    question.tell_otherwise(names, *standing, known);
                } else if let Some(kept) = self.kept(op.keeps_all) {
                    kept.rule(names, (op.id, op.time), *standing, chains);
                }
            }
            _ => return Fit::wrong_kind(),
        }
        Fit::Applied
    }

    fn clear(&mut self, mut scope: Scope<'_>) {
        let annuls = self.last_adds(scope.chains());
        if annuls.is_empty() {
            return;
        }
        scope.note(|| Effect::Sum(self.sum(scope.chains())));
        let named = scope.keeps_all().then(|| annuls.clone());
        let id = scope.write(LocalAction::Reset { annuls });
        match (self.kept(scope.keeps_all()), named) {
            (Some(kept), Some(annuls)) => kept.reset(id, &annuls),
            _ => scope.found(core::mem::take(self)),
        }
    }

    fn is_blank(&self) -> bool {
        self.kept.as_ref().map_or(self.adds.is_empty(), |kept| kept.is_blank())
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        let adds = self.adds(digest.chains());
        digest.adds(adds.iter().map(|(id, delta)| (*id, *delta)));
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        let adds = self.adds(writer.chains());
        writer.number(adds.len());
        for (id, delta) in adds {
            writer.id(*id);
            writer.signed(*delta);
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        for _ in 0..reader.count()? {
            let id = reader.id()?;
            self.add(id, reader.signed()?, false);
        }
        Ok(())
    }
}
