//! Writing changes: from ops that name ids to a change appended to the history.

use std::sync::OnceLock;

use super::bundle::{Totals, canonical_size};
use super::chains::{ChangeIndex, Next};
use super::draft::{Draft, LocalOp, LocalPath, LocalSegment};
use super::header::{ChangeHasher, Header};
use super::namer::Namer;
use super::store::{Admitted, History};
use super::table::Table;
use crate::crypto::{Author, ChangeHash, Keypair, Signature};
use crate::op::Id;
use crate::op::limits::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_COUNTER, MAX_DEPENDENCIES};

/// The last change that this replica wrote and no kept signature covers. It is signed when it
/// leaves, so that a burst of changes costs one signature.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub(super) change: ChangeIndex,
    /// The first such change. All from there on were written here.
    pub(super) first: ChangeIndex,
    pub(super) signature: OnceLock<Signature>,
}

/// Why a change was not written. Nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unwritten {
    /// It exceeds a limit of the format. Several changes may do.
    TooLarge(&'static str),
    /// It refers to what is not there: the state is not one of this history, which only happens to
    /// what was opened from a file that lies.
    Inconsistent(&'static str),
}

impl History {
    /// The change of an author that its next one follows: the last one of its longest chain.
    pub(crate) fn tip_of_author(&self, author: &Author) -> Option<ChangeIndex> {
        let number = self.known_author(author)?;
        let tips = self.chains.tips_of_author(number);
        tips.max_by_key(|tip| (self.chains.seq_of(*tip), self.chains.hash_of(*tip)))
    }

    /// Writes and appends a change, which is what the draft follows then; it stays unsigned until it
    /// leaves.
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
        self.forget_mark();
        draft.prev = Some(written?);
        Ok(())
    }

    /// The heads beside a change, and others that are to be seen.
    pub(super) fn seen_besides(
        &self,
        prev: Option<ChangeIndex>,
        after: &[ChangeIndex],
    ) -> Vec<ChangeIndex> {
        let heads = self.head_indexes().filter(|head| Some(*head) != prev);
        let mut seen: Vec<ChangeIndex> = heads.collect();
        if !after.is_empty() {
            seen.extend(after.iter().filter(|change| Some(**change) != prev));
            seen.sort_unstable();
            seen.dedup();
        }
        seen
    }

    /// For every chain segment that ops and their paths name, beside `own`, its last change.
    fn chains_named(&self, own: u32, ops: &[LocalOp], paths: &[LocalPath]) -> Vec<ChangeIndex> {
        let mut segments = Vec::new();
        let mut note = |id: Id| {
            // Ops that follow on each other mostly name one chain.
            if id.chain != own && segments.last() != Some(&id.chain) {
                segments.push(id.chain);
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
        segments.sort_unstable();
        segments.dedup();
        segments.into_iter().filter_map(|segment| self.chains.tip_of(segment)).collect()
    }

    /// Writes and appends a change with some ops of a draft, which follows what the draft follows and
    /// depends on what was seen and what it names. What of its deletes has to go through further
    /// names is put into `rest` or, without that, deleted at the end of the change.
    pub(super) fn write(
        &mut self,
        draft: &mut Draft,
        ops: &[LocalOp],
        mut dependencies: Vec<ChangeIndex>,
        rest: Option<&mut Vec<LocalOp>>,
    ) -> Result<ChangeIndex, Unwritten> {
        let next = self.chains.next_after(draft.prev);
        dependencies.extend(self.chains_named(next.segment, ops, &draft.written.paths));
        dependencies.retain(|change| Some(*change) != draft.prev);
        dependencies.sort_unstable();
        dependencies.dedup();
        if dependencies.len() > MAX_DEPENDENCIES {
            return Err(Unwritten::TooLarge("authors whose elements one change names"));
        }
        let time = self.time_after(next, &dependencies);
        if time == u32::MAX {
            return Err(Unwritten::TooLarge("changes that follow on each other"));
        }
        dependencies.sort_unstable_by_key(|change| self.chains.hash_of(*change));
        let (count, counters) = self.encode(draft, ops, next, &dependencies, rest)?;
        let header = self.header_of(draft, next, &dependencies)?;
        let body = &draft.written.body;
        let bytes = canonical_size(header.references(), &header.tags, body);
        if bytes > MAX_CHANGE_BYTES {
            return Err(Unwritten::TooLarge("bytes of a change"));
        }
        let hash = self.hasher_of(&draft.author).hash(&header, body);
        let author = self.author_number(&draft.author);
        let (dependencies, tags) = (&dependencies[..], header.tags);
        let change =
            self.append(Admitted { hash, author, next, time, dependencies, tags, body, counters });
        self.cuts.open().count(Totals { changes: 1, ops: count, bytes });
        let first = self.tail.as_ref().map_or(change, |tail| tail.first);
        self.tail = Some(Tail { change, first, signature: OnceLock::new() });
        Ok(change)
    }

    /// Writes ops in canonical bytes into the body of a draft. Says how many they are, and the counters
    /// that they take.
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
            history: self,
            own: next.segment,
            assumed: draft.start,
            shift: draft.shift,
            table: Table::new(&self.chains, draft.prev, dependencies),
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
        let hash = |change: &ChangeIndex| match self.chains.hash_of(*change) {
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
        let kept = self.hasher.take().filter(|(of, _)| of == author);
        let new = || (*author, ChangeHasher::new(&self.document(), author));
        let hasher = kept.unwrap_or_else(new);
        &mut self.hasher.insert(hasher).1
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
