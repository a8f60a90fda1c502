//! What a replica has, said so that any other can compare it with what it has itself.
//!
//! Heads name a version, but only to those who know them: once both sides have written, neither
//! knows the other's heads, and nothing follows from them. A [`Frontier`] names the tip of every
//! chain, by author, seq and hash, so that whoever compares finds the chains that it has too.
//!
//! # Known, claimed, contested
//!
//! A replica looks at each tip of another's frontier:
//!
//! - *Known*: it has that very change. Then the other has it too, and everything before it on its
//!   chain.
//! - *Unknown, of a higher seq* than any change of that author here. The other's chain then runs
//!   through what is here of that author, unless the author forked: the tip *claims* it.
//! - *Unknown, of a seq that is not higher*. There is another change here with that seq, so the
//!   author did fork. The frontier is *contested*: claims may be false, and none counts, of
//!   whichever author. If only those of that author did not count, two authors that fork could keep
//!   each side waiting for a branch of one that the other side takes for had.
//!
//! What is neither known nor claimed is sent.
//!
//! # Why two exchanges always settle it
//!
//! An exchange is that both sides say their frontiers, and each sends what it finds the other to
//! lack. Let X take for had what Y lacks. What is known is had, so it was claimed: there is a tip p
//! of X that Y has not, and a tip of Y of the same author with a higher seq. Y sees p as an unknown
//! tip with a seq not higher than its own, so to Y the frontier of X is contested: Y counts no
//! claims and sends at least everything that X lacks. Now X has whatever Y has, so in the second
//! exchange it knows all of Y's tips, and what it sends is exact.
//!
//! So after one exchange at least one side has everything, after two both; and where no author
//! forked between the two, no claim is false and one exchange is enough. (What waits for others on
//! one side and comes free by an exchange is new there, and goes with the next.)
//!
//! Nothing of this asks for truth: a frontier that lies harms none but who sent it, who gets too
//! little or too much.

use crate::crypto::Author;
use crate::history::format::frontier::{Frontier, SHORT, ShortTip, Tip, beginning};
use crate::history::format::numbers::{BranchIndex, ChangeIndex, Number as _};
use crate::history::store::Store;
use crate::sorted::SortedSet;
use crate::sorted::order;

/// What of a history the replica with some frontier has.
pub(crate) struct Had {
    /// The last change of each chain, as far as it has it. What lies before is had too.
    pub(crate) ends: Vec<ChangeIndex>,
    /// Whether claims were not counted, since an author has forked between here and there.
    pub(crate) is_contested: bool,
}

/// What is here, said so that others can compare.
pub(crate) fn frontier(store: &Store) -> Frontier {
    let mut tips: Vec<Tip> = store.chains.tips().map(|tip| self::tip(store, tip)).collect();
    order::sort(&mut tips);
    Frontier { tips }
}

/// What the replica with a frontier has.
pub(crate) fn had_by(store: &Store, frontier: &Frontier) -> Had {
    let (mut ends, unknown) = known_tips(store, frontier);
    let mut highest = vec![None; store.chains.authors.count() as usize];
    for tip in store.chains.tips() {
        let of_author = &mut highest[store.author_number_of(tip).place()];
        *of_author = (*of_author).max(Some(store.chains.seq_of(tip)));
    }
    let mut claimed = vec![false; highest.len()];
    let mut is_contested = false;
    for tip in unknown {
        if let Some(author) = store.chains.authors.find(&tip.author) {
            claimed[author.place()] = true;
            is_contested |= highest[author.place()] >= Some(tip.seq);
        }
    }
    if !is_contested {
        let is_claimed = |tip: &ChangeIndex| claimed[store.author_number_of(*tip).place()];
        ends.extend(store.chains.tips().filter(is_claimed));
    }
    Had { ends, is_contested }
}

/// The changes here that are tips of a frontier, and its tips that are not here.
///
/// Most tips there are tips here, whose hashes are at hand. Any other can only be what lies at
/// its seq on a chain of its author. So packs of an archive are unpacked where a tip may lie,
/// and not for every unknown hash.
fn known_tips(store: &Store, frontier: &Frontier) -> (Vec<ChangeIndex>, Vec<Tip>) {
    let mut known = Vec::new();
    let rest = find(store, &frontier.tips, store.chains.tips(), &mut known);
    let mut numbers: Vec<(Author, u32)> = rest.iter().map(|tip| (tip.author, tip.seq)).collect();
    numbers.dedup();
    let branches = store.chains.branches();
    let alike = branches.flat_map(|branch| numbered_as(store, &numbers, branch));
    let unknown = find(store, &rest, alike, &mut known);
    (known, unknown)
}

/// Whether every tip of a frontier is here.
pub(crate) fn is_known(store: &Store, frontier: &Frontier) -> bool {
    known_tips(store, frontier).1.is_empty()
}

/// The frontier that tips said in few bytes stand for, as far as can be told here: each known
/// change that one may mean, or else the claim of an author here. Of authors that are not here
/// nothing follows.
pub(crate) fn recognized(store: &Store, tips: &[ShortTip]) -> Frontier {
    let asked: SortedSet<ShortTip> = tips.iter().copied().collect();
    let mut numbers: Vec<_> = asked.iter().map(|tip| (tip.author, tip.seq)).collect();
    numbers.dedup();
    let alike = store.chains.branches().flat_map(|branch| numbered_alike(store, &numbers, branch));
    let known = alike.map(|change| tip(store, change));
    let mut found: Vec<Tip> = known.filter(|tip| asked.contains(&tip.shortened())).collect();
    let here: SortedSet<ShortTip> = found.iter().map(Tip::shortened).collect();
    for author in store.chains.authors.ascending() {
        let begins = beginning(author.as_bytes());
        let least = ShortTip { author: begins, seq: 0, change: [0; SHORT] };
        let alike = asked.range(least..).take_while(|tip| tip.author == begins);
        found.extend(alike.filter(|tip| !here.contains(tip)).map(|tip| tip.unknown(author)));
    }
    Frontier::of(found)
}

/// The changes on a branch that may have one of these numbers, by how the author's key begins.
fn numbered_alike(
    store: &Store,
    numbers: &[([u8; SHORT], u32)],
    branch: BranchIndex,
) -> Vec<ChangeIndex> {
    let (author, _) = store.chains.root_of(branch);
    let author = store.author(author);
    let begins = beginning(author.as_bytes());
    let seqs = store.chains.seqs_of(branch);
    let place = |seq| numbers.partition_point(|number| *number < (begins, seq));
    let within = &numbers[place(seqs.start)..place(seqs.end)];
    within.iter().filter_map(|(_, seq)| store.chains.numbered(branch, *seq)).collect()
}

/// Notes those of some changes that are asked for, and gives the tips that none of them is.
fn find(
    store: &Store,
    asked: &[Tip],
    here: impl Iterator<Item = ChangeIndex>,
    known: &mut Vec<ChangeIndex>,
) -> Vec<Tip> {
    let mut found = SortedSet::new();
    for change in here {
        let tip = tip(store, change);
        if asked.binary_search(&tip).is_ok() {
            found.insert(tip);
            known.push(change);
        }
    }
    asked.iter().copied().filter(|tip| !found.contains(tip)).collect()
}

/// The changes on a branch that have one of these numbers, which are ascending and each there once:
/// no more than there are changes, however many tips have a number.
fn numbered_as(store: &Store, numbers: &[(Author, u32)], branch: BranchIndex) -> Vec<ChangeIndex> {
    let (author, _) = store.chains.root_of(branch);
    let (author, seqs) = (store.author(author), store.chains.seqs_of(branch));
    let place = |seq| numbers.partition_point(|number| *number < (author, seq));
    let within = &numbers[place(seqs.start)..place(seqs.end)];
    let numbered = |(_, seq): &(Author, u32)| {
        #[cfg(test)]
        crate::steps::count();
        store.chains.numbered(branch, *seq)
    };
    within.iter().filter_map(numbered).collect()
}

fn tip(store: &Store, change: ChangeIndex) -> Tip {
    let (author, seq) = (store.author_of(change), store.chains.seq_of(change));
    Tip { author, seq, change: store.chains.hash_of(change) }
}
