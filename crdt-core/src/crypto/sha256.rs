//! SHA-256 (FIPS 180-4) over messages that are at hand as a whole. Most are shorter than a block or
//! two, where keeping a buffer costs more than hashing.

use sha2::block_api::compress256;

/// Bytes of a block.
const BLOCK: usize = 64;
/// Bytes of a message's length at its end.
const LENGTH: usize = 8;

/// The state after some whole blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Midstate {
    state: [u32; 8],
    /// Bytes taken in.
    length: u64,
}

impl Midstate {
    /// The state before the first block.
    pub(crate) const INITIAL: Self = Self {
        state: [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ],
        length: 0,
    };

    /// The state after further blocks.
    pub(crate) fn after(mut self, blocks: &[[u8; BLOCK]]) -> Self {
        compress256(&mut self.state, blocks);
        self.length += (blocks.len() * BLOCK) as u64;
        self
    }

    /// The hash of everything taken in, followed by `rest`.
    pub(crate) fn finish(mut self, rest: &[u8]) -> [u8; 32] {
        let bits = (self.length + rest.len() as u64) * 8;
        let (blocks, tail) = rest.as_chunks();
        if !blocks.is_empty() {
            compress256(&mut self.state, blocks);
        }
        // The end: a single bit, zeros, and the length in bits.
        let mut last = [0; BLOCK];
        last[..tail.len()].copy_from_slice(tail);
        last[tail.len()] = 0x80;
        if tail.len() >= BLOCK - LENGTH {
            compress256(&mut self.state, &[last]);
            last = [0; BLOCK];
        }
        last[BLOCK - LENGTH..].copy_from_slice(&bits.to_be_bytes());
        compress256(&mut self.state, &[last]);
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        hash
    }
}

/// SHA-256 of a message.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    Midstate::INITIAL.finish(message)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::{BLOCK, Midstate, sha256};

    #[test]
    fn messages_of_every_length() {
        let message: Vec<u8> = (0..300u32).map(|place| (place * 7).to_le_bytes()[0]).collect();
        for length in 0..message.len() {
            let message = &message[..length];
            let expected: [u8; 32] = Sha256::digest(message).into();
            assert_eq!(sha256(message), expected, "{length} bytes");
            let (blocks, rest) = message.as_chunks::<BLOCK>();
            let begun = Midstate::INITIAL.after(blocks);
            assert_eq!(begun.finish(rest), expected, "{length} bytes");
        }
    }
}
