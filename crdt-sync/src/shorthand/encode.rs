//! From changes to frames.

use crdt_core::{ChangeHash, LooseBundle, LooseChange};

use super::bytes::write_varint;
use super::dictionary::{Chain, Dictionary};
use super::{Head, MAX_LIVE_BYTES, MAX_UNACKNOWLEDGED, Session, patch};

impl Session {
    /// The next frame to send: a bundle in shorthand. Nothing if it is too large for that or of
    /// another document, or there are no changes in it; then it goes as it is. Costs a look at the
    /// dictionary for each hash in it, and nothing is hashed.
    ///
    /// A frame that was made has to be sent, and frames in the order in which they were made.
    pub fn encode(&mut self, bundle: &LooseBundle) -> Option<Vec<u8>> {
        let changes = bundle.changes();
        let bytes: usize = changes.iter().map(LooseChange::bytes).sum();
        if changes.is_empty() || bytes > MAX_LIVE_BYTES || bundle.document() != self.document {
            return None;
        }
        let mut out = vec![0];
        let mut head = self.write_head(bundle, &mut out);
        for change in changes {
            write_change(&mut self.sending.dictionary, change, &mut out);
        }
        out.extend_from_slice(&self.sending.check(changes.iter().map(LooseChange::hash)));
        self.sending.frames += 1;
        head.is_mute = !self.keep_signed(changes);
        out[0] = head.to_byte();
        Some(out)
    }

    /// Appends what comes before the changes.
    fn write_head(&mut self, bundle: &LooseBundle, out: &mut Vec<u8>) -> Head {
        let is_first = self.sending.frames == 0;
        let mut head = Head { is_first, is_odd: self.is_odd(), ..Head::default() };
        let count = bundle.changes().len();
        head.changes = u8::try_from(count).map_or(Head::MANY, |count| count.min(Head::MANY));
        if head.changes == Head::MANY {
            write_varint(out, count);
        }
        if head.is_first {
            // Whoever is sent live changes has been told of the document; a short record goes with
            // the first of them all the same.
            let genesis = bundle.genesis().map(crdt_core::Genesis::to_bytes);
            if let Some(genesis) = genesis.filter(|genesis| genesis.len() <= MAX_LIVE_BYTES) {
                head.has_genesis = true;
                write_varint(out, genesis.len());
                out.extend_from_slice(&genesis);
            }
        }
        head.acknowledges = self.acknowledge(out);
        head
    }

    /// Acknowledges what has been received, if there is anything.
    fn acknowledge(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(receiving) = self.receiving.as_mut().filter(|it| !it.received.is_empty()) else {
            return false;
        };
        write_varint(out, receiving.received.len());
        for hash in receiving.received.drain(..) {
            self.sending.dictionary.note(hash);
        }
        true
    }

    /// Keeps the signed changes of a frame until they are acknowledged, if there is room.
    fn keep_signed(&mut self, changes: &[LooseChange]) -> bool {
        let signed = changes.iter().filter(|change| change.signature().is_some());
        let has_room = self.unacknowledged.len() + signed.clone().count() <= MAX_UNACKNOWLEDGED;
        if has_room {
            self.unacknowledged.extend(signed.map(LooseChange::hash));
        }
        has_room
    }
}

/// Appends a change, which both sides know from then on.
fn write_change(dictionary: &mut Dictionary, change: &LooseChange, out: &mut Vec<u8>) {
    let author = *change.author().as_bytes();
    let known = dictionary.chain_of(&author);
    let follows = |chain: &Chain| {
        Some(chain.last) == change.previous() && chain.seq.checked_add(1) == Some(change.seq())
    };
    let is_implied = known.is_some_and(|(_, chain)| follows(chain));
    let place = known.map(|(place, _)| place);
    let base = known.map_or(dictionary.any_base(), |(_, chain)| &chain.base).to_vec();

    let code = place.map_or(0, |place| 4 * (place + 1));
    let signature = change.signature();
    write_varint(out, code + 2 * usize::from(!is_implied) + usize::from(signature.is_some()));
    if place.is_none() {
        out.extend_from_slice(&author);
    }
    if !is_implied {
        write_varint(out, change.seq() as usize);
        change.previous().iter().for_each(|previous| write_hash(dictionary, previous, out));
    }
    write_varint(out, change.dependencies().len());
    change.dependencies().iter().for_each(|hash| write_hash(dictionary, hash, out));
    let tags_and_body = [change.tags(), change.body()].concat();
    patch::write(&base, &tags_and_body, out);
    if let Some(signature) = signature {
        out.extend_from_slice(signature.as_bytes());
        dictionary.note(change.hash());
    }
    let (last, seq) = (change.hash(), change.seq());
    dictionary.go_on(place, Chain { author, last, seq, base: tags_and_body });
}

/// Appends 1 + the place of a hash, or 0 and the hash.
fn write_hash(dictionary: &mut Dictionary, hash: &ChangeHash, out: &mut Vec<u8>) {
    match dictionary.find(hash) {
        Some(place) => {
            write_varint(out, place + 1);
            dictionary.recall(place);
        }
        None => {
            write_varint(out, 0);
            out.extend_from_slice(hash.as_bytes());
            dictionary.note(*hash);
        }
    }
}
