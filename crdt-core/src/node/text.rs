use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut, Range, RangeBounds};

use serde::{Deserialize, Serialize, Serializer};

use super::difference::differences;
use super::folded::FoldedText;
use super::slice::{TextSlice, bounds, forwards, joined, positions};
use super::{
    CrdtNode, DigestWriter, EditError, ElementId, Fingerprint, Fit, Incoming, Misfit, NodeState,
    Scope, Segment, StateReader, StateWriter, Undone, Writing,
};
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::op::{Action, Id, IdRange, Place, Side};
use crate::schema::{self, SchemaBuilder};
use crate::sequence::{OffsetError, OutOfBounds, Sequence, TextChunk, Unit};

/// Text that merges character by character.
///
/// As a field type this is the same as `String` with `#[crdt(text)]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub String);

impl Deref for Text {
    type Target = String;

    fn deref(&self) -> &String {
        &self.0
    }
}

impl DerefMut for Text {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What `#[crdt(text)]` on a field stands for.
#[derive(Debug)]
pub struct TextField<T>(PhantomData<T>);

/// A type that `#[crdt(text)]` can be put on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a text",
    label = "not a `String`",
    note = "`#[crdt(text)]` is for fields of type `String`"
)]
pub trait TextString: 'static {
    /// From the text.
    fn from_text(text: String) -> Self;
    /// The text.
    fn as_text(&self) -> &str;
}

impl TextString for String {
    fn from_text(text: String) -> Self {
        text
    }

    fn as_text(&self) -> &str {
        self
    }
}

/// The state of a text: its characters (Unicode scalar values) in order, deleted ones as places.
#[derive(Debug, Default)]
pub struct TextState {
    sequence: FoldedText,
}

impl TextState {
    /// The text.
    pub fn to_text(&self, chains: &Chains) -> String {
        let mut text = String::with_capacity(self.sequence.measure(chains).utf8);
        self.sequence.chunks(chains).for_each(|chunk| text.push_str(chunk));
        text
    }

    /// All characters in order, in ranges that may be cut anywhere: what they are, unless they were
    /// deleted.
    pub(super) fn runs(&self, chains: &Chains) -> impl Iterator<Item = (IdRange, Option<&str>)> {
        self.sequence
            .get(chains)
            .contents()
            .map(|(range, chunk)| (range, chunk.map(TextChunk::as_str)))
    }

    /// Whether it is this text, without copying it.
    fn reads_as(&self, text: &str, chains: &Chains) -> bool {
        joined(self.sequence.chunks(chains), text)
    }

    fn insert(&mut self, scope: &mut Scope<'_>, at: usize, text: &str) -> Result<(), EditError> {
        // What is typed comes character by character, and goes on where the one before is.
        if let [ascii @ ..=0x7F] = text.as_bytes() {
            let sequence = self.sequence.get_mut(scope.chains());
            if scope.write_on(*ascii, |id| sequence.type_ascii(at, *ascii, id)) {
                return Ok(());
            }
        }
        self.insert_any(scope, at, text)
    }

    #[inline(never)]
    fn insert_any(
        &mut self,
        scope: &mut Scope<'_>,
        at: usize,
        text: &str,
    ) -> Result<(), EditError> {
        if text.is_empty() {
            let length = self.sequence.len(scope.chains());
            let inside = at <= length;
            return inside.then_some(()).ok_or(EditError::OutOfRange { position: at, length });
        }
        let (id, chains) = (scope.next_id(), scope.chains());
        let sequence = self.sequence.get_mut(chains);
        let placed = sequence.insert_at(at, text, id, scope.time(), chains);
        let (parent, side) = placed.map_err(out_of_range)?;
        scope.write_text(parent, side, text);
        Ok(())
    }

    /// A part of the text.
    fn slice(
        &self,
        range: &impl RangeBounds<usize>,
        chains: &Chains,
    ) -> Result<TextSlice<'_>, EditError> {
        let range = positions(range, self.sequence.len(chains))?;
        Ok(TextSlice::new(self.sequence.get(chains), range))
    }

    fn delete(&mut self, scope: &mut Scope<'_>, range: Range<usize>) -> Result<(), EditError> {
        let range = forwards(range)?;
        scope.pin();
        let chains = scope.chains();
        let sequence = self.sequence.get_mut(chains);
        let mut write = *scope;
        let deleted = scope.deleting(|undo, fresh| {
            let (out, keep) = (|names| write.write_delete(names), &mut undo.texts(fresh));
            sequence.delete_at(range, chains, out, keep)
        });
        deleted.map_err(out_of_range)
    }

    /// Takes an edit back.
    fn take_back(&mut self, op: &Incoming<'_>, undone: &Undone<'_>, chains: &Chains) -> Fit {
        let sequence = self.sequence.get_mut(chains);
        match op.action {
            Action::InsertText { .. } => sequence.take_out(undone.inserted(op.id), chains),
            Action::Delete { .. } => undone.each_text(|names, text| {
                sequence.restore(names, text, chains);
            }),
            _ => return Fit::wrong_kind(),
        }
        Fit::Applied
    }
}

pub(super) fn out_of_range(OutOfBounds { pos, len }: OutOfBounds) -> EditError {
    EditError::OutOfRange { position: pos, length: len }
}

/// Parent and side of an insert's first element.
pub(super) fn parent(place: Place<Id>) -> (Option<Id>, Side) {
    match place {
        Place::Root => (None, Side::Right),
        Place::Child(parent, side) => (Some(parent), side),
    }
}

impl NodeState for TextState {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let (Some(undone), []) = (op.undone, path) {
            return self.take_back(op, undone, chains);
        }
        match (path, &op.action) {
            ([], Action::InsertText { place, text }) => {
                let placed = self.sequence.integrate(op, *place, text, chains);
                placed.map_or(Fit::Inert(Misfit::UnknownElement), |()| Fit::Applied)
            }
            ([], Action::Delete { first, count }) => {
                self.sequence.delete(IdRange::new(*first, *count), chains);
                Fit::Applied
            }
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, mut scope: Scope<'_>) {
        let length = self.sequence.len(scope.chains());
        if length == 0 {
            return;
        }
        let cleared = self.delete(&mut scope, 0..length);
        debug_assert!(cleared.is_ok(), "the range is the whole text");
    }

    fn is_blank(&self) -> bool {
        self.sequence.is_blank()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.runs(self.sequence.get(digest.chains()).runs());
        digest.bytes(self.to_text(digest.chains()).as_bytes());
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.sequence.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        self.sequence = FoldedText::load(reader)?;
        Ok(())
    }
}

/// Reads a text. Positions are Unicode scalar values unless said otherwise.
///
/// Whoever looks first after many ops came from elsewhere has them laid out: O(n log n) in their
/// number, beside what is said of each method.
#[derive(Clone, Copy)]
pub struct TextView<'a> {
    state: &'a TextState,
    chains: &'a Chains,
}

macro_rules! read_text {
    () => {
        /// How many Unicode scalar values there are. O(1).
        pub fn len(&self) -> usize {
            self.state.sequence.len(self.chains())
        }

        /// Whether there is no text.
        pub fn is_empty(&self) -> bool {
            self.len() == 0
        }

        /// How many bytes the text takes in UTF-8. O(1).
        pub fn len_utf8(&self) -> usize {
            self.state.sequence.measure(self.chains()).utf8
        }

        /// How many code units the text takes in UTF-16. O(1).
        pub fn len_utf16(&self) -> usize {
            self.state.sequence.measure(self.chains()).utf16
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

        /// Where a character is now; `None` if it is not in this text or has been deleted. O(log n).
        pub fn position_of(&self, character: ElementId) -> Option<usize> {
            self.sequence().position(character.find(self.chains())?)
        }

        /// The position of a byte offset in UTF-8. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end, [`EditError::NotOnBoundary`] within a
        /// character.
        pub fn position_of_utf8(&self, offset: usize) -> Result<usize, EditError> {
            position_of(self.sequence(), Unit::Utf8, offset)
        }

        /// The position of an offset in UTF-16 code units. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end, [`EditError::NotOnBoundary`] within a
        /// surrogate pair.
        pub fn position_of_utf16(&self, offset: usize) -> Result<usize, EditError> {
            position_of(self.sequence(), Unit::Utf16, offset)
        }

        /// The byte offset in UTF-8 of a position. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end.
        pub fn utf8_of_position(&self, position: usize) -> Result<usize, EditError> {
            offset_of(self.sequence(), Unit::Utf8, position)
        }

        /// The offset in UTF-16 code units of a position. O(log n).
        ///
        /// # Errors
        /// [`EditError::OutOfRange`] beyond the end.
        pub fn utf16_of_position(&self, position: usize) -> Result<usize, EditError> {
            offset_of(self.sequence(), Unit::Utf16, position)
        }
    };
}

fn position_of(
    sequence: &Sequence<TextChunk>,
    unit: Unit,
    offset: usize,
) -> Result<usize, EditError> {
    let length = || match unit {
        Unit::Utf8 => sequence.measure().utf8,
        Unit::Utf16 => sequence.measure().utf16,
    };
    sequence.index_of(unit, offset).map_err(|error| match error {
        OffsetError::OutOfBounds => EditError::OutOfRange { position: offset, length: length() },
        OffsetError::InsideChar => EditError::NotOnBoundary(offset),
    })
}

fn offset_of(
    sequence: &Sequence<TextChunk>,
    unit: Unit,
    position: usize,
) -> Result<usize, EditError> {
    let length = sequence.len();
    sequence.offset_of(unit, position).map_err(|_| EditError::OutOfRange { position, length })
}

impl<'a> TextView<'a> {
    read_text!();

    fn chains(&self) -> &'a Chains {
        self.chains
    }

    fn sequence(&self) -> &'a Sequence<TextChunk> {
        self.state.sequence.get(self.chains)
    }

    /// The pieces of the text in order; joined they are the text. Where it is cut says nothing: it
    /// differs between replicas.
    pub fn chunks(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.state.sequence.chunks(self.chains)
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
        self.state.slice(&range, self.chains)
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

impl PartialEq<str> for TextView<'_> {
    fn eq(&self, other: &str) -> bool {
        self.state.reads_as(other, self.chains)
    }
}

impl PartialEq<&str> for TextView<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<String> for TextView<'_> {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

/// Edits a text. Positions are Unicode scalar values.
pub struct TextEditor<'a> {
    state: &'a mut TextState,
    scope: Scope<'a>,
}

impl TextEditor<'_> {
    read_text!();

    fn chains(&self) -> &Chains {
        self.scope.chains()
    }

    fn sequence(&self) -> &Sequence<TextChunk> {
        self.state.sequence.get(self.chains())
    }

    /// Inserts text so that it begins at a position. O(log n + its length).
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] beyond the end.
    pub fn insert(&mut self, position: usize, text: impl AsRef<str>) -> Result<(), EditError> {
        self.state.insert(&mut self.scope, position, text.as_ref())
    }

    /// Appends text. O(log n + its length).
    ///
    /// # Errors
    /// None at present.
    pub fn push_str(&mut self, text: impl AsRef<str>) -> Result<(), EditError> {
        let end = self.len();
        self.state.insert(&mut self.scope, end, text.as_ref())
    }

    /// Makes the text read as another, by deleting and inserting the characters that differ, so that
    /// what others insert concurrently stays. O(n + m) in the lengths of the two, and more the more
    /// they differ.
    ///
    /// # Errors
    /// None at present.
    pub fn set(&mut self, text: impl AsRef<str>) -> Result<(), EditError> {
        reconcile(self.state, self.scope, text.as_ref())
    }

    /// Reads the pieces of the text in order, as [`TextView::chunks`] does.
    pub fn chunks(&self) -> impl Iterator<Item = &str> {
        self.state.sequence.chunks(self.chains())
    }

    /// Reads the scalar values in order.
    pub fn chars(&self) -> impl Iterator<Item = char> {
        self.chunks().flat_map(str::chars)
    }

    /// Reads the part of the text at a range of positions, without copying it. O(log n) to begin to
    /// read it, then its length.
    ///
    /// # Errors
    /// As [`TextView::slice`].
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Result<TextSlice<'_>, EditError> {
        self.state.slice(&range, self.scope.chains())
    }

    /// Deletes the characters at a range of positions. O(log n) for each stretch of characters that
    /// one author typed in sequence.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if it does not lie within the text, [`EditError::InvertedRange`] if it
    /// ends before it starts.
    pub fn delete(&mut self, range: impl RangeBounds<usize>) -> Result<(), EditError> {
        let range = bounds(&range, || self.len());
        self.state.delete(&mut self.scope, range)
    }

    /// Deletes a range of positions and inserts text in its place. Costs what the two cost.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if the range does not lie within the text,
    /// [`EditError::InvertedRange`] if it ends before it starts.
    pub fn replace(
        &mut self,
        range: impl RangeBounds<usize>,
        text: impl AsRef<str>,
    ) -> Result<(), EditError> {
        let range = bounds(&range, || self.len());
        let (start, text) = (range.start, text.as_ref());
        if start == range.end {
            return self.state.insert(&mut self.scope, start, text);
        }
        self.state.delete(&mut self.scope, range)?;
        if text.is_empty() { Ok(()) } else { self.state.insert(&mut self.scope, start, text) }
    }

    /// Deletes everything that is here. What others insert concurrently stays.
    ///
    /// # Errors
    /// None at present.
    pub fn clear(&mut self) -> Result<(), EditError> {
        self.state.clear(self.scope);
        Ok(())
    }
}

/// The text.
impl fmt::Display for TextEditor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.sequence.chunks(self.chains()).try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for TextEditor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.to_text(self.chains()).fmt(f)
    }
}

fn write(
    state: &mut TextState,
    mut scope: Scope<'_>,
    text: &str,
    how: Writing,
) -> Result<(), EditError> {
    if how == Writing::Difference {
        return reconcile(state, scope, text);
    }
    state.clear(scope);
    state.insert(&mut scope, 0, text)
}

/// Deletes and inserts the characters that differ.
fn reconcile(state: &mut TextState, mut scope: Scope<'_>, text: &str) -> Result<(), EditError> {
    if state.reads_as(text, scope.chains()) {
        return Ok(());
    }
    let old: Vec<char> = state.to_text(scope.chains()).chars().collect();
    let new: Vec<char> = text.chars().collect();
    // What lies before a part is new text already when its turn comes.
    for part in differences(&old, &new) {
        let at = part.new.start;
        state.delete(&mut scope, at..at + part.old.len())?;
        state.insert(&mut scope, at, &String::from_iter(&new[part.new]))?;
    }
    Ok(())
}

#[diagnostic::do_not_recommend]
impl<T: TextString> CrdtNode for TextField<T> {
    type Value = T;
    type State = TextState;
    type View<'a> = TextView<'a>;
    type Editor<'a> = TextEditor<'a>;
    type Kind = super::Nested;

    fn describe(_: &mut SchemaBuilder) -> schema::Node {
        schema::Node::AnyText
    }

    fn view<'a>(state: &'a TextState, chains: &'a Chains) -> TextView<'a> {
        TextView { state, chains }
    }

    fn edit<'a>(state: &'a mut TextState, scope: Scope<'a>) -> TextEditor<'a> {
        TextEditor { state, scope }
    }

    fn value(state: &TextState, chains: &Chains) -> T {
        T::from_text(state.to_text(chains))
    }

    fn write(
        state: &mut TextState,
        scope: Scope<'_>,
        value: T,
        how: Writing,
    ) -> Result<(), EditError> {
        write(state, scope, value.as_text(), how)
    }

    fn fingerprint(value: &T, print: &mut Fingerprint) {
        print.bytes(value.as_text().as_bytes());
    }
}

impl CrdtNode for Text {
    type Value = Self;
    type State = TextState;
    type View<'a> = TextView<'a>;
    type Editor<'a> = TextEditor<'a>;
    type Kind = super::Nested;

    fn describe(_: &mut SchemaBuilder) -> schema::Node {
        schema::Node::AnyText
    }

    fn view<'a>(state: &'a TextState, chains: &'a Chains) -> TextView<'a> {
        TextView { state, chains }
    }

    fn edit<'a>(state: &'a mut TextState, scope: Scope<'a>) -> TextEditor<'a> {
        TextEditor { state, scope }
    }

    fn value(state: &TextState, chains: &Chains) -> Self {
        Self(state.to_text(chains))
    }

    fn write(
        state: &mut TextState,
        scope: Scope<'_>,
        value: Self,
        how: Writing,
    ) -> Result<(), EditError> {
        write(state, scope, &value.0, how)
    }

    fn fingerprint(value: &Self, print: &mut Fingerprint) {
        print.bytes(value.0.as_bytes());
    }
}
