//! The ops that take others back.

use super::gathered::{Gathered, Ops};
use super::standing::{Presence, Restored, presence, restore};
use crate::history::{Chains, History, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
use crate::node::{Answer, Fit, Incoming, Misfit, NodeState, Prior, Question, Value};
use crate::op::{Action, Id, Segment, Standing};
use crate::sorted::order;

/// A place lies in an element of which the state has let go, so it is not known what is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct LetGo;

/// Ops that take those of a group back.
#[derive(Debug, Default)]
pub(super) struct Back {
    pub(super) written: Written,
    /// What they find where they go, each with the number of its op.
    pub(super) priors: Vec<(u32, Prior)>,
    /// Of sets the op whose value each brings back.
    values: Vec<(usize, Id)>,
    /// What is said of ops at each path, which comes after all else.
    rulings: Vec<LocalOp>,
}

/// Who is asked what stands, and where the next op will lie.
pub(super) struct Asked<'a> {
    pub(super) state: &'a mut dyn NodeState,
    pub(super) chains: &'a Chains,
    /// The last op of this replica's chain.
    pub(super) tip: Option<Id>,
    /// Whether the state has let go of nothing.
    pub(super) keeps_all: bool,
}

impl Asked<'_> {
    fn ask(&mut self, path: &[Segment<'_, Id>], action: Action<'_, Id>) -> Result<Answer, LetGo> {
        #[cfg(test)]
        crate::steps::count();
        let question = Question::default();
        let fit = self.state.apply(path, &Incoming::asking(&question, action), self.chains);
        match fit {
            Fit::Inert(Misfit::DeletedElement) if !self.keeps_all => Err(LetGo),
            _ => Ok(question.into_answer()),
        }
    }

    /// Whether an op lies on this replica's own chain.
    fn is_own(&self, op: Id) -> bool {
        self.tip.is_some_and(|tip| self.chains.on_chain(op, tip))
    }
}

impl Back {
    /// The ops that take a group back, given what stands where it went.
    pub(super) fn of(
        gathered: &Gathered,
        history: &History,
        mut asked: Asked<'_>,
    ) -> Result<Self, LetGo> {
        let mut back = Self::default();
        for (path, ops) in &gathered.places {
            let path: Vec<Segment<'_, Id>> = path.iter().map(LocalSegment::as_segment).collect();
            let mut place = Place { path: &path, is_entered: false, number: None, back: &mut back };
            place.write(ops, &mut asked)?;
        }
        back.fill(history);
        back.written.ops.append(&mut back.rulings);
        Ok(back)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written.ops.is_empty()
    }

    /// Whether every value that comes back was found.
    pub(super) fn is_complete(&self) -> bool {
        let is_there = |op: &LocalOp| match &op.action {
            LocalAction::Set { payload, .. } => !payload.is_empty(),
            _ => true,
        };
        self.written.ops.iter().all(is_there)
    }

    /// What the ops find, by their ids, given that of the first one. All of them take one counter.
    pub(super) fn named_priors(&self, first: Id) -> Vec<(Id, Prior)> {
        let named = self.priors.iter().map(|(number, prior)| (first.plus(*number), *prior));
        named.collect()
    }

    /// Takes the values that come back from the ops that wrote them.
    fn fill(&mut self, history: &History) {
        let ids = self.values.iter().map(|(_, id)| *id);
        let mut found: Vec<(Id, Vec<u8>)> = ids.map(|id| (id, Vec::new())).collect();
        order::sort_by_key(&mut found, |(id, _)| *id);
        found.dedup_by_key(|(id, _)| *id);
        let chains = history.chains();
        let mut changes: Vec<_> =
            found.iter().filter_map(|(id, _)| chains.change_of(*id)).collect();
        order::sort(&mut changes);
        changes.dedup();
        history.replay(changes, |_, op| {
            let first = found.partition_point(|(id, _)| *id < op.id);
            let mut wanted = found[first..].iter_mut();
            match op.action {
                Action::Set { payload, .. } => {
                    if let Some((_, value)) = wanted.next().filter(|(id, _)| *id == op.id) {
                        payload.clone_into(value);
                    }
                }
                Action::Insert { seeds, .. } => {
                    let mut wanted = wanted.peekable();
                    for (counter, seed) in (op.id.counter..).zip(seeds.iter()) {
                        let id = Id { counter, ..op.id };
                        if let Some((_, value)) = wanted.next_if(|(wanted, _)| *wanted == id) {
                            seed.clone_into(value);
                        }
                    }
                }
                _ => {}
            }
        });
        for (number, id) in &self.values {
            if let LocalAction::Set { payload, .. } = &mut self.written.ops[*number].action
                && let Ok(place) = found.binary_search_by_key(id, |(id, _)| *id)
            {
                found[place].1.clone_into(payload);
            }
        }
    }
}

/// Where ops are written.
struct Place<'b, 'p> {
    path: &'p [Segment<'p, Id>],
    /// Whether something is written there, and then the number of the path, if it is not the
    /// root's.
    is_entered: bool,
    number: Option<u32>,
    back: &'b mut Back,
}

impl Place<'_, '_> {
    fn write(&mut self, ops: &Ops, asked: &mut Asked<'_>) -> Result<(), LetGo> {
        if !(ops.sets.is_empty() && ops.puts.is_empty()) {
            self.write_values(ops, asked)?;
        }
        for range in &ops.inserts {
            let action = Action::Delete { first: range.first(), count: range.len() };
            if ops.deletes.meets(*range) || asked.ask(self.path, action)?.is_visible {
                self.push(LocalAction::Delete { range: *range });
            }
        }
        for standing in [Standing::Void, Standing::Stands] {
            let names = ops.standing.iter().filter(|(_, wanted)| **wanted == standing);
            let names: Box<[Id]> = names.map(|(name, _)| *name).collect();
            if !names.is_empty() {
                let otherwise = asked.ask(self.path, Action::Annul { standing, names })?.otherwise;
                self.rule(standing, otherwise);
            }
        }
        Ok(())
    }

    /// Writes what takes ops on a register back, and such on the presence of the entry that it may
    /// be.
    fn write_values(&mut self, ops: &Ops, asked: &mut Asked<'_>) -> Result<(), LetGo> {
        let question = Action::Set { replaces: Vec::new(), of: None, payload: &[] };
        let standing = asked.ask(self.path, question)?.written;
        let presence = self.presence(ops, asked)?;
        let mut restored = restore(&ops.sets, &standing, asked.chains);
        let is_own = |value: &&Value| asked.is_own(value.op);
        if presence == Presence::Remove && restored.value.is_none() {
            // A remove takes back what this replica has written there, also what is to stay.
            let stays = |value: &&Value| is_own(value) && !restored.replaced.contains(value);
            restored.value = standing.iter().find(stays).copied();
        }
        match presence {
            Presence::Stays => {}
            Presence::Put => self.push(LocalAction::Put { replaces: Vec::new() }),
            Presence::Remove => {
                let removes_all = restored.replaced.iter().all(|value| is_own(&value));
                if removes_all && restored.value.is_none() {
                    self.remove(&restored);
                    return Ok(());
                }
                self.remove(&Restored::default());
            }
        }
        self.write_value(&restored);
        Ok(())
    }

    fn presence(&self, ops: &Ops, asked: &mut Asked<'_>) -> Result<Presence, LetGo> {
        if ops.puts.is_empty() {
            return Ok(Presence::Stays);
        }
        let answer = asked.ask(self.path, Action::Put { replaces: Vec::new() })?;
        let is_own = |put: &Value| asked.is_own(put.op);
        let is_put = answer.written.iter().any(is_own);
        let is_kept = if is_put { !answer.written.iter().all(is_own) } else { answer.is_present };
        Ok(presence(&ops.puts, is_put, is_kept))
    }

    fn remove(&mut self, restored: &Restored) {
        self.push(LocalAction::Remove { replaces: Vec::new() });
        self.found(Prior::Present);
        self.found_value(restored);
    }

    fn write_value(&mut self, restored: &Restored) {
        let replaces = restored.replaced.iter().map(|value| value.op).collect();
        if let Some(Value { op, of }) = restored.value {
            self.back.values.push((self.back.written.ops.len(), op));
            self.push(LocalAction::Set { replaces, of: Some(of), payload: Vec::new() });
        } else if restored.replaced.is_empty() {
            return;
        } else {
            self.push(LocalAction::Unset { replaces });
        }
        self.found_value(restored);
    }

    fn push(&mut self, action: LocalAction) {
        let path = self.enter();
        self.back.written.ops.push(LocalOp { path, counters: 1, action });
    }

    /// Rules on ops after all else: how many ops that takes is known when it is written.
    fn rule(&mut self, standing: Standing, names: Vec<Id>) {
        if !names.is_empty() {
            let path = self.enter();
            let action = LocalAction::Annul { standing, names };
            self.back.rulings.push(LocalOp { path, counters: 1, action });
        }
    }

    /// Notes what the op that was written last finds.
    fn found(&mut self, prior: Prior) {
        let last = self.back.written.ops.len().saturating_sub(1);
        self.back.priors.push((u32::try_from(last).unwrap_or(u32::MAX), prior));
    }

    fn found_value(&mut self, restored: &Restored) {
        // They are values of one rank, or one of several that nobody can tell apart.
        if let Some(value) = restored.replaced.last() {
            self.found(Prior::Value(*value));
        }
    }

    fn enter(&mut self) -> Option<u32> {
        if !self.is_entered {
            self.is_entered = true;
            let paths = &mut self.back.written.paths;
            self.number = self.path.iter().fold(None, |parent: Option<u32>, segment| {
                let depth = parent.map_or(0, |parent| paths[parent as usize].depth) + 1;
                paths.push(LocalPath { parent, depth, segment: LocalSegment::of(segment) });
                u32::try_from(paths.len() - 1).ok()
            });
        }
        self.number
    }
}
