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
//! forked between the two, no claim is false and one exchange is enough. (What waits for others on one
//! side and comes free by an exchange is new there, and goes with the next.)
//!
//! Nothing of this asks for truth: a frontier that lies harms none but who sent it, who gets too
//! little or too much.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, Keypair};
use crate::history::store::History;
use crate::history::store::chains::ChangeIndex;

/// The first bytes of a frontier: a mark and the version of its encoding.
const MAGIC: &[u8; 5] = b"CRDF\x01";

/// The fewest bytes of a tip: an author, a seq and a hash.
const LEAST: usize = 65;

/// What a replica has: the last change of every chain, forks included.
///
/// Another replica finds out with [`export_for`](crate::Document::export_for) what this one lacks.
/// It is sent as bytes, or as part of a message in any format of serde. It says nothing of which
/// document it is of; that goes without saying between those who exchange one, or has to be said
/// beside it.
///
/// It is an honest answer or a lie as any message is. Who lies about what it has gets less than it
/// lacks, or more, and nobody else is affected.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Frontier {
    /// Strictly ascending.
    pub(crate) tips: Vec<Tip>,
}

/// The last change of a chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Tip {
    /// The key is not checked: one that is none is that of no author here.
    #[serde(deserialize_with = "Author::deserialize_unchecked")]
    pub(crate) author: Author,
    pub(crate) seq: u32,
    pub(crate) change: ChangeHash,
}

impl Frontier {
    /// The bytes of the frontier, which are always the same.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        write::length(&mut bytes, self.tips.len());
        for Tip { author, seq, change } in &self.tips {
            bytes.extend_from_slice(author.as_bytes());
            write::varint(&mut bytes, (*seq).into());
            bytes.extend_from_slice(change.as_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. O(n).
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are no frontier, or one that is spelled in another way.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        reader.mark(MAGIC)?;
        let tips = (0..reader.count(LEAST)?).map(|_| {
            let author = Author::unchecked(reader.array()?);
            Ok(Tip { author, seq: reader.varint32()?, change: ChangeHash(reader.array()?) })
        });
        let tips = tips.collect::<Result<_, DecodeError>>()?;
        reader.finish()?;
        Self::of_ascending(tips)
    }

    fn of_ascending(tips: Vec<Tip>) -> Result<Self, DecodeError> {
        let ascends = tips.is_sorted_by(|one, other| one < other);
        if ascends { Ok(Self { tips }) } else { Err(DecodeError::Unsorted("tips of a frontier")) }
    }
}

/// Refuses tips that are not strictly ascending, as [`from_bytes`](Frontier::from_bytes) does.
impl<'de> Deserialize<'de> for Frontier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of_ascending(Vec::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// What of a history the replica with some frontier has.
struct Had {
    /// The last change of each chain, as far as it has it. What lies before is had too.
    ends: Vec<ChangeIndex>,
    /// Whether claims were not counted, since an author has forked between here and there.
    is_contested: bool,
}

impl History {
    /// What is here, said so that others can compare. O(n log n) in the number of chains.
    pub fn frontier(&self) -> Frontier {
        let mut tips: Vec<Tip> = self.chains.tips().map(|tip| self.tip(tip)).collect();
        tips.sort_unstable();
        Frontier { tips }
    }

    /// What a replica with this frontier lacks, as bundles; nothing if it lacks nothing. What this
    /// replica wrote and has not signed yet is left out: a [`Document`](crate::Document) signs it.
    ///
    /// After each has taken in what the other sent, both have the same. Only if an author's chain
    /// forks between the two, so that each has a branch that the other has not seen, a second
    /// exchange may be needed; it always is enough.
    ///
    /// Costs time in the number of chains and in the changes sent, not in the length of the
    /// history. An author that forks between the two makes it look through what the other has, and
    /// send some of that again. Of an opened document, old changes are unpacked if some of them are
    /// sent, or around those that the frontier names.
    pub fn export_for(&self, frontier: &Frontier) -> Vec<u8> {
        self.export_signed_for(frontier, None)
    }

    /// The same, signing what this replica wrote and has not signed yet.
    pub(crate) fn export_signed_for(
        &self,
        frontier: &Frontier,
        keypair: Option<&Keypair>,
    ) -> Vec<u8> {
        let Had { ends, is_contested } = self.had_by(frontier);
        // Where claims do not count, what the known tips depend on tells more than their chains do.
        let lacking = if is_contested { self.not_below(&ends) } else { self.chains.beyond(&ends) };
        self.export_changes(lacking, keypair)
    }

    /// Whether an author has forked between here and the replica with a frontier, as seen from here.
    pub(crate) fn is_contested(&self, frontier: &Frontier) -> bool {
        self.had_by(frontier).is_contested
    }

    fn had_by(&self, frontier: &Frontier) -> Had {
        let (mut ends, unknown) = self.known_tips(frontier);
        let mut highest = vec![None; self.numbered_authors().len()];
        for tip in self.chains.tips() {
            let of_author = &mut highest[self.author_number_of(tip) as usize];
            *of_author = (*of_author).max(Some(self.chains.seq_of(tip)));
        }
        let mut claimed = vec![false; highest.len()];
        let mut is_contested = false;
        for tip in unknown {
            if let Some(author) = self.known_author(&tip.author) {
                claimed[author as usize] = true;
                is_contested |= highest[author as usize] >= Some(tip.seq);
            }
        }
        if !is_contested {
            let is_claimed = |tip: &ChangeIndex| claimed[self.author_number_of(*tip) as usize];
            ends.extend(self.chains.tips().filter(is_claimed));
        }
        Had { ends, is_contested }
    }

    /// The changes here that are tips of a frontier, and its tips that are not here.
    ///
    /// Most tips there are tips here, whose hashes are at hand. Any other can only be what lies at
    /// its seq on a chain of its author. So packs of an archive are unpacked where a tip may lie,
    /// and not for every unknown hash.
    fn known_tips(&self, frontier: &Frontier) -> (Vec<ChangeIndex>, Vec<Tip>) {
        let mut known = Vec::new();
        let rest = self.find(&frontier.tips, self.chains.tips(), &mut known);
        let segments = 0..self.chains.segments();
        let alike = segments.flat_map(|segment| self.numbered_as(&rest, segment));
        let unknown = self.find(&rest, alike, &mut known);
        (known, unknown)
    }

    /// Notes those of some changes that are asked for, and gives the tips that none of them is.
    fn find(
        &self,
        asked: &[Tip],
        here: impl Iterator<Item = ChangeIndex>,
        known: &mut Vec<ChangeIndex>,
    ) -> Vec<Tip> {
        let mut found = BTreeSet::new();
        for change in here {
            let tip = self.tip(change);
            if asked.binary_search(&tip).is_ok() {
                found.insert(tip);
                known.push(change);
            }
        }
        asked.iter().copied().filter(|tip| !found.contains(tip)).collect()
    }

    /// The changes on a segment that have the seq of a tip of their author, each once, however many
    /// tips have it.
    fn numbered_as(&self, asked: &[Tip], segment: u32) -> Vec<ChangeIndex> {
        let (author, _) = self.chains.root_of(segment);
        let (author, seqs) = (self.author(author), self.chains.seqs_of(segment));
        let place = |seq| asked.partition_point(|tip| (tip.author, tip.seq) < (author, seq));
        let within = &asked[place(seqs.start)..place(seqs.end)];
        let alike = within.chunk_by(|one, other| one.seq == other.seq);
        alike.filter_map(|tips| self.chains.numbered(segment, tips[0].seq)).collect()
    }

    fn tip(&self, change: ChangeIndex) -> Tip {
        let (author, seq) = (self.author_of(change), self.chains.seq_of(change));
        Tip { author, seq, change: self.chains.hash_of(change) }
    }
}
