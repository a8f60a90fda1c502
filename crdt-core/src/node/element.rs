use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::codec::ParseIdError;
use crate::crypto::ChangeHash;
use crate::history::Chains;
use crate::op::Id;

/// Names an element of a list or a character of a text for good: it stays the same when others are
/// inserted or deleted around it, on every replica, and when the document is saved and loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId {
    /// The change that inserted it.
    pub change: ChangeHash,
    /// Which of the change's counters it took, from 0.
    pub offset: u32,
}

impl ElementId {
    pub(super) fn new(chains: &Chains, id: Id) -> Option<Self> {
        chains.global_name(id).map(|(change, offset)| Self { change, offset })
    }

    pub(super) fn find(self, chains: &Chains) -> Option<Id> {
        chains.find(&self.change, self.offset)
    }
}

/// The change's first digits and the offset.
impl fmt::Debug for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ElementId({:?}, {})", self.change, self.offset)
    }
}

/// The change's 64 hexadecimal digits, a colon and the offset.
impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.change, self.offset)
    }
}

/// Reads what `Display` writes.
impl FromStr for ElementId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let (change, offset) = text.split_once(':').ok_or(ParseIdError::NoOffset)?;
        let number: u32 = offset.parse().map_err(|_| ParseIdError::InvalidOffset)?;
        if number.to_string() != offset {
            return Err(ParseIdError::InvalidOffset);
        }
        Ok(Self { change: change.parse()?, offset: number })
    }
}

/// As `Display` writes it in formats for people, as the pair of change and offset in others.
impl Serialize for ElementId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.change, self.offset).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for ElementId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(Printed);
        }
        let (change, offset) = Deserialize::deserialize(deserializer)?;
        Ok(Self { change, offset })
    }
}

/// Reads an id from text.
struct Printed;

impl de::Visitor<'_> for Printed {
    type Value = ElementId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("64 hexadecimal digits, `:` and a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ElementId, E> {
        text.parse().map_err(E::custom)
    }
}
