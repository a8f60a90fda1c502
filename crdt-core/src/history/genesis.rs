use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, DocumentId, domain, sha256_of_parts};
use crate::op::limits::MAX_KEY_BYTES;

/// The record a document begins with. Its hash is the document's id; it is not a change, has time
/// 0 and travels with every bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    pub(crate) founder: Author,
    pub(crate) salt: [u8; 32],
    pub(crate) schema: String,
}

impl Genesis {
    /// The author that created the document. It has no rights that others lack.
    pub fn founder(&self) -> Author {
        self.founder
    }

    /// The name of the type the document was created with, for people and tools to read. A name
    /// longer than [`MAX_KEY_BYTES`] bytes is cut.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// A record for a new document.
    pub(crate) fn new(founder: Author, salt: [u8; 32], schema: &str) -> Self {
        let mut end = schema.len().min(MAX_KEY_BYTES);
        while !schema.is_char_boundary(end) {
            end -= 1;
        }
        Self { founder, salt, schema: schema[..end].to_owned() }
    }

    /// The document's id.
    pub fn document(&self) -> DocumentId {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        DocumentId(sha256_of_parts(&[domain::GENESIS, &bytes]))
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.founder.as_bytes());
        out.extend_from_slice(&self.salt);
        write::bytes(out, self.schema.as_bytes());
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
        Ok(Self { founder, salt, schema: schema.to_owned() })
    }
}
