use core::fmt;
use core::ops::RangeBounds;

use serde::{Serialize, Serializer};

use super::TextState;
use super::slice::TextSlice;
use crate::history::Chains;
use crate::node::blame::runs;
use crate::node::cursor::{cursor_at, resolve};
use crate::node::positions::positions;
use crate::node::{Blame, BlameRun, Cursor, EditError, ElementId, Resolved};
use crate::op::Side;
use crate::sequence::{Sequence, TextChunk, Unit};

/// Reads a text. Positions are Unicode scalar values unless said otherwise.
///
/// Whoever looks first after many ops came from elsewhere has them laid out: O(n log n) in their
/// number, beside what is said of each method.
#[derive(Clone, Copy)]
pub struct TextView<'a> {
    pub(super) state: &'a TextState,
    pub(super) chains: &'a Chains,
}

/// What a view and an editor of a text read alike.
macro_rules! read_text {
    () => {
        /// How many Unicode scalar values there are. O(1).
        pub fn len(&self) -> usize {
            self.state.len(self.chains())
        }

        /// Whether there is no text.
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// How many bytes the text takes in UTF-8. O(1).
        pub fn len_utf8(&self) -> usize {
            self.state.measure(self.chains()).utf8
        }

        /// How many code units the text takes in UTF-16. O(1).
        pub fn len_utf16(&self) -> usize {
            self.state.measure(self.chains()).utf16
        }

        /// The scalar value at a position; `None` beyond the end. O(log n).
        pub fn char_at(&self, position: usize) -> Option<char> {
            let (chunk, offset) = self.sequence().get(position)?;
            chunk.char_at(offset)
        }

        /// The text as a string.
        pub fn value(&self) -> String {
            self.state.to_text(self.chains())
        }

        /// The id of the character at a position, for a cursor that stays with its character while
        /// others edit; `None` beyond the end, and of a character that the change inserts which is
        /// being made, since that has no hash yet. O(log n).
        pub fn id_at(&self, position: usize) -> Option<ElementId> {
            ElementId::new(self.chains(), self.sequence().id_at(position)?)
        }

        /// Where a character is now; `None` if it is not in this text or has been deleted.
        /// O(log n).
        pub fn position_of(&self, character: ElementId) -> Option<usize> {
            self.sequence().position(character.find(self.chains())?)
        }

        /// The cursor at a position, to be [resolved](Self::resolve) after any change. It goes with
        /// the character on one side of it: with that on the left, what is inserted at it comes to
        /// stand behind it. `None` beyond the end, and beside a character that the change inserts
        /// which is being made. O(log n).
        pub fn cursor(&self, position: usize, side: Side) -> Option<Cursor> {
            cursor_at(self.sequence(), position, side, self.chains())
        }

        /// Where a cursor is now. If the character beside it was deleted it is where that would be,
        /// and is said not to be exact; `None` if that was never in this text. O(log n).
        pub fn resolve(&self, cursor: Cursor) -> Option<Resolved> {
            resolve(self.sequence(), cursor, self.chains())
        }

        /// The position of a byte offset in UTF-8. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end, [`EditError::NotOnBoundary`] within a
        /// character.
        pub fn position_of_utf8(&self, offset: usize) -> Result<usize, EditError> {
            self.sequence().index_of(Unit::Utf8, offset).map_err(EditError::of_offset)
        }

        /// The position of an offset in UTF-16 code units. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end, [`EditError::NotOnBoundary`] within a
        /// surrogate pair.
        pub fn position_of_utf16(&self, offset: usize) -> Result<usize, EditError> {
            self.sequence().index_of(Unit::Utf16, offset).map_err(EditError::of_offset)
        }

        /// The byte offset in UTF-8 of a position. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end.
        pub fn utf8_of_position(&self, position: usize) -> Result<usize, EditError> {
            self.sequence().offset_of(Unit::Utf8, position).map_err(EditError::out_of_bounds)
        }

        /// The offset in UTF-16 code units of a position. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end.
        pub fn utf16_of_position(&self, position: usize) -> Result<usize, EditError> {
            self.sequence().offset_of(Unit::Utf16, position).map_err(EditError::out_of_bounds)
        }
    };
}
pub(super) use read_text;

impl<'a> TextView<'a> {
    read_text!();

    pub(super) fn chains(&self) -> &'a Chains {
        self.chains
    }

    /// Who inserted the characters, in runs of one author. O(pieces of the text) for all of them.
    pub fn blame(&self) -> impl Iterator<Item = BlameRun<'a>> + use<'a> {
        runs(self.sequence(), self.chains)
    }

    /// Who inserted the character at a position, and in which change; `None` beyond the end.
    /// O(log n).
    pub fn blame_at(&self, position: usize) -> Option<Blame> {
        Blame::of(self.chains, self.sequence().id_at(position)?)
    }

    fn sequence(&self) -> &'a Sequence<TextChunk> {
        self.state.sequence(self.chains)
    }

    /// The pieces of the text in order; joined they are the text. Where it is cut says nothing: it
    /// differs between replicas.
    pub fn chunks(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.state.chunks(self.chains)
    }

    /// The scalar values in order.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        self.chunks().flat_map(str::chars)
    }

    /// The part of the text at a range of positions, without copying it. O(log n) to begin to read
    /// it, then its length.
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair, Text};
    /// # let mut document = Document::<Text>::create(Keypair::generate()?)?;
    /// document.change(|text| text.insert(0, "größer"))?;
    /// let text = document.read();
    /// assert_eq!(text.slice(2..4)?, "öß");
    /// assert_eq!(text.slice(4..)?.to_string(), "er");
    /// assert!(text.slice(5..7).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if the range does not lie within the text,
    /// [`EditError::InvertedRange`] if it ends before it starts.
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Result<TextSlice<'a>, EditError> {
        let range = positions(&range, self.len())?;
        Ok(TextSlice::new(self.sequence(), range))
    }
}

/// The text.
impl fmt::Display for TextView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for TextView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.to_text(self.chains()).fmt(f)
    }
}

/// As a string.
impl Serialize for TextView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
