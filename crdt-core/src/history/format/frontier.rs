//! What a replica has, as bytes and as part of a message: the tip of every chain, by author, seq
//! and hash. What follows from it is told in [`had`](crate::history::export::had).

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::codec::mark::FRONTIER as MAGIC;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash};
use crate::sorted::order;

/// The fewest bytes of a tip: an author, a seq and a hash.
const LEAST: usize = 65;

/// What a replica has: the last change of every chain, forks included.
///
/// Another replica finds out with [`export_for`](crate::Document::export_for) what this one lacks.
/// It is sent as bytes, or as part of a message in any format of serde. It says nothing of which
/// document it is of; that goes without saying between those who exchange one, or has to be said
/// beside it.
///
/// It is an honest answer or a lie as any message is. Who lies about what it has gets less than it
/// lacks, or more, and nobody else is affected.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Frontier {
    /// Strictly ascending.
    pub(crate) tips: Vec<Tip>,
}

/// The last change of a chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Tip {
    /// The key is not checked where the tip comes from elsewhere: one that is none is that of no
    /// author here, and verifies nothing.
    #[serde(deserialize_with = "Author::deserialize_unchecked")]
    pub author: Author,
    /// Its number along its author's chain, from 0.
    pub seq: u32,
    /// Its hash.
    pub change: ChangeHash,
}

/// A [`Tip`] said in few bytes: the author and the change by how they begin. It names no one thing
/// surely, since anybody can make keys and changes that begin alike. So what follows from it has to
/// be held against heads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ShortTip {
    /// The first bytes of the author's key.
    pub author: [u8; SHORT],
    /// Its number along its author's chain.
    pub seq: u32,
    /// The first bytes of its hash.
    pub change: [u8; SHORT],
}

/// How many bytes of a key or hash a [`ShortTip`] has.
pub(crate) const SHORT: usize = 8;

/// How a key or hash begins.
pub(crate) fn beginning(bytes: &[u8; 32]) -> [u8; SHORT] {
    core::array::from_fn(|place| bytes[place])
}

impl Tip {
    /// The tip said in few bytes.
    pub fn shortened(&self) -> ShortTip {
        let (author, change) = (self.author.as_bytes(), self.change.as_bytes());
        ShortTip { author: beginning(author), seq: self.seq, change: beginning(change) }
    }
}

impl ShortTip {
    /// A tip that begins so, of an author here, and is not here itself: no hash ends in so many
    /// zeros.
    pub(crate) fn unknown(&self, author: Author) -> Tip {
        let mut change = [0; 32];
        change[..SHORT].copy_from_slice(&self.change);
        Tip { author, seq: self.seq, change: ChangeHash(change) }
    }
}

impl Frontier {
    /// The tips, ascending.
    pub fn tips(&self) -> &[Tip] {
        &self.tips
    }

    /// A frontier of some tips, in any order.
    pub fn of(mut tips: Vec<Tip>) -> Self {
        order::sort(&mut tips);
        tips.dedup();
        Self { tips }
    }

    /// The bytes of the frontier, which are always the same.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        write::length(&mut bytes, self.tips.len());
        for Tip { author, seq, change } in &self.tips {
            bytes.extend_from_slice(author.as_bytes());
            write::varint(&mut bytes, (*seq).into());
            bytes.extend_from_slice(change.as_bytes());
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. O(n).
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are no frontier, or one that is spelled in another way.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        reader.mark(MAGIC)?;
        let tips = (0..reader.count(LEAST)?).map(|_| {
            let author = Author::unchecked(reader.array()?);
            Ok(Tip { author, seq: reader.varint32()?, change: ChangeHash(reader.array()?) })
        });
        let tips = tips.collect::<Result<_, DecodeError>>()?;
        reader.finish()?;
        Self::of_ascending(tips)
    }

    fn of_ascending(tips: Vec<Tip>) -> Result<Self, DecodeError> {
        let ascends = tips.is_sorted_by(|one, other| one < other);
        if ascends { Ok(Self { tips }) } else { Err(DecodeError::Unsorted("tips of a frontier")) }
    }
}

/// Refuses tips that are not strictly ascending, as [`from_bytes`](Frontier::from_bytes) does.
impl<'de> Deserialize<'de> for Frontier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of_ascending(Vec::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
