//! From bytes to messages.

use crdt_core::{Author, DocumentId, ShortTip, Signature};

use super::{
    Heads, MAX_FRAME, MAX_HEADS, MAX_LIVE, MAX_MESSAGE, MAX_REASON, MAX_TIPS, Message, Piece,
    REFUSED, Statement, kind,
};
use crate::protocol::closing::{Close, CloseReason};
use crate::protocol::presence::{MAX_PRESENCE, Presence};
use crate::protocol::violation::Malformed;
use crate::protocol::wire::Reader;
use crate::sketch::{Item, MAX_SYMBOLS, SYMBOL_BYTES};

impl<'a> Message<'a> {
    /// The next message of a frame.
    pub(in crate::protocol) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let kind = reader.byte()?;
        if kind >= kind::SET {
            return Self::read_of_set(kind, reader);
        }
        if kind == kind::PEER {
            let peer = Author::from_bytes(reader.array()?).map_err(|_| Malformed::Key)?;
            return Ok(Self::Peer { peer, bytes: reader.bytes(MAX_MESSAGE)? });
        }
        let handle = reader.varint()?;
        match kind {
            kind::OPEN | kind::STATE | kind::SAME | kind::DONE | kind::DURABLE => {
                Self::read_heads(kind, handle, reader)
            }
            kind::TIPS | kind::DIFFERING | kind::FRONTIER | kind::SKETCH | kind::SKETCHED => {
                Self::read_tips(kind, handle, reader)
            }
            kind::BUNDLE => {
                let (number, piece) = Piece::read(reader)?;
                Ok(Self::Bundle { handle, number, piece })
            }
            kind::LIVE => {
                let (number, bytes) = (reader.number()?, reader.bytes(MAX_LIVE)?);
                Ok(Self::Live { handle, number, bytes })
            }
            _ => Self::read_short(kind, handle, reader),
        }
    }

    /// What a replica is.
    fn read_heads(kind: u8, handle: u64, reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(match kind {
            kind::OPEN => {
                let document = DocumentId::from_bytes(reader.array()?);
                Self::Open { handle, document, statement: Statement::read(reader)? }
            }
            kind::STATE => Self::State { handle, statement: Statement::read(reader)? },
            kind::SAME => {
                let taken = reader.varint()?;
                let (taken, lacks_genesis) = (taken >> 1, taken & 1 != 0);
                Self::Same { handle, taken, lacks_genesis, heads: reader.array()? }
            }
            kind::DONE => {
                Self::Done { handle, lacks_genesis: flag(reader)?, heads: reader.array()? }
            }
            kind::DURABLE => Self::Durable {
                handle,
                number: reader.number()?,
                run: reader.number()?,
                heads: reader.array()?,
            },
            other => return Err(Malformed::Kind(other)),
        })
    }

    /// What two replicas differ in.
    fn read_tips(kind: u8, handle: u64, reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(match kind {
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
            kind::SKETCH => {
                let at = reader.varint()?;
                let (at, lacks_genesis) = (at >> 1, at & 1 != 0);
                let symbols = reader.bytes(MAX_SYMBOLS * SYMBOL_BYTES)?;
                Self::Sketch { handle, at, lacks_genesis, symbols }
            }
            kind::SKETCHED => {
                Self::Sketched { handle, theirs: items(reader)?, tips: tips(reader)? }
            }
            other => return Err(Malformed::Kind(other)),
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

/// Items of a sketch, strictly ascending.
fn items(reader: &mut Reader<'_>) -> Result<Vec<Item>, Malformed> {
    let count = reader.count(8)?;
    if count > MAX_SYMBOLS {
        return Err(Malformed::TooLong);
    }
    let item = |_| Ok(Item::from_bytes(reader.array()?));
    let items = (0..count).map(item).collect::<Result<Vec<_>, Malformed>>()?;
    if items.is_sorted_by(|one, other| one < other) { Ok(items) } else { Err(Malformed::Unsorted) }
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

impl<'a> Piece<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<(u64, Self), Malformed> {
        let flags = reader.varint()?;
        let at = if flags & 2 == 0 { 0 } else { reader.number()? };
        if flags & 2 != 0 && at == 0 {
            return Err(Malformed::Integer);
        }
        let bytes = reader.bytes(MAX_FRAME)?;
        Ok((flags >> 2, Self { at, more: flags & 1 != 0, bytes }))
    }
}

impl Statement {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let flags = reader.varint()?;
        let sent = reader.number()?;
        let heads = if flags & 4 == 0 {
            Heads::All(reader.hashes(MAX_HEADS)?)
        } else {
            Heads::Hash(reader.array()?)
        };
        let (lacks_genesis, exact) = (flags & 1 != 0, flags & 2 != 0);
        Ok(Self { heads, taken: flags >> 3, sent, lacks_genesis, exact })
    }
}
