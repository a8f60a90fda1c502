//! From changes to frames.

use crdt_core::sorted::SortedSet;
use crdt_core::{ChangeHash, Genesis, LooseBundle, LooseChange};

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
        self.encode_some(bundle, &bundle.changes().iter().collect::<Vec<_>>())
    }

    /// [Encodes](Self::encode) those changes of a bundle that the other side has not
    /// [named](Self::has_named); all of them if it has named all.
    pub fn encode_unnamed(&mut self, bundle: &LooseBundle) -> Option<Vec<u8>> {
        let unnamed = self.unnamed(bundle);
        if unnamed.is_empty() { self.encode(bundle) } else { self.encode_some(bundle, &unnamed) }
    }

    fn encode_some(&mut self, bundle: &LooseBundle, changes: &[&LooseChange]) -> Option<Vec<u8>> {
        let bytes: usize = changes.iter().map(|change| change.bytes()).sum();
        if changes.is_empty() || bytes > MAX_LIVE_BYTES || bundle.document() != self.document {
            return None;
        }
        let next = self.sending.frames.checked_add(1)?;
        let mut out = vec![0];
        let mut head = self.write_head((bundle, changes.len()), &mut out);
        for change in changes {
            write_change(&mut self.sending.dictionary, change, &mut out);
        }
        out.extend_from_slice(&self.sending.check(changes.iter().map(|change| change.hash())));
        self.sending.frames = next;
        head.set(Head::MUTE, !self.keep_signed(changes));
        out[0] = head.to_byte();
        Some(out)
    }

    /// Whether the other side has named all changes of a bundle in what it sent, as those that it
    /// made or passed on, or that these depend on: so it has them.
    pub fn has_named(&self, bundle: &LooseBundle) -> bool {
        self.unnamed(bundle).is_empty()
    }

    /// The changes of a bundle that the other side has not named, nor any after them on their chains.
    fn unnamed<'a>(&self, bundle: &'a LooseBundle) -> Vec<&'a LooseChange> {
        let named = self.receiving.as_ref().map(|receiving| &receiving.direction.dictionary);
        let is_named = |hash: &ChangeHash| named.is_some_and(|named| named.find(hash).is_some());
        let mut had = SortedSet::new();
        let mut unnamed = Vec::new();
        for change in bundle.changes().iter().rev() {
            if had.contains(&change.hash()) || is_named(&change.hash()) {
                had.extend(change.previous());
            } else {
                unnamed.push(change);
            }
        }
        unnamed.reverse();
        unnamed
    }

    /// Appends what comes before so many changes of a bundle.
    fn write_head(&mut self, (bundle, count): (&LooseBundle, usize), out: &mut Vec<u8>) -> Head {
        let few = u8::try_from(count).ok().filter(|few| *few < Head::MANY);
        let mut head = Head { flags: 0, changes: few.unwrap_or(Head::MANY) };
        head.set(Head::ODD, self.is_odd());
        if few.is_none() {
            write_varint(out, count);
        }
        if self.sending.frames == 0 {
            head.set(Head::FIRST, true);
            // Whoever is sent live changes has been told of the document; a short record goes with
            // the first of them all the same.
            let genesis = bundle.genesis().map(Genesis::to_bytes);
            if let Some(genesis) = genesis.filter(|genesis| genesis.len() <= MAX_LIVE_BYTES) {
                head.set(Head::GENESIS, true);
                write_varint(out, genesis.len());
                out.extend_from_slice(&genesis);
            }
        }
        head.set(Head::ACKNOWLEDGES, self.acknowledge(out));
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
    fn keep_signed(&mut self, changes: &[&LooseChange]) -> bool {
        let signed = changes.iter().filter(|change| change.signature().is_some());
        let has_room = self.unacknowledged.len() + signed.clone().count() <= MAX_UNACKNOWLEDGED;
        if has_room {
            self.unacknowledged.extend(signed.map(|change| change.hash()));
        }
        has_room
    }
}

/// Appends a change, which both sides know from then on.
fn write_change(dictionary: &mut Dictionary, change: &LooseChange, out: &mut Vec<u8>) {
    let (place, base) = write_lead(dictionary, change, out);
    write_varint(out, change.dependencies().len());
    for hash in change.dependencies() {
        write_hash(dictionary, hash, out);
    }
    let tags_and_body = [change.tags(), change.body()].concat();
    patch::write(&base, &tags_and_body, out);
    if let Some(signature) = change.signature() {
        out.extend_from_slice(signature.as_bytes());
        dictionary.note(change.hash());
    }
    let (author, last, seq) = (*change.author().as_bytes(), change.hash(), change.seq());
    dictionary.go_on(place, Chain { author, last, seq, base: tags_and_body });
}

/// Appends who wrote a change and what it follows. Tells the place of the author's chain, and what
/// the change is most likely alike to.
fn write_lead(
    dictionary: &mut Dictionary,
    change: &LooseChange,
    out: &mut Vec<u8>,
) -> (Option<usize>, Vec<u8>) {
    let author = change.author();
    let known = dictionary.chain_of(author.as_bytes());
    let follows = |chain: &Chain| {
        Some(chain.last) == change.previous() && chain.seq.checked_add(1) == Some(change.seq())
    };
    let is_implied = known.is_some_and(|(_, chain)| follows(chain));
    let place = known.map(|(place, _)| place);
    let base = known.map_or(dictionary.any_base(), |(_, chain)| &chain.base).to_vec();
    let code = place.map_or(0, |place| 4 * (place + 1));
    let is_signed = change.signature().is_some();
    write_varint(out, code + 2 * usize::from(!is_implied) + usize::from(is_signed));
    if place.is_none() {
        out.extend_from_slice(author.as_bytes());
    }
    if !is_implied {
        write_varint(out, change.seq() as usize);
        if let Some(previous) = change.previous() {
            write_hash(dictionary, &previous, out);
        }
    }
    (place, base)
}

/// Appends 1 + the place of a hash, or 0 and the hash.
fn write_hash(dictionary: &mut Dictionary, hash: &ChangeHash, out: &mut Vec<u8>) {
    if let Some(place) = dictionary.find(hash) {
        write_varint(out, place + 1);
        dictionary.recall(place);
    } else {
        write_varint(out, 0);
        out.extend_from_slice(hash.as_bytes());
        dictionary.note(*hash);
    }
}
