//! States as they are saved, so that opening a document does not build its state anew.
//!
//! A state is written in columns, all nodes one after the other in the order of the schema. It is
//! read again only under the schema it was written with (see `schema/saved.rs`); under any other it
//! is built from the changes. What the changes say and this type does not know is not in it: a
//! document with such changes is saved without its state.

use std::sync::Arc;

use super::near::Nearby;
use super::spans::{Order, Orders, check_ids, read_spans, write_spans};
use super::versions::{Version, Versions};
use super::{Blanks, MapKey, NodeState};
use crate::codec::{
    ColumnReader, ColumnWriter, DecodeError, Reader, read_block, read_columns, value, write,
    write_block, write_block_as_it_is, write_columns,
};
use crate::history::Chains;
use crate::op::limits::MAX_PATH_DEPTH;
use crate::op::{Id, Key};
use crate::sequence::{Span, SpanKind};

/// The columns, in the order in which they are written.
#[derive(Clone, Copy)]
enum Column {
    /// How many versions there are of something.
    Versions,
    /// Of each version 1 if it brings an earlier one back, else 0.
    Restored,
    /// How many there are of something else, or which of several things it is.
    Number,
    /// Of what type a key is.
    KeyType,
    /// Of each id its branch.
    Chain,
    /// Of each id its counter, from one of those that it may be [near](Nearby) to.
    Counter,
    /// The stated length of each payload.
    Payload,
    /// The length of each key that has bytes.
    Key,
    /// The length of each text.
    Text,
    /// The length of the order of each text.
    Order,
}

/// How many columns there are.
const COLUMNS: usize = Column::Order as usize + 1;

/// How deep states may be nested. A step of a path leads through a few: a `Json`, what it is as an
/// object, its entries and the one of a key.
const MAX_DEPTH: usize = 8 * MAX_PATH_DEPTH;

/// Writes the state of a document.
#[derive(Debug)]
pub struct StateWriter<'a> {
    chains: &'a Chains,
    columns: [ColumnWriter; COLUMNS],
    /// Payloads of registers and keys of maps.
    content: Vec<u8>,
    /// The visible text of all texts.
    text: String,
    /// The order of all texts.
    orders: Vec<u8>,
    near: Nearby,
    /// Which parts are blank.
    blanks: std::vec::IntoIter<u32>,
    /// Whether there is something that cannot be written.
    incomplete: bool,
}

/// Reads the state of a document.
#[derive(Debug)]
pub struct StateReader<'a> {
    columns: [ColumnReader<'a>; COLUMNS],
    content: Reader<'a>,
    text: &'a str,
    orders: Arc<Orders>,
    /// How much of the orders has been given out.
    ordered: usize,
    near: Nearby,
    chains: &'a Chains,
    depth: usize,
    /// Whether there was a value of which its type reads a part only.
    partial: bool,
    /// How many versions, elements and adds there may still be. An insert makes an element and the
    /// value in it; entries of maps are told apart by their keys instead.
    budget: usize,
}

impl<'a> StateWriter<'a> {
    fn new(chains: &'a Chains, blanks: Blanks<'_>) -> Self {
        Self {
            chains,
            blanks: blanks.into_found(),
            columns: Default::default(),
            content: Vec::new(),
            text: String::new(),
            orders: Vec::new(),
            near: Nearby::default(),
            incomplete: false,
        }
    }

    /// How ops are named and ordered.
    pub(super) fn chains(&self) -> &'a Chains {
        self.chains
    }

    /// The state in bytes, given how blocks are written; `None` if there is something that cannot
    /// be written.
    fn finish(self, block: fn(&mut Vec<u8>, &[u8])) -> Option<Vec<u8>> {
        if self.incomplete {
            return None;
        }
        let mut out = Vec::new();
        block(&mut out, &write_columns(self.columns));
        block(&mut out, &self.content);
        block(&mut out, self.text.as_bytes());
        let mut orders = Vec::new();
        block(&mut orders, &self.orders);
        write::bytes(&mut out, &orders);
        Some(out)
    }

    /// Gives up: something was kept that only a newer type knows.
    pub(super) fn give_up(&mut self) {
        self.incomplete = true;
    }

    fn put(&mut self, column: Column, value: u64) {
        self.columns[column as usize].push(value);
    }

    /// Whether the next part, which is left out if it is blank, is to be written.
    pub(super) fn part(&mut self) -> bool {
        self.found() > 0
    }

    /// How many parts of the next group are written.
    pub(super) fn group(&mut self) {
        let count = self.found();
        self.put(Column::Number, count.into());
    }

    fn found(&mut self) -> u32 {
        let found = self.blanks.next();
        debug_assert!(
            found.is_some(),
            "parts are looked into in the order in which they are written"
        );
        found.unwrap_or_default()
    }

    /// A count or a choice.
    pub(super) fn number(&mut self, number: usize) {
        self.put(Column::Number, number as u64);
    }

    pub(super) fn id(&mut self, id: Id) {
        self.put(Column::Chain, id.chain.into());
        let counter = self.near.fold(id);
        self.put(Column::Counter, counter);
    }

    /// The order of a list.
    pub(super) fn spans(&mut self, spans: &[Span]) {
        write_spans(spans, &mut self.near, &mut self.content);
    }

    /// A register's value in CBOR.
    pub(super) fn payload(&mut self, payload: &[u8]) {
        self.put(Column::Payload, value::stated_length(payload) as u64);
        self.content.extend_from_slice(payload);
    }

    pub(super) fn signed(&mut self, value: i64) {
        write::signed(&mut self.content, value);
    }

    pub(super) fn key(&mut self, key: Key<'_>) {
        match key {
            Key::Bool(bool) => self.put(Column::KeyType, bool.into()),
            Key::Integer(integer) => self.key_bytes(2, &integer.to_le_bytes()),
            Key::Text(text) => self.key_bytes(3, text.as_bytes()),
            Key::Bytes(bytes) => self.key_bytes(4, &bytes),
        }
    }

    fn key_bytes(&mut self, of: u64, bytes: &[u8]) {
        self.put(Column::KeyType, of);
        self.put(Column::Key, bytes.len() as u64);
        self.content.extend_from_slice(bytes);
    }

    /// The values that stand side by side in one place. `write` writes one.
    pub(super) fn versions<V>(
        &mut self,
        versions: &Versions<V>,
        mut write: impl FnMut(&mut Self, &V),
    ) {
        self.put(Column::Versions, versions.iter().count() as u64);
        for version in versions.iter() {
            self.id(version.id);
            self.put(Column::Restored, version.of.is_some().into());
            version.of.into_iter().for_each(|of| self.id(of));
            match version.value {
                Ok(value) => write(self, value),
                Err(_) => self.give_up(),
            }
        }
    }

    /// A text and its order.
    pub(super) fn text<'t>(&mut self, parts: impl Iterator<Item = &'t str>, spans: &[Span]) {
        let (start, before) = (self.text.len(), self.orders.len());
        parts.for_each(|part| self.text.push_str(part));
        if !spans.is_empty() {
            write_spans(spans, &mut Nearby::at(self.near.last()), &mut self.orders);
        }
        let length = self.text.len() - start;
        self.near.pass(u32::try_from(length).unwrap_or(u32::MAX));
        self.put(Column::Text, length as u64);
        self.put(Column::Order, (self.orders.len() - before) as u64);
    }
}

impl<'a> StateReader<'a> {
    fn new(blocks: &'a Blocks, chains: &'a Chains) -> Result<Self, DecodeError> {
        Ok(Self {
            columns: read_columns(&blocks.columns)?,
            content: Reader::new(&blocks.content),
            text: core::str::from_utf8(&blocks.text).map_err(|_| DecodeError::InvalidUtf8)?,
            orders: blocks.orders.clone(),
            ordered: 0,
            near: Nearby::default(),
            chains,
            depth: 0,
            partial: false,
            budget: chains.counters().saturating_mul(2),
        })
    }

    fn finish(&self) -> Result<(), DecodeError> {
        if !self.text.is_empty() {
            return Err(DecodeError::TrailingBytes);
        }
        self.content.finish()?;
        self.columns.iter().try_for_each(ColumnReader::finish)
    }

    /// How ops are named and ordered.
    pub(super) fn chains(&self) -> &'a Chains {
        self.chains
    }

    /// Takes note of a value of which its type reads a part only.
    pub(super) fn keep_partial(&mut self) {
        self.partial = true;
    }

    fn column(&mut self, column: Column) -> &mut ColumnReader<'a> {
        &mut self.columns[column as usize]
    }

    fn read(&mut self, column: Column) -> Result<usize, DecodeError> {
        usize::try_from(self.column(column).read()?).map_err(|_| DecodeError::Truncated)
    }

    /// A count or a choice.
    pub(super) fn number(&mut self) -> Result<usize, DecodeError> {
        self.read(Column::Number)
    }

    /// A count of elements or adds.
    pub(super) fn count(&mut self) -> Result<usize, DecodeError> {
        self.counted(Column::Number)
    }

    /// A count of what there is a bound on.
    fn counted(&mut self, column: Column) -> Result<usize, DecodeError> {
        let count = self.read(column)?;
        self.budget = self.budget.checked_sub(count).ok_or(DecodeError::WrongTotals)?;
        Ok(count)
    }

    /// The id of an op that is here.
    pub(super) fn id(&mut self) -> Result<Id, DecodeError> {
        let chain = self.column(Column::Chain).read_u32()?;
        let counter = self.column(Column::Counter).read()?;
        let id = self.near.unfold(chain, counter)?;
        check_ids(id, 1, self.chains)?;
        Ok(id)
    }

    /// The order of a list.
    pub(super) fn spans(&mut self) -> Result<Vec<Span>, DecodeError> {
        let Self { content, near, chains, budget, .. } = self;
        let mut spans = Vec::new();
        read_spans(content, near, |span| {
            *budget = budget.checked_sub(span.len() as usize).ok_or(DecodeError::WrongTotals)?;
            spans.push(span);
            if let SpanKind::Moved { element, .. } = span.kind {
                check_ids(element, 1, chains)?;
            }
            check_ids(span.first, span.len().max(1), chains)
        })?;
        Ok(spans)
    }

    /// A register's value in CBOR.
    pub(super) fn payload(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.read(Column::Payload)?;
        value::take(&mut self.content, length)
    }

    pub(super) fn signed(&mut self) -> Result<i64, DecodeError> {
        self.content.signed()
    }

    pub(super) fn key<K: MapKey>(&mut self) -> Result<K, DecodeError> {
        let key = match self.read(Column::KeyType)? {
            bool @ (0 | 1) => Key::Bool(bool == 1),
            2 => {
                let bytes = self.key_bytes()?.try_into().map_err(|_| DecodeError::Truncated)?;
                Key::Integer(i128::from_le_bytes(bytes))
            }
            3 => Key::Text(
                core::str::from_utf8(self.key_bytes()?).map_err(|_| DecodeError::InvalidUtf8)?,
            ),
            4 => Key::Bytes(self.key_bytes()?.into()),
            _ => return Err(DecodeError::InvalidKind),
        };
        K::from_key(key).ok_or(DecodeError::InvalidKind)
    }

    fn key_bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.read(Column::Key)?;
        self.content.take(length)
    }

    /// The values that stand side by side in one place. `read` reads one, or what to read instead
    /// of one that does not fit.
    pub(super) fn versions<V>(
        &mut self,
        initial: impl Fn() -> V,
        mut read: impl FnMut(&mut Self) -> Result<Result<V, V>, DecodeError>,
    ) -> Result<Versions<V>, DecodeError> {
        let mut versions = Vec::new();
        for _ in 0..self.counted(Column::Versions)? {
            let id = self.id()?;
            let of = match self.read(Column::Restored)? {
                0 => None,
                1 => Some(self.id()?),
                _ => return Err(DecodeError::InvalidKind),
            };
            versions.push(Version { id, of, value: read(self)? });
        }
        let ascending =
            |pair: &[Version<V>]| self.chains.tree_order(pair[0].id, pair[1].id).is_lt();
        if !versions.windows(2).all(ascending) {
            return Err(DecodeError::Unsorted("versions"));
        }
        Ok(Versions::of(versions, initial, self.chains))
    }

    /// A text and where its order is to be read.
    pub(super) fn text(&mut self) -> Result<(&'a str, Order), DecodeError> {
        let (length, order) = (self.read(Column::Text)?, self.read(Column::Order)?);
        let (text, rest) = self.text.split_at_checked(length).ok_or(DecodeError::Truncated)?;
        self.text = rest;
        let start = self.ordered;
        self.ordered = start.checked_add(order).ok_or(DecodeError::Truncated)?;
        let order = self.orders.at(start, self.ordered, self.near.last());
        self.near.pass(u32::try_from(length).unwrap_or(u32::MAX));
        Ok((text, order))
    }

    /// Reads into a blank state that is nested in another, no deeper than a path reaches.
    ///
    /// # Errors
    /// [`DecodeError`] if it is something else.
    pub fn nested(&mut self, state: &mut dyn NodeState) -> Result<(), DecodeError> {
        if self.depth > MAX_DEPTH {
            return Err(DecodeError::OverLimit("depth of a path"));
        }
        self.depth += 1;
        let loaded = state.load(self);
        self.depth -= 1;
        loaded
    }
}

/// What a saved state consists of, expanded.
struct Blocks {
    columns: Vec<u8>,
    content: Vec<u8>,
    text: Vec<u8>,
    orders: Arc<Orders>,
}

impl Blocks {
    fn of(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut block = || read_block(&mut reader, usize::MAX);
        let (columns, content, text) = (block()?, block()?, block()?);
        let orders = Orders::new(reader.bytes()?);
        reader.finish()?;
        Ok(Self { columns, content, text, orders })
    }
}

/// Writes a state; `None` if something in it cannot be written.
pub(crate) fn save_state(state: &dyn NodeState, chains: &Chains) -> Option<Vec<u8>> {
    write_state(state, chains, write_block)
}

/// A state in bytes that are kept for a while: more of them, in less time.
pub(crate) fn keep_state(state: &dyn NodeState, chains: &Chains) -> Option<Vec<u8>> {
    write_state(state, chains, write_block_as_it_is)
}

fn write_state(
    state: &dyn NodeState,
    chains: &Chains,
    block: fn(&mut Vec<u8>, &[u8]),
) -> Option<Vec<u8>> {
    let mut blanks = Blanks::new(chains);
    state.find_blanks(&mut blanks);
    let mut writer = StateWriter::new(chains, blanks);
    state.save(&mut writer);
    writer.finish(block)
}

/// Reads a state over the chains that its ids belong to, and says whether there is a value in it of
/// which its type reads a part only.
pub(crate) fn load_state<S: NodeState + Default>(
    bytes: &[u8],
    chains: &Chains,
) -> Result<(S, bool), DecodeError> {
    let blocks = Blocks::of(bytes)?;
    let mut reader = StateReader::new(&blocks, chains)?;
    let mut state = S::default();
    state.load(&mut reader)?;
    reader.finish()?;
    Ok((state, reader.partial))
}
