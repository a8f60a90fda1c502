//! The messages of a connection, byte by byte. A frame is any number of them, one after the other.

use crdt_core::{Author, ChangeHash, DocumentId, ShortTip, Signature};

use crate::sketch::{Item, MAX_SYMBOLS, SYMBOL_BYTES};

use super::closing::{Close, CloseReason};
use super::presence::{MAX_PRESENCE, Presence};
use super::violation::Malformed;
use super::wire::{Reader, put_bytes, put_hashes, put_varint};

/// The most bytes of a frame.
pub(super) const MAX_FRAME: usize = 1 << 20;
/// The most bytes of a piece of a bundle or frontier.
pub(super) const PIECE: usize = 1 << 16;
/// The most heads or tips of a message.
pub(super) const MAX_TIPS: usize = 16_384;
/// The most bytes of a message from peer to peer.
pub(super) const MAX_MESSAGE: usize = 8192;
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
    /// The heads are those that the other side has stated; up to which bundle all have been taken in, and
    /// whether there is no record of the document.
    Same { handle: u64, taken: u64, lacks_genesis: bool },
    /// The tips of all chains in few bytes, and whether there is no record of the document.
    Tips { handle: u64, lacks_genesis: bool, tips: Vec<ShortTip> },
    /// Which of the tips that the other side has said are here, and what tips there are beside them.
    Differing { handle: u64, known: Vec<bool>, tips: Vec<ShortTip> },
    /// A piece of a frontier, whether it answers one, and whether there is no record of the document.
    Frontier { handle: u64, answers: bool, lacks_genesis: bool, piece: Piece<'a> },
    /// A piece of a bundle.
    Bundle { handle: u64, number: u64, piece: Piece<'a> },
    /// A live change in shorthand, with a number among the bundles.
    Live { handle: u64, number: u64, bytes: &'a [u8] },
    /// A live change was not understood: which era of the shorthand is over.
    Lost { handle: u64, era: u8 },
    /// Symbols of a sketch of all tips, how many came before them, and whether there is no record of the
    /// document.
    Sketch { handle: u64, at: u64, lacks_genesis: bool, symbols: &'a [u8] },
    /// More symbols are needed.
    More { handle: u64 },
    /// Which items of a sketch are of tips that are not here, and the tips here that are not in it.
    Sketched { handle: u64, theirs: Vec<Item>, tips: Vec<ShortTip> },
    /// A set of documents that this side follows: by which numbers they go, how many they are, a hash of
    /// their ids, and symbols of a sketch of what they are.
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
    /// All that the other side lacked has been sent; eight bytes for the heads, and whether there is no
    /// record of the document.
    Done { handle: u64, lacks_genesis: bool, heads: Digest },
    /// Everything up to a bundle is durable, and what the heads are now.
    Durable { handle: u64, number: u64, heads: Digest },
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
}

const REFUSED: [Refused; 5] =
    [Refused::Unknown, Refused::Forbidden, Refused::ReadOnly, Refused::Quota, Refused::Busy];

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

/// Writing.
impl Message<'_> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Open { handle, document, statement } => {
                begin(out, kind::OPEN, *handle);
                out.extend_from_slice(document.as_bytes());
                statement.write(out);
            }
            Self::State { handle, statement } => {
                begin(out, kind::STATE, *handle);
                statement.write(out);
            }
            Self::Same { handle, taken, lacks_genesis } => {
                begin(out, kind::SAME, *handle);
                put_varint(out, taken << 1 | u64::from(*lacks_genesis));
            }
            Self::Tips { handle, lacks_genesis, tips } => {
                begin(out, kind::TIPS, *handle);
                out.push(u8::from(*lacks_genesis));
                put_tips(out, tips);
            }
            Self::Differing { handle, known, tips } => {
                begin(out, kind::DIFFERING, *handle);
                put_bits(out, known);
                put_tips(out, tips);
            }
            Self::Frontier { handle, answers, lacks_genesis, piece } => {
                begin(out, kind::FRONTIER, *handle);
                piece.write(u64::from(*answers) | u64::from(*lacks_genesis) << 1, out);
            }
            Self::Bundle { handle, number, piece } => {
                begin(out, kind::BUNDLE, *handle);
                piece.write(*number, out);
            }
            Self::Live { handle, number, bytes } => {
                begin(out, kind::LIVE, *handle);
                put_varint(out, *number);
                put_bytes(out, bytes);
            }
            Self::Sketch { handle, at, lacks_genesis, symbols } => {
                begin(out, kind::SKETCH, *handle);
                put_varint(out, at << 1 | u64::from(*lacks_genesis));
                put_bytes(out, symbols);
            }
            Self::Sketched { handle, theirs, tips } => {
                begin(out, kind::SKETCHED, *handle);
                put_varint(out, theirs.len() as u64);
                for item in theirs {
                    out.extend_from_slice(&item.to_bytes());
                }
                put_tips(out, tips);
            }
            _ => self.write_short(out),
        }
    }

    fn write_of_set(&self, out: &mut Vec<u8>) {
        match self {
            Self::Set { first, count, hash, symbols } => {
                begin(out, kind::SET, *first);
                put_varint(out, *count);
                out.extend_from_slice(hash);
                put_bytes(out, symbols);
            }
            Self::SetSymbols { at, symbols } => {
                begin(out, kind::SET_SYMBOLS, *at);
                put_bytes(out, symbols);
            }
            Self::SetIds { at, ids } => {
                begin(out, kind::SET_IDS, *at);
                put_varint(out, ids.len() as u64);
                for id in ids {
                    out.extend_from_slice(id.as_bytes());
                }
            }
            Self::SetDigests { at, digests } => {
                begin(out, kind::SET_DIGESTS, *at);
                put_varint(out, digests.len() as u64);
                for digest in digests {
                    out.extend_from_slice(digest);
                }
            }
            Self::SetUnknown => out.push(kind::SET_UNKNOWN),
            Self::SetMore => out.push(kind::SET_MORE),
            Self::SetList => out.push(kind::SET_LIST),
            Self::SetSettled { heads } => {
                out.push(kind::SET_SETTLED);
                out.extend_from_slice(heads);
            }
            _ => {}
        }
    }

    fn write_short(&self, out: &mut Vec<u8>) {
        match self {
            Self::Done { handle, lacks_genesis, heads } => {
                begin(out, kind::DONE, *handle);
                out.push(u8::from(*lacks_genesis));
                out.extend_from_slice(heads);
            }
            Self::Durable { handle, number, heads } => {
                begin(out, kind::DURABLE, *handle);
                put_varint(out, *number);
                out.extend_from_slice(heads);
            }
            Self::Refuse { handle, reason } => {
                begin(out, kind::REFUSE, *handle);
                out.push(*reason as u8);
            }
            Self::Leave { handle } => begin(out, kind::LEAVE, *handle),
            Self::More { handle } => begin(out, kind::MORE, *handle),
            Self::Lost { handle, era } => {
                begin(out, kind::LOST, *handle);
                out.push(*era);
            }
            Self::Ping { number, heads } => {
                begin(out, kind::PING, *number);
                out.extend_from_slice(heads);
            }
            Self::Pong { number, heads } => {
                begin(out, kind::PONG, *number);
                out.extend_from_slice(heads);
            }
            Self::Presence { handle, presence } => {
                begin(out, kind::PRESENCE, *handle);
                out.extend_from_slice(presence.author.as_bytes());
                put_varint(out, presence.session);
                put_varint(out, presence.number);
                put_bytes(out, &presence.bytes);
                out.extend_from_slice(presence.signature.as_bytes());
            }
            Self::Peer { peer, bytes } => {
                out.push(kind::PEER);
                out.extend_from_slice(peer.as_bytes());
                put_bytes(out, bytes);
            }
            Self::Goodbye(close) => {
                begin(out, kind::GOODBYE, close.reason as u64);
                put_varint(out, close.retry_after.map_or(0, |after| after.saturating_add(1)));
                put_bytes(out, shortened(&close.text).as_bytes());
            }
            _ => self.write_of_set(out),
        }
    }
}

fn begin(out: &mut Vec<u8>, kind: u8, number: u64) {
    out.push(kind);
    put_varint(out, number);
}

fn put_tips(out: &mut Vec<u8>, tips: &[ShortTip]) {
    put_varint(out, tips.len() as u64);
    for tip in tips {
        out.extend_from_slice(&tip.author);
        put_varint(out, tip.seq.into());
        out.extend_from_slice(&tip.change);
    }
}

fn put_bits(out: &mut Vec<u8>, bits: &[bool]) {
    put_varint(out, bits.len() as u64);
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    out.extend(bits.chunks(8).map(byte));
}

/// As much of a text as may be sent.
fn shortened(text: &str) -> &str {
    let end = (0..=MAX_REASON.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

impl<'a> Piece<'a> {
    /// Writes it after what it is a piece of.
    fn write(&self, of: u64, out: &mut Vec<u8>) {
        let goes_on = self.at > 0;
        put_varint(out, of << 2 | u64::from(goes_on) << 1 | u64::from(self.more));
        if goes_on {
            put_varint(out, self.at);
        }
        put_bytes(out, self.bytes);
    }

    fn read(reader: &mut Reader<'a>) -> Result<(u64, Self), Malformed> {
        let flags = reader.varint()?;
        let at = if flags & 2 == 0 { 0 } else { reader.varint()? };
        if flags & 2 != 0 && at == 0 {
            return Err(Malformed::Integer);
        }
        let bytes = reader.bytes(MAX_FRAME)?;
        Ok((flags >> 2, Self { at, more: flags & 1 != 0, bytes }))
    }
}

impl Statement {
    fn write(&self, out: &mut Vec<u8>) {
        let is_hash = matches!(self.heads, Heads::Hash(_));
        let flags = [self.lacks_genesis, self.exact, is_hash];
        let flags = flags.into_iter().rev().fold(0, |all, flag| all << 1 | u64::from(flag));
        put_varint(out, self.taken << 3 | flags);
        match &self.heads {
            Heads::All(heads) => put_hashes(out, heads),
            Heads::Hash(hash) => out.extend_from_slice(hash),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let flags = reader.varint()?;
        let heads = if flags & 4 == 0 {
            Heads::All(reader.hashes(MAX_HEADS)?)
        } else {
            Heads::Hash(reader.array()?)
        };
        let (lacks_genesis, exact) = (flags & 1 != 0, flags & 2 != 0);
        Ok(Self { heads, taken: flags >> 3, lacks_genesis, exact })
    }
}

/// Reading.
impl<'a> Message<'a> {
    /// The next message of a frame.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let kind = reader.byte()?;
        if kind >= kind::SET {
            return Self::read_of_set(kind, reader);
        }
        if kind == kind::PEER {
            let peer = Author::from_bytes(reader.array()?).map_err(|_| Malformed::Key)?;
            return Ok(Self::Peer { peer, bytes: reader.bytes(MAX_MESSAGE)? });
        }
        let handle = reader.varint()?;
        Ok(match kind {
            kind::OPEN => {
                let document = DocumentId::from_bytes(reader.array()?);
                Self::Open { handle, document, statement: Statement::read(reader)? }
            }
            kind::STATE => Self::State { handle, statement: Statement::read(reader)? },
            kind::SAME => {
                let taken = reader.varint()?;
                Self::Same { handle, taken: taken >> 1, lacks_genesis: taken & 1 != 0 }
            }
            kind::TIPS => {
                let lacks_genesis = flag(reader)?;
                Self::Tips { handle, lacks_genesis, tips: tips(reader)? }
            }
            kind::DIFFERING => {
                Self::Differing { handle, known: bits(reader)?, tips: tips(reader)? }
            }
            kind::FRONTIER => {
                let (flags, piece) = Piece::read(reader)?;
                if flags > 3 {
                    return Err(Malformed::Integer);
                }
                let (answers, lacks_genesis) = (flags & 1 != 0, flags & 2 != 0);
                Self::Frontier { handle, answers, lacks_genesis, piece }
            }
            kind::BUNDLE => {
                let (number, piece) = Piece::read(reader)?;
                Self::Bundle { handle, number, piece }
            }
            kind::LIVE => {
                Self::Live { handle, number: reader.varint()?, bytes: reader.bytes(MAX_LIVE)? }
            }
            kind::SKETCH => {
                let at = reader.varint()?;
                let (at, lacks_genesis) = (at >> 1, at & 1 != 0);
                Self::Sketch {
                    handle,
                    at,
                    lacks_genesis,
                    symbols: reader.bytes(MAX_SYMBOLS * SYMBOL_BYTES)?,
                }
            }
            kind::SKETCHED => {
                let count = reader.count(8)?;
                if count > MAX_SYMBOLS {
                    return Err(Malformed::TooLong);
                }
                let item = |_| Ok(Item::from_bytes(reader.array()?));
                let theirs = (0..count).map(item).collect::<Result<Vec<_>, Malformed>>()?;
                if !theirs.is_sorted_by(|one, other| one < other) {
                    return Err(Malformed::Unsorted);
                }
                Self::Sketched { handle, theirs, tips: tips(reader)? }
            }
            _ => Self::read_short(kind, handle, reader)?,
        })
    }

    fn read_of_set(kind: u8, reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        const MOST: usize = MAX_SYMBOLS * SYMBOL_BYTES;
        Ok(match kind {
            kind::SET => Self::Set {
                first: reader.varint()?,
                count: reader.varint()?,
                hash: reader.array()?,
                symbols: reader.bytes(MOST)?,
            },
            kind::SET_SYMBOLS => {
                Self::SetSymbols { at: reader.varint()?, symbols: reader.bytes(MOST)? }
            }
            kind::SET_IDS => {
                let at = reader.varint()?;
                let id = |reader: &mut Reader<'_>| Ok(DocumentId::from_bytes(reader.array()?));
                let ids = (0..reader.count(32)?).map(|_| id(reader)).collect::<Result<_, _>>()?;
                Self::SetIds { at, ids }
            }
            kind::SET_DIGESTS => {
                let at = reader.varint()?;
                let digests = (0..reader.count(8)?).map(|_| reader.array());
                Self::SetDigests { at, digests: digests.collect::<Result<_, _>>()? }
            }
            kind::SET_UNKNOWN => Self::SetUnknown,
            kind::SET_MORE => Self::SetMore,
            kind::SET_LIST => Self::SetList,
            kind::SET_SETTLED => Self::SetSettled { heads: reader.array()? },
            other => return Err(Malformed::Kind(other)),
        })
    }

    fn read_short(kind: u8, handle: u64, reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(match kind {
            kind::DONE => {
                Self::Done { handle, lacks_genesis: flag(reader)?, heads: reader.array()? }
            }
            kind::DURABLE => {
                Self::Durable { handle, number: reader.varint()?, heads: reader.array()? }
            }
            kind::REFUSE => {
                let reason = reader.byte()?;
                let reason = REFUSED.into_iter().find(|known| *known as u8 == reason);
                Self::Refuse { handle, reason: reason.ok_or(Malformed::Kind(kind))? }
            }
            kind::LEAVE => Self::Leave { handle },
            kind::MORE => Self::More { handle },
            kind::LOST => Self::Lost { handle, era: reader.byte()? },
            kind::PING => Self::Ping { number: handle, heads: reader.array()? },
            kind::PONG => Self::Pong { number: handle, heads: reader.array()? },
            kind::PRESENCE => Self::Presence { handle, presence: presence(reader)? },
            kind::GOODBYE => {
                let reason = CloseReason::of(handle);
                let retry_after = reader.varint()?.checked_sub(1);
                let text = reader.text(MAX_REASON)?.to_owned();
                Self::Goodbye(Close { reason, retry_after, text })
            }
            other => return Err(Malformed::Kind(other)),
        })
    }
}

fn presence(reader: &mut Reader<'_>) -> Result<Presence, Malformed> {
    Ok(Presence {
        author: Author::from_bytes(reader.array()?).map_err(|_| Malformed::Key)?,
        session: reader.varint()?,
        number: reader.varint()?,
        bytes: reader.bytes(MAX_PRESENCE)?.to_vec(),
        signature: Signature::from_bytes(reader.array()?),
    })
}

fn flag(reader: &mut Reader<'_>) -> Result<bool, Malformed> {
    match reader.byte()? {
        flag @ 0..=1 => Ok(flag == 1),
        _ => Err(Malformed::Integer),
    }
}

/// Tips, strictly ascending.
fn tips(reader: &mut Reader<'_>) -> Result<Vec<ShortTip>, Malformed> {
    let count = reader.count(17)?;
    if count > MAX_TIPS {
        return Err(Malformed::TooLong);
    }
    let tip = |_| {
        let author = reader.array()?;
        Ok(ShortTip { author, seq: reader.varint32()?, change: reader.array()? })
    };
    let tips = (0..count).map(tip).collect::<Result<Vec<_>, _>>()?;
    if tips.is_sorted_by(|one, other| one < other) { Ok(tips) } else { Err(Malformed::Unsorted) }
}

fn bits(reader: &mut Reader<'_>) -> Result<Vec<bool>, Malformed> {
    let count = usize::try_from(reader.varint()?).map_err(|_| Malformed::TooLong)?;
    if count > MAX_TIPS {
        return Err(Malformed::TooLong);
    }
    let bytes = reader.take(count.div_ceil(8))?;
    let bit = |place: usize| bytes[place / 8] >> (place % 8) & 1 != 0;
    let is_padded = (count..bytes.len() * 8).any(bit);
    if is_padded { Err(Malformed::Integer) } else { Ok((0..count).map(bit).collect()) }
}
