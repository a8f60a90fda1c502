//! Writing changes: from ops that name ids to a change appended to the history.

use core::ops::Range;
use std::borrow::Cow;
use std::sync::OnceLock;

use super::bundle::{Totals, canonical_size};
use super::chains::ChangeIndex;
use super::header::{ChangeHasher, Header, Tags};
use super::store::{Admitted, History};
use super::table::Table;
use crate::crypto::{Author, ChangeHash, Keypair, Signature};
use crate::op::limits::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_COUNTER, MAX_DEPENDENCIES};
use crate::op::{
    Action, Id, IdRange, Key, Name, Place, Seeds, Segment, write_depth, write_op, write_segment,
};

/// The last change that this replica wrote and no kept signature covers. It is signed when it
/// leaves, so that a burst of changes costs one signature.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) change: ChangeIndex,
    /// The first such change. All from there on were written here.
    pub(super) first: ChangeIndex,
    pub(super) signature: OnceLock<Signature>,
}

/// A change that is being written.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) author: Author,
    /// The change that it follows on its author's chain.
    pub(crate) prev: Option<ChangeIndex>,
    /// The counter that its editors took its first op to have. It is higher if changes had to be
    /// written before this one.
    pub(crate) start: u32,
    /// Changes that it is to depend on besides the heads.
    pub(crate) after: Vec<ChangeIndex>,
    pub(crate) tags: Tags,
    pub(crate) written: Written,
}

/// What editors wrote. Its space is used again for one change after the other, since most are small
/// and would spend more on memory than on anything else.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) paths: Vec<LocalPath>,
    pub(crate) ops: Vec<LocalOp>,
    /// What the ops insert into texts; they name ranges of it.
    pub(crate) text: String,
    /// Space for the ops in canonical bytes, and for a path.
    body: Vec<u8>,
    path: Vec<u8>,
}

/// A path of a draft: a longer one by one segment than another, or than the root's empty path.
#[derive(Debug)]
pub(crate) struct LocalPath {
    pub(crate) parent: Option<u32>,
    /// The number of segments.
    pub(crate) depth: u32,
    pub(crate) segment: LocalSegment,
}

/// A path segment that owns its text, or has it from the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum LocalSegment {
    Field(Cow<'static, str>),
    Variant(Cow<'static, str>),
    TextKey(Box<str>),
    IntegerKey(i128),
    BoolKey(bool),
    Element(Id),
}

/// An op of a draft; its counter follows from its place.
#[derive(Debug)]
pub(crate) struct LocalOp {
    pub(crate) path: Option<u32>,
    pub(crate) counters: u32,
    pub(crate) action: LocalAction,
}

/// An action that owns its data and names ids.
#[derive(Debug)]
pub(crate) enum LocalAction {
    Set { replaces: Vec<Id>, payload: Vec<u8> },
    Unset { replaces: Vec<Id> },
    Add { delta: i64 },
    Reset { annuls: Vec<Id> },
    Insert { place: Place<Id>, seeds: Vec<u8> },
    InsertText { place: Place<Id>, text: Range<usize> },
    Delete { range: IdRange },
    Put { replaces: Vec<Id> },
    Remove { replaces: Vec<Id> },
}

/// A change cannot be written because it would exceed a limit of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLarge(pub(crate) &'static str);

impl Written {
    /// The most ops for which space is kept, and the most bytes.
    const KEPT: (usize, usize) = (16, 4096);

    /// The space of what was written, for the next change.
    pub(crate) fn emptied(mut self) -> Self {
        let (ops, bytes) = Self::KEPT;
        self.paths.clear();
        self.ops.clear();
        self.text.clear();
        self.body.clear();
        self.paths.shrink_to(ops);
        self.ops.shrink_to(ops);
        self.text.shrink_to(bytes);
        self.body.shrink_to(bytes);
        self
    }
}

impl LocalSegment {
    pub(crate) fn key(key: Key<'_>) -> Self {
        match key {
            Key::Text(text) => Self::TextKey(text.into()),
            Key::Integer(integer) => Self::IntegerKey(integer),
            Key::Bool(bool) => Self::BoolKey(bool),
        }
    }
}

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
            let start = draft.prev.map_or(0, |prev| self.chains.end_of(prev));
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
        self.split_deletes(draft, &table);
        self.encode(draft, table)?;
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
    fn split_deletes(&self, draft: &mut Draft, table: &Table) {
        let own = self.chains.segment_after(draft.prev);
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

    /// Writes the ops of a draft in canonical bytes into its body.
    fn encode(&self, draft: &mut Draft, table: Table) -> Result<(), TooLarge> {
        let Written { paths, ops, text, body, path } = &mut draft.written;
        if ops.len() > MAX_CHANGE_OPS {
            return Err(TooLarge("ops of a change"));
        }
        let start = draft.prev.map_or(0, |prev| self.chains.end_of(prev));
        let counters: u64 = ops.iter().map(|op| u64::from(op.counters)).sum();
        if u64::from(start) + counters > u64::from(MAX_COUNTER) {
            return Err(TooLarge("counters of a chain"));
        }
        let namer = Namer {
            history: self,
            own: self.chains.segment_after(draft.prev),
            assumed: draft.start,
            start,
            table,
        };
        body.clear();
        let mut last = None;
        for op in &*ops {
            if last != Some(op.path) {
                last = Some(op.path);
                path.clear();
                namer.write_path(path, paths, op.path);
            }
            namer.write(body, path, op, text);
        }
        Ok(())
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

impl Draft {
    /// A change without ops.
    pub(crate) fn blank(author: Author, prev: Option<ChangeIndex>, start: u32) -> Self {
        Self {
            author,
            prev,
            start,
            after: Vec::new(),
            tags: Tags::default(),
            written: Written::default(),
        }
    }

    /// Takes from every op that replaces more than a quarter of what fits a table what is beyond,
    /// as ops of changes to be written before.
    fn split_replacing(&mut self, own: u32) -> Vec<LocalOp> {
        let mut steps = Vec::new();
        for LocalOp { path, action, .. } in &mut self.written.ops {
            while let Some(some) = action.split_replaced(own) {
                let action = action.taking_back(some);
                steps.push(LocalOp { path: *path, counters: 1, action });
            }
        }
        steps
    }

    /// Cuts deletes that run from earlier elements of the own segment into this change's: the
    /// counters of changes to be written before will lie between.
    fn split_own_deletes(&mut self, own: u32) {
        let mut rest = Vec::new();
        for LocalOp { path, action, .. } in &mut self.written.ops {
            let LocalAction::Delete { range } = action else { continue };
            if range.chain == own && range.start < self.start && self.start < range.end {
                let action = LocalAction::Delete { range: IdRange { start: self.start, ..*range } };
                range.end = self.start;
                rest.push(LocalOp { path: *path, counters: 1, action });
            }
        }
        self.written.ops.append(&mut rest);
    }
}

/// Turns ids into names.
struct Namer<'a> {
    history: &'a History,
    /// The segment of the change.
    own: u32,
    /// The counter that its first op was taken to have.
    assumed: u32,
    /// The counter that its first op has.
    start: u32,
    table: Table,
}

impl Namer<'_> {
    fn name(&self, id: Id) -> Name {
        if id.chain == self.own && id.counter >= self.assumed {
            return Name { index: 0, counter: id.counter - self.assumed + self.start };
        }
        let name = self.table.name(&self.history.chains, id);
        debug_assert!(name.is_some(), "the table of a draft holds every chain that it names");
        name.unwrap_or(Name { index: 0, counter: id.counter })
    }

    /// One name per chain other than the author's own, ascending.
    fn names(&self, ids: &[Id]) -> Vec<Name> {
        let mut names: Vec<Name> = ids.iter().map(|id| self.name(*id)).collect();
        names.sort_unstable_by_key(|name| (name.index, core::cmp::Reverse(name.counter)));
        names.dedup_by_key(|name| name.index);
        names.retain(|name| name.index > 0);
        names
    }

    fn place(&self, place: Place<Id>) -> Place<Name> {
        match place {
            Place::Root => Place::Root,
            Place::Child(parent, side) => Place::Child(self.name(parent), side),
        }
    }

    fn write_path(&self, out: &mut Vec<u8>, paths: &[LocalPath], path: Option<u32>) {
        let path = path.map(|number| &paths[number as usize]);
        write_depth(out, path.map_or(0, |path| path.depth));
        if let Some(path) = path {
            self.write_segments(out, paths, path);
        }
    }

    /// Appends the segments of a path from the root on. How many there may be has been checked.
    fn write_segments(&self, out: &mut Vec<u8>, paths: &[LocalPath], path: &LocalPath) {
        if let Some(parent) = path.parent {
            self.write_segments(out, paths, &paths[parent as usize]);
        }
        let segment = match &path.segment {
            LocalSegment::Field(name) => Segment::Field(name),
            LocalSegment::Variant(name) => Segment::Variant(name),
            LocalSegment::TextKey(text) => Segment::Key(Key::Text(text)),
            LocalSegment::IntegerKey(integer) => Segment::Key(Key::Integer(*integer)),
            LocalSegment::BoolKey(bool) => Segment::Key(Key::Bool(*bool)),
            LocalSegment::Element(id) => Segment::Element(self.name(*id)),
        };
        write_segment(out, segment);
    }

    fn write(&self, out: &mut Vec<u8>, path: &[u8], op: &LocalOp, texts: &str) {
        let action = match &op.action {
            LocalAction::Set { replaces, payload } => {
                Action::Set { replaces: self.names(replaces), payload }
            }
            LocalAction::Unset { replaces } => Action::Unset { replaces: self.names(replaces) },
            LocalAction::Add { delta } => Action::Add { delta: *delta },
            LocalAction::Reset { annuls } => Action::Reset { annuls: self.names(annuls) },
            LocalAction::Insert { place, seeds } => {
                Action::Insert { place: self.place(*place), seeds: Seeds::from_checked(seeds) }
            }
            LocalAction::InsertText { place, text } => {
                let text = texts.get(text.clone()).unwrap_or_default();
                Action::InsertText { place: self.place(*place), text }
            }
            LocalAction::Delete { range } => Action::Delete {
                first: self.name(Id { chain: range.chain, counter: range.start }),
                count: range.end - range.start,
            },
            LocalAction::Put { replaces } => Action::Put { replaces: self.names(replaces) },
            LocalAction::Remove { replaces } => Action::Remove { replaces: self.names(replaces) },
        };
        write_op(out, path, op.counters, &action);
    }
}

impl LocalAction {
    /// Takes some of what the op replaces out of it if that is more than a quarter of what fits a
    /// table. What is on the segment `own` is replaced without being named.
    fn split_replaced(&mut self, own: u32) -> Option<Vec<Id>> {
        let (Self::Set { replaces: ids, .. }
        | Self::Unset { replaces: ids }
        | Self::Put { replaces: ids }
        | Self::Remove { replaces: ids }
        | Self::Reset { annuls: ids }) = self
        else {
            return None;
        };
        let most = MAX_DEPENDENCIES / 4;
        if ids.len() > most {
            ids.retain(|id| id.chain != own);
        }
        (ids.len() > most).then(|| ids.split_off(ids.len() - most))
    }

    /// The action that only takes back what this one replaces.
    fn taking_back(&self, ids: Vec<Id>) -> Self {
        match self {
            Self::Put { .. } | Self::Remove { .. } => Self::Remove { replaces: ids },
            Self::Reset { .. } => Self::Reset { annuls: ids },
            _ => Self::Unset { replaces: ids },
        }
    }

    fn each_id(&self, note: &mut impl FnMut(Id)) {
        match self {
            Self::Set { replaces: ids, .. }
            | Self::Unset { replaces: ids }
            | Self::Reset { annuls: ids }
            | Self::Put { replaces: ids }
            | Self::Remove { replaces: ids } => ids.iter().for_each(|id| note(*id)),
            Self::Insert { place: Place::Child(id, _), .. }
            | Self::InsertText { place: Place::Child(id, _), .. } => note(*id),
            Self::Delete { range } => note(Id { chain: range.chain, counter: range.start }),
            Self::Insert { .. } | Self::InsertText { .. } | Self::Add { .. } => {}
        }
    }
}
