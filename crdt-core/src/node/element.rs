use core::fmt;
use core::ops::Range;
use core::str::FromStr;
use core::sync::atomic::{AtomicUsize, Ordering};

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
    pub(crate) fn new(chains: &Chains, id: Id) -> Option<Self> {
        chains.global_name(id).map(|(change, offset)| Self { change, offset })
    }

    pub(super) fn find(self, chains: &Chains) -> Option<Id> {
        chains.find(&self.change, self.offset)
    }
}

/// An element that a change has inserted. Once the change is made,
/// [`Document::element_id`](crate::Document::element_id) names it for good.
///
/// ```
/// # use crdt_core::{Document, Keypair};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut words = Document::<Vec<String>>::create(Keypair::generate()?)?;
/// let new = words.change(|words| words.push("one".into()))?;
/// let one = words.element_id(new).expect("the change has been made");
/// words.change(|words| words.insert(0, "zero".into()))?;
/// assert_eq!(words.read().position_of(one), Some(1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewElement {
    /// Where the change's editors took the element to be.
    pub(crate) id: Id,
    pub(crate) stamp: Stamp,
}

/// Tells apart elements that had the same id while they were inserted: those of different
/// documents, and those of a change that came to nothing from those of the next one. All changes of
/// a document have one stamp until one of them comes to nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Stamp(usize);

impl Stamp {
    /// One that no document of this process has had.
    pub(crate) fn fresh() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Elements that a change has inserted beside each other, the first one first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewElements {
    first: NewElement,
    counters: Range<u32>,
}

impl NewElements {
    pub(super) fn new(first: NewElement, count: usize) -> Self {
        let start = first.id.counter;
        let end = start.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        Self { first, counters: start..end }
    }
}

impl Iterator for NewElements {
    type Item = NewElement;

    fn next(&mut self) -> Option<NewElement> {
        let counter = self.counters.next()?;
        Some(NewElement { id: Id { counter, ..self.first.id }, ..self.first })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.counters.size_hint()
    }
}

impl ExactSizeIterator for NewElements {}

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
