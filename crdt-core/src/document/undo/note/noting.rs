use core::ops::Range;

use super::{Target, VERSION, found, kind};
use crate::codec::write;
use crate::crypto::Author;
use crate::document::undo::stack::Way;
use crate::history::{BranchIndex, ChangeIndex, History, Number as _};
use crate::node::{Prior, Value};
use crate::op::{Id, IdRange};
use crate::sorted::SortedMap;

/// Writes a note.
pub(in crate::document::undo) struct NoteWriter<'h> {
    history: &'h History,
    author: Author,
    /// The chain of this replica; `None` if there is none, or it forks.
    own: Option<BranchIndex>,
    /// The authors that are named, numbered from 1, and how they are listed.
    numbers: SortedMap<Author, u64>,
    listed: Vec<Author>,
    steps: Vec<u8>,
}

impl<'h> NoteWriter<'h> {
    pub(in crate::document::undo) fn new(history: &'h History, author: Author) -> Self {
        let own = history.unforked(&author);
        let (numbers, listed) = (SortedMap::new(), Vec::new());
        Self { history, author, own, numbers, listed, steps: Vec::new() }
    }

    /// Whether groups of this replica can be noted.
    pub(in crate::document::undo) fn can_name(&self) -> bool {
        self.own.is_some()
    }

    /// What a group is called that begins with a change.
    pub(in crate::document::undo) fn group(&self, first: ChangeIndex) -> u32 {
        self.history.chains().seq_of(first)
    }

    /// Writes that groups go.
    pub(in crate::document::undo) fn gone(&mut self, gone: &[u32]) {
        self.begin(kind::GONE, gone);
    }

    fn begin(&mut self, kind: u8, gone: &[u32]) {
        self.steps.push(kind);
        write::length(&mut self.steps, gone.len());
        for group in gone {
            write::varint(&mut self.steps, u64::from(*group));
        }
    }

    /// Writes that groups go, and where changes belong. Where these have found something that cannot
    /// be named, nothing is kept of the group that they belong to.
    pub(in crate::document::undo) fn step(
        &mut self,
        mut gone: Vec<u32>,
        target: Target,
        changes: impl Iterator<Item = Range<ChangeIndex>>,
        priors: &[(Id, Prior)],
    ) {
        let changes: Vec<_> = changes.collect();
        let named = self.changes(&changes, priors);
        if named.is_none() {
            // Half a group is not to be undone.
            gone.extend(target.joined());
            if gone.is_empty() {
                return;
            }
        }
        let kind = match target {
            _ if named.is_none() => kind::GONE,
            Target::New(Way::Undo) => kind::UNDO,
            Target::New(Way::Redo) => kind::REDO,
            Target::Joined(_) => kind::JOINED,
        };
        self.begin(kind, &gone);
        if let Some(named) = named {
            if let Some(group) = target.joined() {
                write::varint(&mut self.steps, u64::from(group));
            }
            self.steps.extend(named);
        }
    }

    /// Changes and what they have found; `None` if that cannot be named.
    fn changes(
        &mut self,
        changes: &[Range<ChangeIndex>],
        priors: &[(Id, Prior)],
    ) -> Option<Vec<u8>> {
        let own = self.own?;
        let mut out = Vec::new();
        write::length(&mut out, changes.len());
        for range in changes {
            write::varint(&mut out, u64::from(self.group(range.start)));
            write::varint(&mut out, u64::from(range.end - range.start));
        }
        write::length(&mut out, priors.len());
        for (op, prior) in priors {
            if op.chain != own.get() {
                return None;
            }
            write::varint(&mut out, u64::from(op.counter));
            match *prior {
                Prior::Present => out.push(found::PRESENT),
                Prior::Value(Value { op, of }) if op == of => {
                    out.push(found::VALUE);
                    self.op(&mut out, op)?;
                }
                Prior::Value(Value { op, of }) => {
                    out.push(found::RANKED);
                    self.op(&mut out, op)?;
                    self.op(&mut out, of)?;
                }
            }
        }
        Some(out)
    }

    fn op(&mut self, out: &mut Vec<u8>, op: Id) -> Option<()> {
        let chains = self.history.chains();
        let (_, author) = chains.made(IdRange::new(op, 1))?;
        let number = if author == self.author {
            0
        } else {
            let chain = self.history.unforked(&author)?;
            debug_assert_eq!(chain.get(), op.chain, "the only chain of its author");
            *self.numbers.entry(author).or_insert_with(|| {
                self.listed.push(author);
                self.listed.len() as u64
            })
        };
        write::varint(out, number);
        write::varint(out, u64::from(op.counter));
        Some(())
    }

    pub(in crate::document::undo) fn finish(self) -> Vec<u8> {
        let mut note = vec![VERSION];
        note.extend_from_slice(self.author.as_bytes());
        write::length(&mut note, self.listed.len());
        self.listed.iter().for_each(|author| note.extend_from_slice(author.as_bytes()));
        note.extend_from_slice(&self.steps);
        note
    }
}
