//! Items, and which symbols each of them is part of.

use core::fmt;

use sha2::{Digest as _, Sha256};

/// What is hashed before a salt: with it, one block of SHA-256.
const DOMAIN: &[u8; 32] = b"crdt-sync items under a new salt";

/// The salt of one session, unknown to everybody before it began.
#[derive(Clone)]
pub struct Salt {
    /// The hash of the domain and the salt so far.
    begun: Sha256,
}

/// Not the salt.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Salt").finish_non_exhaustive()
    }
}

impl Salt {
    /// A salt of 32 bytes that both sides know and that has fresh randomness of both in it.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self { begun: Sha256::new_with_prefix(DOMAIN).chain_update(bytes) }
    }

    /// What stands for something in this session. All items of a set have to be of one kind and
    /// length, as the hashes of changes are, which name an author and a number too.
    pub fn item(&self, bytes: &[u8]) -> Item {
        let hash = self.begun.clone().chain_update(bytes).finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Item(u64::from_be_bytes(first))
    }
}

/// What stands for something in a sketch: 8 bytes of a salted hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Item(u64);

impl Item {
    /// From its 8 bytes.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }

    /// The 8 bytes.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    pub(super) const fn number(self) -> u64 {
        self.0
    }

    /// What tells one item from several that were added up. Items are as good as random, so no key
    /// is needed for it; but it must not be linear.
    pub(super) const fn check(self) -> u32 {
        // Another constant than that of the mapping.
        let mixed = mix(self.0 ^ 0x6a09_e667_f3bc_c908);
        (mixed >> 32) as u32
    }
}

/// The finalizer of `SplitMix64`.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// An item on its way through the symbols that it is part of: the first one, and then number `i`
/// with a probability of about 1 / (1 + i / 2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Mapped {
    pub(super) item: Item,
    /// The next symbol that it is part of.
    pub(super) next: u64,
    random: u64,
}

impl Mapped {
    pub(super) const fn new(item: Item) -> Self {
        Self { item, next: 0, random: item.0 }
    }

    /// Goes on to the symbol after the next. In integers, so that it is the same everywhere: with a
    /// uniform u from 0 to 1 the step is (next + 3/2) * (1 / sqrt(u) - 1), rounded up.
    pub(super) fn advance(&mut self) {
        const ONE: u64 = 1 << 32;
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let root = mix(self.random).isqrt() + 1;
        let twice = (2 * self.next + 3).saturating_mul(ONE - root);
        self.next = self.next.saturating_add(twice.div_ceil(2 * root).max(1));
    }
}
