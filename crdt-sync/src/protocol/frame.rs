//! The messages of a connection, byte by byte. A frame is any number of them, one after the other.

mod reading;
mod writing;

use crdt_core::{Author, ChangeHash, DocumentId, ShortTip};

use crate::sketch::Item;

use super::closing::Close;
use super::presence::Presence;

/// The most bytes of a frame.
pub(crate) const MAX_FRAME: usize = 1 << 20;
/// The most bytes of a piece of a bundle or frontier.
pub(super) const PIECE: usize = 1 << 16;
/// The most heads or tips of a message.
pub(super) const MAX_TIPS: usize = 16_384;
/// The most bytes of a message from peer to peer.
pub(crate) const MAX_MESSAGE: usize = 8192;
/// The most bytes of a live change.
const MAX_LIVE: usize = 1 << 16;
/// The most bytes of a text that says why.
pub(super) const MAX_REASON: usize = 255;

/// Eight bytes that stand for some heads, on one connection.
pub(super) type Digest = [u8; 8];

/// What a side of a connection says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Message<'a> {
    /// A document, by which number it goes from here on, and what is durable of it.
    Open { handle: u64, document: DocumentId, statement: Statement },
    /// What is durable of a document.
    State { handle: u64, statement: Statement },
    /// The heads are those that the other side has stated, by eight bytes; up to which bundle all
    /// have been taken in, and whether there is no record of the document.
    Same { handle: u64, taken: u64, lacks_genesis: bool, heads: Digest },
    /// The tips of all chains in few bytes, and whether there is no record of the document.
    Tips { handle: u64, lacks_genesis: bool, tips: Vec<ShortTip> },
    /// Which of the tips that the other side has said are here, and what tips there are beside
    /// them.
    Differing { handle: u64, known: Vec<bool>, tips: Vec<ShortTip> },
    /// A piece of a frontier, whether it answers one, and whether there is no record of the
    /// document.
    Frontier { handle: u64, answers: bool, lacks_genesis: bool, piece: Piece<'a> },
    /// A piece of a bundle.
    Bundle { handle: u64, number: u64, piece: Piece<'a> },
    /// A live change in shorthand, with a number among the bundles.
    Live { handle: u64, number: u64, bytes: &'a [u8] },
    /// A live change was not understood: which era of the shorthand is over.
    Lost { handle: u64, era: u8 },
    /// Symbols of a sketch of all tips, how many came before them, and whether there is no record
    /// of the document.
    Sketch { handle: u64, at: u64, lacks_genesis: bool, symbols: &'a [u8] },
    /// More symbols are needed.
    More { handle: u64 },
    /// Which items of a sketch are of tips that are not here, and the tips here that are not in it.
    Sketched { handle: u64, theirs: Vec<Item>, tips: Vec<ShortTip> },
    /// A set of documents that this side follows: by which numbers they go, how many they are, a
    /// hash of their ids, and symbols of a sketch of what they are.
    Set { first: u64, count: u64, hash: [u8; 32], symbols: &'a [u8] },
    /// More symbols of it, and how many came before them.
    SetSymbols { at: u64, symbols: &'a [u8] },
    /// Ids of it, and how many came before them.
    SetIds { at: u64, ids: Vec<DocumentId> },
    /// Of each document eight bytes for its heads, and of how many they came before.
    SetDigests { at: u64, digests: Vec<Digest> },
    /// The ids of the set are not known.
    SetUnknown,
    /// More symbols are needed.
    SetMore,
    /// Eight bytes for each are needed.
    SetList,
    /// All but those that were stated or refused are equal; eight bytes for them.
    SetSettled { heads: Digest },
    /// All that the other side lacked has been sent; eight bytes for the heads, and whether there
    /// is no record of the document.
    Done { handle: u64, lacks_genesis: bool, heads: Digest },
    /// So many bundles up to one are durable, and eight bytes for the heads.
    Durable { handle: u64, number: u64, run: u64, heads: Digest },
    /// The document will not be served, or not any more, or is not to be written.
    Refuse { handle: u64, reason: Refused },
    /// The document is not followed any more.
    Leave { handle: u64 },
    /// Asks whether the other side is there; the heads of all documents that are equal.
    Ping { number: u64, heads: Digest },
    /// Answers.
    Pong { number: u64, heads: Digest },
    /// Where somebody is in a document.
    Presence { handle: u64, presence: Presence },
    /// For another peer, or from one.
    Peer { peer: Author, bytes: &'a [u8] },
    /// The connection ends.
    Goodbye(Close),
}

/// A part of what is too long for one message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece<'a> {
    /// How many bytes came before it.
    pub(super) at: u64,
    /// Whether more follows.
    pub(super) more: bool,
    pub(super) bytes: &'a [u8],
}

/// What a replica says of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Statement {
    /// Its heads, which are durable.
    pub(super) heads: Heads,
    /// Bundles up to this one have been taken in, whatever became of them.
    pub(super) taken: u64,
    /// The last bundle that it has sent: what of those has not come is lost.
    pub(super) sent: u64,
    /// Whether it has no record of the document.
    pub(super) lacks_genesis: bool,
    /// Whether abbreviations have failed before, so that the frontier has to be said in full.
    pub(super) exact: bool,
}

/// Heads, as they are stated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Heads {
    /// All of them, at most [`MAX_HEADS`].
    All(Vec<ChangeHash>),
    /// A hash of them, where there are more.
    Hash([u8; 32]),
}

/// The most heads that are stated; of more a hash is.
pub(super) const MAX_HEADS: usize = 8;

/// Why a document is not served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refused {
    /// It is not here. The store has been asked.
    Unknown,
    /// The key may not have it.
    Forbidden,
    /// It may be read and not written.
    ReadOnly,
    /// There is no more room for changes of this key, or in this document.
    Quota,
    /// Not now: the store failed, or too many documents are open.
    Busy,
    /// An app has joined it as a type that it is not of.
    OfAnotherType,
}

impl Refused {
    /// Whether changes are refused, and not the document: it may still be had.
    pub const fn is_of_changes(self) -> bool {
        matches!(self, Self::ReadOnly | Self::Quota)
    }
}

const REFUSED: [Refused; 6] = [
    Refused::Unknown,
    Refused::Forbidden,
    Refused::ReadOnly,
    Refused::Quota,
    Refused::Busy,
    Refused::OfAnotherType,
];

pub(super) mod kind {
    pub(in super::super) const OPEN: u8 = 1;
    pub(in super::super) const STATE: u8 = 2;
    pub(in super::super) const SAME: u8 = 3;
    pub(in super::super) const TIPS: u8 = 4;
    pub(in super::super) const DIFFERING: u8 = 5;
    pub(in super::super) const FRONTIER: u8 = 6;
    pub(in super::super) const BUNDLE: u8 = 7;
    pub(in super::super) const DONE: u8 = 8;
    pub(in super::super) const DURABLE: u8 = 9;
    pub(in super::super) const REFUSE: u8 = 10;
    pub(in super::super) const LEAVE: u8 = 11;
    pub(in super::super) const PING: u8 = 12;
    pub(in super::super) const PONG: u8 = 13;
    pub(in super::super) const PRESENCE: u8 = 14;
    pub(in super::super) const PEER: u8 = 15;
    pub(in super::super) const GOODBYE: u8 = 16;
    pub(in super::super) const LIVE: u8 = 17;
    pub(in super::super) const LOST: u8 = 18;
    pub(in super::super) const SKETCH: u8 = 19;
    pub(in super::super) const MORE: u8 = 20;
    pub(in super::super) const SKETCHED: u8 = 21;
    pub(in super::super) const SET: u8 = 22;
    pub(in super::super) const SET_SYMBOLS: u8 = 23;
    pub(in super::super) const SET_IDS: u8 = 24;
    pub(in super::super) const SET_DIGESTS: u8 = 25;
    pub(in super::super) const SET_UNKNOWN: u8 = 26;
    pub(in super::super) const SET_MORE: u8 = 27;
    pub(in super::super) const SET_LIST: u8 = 28;
    pub(in super::super) const SET_SETTLED: u8 = 29;
}
