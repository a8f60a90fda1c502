//! From messages to bytes.

use crdt_core::ShortTip;

use super::{Heads, MAX_REASON, Message, Piece, Statement, kind};
use crate::protocol::wire::{put_bytes, put_hashes, put_varint};

impl Message<'_> {
    pub(in crate::protocol) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bundle { handle, number, piece } => {
                begin(out, kind::BUNDLE, *handle);
                piece.write(*number, out);
            }
            Self::Live { handle, number, bytes } => {
                begin(out, kind::LIVE, *handle);
                put_varint(out, *number);
                put_bytes(out, bytes);
            }
            Self::Open { .. }
            | Self::State { .. }
            | Self::Same { .. }
            | Self::Done { .. }
            | Self::Durable { .. } => self.write_heads(out),
            Self::Tips { .. }
            | Self::Differing { .. }
            | Self::Frontier { .. }
            | Self::Sketch { .. }
            | Self::Sketched { .. } => self.write_tips(out),
            _ => self.write_short(out),
        }
    }

    /// What a replica is.
    fn write_heads(&self, out: &mut Vec<u8>) {
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
            Self::Same { handle, taken, lacks_genesis, heads } => {
                begin(out, kind::SAME, *handle);
                put_varint(out, taken << 1 | u64::from(*lacks_genesis));
                out.extend_from_slice(heads);
            }
            Self::Done { handle, lacks_genesis, heads } => {
                begin(out, kind::DONE, *handle);
                out.push(u8::from(*lacks_genesis));
                out.extend_from_slice(heads);
            }
            Self::Durable { handle, number, run, heads } => {
                begin(out, kind::DURABLE, *handle);
                put_varint(out, *number);
                put_varint(out, *run);
                out.extend_from_slice(heads);
            }
            _ => {}
        }
    }

    /// What two replicas differ in.
    fn write_tips(&self, out: &mut Vec<u8>) {
        match self {
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
            _ => {}
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

impl Piece<'_> {
    /// Writes it after what it is a piece of.
    fn write(&self, of: u64, out: &mut Vec<u8>) {
        let goes_on = self.at > 0;
        put_varint(out, of << 2 | u64::from(goes_on) << 1 | u64::from(self.more));
        if goes_on {
            put_varint(out, self.at);
        }
        put_bytes(out, self.bytes);
    }
}

impl Statement {
    fn write(&self, out: &mut Vec<u8>) {
        let is_hash = matches!(self.heads, Heads::Hash(_));
        let flags = [self.lacks_genesis, self.exact, is_hash];
        let flags = flags.into_iter().rev().fold(0, |all, flag| all << 1 | u64::from(flag));
        put_varint(out, self.taken << 3 | flags);
        put_varint(out, self.sent);
        match &self.heads {
            Heads::All(heads) => put_hashes(out, heads),
            Heads::Hash(hash) => out.extend_from_slice(hash),
        }
    }
}
