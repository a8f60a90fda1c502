//! Saving in parts, of which most are those of the last time.

use core::fmt;
use std::sync::Arc;

use super::Document;
use crate::codec::mark::SAVED as MAGIC;
use crate::codec::write;
use crate::crypto::{Keypair, domain, sha256_of_parts};
use crate::history::{History, Pack, WrittenHistory};
use crate::node::{CrdtNode, save_state};
use crate::schema::state_hash;

/// What of a document is saved, for [`Document::save_in_parts`]. All of it, unless said otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SaveOptions {
    without_state: bool,
    without_waiting: bool,
}

impl SaveOptions {
    /// All of it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves the state out, as [`Document::save_changes`] does. A [`History`] has none anyway.
    #[must_use]
    pub fn without_state(mut self) -> Self {
        self.without_state = true;
        self
    }

    /// Leaves the bundles out that wait for others, for whoever keeps [these](History::waiting)
    /// elsewhere.
    #[must_use]
    pub fn without_waiting(mut self) -> Self {
        self.without_waiting = true;
        self
    }
}

/// A part of a saved document.
#[derive(Clone)]
pub struct SavedPart {
    kind: PartKind,
    bytes: Bytes,
}

/// What is in a part of a saved document. There is one of each, in this order, but for changes, of
/// which there may be any number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PartKind {
    /// What the whole begins with: its length, and what the document is.
    Head,
    /// Some changes, packed.
    Changes {
        /// How many come before them in the history.
        first: u32,
        /// How many they are.
        count: u32,
    },
    /// How the changes are linked, their signatures, and the bundles that wait for others.
    Outline,
    /// The state.
    State,
    /// A hash of all the others.
    Check,
}

/// The bytes of a part.
#[derive(Clone)]
enum Bytes {
    /// They are kept by the history too.
    Pack(Arc<Pack>),
    Own(Vec<u8>),
}

impl SavedPart {
    fn new(kind: PartKind, bytes: Vec<u8>) -> Self {
        Self { kind, bytes: Bytes::Own(bytes) }
    }

    fn of(pack: Arc<Pack>) -> Self {
        let kind = PartKind::Changes { first: pack.first, count: pack.count };
        Self { kind, bytes: Bytes::Pack(pack) }
    }

    /// What is in it.
    pub fn kind(&self) -> PartKind {
        self.kind
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Pack(pack) => pack.written(),
            Bytes::Own(bytes) => bytes,
        }
    }
}

/// What is in it, and how many bytes there are.
impl fmt::Debug for SavedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = f.debug_struct("SavedPart");
        part.field("kind", &self.kind).field("bytes", &self.bytes().len()).finish()
    }
}

impl<T: CrdtNode> Document<T> {
    /// The whole document as [`save`](Self::save) gives it, in parts that follow on each other, for
    /// whoever writes only what is new.
    ///
    /// That is everything but changes. Of these, a part that has been saved before has the same
    /// bytes as long as it is there, in this document and in one that was opened from these parts;
    /// [`PartKind::Changes`] tells it apart from others. The last few, if they are small, give way
    /// to one that has what is new as well.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use crdt_core::{Document, Keypair, PartKind, SaveOptions, SavedPart, Text};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
    /// # text.change(|text| text.push_str("Hello"))?;
    /// let mut kept: BTreeMap<PartKind, Vec<u8>> = BTreeMap::new();
    /// let parts = text.save_in_parts(&SaveOptions::new());
    /// kept.retain(|kind, _| parts.iter().any(|part| part.kind() == *kind));
    /// for part in &parts {
    ///     let is_there = matches!(part.kind(), PartKind::Changes { .. })
    ///         && kept.contains_key(&part.kind());
    ///     if !is_there {
    ///         kept.insert(part.kind(), part.bytes().to_vec());
    ///     }
    /// }
    /// let whole: Vec<u8> = kept.into_values().flatten().collect();
    /// assert_eq!(whole, text.save());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Costs time in the size of the state, in the changes that are new since the document was last
    /// saved or opened, and a hash of the bytes. Those of changes are not copied.
    pub fn save_in_parts(&self, options: &SaveOptions) -> Vec<SavedPart> {
        let keypair = self.writer.as_ref().map(|writer| &writer.keypair);
        let is_whole = !options.without_state && !self.partial;
        let state = is_whole.then(|| save_state(&self.state, self.history.chains())).flatten();
        let state = state.map(|state| (state_hash::<T>(), state));
        parts_of(&self.history, keypair, state, options)
    }
}

impl History {
    /// The whole history as [`save`](Self::save) gives it, in parts, as
    /// [`Document::save_in_parts`] says.
    pub fn save_in_parts(&self, options: &SaveOptions) -> Vec<SavedPart> {
        match self.without_unsigned() {
            Some(signed) => parts_of(&signed, None, None, options),
            None => parts_of(self, None, None, options),
        }
    }
}

/// Writes a history and, with the hash of what it depends on of its type, a state.
fn parts_of(
    history: &History,
    keypair: Option<&Keypair>,
    state: Option<([u8; 32], Vec<u8>)>,
    options: &SaveOptions,
) -> Vec<SavedPart> {
    let document = history.document();
    let written = history.written(keypair, !options.without_waiting);
    let state = write_state(state);
    let rest: usize = written.pieces().map(<[u8]>::len).sum();
    let WrittenHistory { head, packs, outline } = written;

    let mut front = MAGIC.to_vec();
    write::length(&mut front, document.as_bytes().len() + rest + state.len());
    front.extend_from_slice(document.as_bytes());
    front.extend_from_slice(&head);
    let mut parts = vec![SavedPart::new(PartKind::Head, front)];
    parts.extend(packs.into_iter().map(SavedPart::of));
    parts.push(SavedPart::new(PartKind::Outline, outline));
    parts.push(SavedPart::new(PartKind::State, state));

    let mut checked: Vec<&[u8]> = vec![domain::SAVED];
    checked.extend(parts.iter().map(SavedPart::bytes));
    let check = sha256_of_parts(&checked);
    parts.push(SavedPart::new(PartKind::Check, check.to_vec()));
    parts
}

fn write_state(state: Option<([u8; 32], Vec<u8>)>) -> Vec<u8> {
    let Some((schema, state)) = state else { return vec![0] };
    let mut out = vec![1];
    out.extend_from_slice(&schema);
    write::bytes(&mut out, &state);
    out
}
