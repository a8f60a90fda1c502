//! Writing changes: from ops that name ids to a change appended to the history.

use std::sync::OnceLock;

use super::bundle::{Totals, canonical_size};
use super::chains::ChangeIndex;
use super::draft::{Draft, LocalAction, LocalOp, LocalSegment, Written};
use super::header::{ChangeHasher, Header};
use super::store::{Admitted, History};
use super::table::Table;
use crate::crypto::{Author, ChangeHash, Keypair, Signature};
use crate::op::limits::{MAX_CHANGE_BYTES, MAX_DEPENDENCIES};
use crate::op::{Id, IdRange};

/// The last change that this replica wrote and no kept signature covers. It is signed when it
/// leaves, so that a burst of changes costs one signature.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) change: ChangeIndex,
    /// The first such change. All from there on were written here.
    pub(super) first: ChangeIndex,
    pub(super) signature: OnceLock<Signature>,
}

/// A change cannot be written because it would exceed a limit of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLarge(pub(crate) &'static str);

impl History {
    /// The change of an author that its next one follows: the last one of its longest chain.
    pub(crate) fn tip_of_author(&self, author: &Author) -> Option<ChangeIndex> {
        let number = self.known_author(author)?;
        let tips = self.chains.tips_of_author(number);
        tips.max_by_key(|tip| (self.chains.seq_of(*tip), self.chains.hash_of(*tip)))
    }

    /// Writes and appends a change; it stays unsigned until it leaves. What goes beyond the limit of
    /// a table is written in changes before it: heads are folded into changes without ops, and
    /// values that an op replaces are taken back. Then the ops come later on their chain, and in time,
    /// than the editors took them to be.
    pub(crate) fn commit(&mut self, draft: &mut Draft) -> Result<ChangeHash, TooLarge> {
        while self.heads_besides(draft.prev).count() > MAX_DEPENDENCIES / 2 {
            draft.prev = Some(self.fold_heads(draft)?);
        }
        self.take_back(draft)?;
        let dependencies = self.dependencies_of(draft);
        self.write(draft, dependencies)
    }

    fn heads_besides(&self, prev: Option<ChangeIndex>) -> impl Iterator<Item = ChangeIndex> {
        self.head_indexes().filter(move |head| Some(*head) != prev)
    }

    /// What a change depends on beside its predecessor: the heads, what it is to depend on, and the
    /// chains that it names.
    fn dependencies_of(&self, draft: &Draft) -> Vec<ChangeIndex> {
        let mut dependencies: Vec<ChangeIndex> = self.heads_besides(draft.prev).collect();
        dependencies.extend(&draft.after);
        dependencies.extend(self.chains_named(draft));
        dependencies.retain(|change| Some(*change) != draft.prev);
        dependencies.sort_unstable();
        dependencies.dedup();
        dependencies
    }

    fn fold_heads(&mut self, draft: &Draft) -> Result<ChangeIndex, TooLarge> {
        let heads = self.heads_besides(draft.prev).take(MAX_DEPENDENCIES).collect();
        let mut fold = Draft::blank(draft.author, draft.prev, draft.start);
        self.write(&mut fold, heads)?;
        Ok(self.chains.len() - 1)
    }

    /// Ops that replace more than fits a table leave the rest to changes before this one.
    fn take_back(&mut self, draft: &mut Draft) -> Result<(), TooLarge> {
        let own = self.chains.segment_after(draft.prev);
        let steps = draft.split_replacing(own);
        if steps.is_empty() {
            return Ok(());
        }
        draft.split_own_deletes(own);
        for op in steps {
            let start = self.chains.next_after(draft.prev).start;
            let mut step = Draft::blank(draft.author, draft.prev, start);
            step.written.paths = core::mem::take(&mut draft.written.paths);
            step.written.ops.push(op);
            let dependencies = self.dependencies_of(&step);
            let written = self.write(&mut step, dependencies);
            draft.written.paths = step.written.paths;
            written?;
            draft.prev = Some(self.chains.len() - 1);
        }
        Ok(())
    }

    /// For every chain segment that ops name, beside the author's own chain, its last change.
    fn chains_named(&self, draft: &Draft) -> Vec<ChangeIndex> {
        let own = self.chains.segment_after(draft.prev);
        let mut segments = Vec::new();
        let mut note = |id: Id| {
            // Ops that follow on each other mostly name one chain.
            if id.chain != own && segments.last() != Some(&id.chain) {
                segments.push(id.chain);
            }
        };
        draft.written.paths.iter().for_each(|path| {
            if let LocalSegment::Element(id) = path.segment {
                note(id);
            }
        });
        draft.written.ops.iter().for_each(|op| op.action.each_id(&mut note));
        segments.sort_unstable();
        segments.dedup();
        segments.into_iter().filter_map(|segment| self.chains.tip_of(segment)).collect()
    }

    fn write(
        &mut self,
        draft: &mut Draft,
        mut sorted: Vec<ChangeIndex>,
    ) -> Result<ChangeHash, TooLarge> {
        if sorted.len() > MAX_DEPENDENCIES {
            return Err(TooLarge("authors whose elements one change names"));
        }
        let next = self.chains.next_after(draft.prev);
        let time = self.time_after(next, &sorted);
        if time == u32::MAX {
            return Err(TooLarge("changes that follow on each other"));
        }
        sorted.sort_unstable_by_key(|change| self.chains.hash_of(*change));
        let table = Table::new(&self.chains, draft.prev, &sorted);
        self.split_deletes(draft, next.segment, &table);
        self.encode(draft, next, table)?;
        let header = Header {
            seq: next.seq,
            prev: draft.prev.map(|prev| self.chains.hash_of(prev)),
            dependencies: sorted.iter().map(|change| self.chains.hash_of(*change)).collect(),
            tags: draft.tags.clone(),
        };
        let Written { body, ops, .. } = &draft.written;
        let bytes = canonical_size(header.references(), &header.tags, body);
        if bytes > MAX_CHANGE_BYTES {
            return Err(TooLarge("bytes of a change"));
        }
        let hash = self.hasher_of(&draft.author).hash(&header, body);
        let author = self.author_number(&draft.author);
        let change = self.append(Admitted {
            hash,
            author,
            next,
            time,
            dependencies: &sorted,
            tags: header.tags,
            body,
            counters: ops.iter().map(|op| op.counters).sum(),
        });
        self.forget_mark();
        self.cuts.open().count(Totals { changes: 1, ops: ops.len(), bytes });
        let first = self.tail.as_ref().map_or(change, |tail| tail.first);
        self.tail = Some(Tail { change, first, signature: OnceLock::new() });
        Ok(hash)
    }

    /// What hashes the changes of an author; that of the last one is kept.
    fn hasher_of(&mut self, author: &Author) -> &mut ChangeHasher {
        let kept = self.hasher.take().filter(|(of, _)| of == author);
        let new = || (*author, ChangeHasher::new(&self.document(), author));
        let hasher = kept.unwrap_or_else(new);
        &mut self.hasher.insert(hasher).1
    }

    /// A delete goes through one entry of the table. What is left of its range beyond that entry is
    /// deleted at the end of the change: ops that are already there keep their counters.
    fn split_deletes(&self, draft: &mut Draft, own: u32, table: &Table) {
        let mut next = 0;
        while let Some(LocalOp { path, action, .. }) = draft.written.ops.get_mut(next) {
            next += 1;
            let LocalAction::Delete { range } = action else { continue };
            if range.chain == own {
                continue;
            }
            let reach = table.reach(&self.chains, *range);
            if reach < range.end {
                let (path, rest) = (*path, IdRange { start: reach, ..*range });
                range.end = reach;
                let action = LocalAction::Delete { range: rest };
                draft.written.ops.push(LocalOp { path, counters: 1, action });
            }
        }
    }

    /// Signs what this replica wrote, so that everything in the history is covered.
    pub(crate) fn seal(&mut self, keypair: &Keypair) {
        if let Some(tail) = self.tail.take() {
            let hash = self.chains.hash_of(tail.change);
            let signature = *tail.signature.get_or_init(|| keypair.sign(&hash));
            let segment = self.chains.segment_of(tail.change);
            self.cuts.open().keep(segment, tail.change, signature);
        }
    }

    /// Seals and closes the open stretch when it is large.
    pub(crate) fn seal_when_full(&mut self, keypair: &Keypair) {
        if self.cuts.is_full_for(Totals::default()) {
            self.seal(keypair);
            self.cuts.close(self.chains.len());
        }
    }
}
