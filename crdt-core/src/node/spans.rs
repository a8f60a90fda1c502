//! The order of lists and texts, as it is saved.
//!
//! Of every [`Span`] there is a head, which says what it is and how long, and where it begins: most
//! often where another one on its chain ended ([`Nearby`]), since most of a sequence was written in
//! order.

use std::sync::{Arc, OnceLock};

use super::near::Nearby;
use crate::codec::{DecodeError, Reader, read_block, write};
use crate::history::Chains;
use crate::op::{Id, IdRange};
use crate::sequence::{Span, SpanKind};

/// Bits of the head of a span: what it is, and whether it is of the same chain as the one before.
const KIND: u64 = 0b11;
const SAME: u64 = 0b100;

/// Writes the order of a sequence: the heads of all spans, then where they begin.
pub(super) fn write_spans(spans: &[Span], near: &mut Nearby, out: &mut Vec<u8>) {
    let (mut heads, mut firsts) = (Vec::new(), Vec::new());
    let mut chain = near.last().chain;
    for span in spans {
        let (kind, number) = parts(span.kind);
        let here = span.first.chain;
        let same = if here == chain { SAME } else { 0 };
        write::varint(&mut heads, u64::from(number) << 3 | same | kind);
        if here != chain {
            write::varint(&mut firsts, here.into());
            chain = here;
        }
        write::varint(&mut firsts, near.fold(span.first));
        near.pass(span.len());
        if let SpanKind::Moved { element, .. } = span.kind {
            write::varint(&mut firsts, element.chain.into());
            write::varint(&mut firsts, element.counter.into());
        }
    }
    write::bytes(out, &heads);
    out.extend_from_slice(&firsts);
}

/// Reads the order of a sequence. What its ids name is not checked.
pub(super) fn read_spans(
    firsts: &mut Reader<'_>,
    near: &mut Nearby,
    mut each: impl FnMut(Span) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut heads = Reader::new(firsts.bytes()?);
    let mut chain = near.last().chain;
    while !heads.is_empty() {
        let head = heads.varint()?;
        let number = u32::try_from(head >> 3).map_err(|_| DecodeError::VarintOverflow)?;
        if head & SAME == 0 {
            chain = firsts.varint32()?;
        }
        let first = near.unfold(chain, firsts.varint()?)?;
        let span = Span { first, kind: read_kind(head & KIND, number, firsts)? };
        near.pass(span.len());
        each(span)?;
    }
    Ok(())
}

/// A number for what a span is, and another one.
fn parts(kind: SpanKind) -> (u64, u32) {
    match kind {
        SpanKind::Anchor => (0, 0),
        SpanKind::Vacant(len) => (1, len),
        SpanKind::Live(len) => (2, len),
        SpanKind::Moved { stands, void, .. } => (3, u32::from(stands) | u32::from(void) << 1),
    }
}

/// What a span is, given these numbers.
#[inline]
fn read_kind(kind: u64, number: u32, reader: &mut Reader<'_>) -> Result<SpanKind, DecodeError> {
    Ok(match (kind, number) {
        (0, 0) => SpanKind::Anchor,
        (1, 1..) => SpanKind::Vacant(number),
        (2, 1..) => SpanKind::Live(number),
        (3, 0..4) => {
            let element = Id { chain: reader.varint32()?, counter: reader.varint32()? };
            SpanKind::Moved { element, stands: number & 1 == 1, void: number & 2 == 2 }
        }
        _ => return Err(DecodeError::InvalidKind),
    })
}

/// Whether these are ops that are here.
pub(super) fn check_ids(first: Id, count: u32, chains: &Chains) -> Result<(), DecodeError> {
    let end = first.counter.checked_add(count).ok_or(DecodeError::DanglingReference)?;
    let range = IdRange { chain: first.chain, start: first.counter, end };
    if chains.holds(range) { Ok(()) } else { Err(DecodeError::DanglingReference) }
}

/// The orders of all texts, expanded when the first of them is asked for.
#[derive(Debug)]
pub(super) struct Orders {
    block: Box<[u8]>,
    bytes: OnceLock<Vec<u8>>,
}

/// Where the order of a text is to be read.
#[derive(Clone, Debug)]
pub(super) struct Order {
    orders: Arc<Orders>,
    start: usize,
    end: usize,
    /// The id that its first is near to.
    near: Id,
}

impl Orders {
    /// Those in a block.
    pub(super) fn new(block: &[u8]) -> Arc<Self> {
        Arc::new(Self { block: block.into(), bytes: OnceLock::new() })
    }

    /// The order at a place in them.
    pub(super) fn at(self: &Arc<Self>, start: usize, end: usize, near: Id) -> Order {
        Order { orders: self.clone(), start, end, near }
    }

    fn expand(&self) -> Result<&[u8], DecodeError> {
        if let Some(bytes) = self.bytes.get() {
            return Ok(bytes);
        }
        let mut reader = Reader::new(&self.block);
        let bytes = read_block(&mut reader, usize::MAX)?;
        reader.finish()?;
        Ok(self.bytes.get_or_init(|| bytes))
    }
}

impl Order {
    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Goes over its spans. Characters are not moved.
    pub(super) fn read(
        &self,
        mut each: impl FnMut(Span) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if self.is_empty() {
            return Ok(());
        }
        let bytes = self.orders.expand()?.get(self.start..self.end);
        let mut reader = Reader::new(bytes.ok_or(DecodeError::Truncated)?);
        read_spans(&mut reader, &mut Nearby::at(self.near), |span| match span.kind {
            SpanKind::Moved { .. } => Err(DecodeError::InvalidKind),
            _ => each(span),
        })?;
        reader.finish()
    }

    /// All its spans.
    pub(super) fn spans(&self) -> Result<Vec<Span>, DecodeError> {
        let mut spans = Vec::new();
        self.read(|span| {
            spans.push(span);
            Ok(())
        })?;
        Ok(spans)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Nearby, read_spans, write_spans};
    use crate::codec::{DecodeError, Reader};
    use crate::op::Id;
    use crate::sequence::{Span, SpanKind};

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let counter = || prop_oneof![3 => 0..90u32, 1 => any::<u32>()];
        let id = move || (0..3u32, counter()).prop_map(|(chain, counter)| Id { chain, counter });
        let moved = (id(), any::<bool>(), any::<bool>());
        let kind = prop_oneof![
            Just(SpanKind::Anchor),
            (1..70u32).prop_map(SpanKind::Vacant),
            (1..70u32).prop_map(SpanKind::Live),
            moved.prop_map(|(element, stands, void)| SpanKind::Moved { element, stands, void }),
        ];
        prop::collection::vec((id(), kind).prop_map(|(first, kind)| Span { first, kind }), 0..40)
    }

    fn read(bytes: &[u8], near: &mut Nearby) -> Result<Vec<Span>, DecodeError> {
        let (mut reader, mut spans) = (Reader::new(bytes), Vec::new());
        read_spans(&mut reader, near, |span| {
            spans.push(span);
            Ok(())
        })?;
        reader.finish()?;
        Ok(spans)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(all in prop::collection::vec(spans(), 1..4), start in 0..99u32) {
            let first = Id { chain: 1, counter: start };
            let (mut writer, mut reader) = (Nearby::at(first), Nearby::at(first));
            for spans in all {
                let mut bytes = Vec::new();
                write_spans(&spans, &mut writer, &mut bytes);
                prop_assert_eq!(read(&bytes, &mut reader), Ok(spans));
                prop_assert_eq!(writer.last(), reader.last());
            }
        }

        #[test]
        fn whatever_is_read_is_an_order_or_an_error(bytes in any::<Vec<u8>>()) {
            let _ = read(&bytes, &mut Nearby::default());
        }
    }
}
