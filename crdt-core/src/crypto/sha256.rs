//! SHA-256 (FIPS 180-4) over messages that are at hand as a whole. Most are shorter than a block or
//! two, where keeping a buffer costs more than hashing.

use sha2::block_api::compress256;

/// Bytes of a block.
const BLOCK: usize = 64;

/// The state after some whole blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Midstate {
    state: [u32; 8],
    /// Bytes taken in.
    length: u64,
}

/// The state before the first block.
const INITIAL: Midstate = Midstate {
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

impl Midstate {
    /// The state after one block.
    pub(crate) fn after(block: [u8; BLOCK]) -> Self {
        let mut state = INITIAL.state;
        compress256(&mut state, &[block]);
        Self { state, length: BLOCK as u64 }
    }

    /// The hash of everything taken in, followed by `rest`.
    pub(crate) fn finish(mut self, rest: &[u8]) -> [u8; 32] {
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        compress256(&mut self.state, blocks);
        // The end: a single bit, zeros, and the length in bits.
        let mut end = [0; 2 * BLOCK];
        end[..tail.len()].copy_from_slice(tail);
        end[tail.len()] = 0x80;
        let bits = (self.length + rest.len() as u64) * 8;
        let size = if tail.len() + 9 > BLOCK { 2 * BLOCK } else { BLOCK };
        end[size - 8..size].copy_from_slice(&bits.to_be_bytes());
        compress256(&mut self.state, end[..size].as_chunks().0);
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        hash
    }
}

/// SHA-256 of a message.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    INITIAL.finish(message)
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
            if let Some((first, rest)) = message.split_first_chunk::<BLOCK>() {
                assert_eq!(Midstate::after(*first).finish(rest), expected, "{length} bytes");
            }
        }
    }
}
