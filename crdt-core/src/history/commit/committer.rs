//! Writing changes: from ops that name ids to a change appended to the store.

use super::draft::{Draft, LocalOp, LocalPath, LocalSegment};
use super::namer::Namer;
use super::{Committer, Unwritten};
use crate::crypto::{Author, ChangeHash};
use crate::history::format::header::{ChangeHasher, Header, canonical_size};
use crate::history::format::numbers::{BranchIndex, ChangeIndex, Number as _};
use crate::history::format::totals::Totals;
use crate::history::store::Admitted;
use crate::history::store::chains::Next;
use crate::history::store::table::Table;
use crate::op::Id;
use crate::op::limits::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_COUNTER, MAX_DEPENDENCIES};
use crate::sorted::order;

const NO_CHAIN: Unwritten = Unwritten::Inconsistent("an op names a chain that is not here");

impl Committer<'_> {
    /// Writes and appends a change, which is what the draft follows then; it stays unsigned until
    /// it leaves.
    ///
    /// # Errors
    /// [`Unwritten`]; the draft is as it was.
    pub(crate) fn commit(&mut self, draft: &mut Draft) -> Result<(), Unwritten> {
        let seen = self.seen_besides(draft.prev, &draft.after);
        if seen.len() > MAX_DEPENDENCIES / 2 {
            return Err(Unwritten::TooLarge("heads of the document"));
        }
        let ops = core::mem::take(&mut draft.written.ops);
        let written = self.write(draft, &ops, seen, None);
        draft.written.ops = ops;
        draft.prev = Some(written?);
        Ok(())
    }

    /// The heads beside a change, and others that are to be seen.
    pub(crate) fn seen_besides(
        &self,
        prev: Option<ChangeIndex>,
        after: &[ChangeIndex],
    ) -> Vec<ChangeIndex> {
        let heads = self.store.head_indexes().filter(|head| Some(*head) != prev);
        let mut seen: Vec<ChangeIndex> = heads.collect();
        if !after.is_empty() {
            seen.extend(after.iter().filter(|change| Some(**change) != prev));
            order::sort(&mut seen);
            seen.dedup();
        }
        seen
    }

    /// For every branch that ops and their paths name, beside `own`, its last change.
    fn chains_named(
        &self,
        own: BranchIndex,
        ops: &[LocalOp],
        paths: &[LocalPath],
    ) -> Result<Vec<ChangeIndex>, Unwritten> {
        let mut chains = Vec::new();
        let mut note = |id: Id| {
            // Ops that follow on each other mostly name one chain.
            if id.chain != own.get() && chains.last() != Some(&id.chain) {
                chains.push(id.chain);
            }
        };
        let mut last = None;
        for op in ops {
            op.action.each_id(&mut note);
            let mut here = op.path.filter(|_| last != op.path);
            last = op.path;
            while let Some(number) = here {
                let LocalPath { parent, segment, .. } = &paths[number as usize];
                if let LocalSegment::Element(id) = segment {
                    note(*id);
                }
                here = *parent;
            }
        }
        order::sort(&mut chains);
        chains.dedup();
        let tip = |chain| self.store.chains.tip_of(BranchIndex::new(chain)).ok_or(NO_CHAIN);
        chains.into_iter().map(tip).collect()
    }

    /// Writes and appends a change with some ops of a draft, which follows what the draft follows
    /// and depends on what was seen and what it names. What of its deletes has to go through
    /// further names is put into `rest` or, without that, deleted at the end of the change.
    pub(crate) fn write(
        &mut self,
        draft: &mut Draft,
        ops: &[LocalOp],
        mut dependencies: Vec<ChangeIndex>,
        rest: Option<&mut Vec<LocalOp>>,
    ) -> Result<ChangeIndex, Unwritten> {
        let next = self.store.chains.next_after(draft.prev);
        dependencies.extend(self.chains_named(next.branch, ops, &draft.written.paths)?);
        dependencies.retain(|change| Some(*change) != draft.prev);
        order::sort(&mut dependencies);
        dependencies.dedup();
        if dependencies.len() > MAX_DEPENDENCIES {
            return Err(Unwritten::TooLarge("authors whose elements one change names"));
        }
        let time = self.store.time_after(next, &dependencies);
        if time == u32::MAX {
            return Err(Unwritten::TooLarge("changes that follow on each other"));
        }
        let named = dependencies.iter().map(|change| (self.store.chains.hash_of(*change), *change));
        let mut named: Vec<_> = named.collect();
        order::sort(&mut named);
        let dependencies: Vec<_> = named.into_iter().map(|(_, change)| change).collect();
        let (count, counters) = self.encode(draft, ops, next, &dependencies, rest)?;
        let header = self.header_of(draft, next, &dependencies)?;
        let body = &draft.written.body;
        let bytes = canonical_size(header.references(), &header.tags, body);
        if bytes > MAX_CHANGE_BYTES {
            return Err(Unwritten::TooLarge("bytes of a change"));
        }
        let hash = self.hasher_of(&draft.author).hash(&header, body);
        self.store.check_room()?;
        let author = self.store.number_author(&draft.author)?;
        let (dependencies, tags) = (&dependencies[..], header.tags);
        let change = Admitted { hash, author, next, time, dependencies, tags, body, counters };
        let change = self.store.append(change)?;
        self.coverage.write(change, Totals { changes: 1, ops: count, bytes });
        Ok(change)
    }

    /// Writes ops in canonical bytes into the body of a draft. Says how many they are, and the
    /// counters that they take.
    fn encode(
        &self,
        draft: &mut Draft,
        ops: &[LocalOp],
        next: Next,
        dependencies: &[ChangeIndex],
        rest: Option<&mut Vec<LocalOp>>,
    ) -> Result<(usize, u32), Unwritten> {
        let counters = |ops: &[LocalOp]| ops.iter().map(|op| u64::from(op.counters)).sum::<u64>();
        let (mut count, mut taken) = (ops.len(), counters(ops));
        if count > MAX_CHANGE_OPS {
            return Err(Unwritten::TooLarge("ops of a change"));
        }
        let namer = Namer {
            chains: &self.store.chains,
            own: next.branch,
            assumed: draft.start,
            shift: draft.shift,
            table: Table::new(&self.store.chains, draft.prev, dependencies),
        };
        draft.written.body.clear();
        let mut left = Vec::new();
        namer.encode(ops, &mut draft.written, &mut left)?;
        if let Some(rest) = rest {
            rest.append(&mut left);
        }
        while !left.is_empty() {
            let ops = core::mem::take(&mut left);
            (count, taken) = (count + ops.len(), taken + counters(&ops));
            namer.encode(&ops, &mut draft.written, &mut left)?;
        }
        let end = u64::from(next.start) + taken;
        match u32::try_from(taken) {
            Ok(taken) if end <= u64::from(MAX_COUNTER) => Ok((count, taken)),
            _ => Err(Unwritten::TooLarge("counters of a chain")),
        }
    }

    /// The header of a change. Hashes of zeros stand for changes of a file that lies.
    fn header_of(
        &self,
        draft: &Draft,
        next: Next,
        dependencies: &[ChangeIndex],
    ) -> Result<Header, Unwritten> {
        let hash = |change: &ChangeIndex| match self.store.chains.hash_of(*change) {
            ChangeHash(zeros) if zeros == [0; 32] => {
                Err(Unwritten::Inconsistent("a change on which this one follows is missing"))
            }
            hash => Ok(hash),
        };
        Ok(Header {
            seq: next.seq,
            prev: draft.prev.as_ref().map(hash).transpose()?,
            dependencies: dependencies.iter().map(hash).collect::<Result<_, _>>()?,
            tags: draft.tags.clone(),
        })
    }

    /// What hashes the changes of an author; that of the last one is kept.
    fn hasher_of(&mut self, author: &Author) -> &mut ChangeHasher {
        if self.hasher.as_ref().is_some_and(|(of, _)| of != author) {
            *self.hasher = None;
        }
        let new = || (*author, ChangeHasher::new(&self.store.document, author));
        &mut self.hasher.get_or_insert_with(new).1
    }
}
