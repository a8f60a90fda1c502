//! What both sides know of what one of them has sent: the changes that others most likely follow.
//!
//! Everything here is done by both sides in the same order, so that a place in a list means the
//! same to both. What was used last is at the front, and what is at the end is forgotten first.

use crdt_core::ChangeHash;

use super::{MAX_BASE_BYTES, MAX_CHAINS, MAX_HASHES};

/// The dictionary of one direction.
#[derive(Clone, Default, Debug)]
pub(super) struct Dictionary {
    hashes: Vec<ChangeHash>,
    chains: Vec<Chain>,
}

/// The last change of an author that was sent.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) author: [u8; 32],
    pub(super) last: ChangeHash,
    pub(super) seq: u32,
    /// Its tags and its body, as much as is kept.
    pub(super) base: Vec<u8>,
}

impl Dictionary {
    /// Bytes that it holds at most.
    pub(super) fn held(&self) -> usize {
        self.hashes.capacity() * size_of::<ChangeHash>()
            + self.chains.capacity() * size_of::<Chain>()
            + self.chains.len() * MAX_BASE_BYTES
    }

    /// The place of a hash.
    pub(super) fn find(&self, hash: &ChangeHash) -> Option<usize> {
        self.hashes.iter().position(|known| known == hash)
    }

    /// The hash at a place, which is in front then.
    pub(super) fn recall(&mut self, place: usize) -> Option<ChangeHash> {
        let hash = *self.hashes.get(place)?;
        self.hashes[..=place].rotate_right(1);
        Some(hash)
    }

    /// Puts a hash in front.
    pub(super) fn note(&mut self, hash: ChangeHash) {
        if let Some(place) = self.find(&hash) {
            self.recall(place);
            return;
        }
        self.hashes.truncate(MAX_HASHES - 1);
        self.hashes.insert(0, hash);
    }

    /// The chain of an author, and its place.
    pub(super) fn chain_of(&self, author: &[u8; 32]) -> Option<(usize, &Chain)> {
        self.chains.iter().enumerate().find(|(_, chain)| chain.author == *author)
    }

    /// The chain at a place.
    pub(super) fn chain(&self, place: usize) -> Option<&Chain> {
        self.chains.get(place)
    }

    /// What the first change of an author that is not known is most likely alike to.
    pub(super) fn any_base(&self) -> &[u8] {
        self.chains.first().map_or(&[], |chain| &chain.base)
    }

    /// Takes note of a change as the last one of its author. At its place is what is known of the
    /// author, if anything is.
    pub(super) fn go_on(&mut self, place: Option<usize>, mut chain: Chain) {
        chain.base.truncate(MAX_BASE_BYTES);
        chain.base.shrink_to_fit();
        if let Some(to_place) = place.and_then(|place| self.chains.get_mut(..=place)) {
            to_place.rotate_right(1);
            to_place[0] = chain;
        } else {
            self.chains.truncate(MAX_CHAINS - 1);
            self.chains.insert(0, chain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: usize) -> ChangeHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        ChangeHash::from_bytes(bytes)
    }

    fn chain(author: u8, seq: u32) -> Chain {
        Chain { author: [author; 32], last: hash(0), seq, base: vec![author; 1_000] }
    }

    #[test]
    fn what_was_not_used_for_longest_is_forgotten() {
        let mut dictionary = Dictionary::default();
        (0..MAX_HASHES).for_each(|number| dictionary.note(hash(number)));
        assert_eq!(dictionary.find(&hash(0)), Some(MAX_HASHES - 1));
        assert_eq!(dictionary.recall(MAX_HASHES - 1), Some(hash(0)));
        dictionary.note(hash(2));
        dictionary.note(hash(MAX_HASHES));
        let places = [MAX_HASHES, 2, 0, 1].map(|number| dictionary.find(&hash(number)));
        assert_eq!(places, [Some(0), Some(1), Some(2), None]);
        assert_eq!((dictionary.hashes.len(), dictionary.recall(MAX_HASHES)), (MAX_HASHES, None));
    }

    #[test]
    fn a_chain_is_there_once_and_in_bounds() {
        let mut dictionary = Dictionary::default();
        let most = u8::try_from(MAX_CHAINS).expect("few");
        (0..most).for_each(|author| dictionary.go_on(None, chain(author, 0)));
        let place = dictionary.chain_of(&[0; 32]).map(|(place, _)| place);
        assert_eq!(place, Some(MAX_CHAINS - 1));
        dictionary.go_on(place, chain(0, 1));
        dictionary.go_on(None, chain(most, 0));
        assert_eq!(dictionary.chain_of(&[0; 32]).map(|(at, chain)| (at, chain.seq)), Some((1, 1)));
        assert!(dictionary.chain_of(&[1; 32]).is_none());
        assert!(dictionary.chain(MAX_CHAINS).is_none());
        assert_eq!(dictionary.any_base(), [most; MAX_BASE_BYTES]);
    }
}
