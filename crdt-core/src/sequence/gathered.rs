//! Ops on a text that nobody has read or edited yet, to be laid out at once.
//!
//! Where elements come to stand is a matter of the ops alone. So a history that arrives as a whole
//! need not be integrated op by op: its inserts are a tree, and walking it gives the list.

use super::layout::Layout;
use super::order::Stamp;
use super::{OpOrder, Sequence, TextChunk, UnknownParent};
use crate::op::{Id, IdRange, Place, Side};
use crate::sorted::SortedMap;

/// Ops on a text. They come one after the other, each once and after those it depends on.
#[derive(Default, Debug)]
pub(crate) struct Gathered {
    pub(super) lines: Vec<Line>,
    /// The place of each chain's line.
    pub(super) line_of: SortedMap<u32, usize>,
    pub(super) deletes: Vec<IdRange>,
    /// The line of the last insert.
    last: usize,
}

/// What was inserted on one chain, by ascending counters.
#[derive(Debug)]
pub(super) struct Line {
    chain: u32,
    pub(super) inserts: Vec<Insert>,
    /// The text of all of them.
    pub(super) text: String,
    /// The one that held what was looked for last.
    near: usize,
}

/// Elements that were inserted as a [run](crate::op::run).
#[derive(Clone, Copy, Debug)]
pub(super) struct Insert {
    /// The first one.
    pub(super) first: Stamp,
    /// How many they are.
    pub(super) len: u32,
    /// Where the text begins in that of the line.
    pub(super) text: usize,
    /// Where the first one hangs, if not on the root, and on which side.
    pub(super) parent: Option<(At, Side)>,
}

/// Where an element is: a line, an insert there, and how far into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct At {
    pub(super) line: usize,
    pub(super) insert: usize,
    pub(super) offset: u32,
}

impl Gathered {
    /// Takes an insert, as [`Sequence::integrate`] does, of at least one character.
    pub(crate) fn insert(
        &mut self,
        id: Id,
        time: u32,
        place: Place<Id>,
        text: &str,
    ) -> Result<(), UnknownParent> {
        let len = u32::try_from(text.chars().count()).expect("counters are 32 bits");
        if let Some(at) = self.known_line(id.chain)
            && let Line { inserts, text: all, .. } = &mut self.lines[at]
            && let Some(last) = inserts.last_mut()
            && (id == last.names().next() && place == Place::<Id>::going_on(id))
        {
            last.len += len;
            all.push_str(text);
            self.last = at;
            return Ok(());
        }
        let parent = match place {
            Place::Root => None,
            Place::Child(parent, side) => Some((self.find(parent).ok_or(UnknownParent)?, side)),
        };
        let line = self.line(id.chain);
        let (first, start) = (Stamp { time, id }, line.text.len());
        line.inserts.push(Insert { first, len, text: start, parent });
        line.text.push_str(text);
        Ok(())
    }

    /// Takes a delete. Names of something else are passed over in the end.
    pub(crate) fn delete(&mut self, range: IdRange) {
        if !self.deletes.last_mut().is_some_and(|last| last.append(range)) {
            self.deletes.push(range);
        }
    }

    /// Whether there is no element.
    #[cfg(test)]
    pub(crate) fn is_blank(&self) -> bool {
        self.lines.is_empty()
    }

    /// The sequence. O(n log n) in the number of ops, and the length of the text.
    pub(crate) fn lay_out<O: OpOrder + ?Sized>(&self, order: &O) -> Sequence<TextChunk> {
        Layout::of(self, order).walk(order)
    }

    fn find(&mut self, id: Id) -> Option<At> {
        let line = self.known_line(id.chain)?;
        let (insert, offset) = self.lines[line].find(id)?;
        Some(At { line, insert, offset })
    }

    fn known_line(&self, chain: u32) -> Option<usize> {
        match self.lines.get(self.last) {
            Some(last) if last.chain == chain => Some(self.last),
            _ => self.line_of.get(&chain).copied(),
        }
    }

    /// The line of a chain, which may be a new one.
    fn line(&mut self, chain: u32) -> &mut Line {
        self.last = self.known_line(chain).unwrap_or_else(|| {
            let (inserts, text) = (Vec::new(), String::new());
            self.lines.push(Line { chain, inserts, text, near: 0 });
            self.line_of.insert(chain, self.lines.len() - 1);
            self.lines.len() - 1
        });
        &mut self.lines[self.last]
    }
}

impl Line {
    /// Finds an element: its insert, and how far into that.
    fn find(&mut self, id: Id) -> Option<(usize, u32)> {
        if let Some(offset) = self.inserts[self.near].offset_of(id) {
            return Some((self.near, offset));
        }
        let behind = self.inserts.partition_point(|insert| insert.first.id <= id);
        self.near = behind.checked_sub(1)?;
        Some((self.near, self.inserts[self.near].offset_of(id)?))
    }
}

impl Insert {
    /// How far into it an element of the same chain is.
    fn offset_of(&self, id: Id) -> Option<u32> {
        let offset = id.counter.checked_sub(self.first.id.counter)?;
        (offset < self.len).then_some(offset)
    }

    /// The elements.
    fn names(&self) -> IdRange {
        IdRange::new(self.first.id, self.len)
    }
}

impl Sequence<TextChunk> {
    /// The ops it came from, if it is one run and nothing else, unless what comes next hangs on its
    /// last element, and so goes on with that run.
    pub(crate) fn gather(&self, next: Option<Place<Id>>) -> Option<Gathered> {
        let mut pieces = self.tree.iter();
        let (run, None) = (pieces.next()?, pieces.next()) else { return None };
        let (Stamp { time, id }, text) = (run.stamp(), run.content()?.as_str());
        let last = id.plus(run.len() - 1);
        if next.is_some_and(|place| matches!(place, Place::Child(parent, _) if parent == last)) {
            return None;
        }
        let mut gathered = Gathered::default();
        gathered.insert(id, time, Place::Root, text).ok()?;
        Some(gathered)
    }
}
