//! Who wrote what there is: of values, entries, elements and characters the change that they come
//! from, by which anyone who has it can check the answer.

use core::fmt;
use core::ops::Range;

use crate::crypto::{Author, ChangeHash};
use crate::history::Chains;
use crate::op::{Id, IdRange};
use crate::sequence::{Content, Sequence};

/// Who wrote something, and in which change.
///
/// The [change](crate::History::change) of this hash is what proves it: its author's signature
/// covers it, and so does whoever has it and [exports](crate::History::export) it.
///
/// ```
/// # use crdt_core::{CrdtNode, Document, Keypair};
/// #[derive(CrdtNode)]
/// struct Task { title: String, #[crdt(text)] notes: String }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut alice = Document::<Task>::create(Keypair::generate()?)?;
/// alice.change(|task| task.notes.push_str("Buy bread"))?;
/// let mut bob = alice.fork(Keypair::generate()?)?;
/// bob.change(|task| {
///     task.title.set("Shopping")?;
///     task.notes.insert(4, "fresh ")
/// })?;
///
/// let blame = bob.read().title.blame().ok_or("it was set")?;
/// assert_eq!(Some(blame.author), bob.author());
/// assert_eq!(bob.heads(), [blame.change]);
///
/// let runs: Vec<_> = bob.read().notes.blame().collect();
/// assert_eq!(runs.iter().map(|run| run.range.clone()).collect::<Vec<_>>(), [0..4, 4..10, 10..15]);
/// assert_eq!(Some(runs[0].author), alice.author());
/// assert_eq!(bob.read().title.blame().map(|blame| blame.author), Some(runs[1].author));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Blame {
    /// Who wrote it.
    pub author: Author,
    /// The change in which it was written.
    pub change: ChangeHash,
}

impl Blame {
    /// Who wrote an op; `None` of the change that is being made.
    pub(super) fn of(chains: &Chains, id: Id) -> Option<Self> {
        let change = chains.change_of(id)?;
        let author = chains.author_of(chains.branch_of(change));
        Some(Self { author: chains.authors.get(author), change: chains.hash_of(change) })
    }

    /// Who wrote the highest of some ops, if there are any.
    pub(super) fn of_highest(chains: &Chains, ids: &[Id]) -> Option<Self> {
        let highest = ids.iter().max_by(|a, b| chains.op_order(**a, **b))?;
        Self::of(chains, *highest)
    }
}

/// Characters of a text, or elements of a list, that lie side by side and are of one author.
#[derive(Clone)]
pub struct BlameRun<'a> {
    /// Their positions.
    pub range: Range<usize>,
    /// Who inserted them.
    pub author: Author,
    /// What they are called, in order.
    names: Vec<IdRange>,
    chains: &'a Chains,
}

impl<'a> BlameRun<'a> {
    /// The changes that inserted them, each with the positions of what came with it, in order. One
    /// change can have inserted several parts. Hashes are looked up as they are asked for.
    pub fn changes(&self) -> impl Iterator<Item = (Range<usize>, ChangeHash)> + use<'a> {
        let (chains, mut at) = (self.chains, self.range.start);
        let mut names = self.names.clone().into_iter();
        let mut rest: Option<IdRange> = None;
        core::iter::from_fn(move || {
            let left = rest.take().or_else(|| names.next())?;
            let first = Id { chain: left.chain, counter: left.start };
            let change = chains.change_of(first)?;
            let end = chains.end_of(change).min(left.end);
            if end < left.end {
                rest = Some(IdRange { start: end, ..left });
            }
            let start = at;
            at += (end - left.start) as usize;
            Some((start..at, chains.hash_of(change)))
        })
    }

    fn goes_on_with(&self, next: &Self) -> bool {
        self.author == next.author && self.range.end == next.range.start
    }

    fn append(&mut self, next: Self) {
        self.range.end = next.range.end;
        for names in next.names {
            if !self.names.last_mut().is_some_and(|last| last.append(names)) {
                self.names.push(names);
            }
        }
    }
}

impl fmt::Debug for BlameRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlameRun")
            .field("range", &self.range)
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}

/// What is visible of a sequence, in runs of one author. What the change inserts that is being made
/// is in none of them.
pub(super) fn runs<'s, 'a, C: Content>(
    sequence: &'s Sequence<C>,
    chains: &'a Chains,
) -> impl Iterator<Item = BlameRun<'a>> + use<'s, 'a, C> {
    let pieces = sequence.chunks().map(|(first, content)| IdRange::new(first, content.len()));
    joined(pieces, chains)
}

fn joined(
    pieces: impl Iterator<Item = IdRange>,
    chains: &Chains,
) -> impl Iterator<Item = BlameRun<'_>> {
    let mut at = 0;
    let single = pieces.filter_map(move |names| {
        let start = at;
        at += names.len() as usize;
        let (made, author) = chains.made(names)?;
        let range = start..start + made.len() as usize;
        Some(BlameRun { range, author, names: vec![made], chains })
    });
    let mut single = single.peekable();
    core::iter::from_fn(move || {
        let mut run = single.next()?;
        while let Some(next) = single.next_if(|next| run.goes_on_with(next)) {
            run.append(next);
        }
        Some(run)
    })
}
