//! The sequence of a text, which lies as it was saved until its order is asked for.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::saved::{Order, StateReader, StateWriter, check_ids};
use crate::codec::{DecodeError, Reader, split_text, write};
use crate::history::Chains;
use crate::op::Id;
use crate::sequence::{Restored, Sequence, Span, SpanKind, TextChunk, TextMeasure};

/// A sequence of characters. As long as only the text as a whole is read from an opened document,
/// nothing else is made of it.
#[derive(Debug, Default)]
pub(super) struct FoldedText {
    folded: Option<Box<Folded>>,
    sequence: OnceLock<Box<Sequence<TextChunk>>>,
}

/// What is kept of a saved text.
#[derive(Debug)]
struct Folded {
    text: Box<str>,
    chars: usize,
    utf16: usize,
    order: Order,
}

impl FoldedText {
    /// The sequence, to read.
    pub(super) fn get(&self, chains: &Chains) -> &Sequence<TextChunk> {
        self.sequence.get_or_init(|| {
            let unfolded = self.folded.as_ref().map(|folded| folded.unfold(chains));
            Box::new(unfolded.transpose().unwrap_or_else(blank).unwrap_or_default())
        })
    }

    /// The sequence, to change.
    #[inline]
    pub(super) fn get_mut(&mut self, chains: &Chains) -> &mut Sequence<TextChunk> {
        if self.folded.is_some() || self.sequence.get().is_none() {
            self.unfold(chains);
        }
        match self.sequence.get_mut() {
            Some(sequence) => sequence,
            None => unreachable!("it was made in the lines before"),
        }
    }

    #[cold]
    fn unfold(&mut self, chains: &Chains) {
        self.get(chains);
        self.folded = None;
    }

    /// What is kept as it was saved, if the sequence has not been asked for.
    fn folded(&self) -> Option<&Folded> {
        self.folded.as_deref().filter(|_| self.sequence.get().is_none())
    }

    /// The number of visible characters.
    pub(super) fn len(&self) -> usize {
        let sequence = || self.sequence.get().map_or(0, |sequence| sequence.len());
        self.folded().map_or_else(sequence, |folded| folded.chars)
    }

    /// Their size.
    pub(super) fn measure(&self) -> TextMeasure {
        let sequence = || self.sequence.get().map(|sequence| sequence.measure());
        let saved = self.folded().map(Folded::measure);
        saved.or_else(sequence).unwrap_or_default()
    }

    /// Whether there never was a character.
    pub(super) fn is_blank(&self) -> bool {
        let sequence = || self.sequence.get().is_none_or(|sequence| sequence.is_blank());
        self.folded().map_or_else(sequence, |folded| folded.order.is_empty())
    }

    /// The visible text in pieces.
    pub(super) fn chunks(&self) -> impl Iterator<Item = &str> {
        let folded = self.folded().map(|folded| &*folded.text);
        let sequence = self.sequence.get().map(|sequence| sequence.chunks());
        folded.into_iter().chain(sequence.into_iter().flatten().map(|(_, chunk)| chunk.as_str()))
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        let sequence = || Ok(self.get(writer.chains()).spans());
        let Ok(spans) = self.folded().map_or_else(sequence, Folded::spans) else {
            return writer.give_up();
        };
        writer.text(self.chunks(), |near, out| write_order(&spans, near, out));
    }

    pub(super) fn load(reader: &mut StateReader<'_>) -> Result<Self, DecodeError> {
        let (text, order) = reader.text()?;
        let (chars, utf16) = if text.is_ascii() {
            (text.len(), text.len())
        } else {
            (text.chars().count(), text.encode_utf16().count())
        };
        let folded = Folded { text: text.into(), chars, utf16, order };
        Ok(Self { folded: Some(Box::new(folded)), sequence: OnceLock::new() })
    }
}

/// Stands for a sequence that cannot be read: its state was not written by this library.
fn blank(error: DecodeError) -> Option<Sequence<TextChunk>> {
    tracing::error!(%error, "the saved order of a text is not one");
    None
}

impl Folded {
    fn measure(&self) -> TextMeasure {
        TextMeasure { utf8: self.text.len(), utf16: self.utf16 }
    }

    fn spans(&self) -> Result<Vec<Span>, DecodeError> {
        let mut spans = Vec::new();
        read_order(self.order.bytes()?, self.order.near, |span| {
            spans.push(span);
            Ok(())
        })?;
        Ok(spans)
    }

    fn unfold(&self, chains: &Chains) -> Result<Sequence<TextChunk>, DecodeError> {
        let mut restored = Restored::new();
        let mut rest = &*self.text;
        read_order(self.order.bytes()?, self.order.near, |span| {
            check_ids(span.first, span.len().max(1), chains)?;
            let visible = if let SpanKind::Live(len) = span.kind { len } else { 0 };
            let (text, after) = split_text(rest, visible).ok_or(DecodeError::Truncated)?;
            rest = after;
            restored.push(span, text, chains);
            Ok(())
        })?;
        if !rest.is_empty() {
            return Err(DecodeError::TrailingBytes);
        }
        restored.finish(chains).ok_or(DecodeError::InvalidPlace)
    }
}

/// Bits of the head of a span: what it is, and whether it is of the same chain as the one before.
const KIND: u64 = 0b11;
const SAME: u64 = 0b100;

/// Writes the order of a sequence: the heads of all spans, then where they begin.
fn write_order(spans: &[Span], near: Id, out: &mut Vec<u8>) {
    if spans.is_empty() {
        return;
    }
    let (mut heads, mut firsts) = (Vec::new(), Vec::new());
    let mut counters = BTreeMap::from([(near.chain, near.counter)]);
    let mut chain = near.chain;
    for span in spans {
        let (kind, len) = span.parts();
        let Id { chain: here, counter } = span.first;
        let same = if here == chain { SAME } else { 0 };
        write::varint(&mut heads, u64::from(len) << 3 | same | kind as u64);
        if here != chain {
            write::varint(&mut firsts, here.into());
            chain = here;
        }
        let near = counters.entry(chain).or_default();
        write::signed(&mut firsts, i64::from(counter.wrapping_sub(*near).cast_signed()));
        *near = counter.wrapping_add(len);
    }
    write::bytes(out, &heads);
    out.extend_from_slice(&firsts);
}

/// Reads the order of a sequence.
fn read_order(
    bytes: &[u8],
    near: Id,
    mut each: impl FnMut(Span) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut firsts = Reader::new(bytes);
    if firsts.is_empty() {
        return Ok(());
    }
    let mut heads = Reader::new(firsts.bytes()?);
    let mut counters = BTreeMap::from([(near.chain, near.counter)]);
    let mut chain = near.chain;
    while !heads.is_empty() {
        let head = heads.varint()?;
        let len = u32::try_from(head >> 3).map_err(|_| DecodeError::VarintOverflow)?;
        if head & SAME == 0 {
            chain = firsts.varint32()?;
        }
        let near = counters.entry(chain).or_default();
        let distance = i32::try_from(firsts.signed()?).map_err(|_| DecodeError::VarintOverflow)?;
        let counter = near.wrapping_add_signed(distance);
        *near = counter.wrapping_add(len);
        let span = Span::of(Id { chain, counter }, (head & KIND) as usize, len);
        each(span.ok_or(DecodeError::InvalidKind)?)?;
    }
    firsts.finish()
}
