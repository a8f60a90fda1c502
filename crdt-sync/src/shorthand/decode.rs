//! From frames to bundles.

use crdt_core::{ApplyError, ChangeHash, Genesis, LooseBundle, LooseChange, Signature};

use super::bytes::{Reader, write_varint};
use super::dictionary::{Chain, Dictionary};
use super::{
    Head, MAX_LIVE_BYTES, MAX_UNACKNOWLEDGED, Receiving, Session, ShorthandError as Error, patch,
};

/// What the canonical bytes of a change begin with: the version of their format.
const VERSION: u8 = 1;
/// The least canonical bytes of a change, as the limits of bundles count them.
const LEAST_OF_CHANGE: usize = 75;

impl Session {
    /// What [`History::apply`](crdt_core::History::apply) takes, of the next frame that came: a
    /// bundle with the changes and signatures that the other side encoded. No bytes at all, which
    /// are no bundle, of frames that are skipped until the other side has begun anew. Costs what
    /// hashing the changes does.
    ///
    /// # Errors
    /// [`ShorthandError`](Error) if the frame is not one that follows on those before. The session
    /// has begun anew: the other side has to be [told](Self::lost), and heads to be compared.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Vec<u8>, Error> {
        let result = self.read(frame);
        if result.is_err() {
            self.forget();
        }
        result
    }

    fn read(&mut self, frame: &[u8]) -> Result<Vec<u8>, Error> {
        let mut reader = Reader::new(frame);
        let head = Head::of_byte(reader.byte()?);
        match (&self.receiving, head.has(Head::ODD) == self.is_odd()) {
            // What was on its way when the era before was given up.
            (None, false) => return Ok(Vec::new()),
            (Some(_), false) => return Err(Error::OutOfStep),
            (None, true) if !head.has(Head::FIRST) => return Err(Error::OutOfStep),
            _ => {}
        }
        if head.has(Head::FIRST) {
            self.receiving = Some(Receiving::default());
        }
        let count = match head.changes {
            Head::MANY => reader.count(MAX_LIVE_BYTES / LEAST_OF_CHANGE, "changes")?,
            few => usize::from(few),
        };
        let mut bundle = LooseBundle::new(self.document);
        if head.has(Head::GENESIS) {
            bundle.set_genesis(read_genesis(&mut reader)?)?;
        }
        let Self { receiving: Some(receiving), unacknowledged, .. } = self else {
            return Ok(Vec::new());
        };
        if head.has(Head::ACKNOWLEDGES) {
            let count = reader.count(unacknowledged.len(), "acknowledged changes");
            let count = count.map_err(|_| Error::NothingToAcknowledge)?;
            let acknowledged = unacknowledged.drain(..count);
            acknowledged.for_each(|hash| receiving.direction.dictionary.note(hash));
        }
        receiving.read_changes(&mut reader, count, &mut bundle)?;
        if !head.has(Head::MUTE) {
            receiving.receive_signed(bundle.changes())?;
        }
        let mut out = Vec::new();
        bundle.write(&mut out);
        Ok(out)
    }
}

impl Receiving {
    /// Reads the changes and the check, which is the end.
    fn read_changes(
        &mut self,
        reader: &mut Reader<'_>,
        count: usize,
        bundle: &mut LooseBundle,
    ) -> Result<(), Error> {
        let dictionary = &mut self.direction.dictionary;
        let mut left = MAX_LIVE_BYTES;
        for _ in 0..count {
            read_change(dictionary, reader, left, bundle)?;
            let bytes = bundle.changes().last().map_or(0, LooseChange::bytes);
            left = left.checked_sub(bytes).ok_or(Error::TooLarge("canonical bytes"))?;
        }
        let check: [u8; 4] = reader.array()?;
        if !reader.is_empty() {
            return Err(Error::TrailingBytes);
        }
        let expected = self.direction.check(bundle.changes().iter().map(LooseChange::hash));
        self.direction.frames = self.direction.frames.wrapping_add(1);
        if check == expected { Ok(()) } else { Err(Error::OutOfStep) }
    }

    /// Keeps the signed changes of a frame to acknowledge them. The other side has kept no more.
    fn receive_signed(&mut self, changes: &[LooseChange]) -> Result<(), Error> {
        let signed = changes.iter().filter(|change| change.signature().is_some());
        self.received.extend(signed.map(LooseChange::hash));
        if self.received.len() > MAX_UNACKNOWLEDGED { Err(Error::Unkept) } else { Ok(()) }
    }
}

fn read_genesis(reader: &mut Reader<'_>) -> Result<Genesis, Error> {
    let length = reader.count(MAX_LIVE_BYTES, "record of a document")?;
    let genesis = Genesis::from_bytes(reader.take(length)?);
    genesis.map_err(|error| ApplyError::from(error).into())
}

/// Reads a change of at most so many canonical bytes, which both sides know from then on.
fn read_change(
    dictionary: &mut Dictionary,
    reader: &mut Reader<'_>,
    limit: usize,
    bundle: &mut LooseBundle,
) -> Result<(), Error> {
    let Lead { place, author, seq, previous, base, is_signed } = read_lead(dictionary, reader)?;
    let mut canonical = vec![VERSION];
    canonical.extend_from_slice(bundle.document().as_bytes());
    canonical.extend_from_slice(&author);
    write_varint(&mut canonical, seq as usize);
    if let Some(previous) = previous {
        canonical.extend_from_slice(previous.as_bytes());
    }
    let dependencies = reader.count(limit / 32, "dependencies")?;
    write_varint(&mut canonical, dependencies);
    for _ in 0..dependencies {
        canonical.extend_from_slice(read_hash(dictionary, reader)?.as_bytes());
    }
    let tags_and_body = patch::read(reader, &base, limit)?;
    canonical.extend_from_slice(&tags_and_body);
    let signature = if is_signed { Some(Signature::from_bytes(reader.array()?)) } else { None };
    let hash = bundle.push(&canonical, signature)?;
    if is_signed {
        dictionary.note(hash);
    }
    dictionary.go_on(place, Chain { author, last: hash, seq, base: tags_and_body });
    Ok(())
}

/// What a change begins with.
struct Lead {
    /// That of its author's chain in the dictionary.
    place: Option<usize>,
    author: [u8; 32],
    seq: u32,
    previous: Option<ChangeHash>,
    /// What its tags and its body are a patch of.
    base: Vec<u8>,
    is_signed: bool,
}

fn read_lead(dictionary: &mut Dictionary, reader: &mut Reader<'_>) -> Result<Lead, Error> {
    let code = reader.varint()? as usize;
    let (place, is_implied, is_signed) = ((code / 4).checked_sub(1), code & 2 == 0, code & 1 == 1);
    let (author, follows, base) = match place {
        None => (reader.array()?, None, dictionary.any_base().to_vec()),
        Some(place) => {
            let chain = dictionary.chain(place).ok_or(Error::Unknown("an author"))?;
            (chain.author, is_implied.then_some((chain.seq, chain.last)), chain.base.clone())
        }
    };
    let (seq, previous) = match follows {
        Some((seq, last)) => (seq.checked_add(1), Some(last)),
        None => match reader.varint()? {
            0 => (Some(0), None),
            seq => (Some(seq), Some(read_hash(dictionary, reader)?)),
        },
    };
    let seq = seq.ok_or(Error::TooLarge("number of a change"))?;
    Ok(Lead { place, author, seq, previous, base, is_signed })
}

/// Reads 1 + the place of a hash, or 0 and the hash.
fn read_hash(dictionary: &mut Dictionary, reader: &mut Reader<'_>) -> Result<ChangeHash, Error> {
    if let Some(place) = (reader.varint()? as usize).checked_sub(1) {
        return dictionary.recall(place).ok_or(Error::Unknown("a hash"));
    }
    let hash = ChangeHash::from_bytes(reader.array()?);
    dictionary.note(hash);
    Ok(hash)
}
