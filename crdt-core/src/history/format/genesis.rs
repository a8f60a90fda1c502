//! The record a document begins with.

use super::tags::Tags;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, DocumentId, domain, sha256_of_parts};
use crate::op::limits::MAX_KEY_BYTES;

/// What a record says of the name of a type: as much as fits.
pub(crate) fn name_in_genesis(name: &str) -> &str {
    let mut end = name.len().min(MAX_KEY_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// The record a document begins with. Its hash is the document's id; it is not a change, has time
/// 0 and travels with every bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    pub(crate) founder: Author,
    pub(crate) salt: [u8; 32],
    pub(crate) schema: String,
    tags: Tags,
}

impl Genesis {
    /// The author that created the document. It has no rights that others lack.
    pub fn founder(&self) -> Author {
        self.founder
    }

    /// The name of the type the document was created with, for people and tools to read. A name
    /// longer than [`MAX_KEY_BYTES`] bytes is cut.
    pub fn type_name(&self) -> &str {
        &self.schema
    }

    /// All tags by number: facts about the document beside its name. This version knows none and
    /// keeps whatever there are; they are part of the document's id.
    pub fn tags(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.tags.entries()
    }

    /// A record for a new document.
    pub(crate) fn new(founder: Author, salt: [u8; 32], schema: &str) -> Self {
        let schema = name_in_genesis(schema).to_owned();
        Self { founder, salt, schema, tags: Tags::NONE }
    }

    /// The document's id.
    pub fn document(&self) -> DocumentId {
        DocumentId(sha256_of_parts(&[domain::GENESIS, &self.to_bytes()]))
    }

    /// Its canonical bytes, whose hash is the document's id.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    /// Reads canonical bytes. Of which document they are, [`document`](Self::document) says.
    ///
    /// # Errors
    /// [`DecodeError`] says why they are no record.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let genesis = Self::read(&mut reader, Author::from_bytes)?;
        reader.finish()?;
        Ok(genesis)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.founder.as_bytes());
        out.extend_from_slice(&self.salt);
        write::bytes(out, self.schema.as_bytes());
        out.extend_from_slice(self.tags.as_bytes());
    }

    /// Passes over a record of which nothing is asked.
    pub(crate) fn skip(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        reader.take(64)?;
        reader.bytes()?;
        Tags::read(reader).map(|_| ())
    }

    /// Reads a record; `author` checks the founder's key.
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        author: impl Fn([u8; 32]) -> Result<Author, DecodeError>,
    ) -> Result<Self, DecodeError> {
        let founder = author(reader.array()?)?;
        let salt = reader.array()?;
        let schema = reader.text()?;
        if schema.len() > MAX_KEY_BYTES {
            return Err(DecodeError::OverLimit("length of the schema name"));
        }
        Ok(Self { founder, salt, schema: schema.to_owned(), tags: Tags::read(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Keypair;
    use crate::op::limits::MAX_TAG_BYTES;

    fn founded(tags: Tags) -> Genesis {
        let founder = Keypair::from_secret_bytes(&[1; 32]).author();
        Genesis { tags, ..Genesis::new(founder, [2; 32], "Note") }
    }

    #[test]
    fn unknown_tags_are_kept_and_hashed() {
        let plain = founded(Tags::NONE);
        let tagged = founded(Tags::new([(7, b"policy".to_vec()), (300, Vec::new())]));
        assert_ne!(plain.document(), tagged.document());
        for genesis in [&plain, &tagged] {
            let again = Genesis::from_bytes(&genesis.to_bytes()).expect("it was written");
            assert_eq!((&again, again.document()), (genesis, genesis.document()));
        }
        let tags: Vec<_> = tagged.tags().collect();
        assert_eq!(tags, [(7, b"policy".as_slice()), (300, b"")]);
        assert_eq!(plain.tags().count(), 0);
    }

    #[test]
    fn tags_have_one_spelling_and_a_limit() {
        let mut bytes = founded(Tags::NONE).to_bytes();
        assert_eq!(bytes.pop(), Some(0), "no tags");
        let with = |tags: &[u8]| Genesis::from_bytes(&[bytes.as_slice(), tags].concat());
        assert_eq!(with(&[]), Err(DecodeError::Truncated));
        assert_eq!(with(&[2, 7, 0, 7, 0]), Err(DecodeError::Unsorted("tags")));
        assert_eq!(with(&[2, 8, 0, 7, 0]), Err(DecodeError::Unsorted("tags")));
        assert_eq!(with(&[0x80, 0]), Err(DecodeError::NonMinimalVarint));
        // A count, a number and a length of three bytes stand before the value.
        let of = |length| founded(Tags::new([(1, vec![0; length])]));
        let most = of(MAX_TAG_BYTES - 5);
        assert_eq!(Genesis::from_bytes(&most.to_bytes()), Ok(most));
        let more = of(MAX_TAG_BYTES - 4).to_bytes();
        assert_eq!(Genesis::from_bytes(&more), Err(DecodeError::OverLimit("bytes of tags")));
    }
}
