//! Frontiers.

use super::{Hash, varint};

/// The bytes of a frontier of these tips: author, seq and hash of each.
pub fn frontier(mut tips: Vec<([u8; 32], u32, Hash)>) -> Vec<u8> {
    tips.sort_unstable();
    let mut out = b"CRDF\x01".to_vec();
    varint(&mut out, tips.len() as u64);
    for (author, seq, hash) in tips {
        out.extend(author);
        varint(&mut out, seq.into());
        out.extend(hash);
    }
    out
}
