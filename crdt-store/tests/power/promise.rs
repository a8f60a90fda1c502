//! What a child says of what it did, as the lines of its notes.

use std::fmt;

use crdt_core::{Author, ChangeHash, DocumentId};

/// A note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Promise {
    /// The store is written as this author.
    Author(Author),
    /// There is a document.
    Made(DocumentId),
    /// A document has a change, which others get in these bundles.
    Changed(DocumentId, ChangeHash, Vec<u8>),
    /// A document keeps a change until it has what is in these bundles.
    Waits(DocumentId, ChangeHash, Vec<u8>),
    /// A document may not be there any more, from here on.
    Removing(DocumentId),
    /// A document is not there any more.
    Removed(DocumentId),
    /// A copy of the store is complete, with all that was promised before.
    Copied,
    /// All that was promised before is safe from a power cut too, or has left.
    Flushed,
    /// How far the workload is.
    Mark(String),
}

impl Promise {
    /// What a line says.
    pub(crate) fn parse(line: &str) -> Self {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["author", author] => Self::Author(author.parse().unwrap()),
            ["made", id] => Self::Made(id.parse().unwrap()),
            ["changed", id, hash, bytes] => {
                Self::Changed(id.parse().unwrap(), hash.parse().unwrap(), parsed(bytes))
            }
            ["waits", id, hash, bytes] => {
                Self::Waits(id.parse().unwrap(), hash.parse().unwrap(), parsed(bytes))
            }
            ["removing", id] => Self::Removing(id.parse().unwrap()),
            ["removed", id] => Self::Removed(id.parse().unwrap()),
            ["copied"] => Self::Copied,
            ["flushed"] => Self::Flushed,
            _ => Self::Mark(line.to_owned()),
        }
    }

    /// The document that it is about, if it is about one.
    pub(crate) fn document(&self) -> Option<DocumentId> {
        match self {
            Self::Made(id)
            | Self::Changed(id, ..)
            | Self::Waits(id, ..)
            | Self::Removing(id)
            | Self::Removed(id) => Some(*id),
            _ => None,
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Author(author) => write!(out, "author {author}"),
            Self::Made(id) => write!(out, "made {id}"),
            Self::Changed(id, hash, bytes) => write!(out, "changed {id} {hash} {}", Hex(bytes)),
            Self::Waits(id, hash, bytes) => write!(out, "waits {id} {hash} {}", Hex(bytes)),
            Self::Removing(id) => write!(out, "removing {id}"),
            Self::Removed(id) => write!(out, "removed {id}"),
            Self::Copied => write!(out, "copied"),
            Self::Flushed => write!(out, "flushed"),
            Self::Mark(mark) => write!(out, "{mark}"),
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

fn parsed(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}
