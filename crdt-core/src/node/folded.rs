//! The sequence of a text, which lies as it was saved or as it came until its order is asked for.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Incoming;
use super::saved::{Order, StateReader, StateWriter, check_ids};
use super::text::parent;
use crate::codec::{DecodeError, Reader, split_text, write};
use crate::history::Chains;
use crate::op::{Id, IdRange, Place};
use crate::sequence::{
    Gathered, Restored, Sequence, Span, SpanKind, TextChunk, TextMeasure, UnknownParent,
};

/// A sequence of characters, which is made when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct FoldedText {
    /// What it is made of, kept until the sequence is changed.
    folded: Option<Box<Folded>>,
    sequence: OnceLock<Box<Sequence<TextChunk>>>,
}

#[derive(Debug)]
enum Folded {
    /// As long as only the text as a whole is read from an opened document, nothing else is made
    /// of it.
    Saved(Saved),
    /// As long as ops come and nobody looks, they are only gathered: to lay out many at once takes
    /// less than to place one after the other. There is a character among them, deleted or not. Who
    /// has laid them out lets go of them.
    Gathered(Mutex<Gathered>),
}

/// What is kept of a saved text.
#[derive(Debug)]
struct Saved {
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
            Box::new(unfolded.unwrap_or_default())
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

    /// Takes an insert.
    pub(super) fn integrate(
        &mut self,
        op: &Incoming<'_>,
        place: Place<Id>,
        text: &str,
        chains: &Chains,
    ) -> Result<(), UnknownParent> {
        let (parent, side) = parent(place);
        if let Some(gathered) = self.gathering(parent, text) {
            let taken = gathered.insert(op.id, op.time, parent, side, text);
            if gathered.is_blank() {
                *self = Self::default();
            }
            return taken;
        }
        self.get_mut(chains).integrate(op.id, op.time, parent, side, text, chains)
    }

    /// Deletes those counters of the chain that runs down to a segment which are elements here.
    pub(super) fn delete(&mut self, range: IdRange, chains: &Chains) {
        if self.is_blank() {
            return;
        }
        let last = chains.last_piece(range.chain, range.start, range.end);
        // What spans forks is looked for segment by segment.
        if last.start == range.start
            && let Some(gathered) = self.gathering(None, "")
        {
            return gathered.delete(last);
        }
        self.get_mut(chains).delete_along(range, chains);
    }

    /// Begins to gather ops, if there is no reason against it, and gives where to.
    ///
    /// An op is placed in the sequence at once if that is there and holds more than one run, since most
    /// of the work is done then; or if that takes next to nothing: if the op is the first and fits
    /// one run, as most texts do, or goes on with the only run. Of an insert, `parent` and `text` are
    /// given.
    fn gathering(&mut self, parent: Option<Id>, text: &str) -> Option<&mut Gathered> {
        let begun = match self.sequence.get().filter(|sequence| !sequence.is_blank()) {
            Some(sequence) => Some(sequence.gather(parent)?),
            None if self.folded.is_some() => None,
            None if text.len() > TextChunk::CAP => Some(Gathered::default()),
            None => return None,
        };
        if let Some(gathered) = begun {
            let folded = Some(Box::new(Folded::Gathered(Mutex::new(gathered))));
            *self = Self { folded, sequence: OnceLock::new() };
        }
        match self.folded.as_deref_mut()? {
            Folded::Gathered(gathered) => {
                Some(gathered.get_mut().unwrap_or_else(PoisonError::into_inner))
            }
            Folded::Saved(_) => None,
        }
    }

    /// What is kept as it was saved, if the sequence has not been asked for.
    fn saved(&self) -> Option<&Saved> {
        match self.folded.as_deref()? {
            Folded::Saved(saved) if self.sequence.get().is_none() => Some(saved),
            _ => None,
        }
    }

    /// The sequence, to read, if there ever was a character.
    fn some(&self, chains: &Chains) -> Option<&Sequence<TextChunk>> {
        if self.folded.is_some() {
            Some(self.get(chains))
        } else {
            self.sequence.get().map(|all| &**all)
        }
    }

    /// The number of visible characters.
    pub(super) fn len(&self, chains: &Chains) -> usize {
        let len = || self.some(chains).map_or(0, Sequence::len);
        self.saved().map_or_else(len, |saved| saved.chars)
    }

    /// Their size.
    pub(super) fn measure(&self, chains: &Chains) -> TextMeasure {
        let measure = || self.some(chains).map(Sequence::measure).unwrap_or_default();
        self.saved().map_or_else(measure, Saved::measure)
    }

    /// Whether there never was a character.
    pub(super) fn is_blank(&self) -> bool {
        match (self.sequence.get(), self.folded.as_deref()) {
            (Some(sequence), _) => sequence.is_blank(),
            (None, Some(Folded::Saved(saved))) => saved.order.is_empty(),
            (None, Some(Folded::Gathered(_))) => false,
            (None, None) => true,
        }
    }

    /// The visible text in pieces.
    pub(super) fn chunks<'a>(&'a self, chains: &Chains) -> impl Iterator<Item = &'a str> + use<'a> {
        let saved = self.saved();
        let sequence = if saved.is_none() { self.some(chains) } else { None };
        let chunks = sequence.into_iter().flat_map(Sequence::chunks);
        let chunks = chunks.map(|(_, chunk)| chunk.as_str());
        saved.map(|saved| &*saved.text).into_iter().chain(chunks)
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        let chains = writer.chains();
        let sequence = || Ok(self.get(chains).spans());
        let Ok(spans) = self.saved().map_or_else(sequence, Saved::spans) else {
            return writer.give_up();
        };
        writer.text(self.chunks(chains), |near, out| write_order(&spans, near, out));
    }

    pub(super) fn load(reader: &mut StateReader<'_>) -> Result<Self, DecodeError> {
        let (text, order) = reader.text()?;
        let (chars, utf16) = if text.is_ascii() {
            (text.len(), text.len())
        } else {
            (text.chars().count(), text.encode_utf16().count())
        };
        let saved = Saved { text: text.into(), chars, utf16, order };
        Ok(Self { folded: Some(Box::new(Folded::Saved(saved))), sequence: OnceLock::new() })
    }
}

impl Folded {
    fn unfold(&self, chains: &Chains) -> Sequence<TextChunk> {
        match self {
            Self::Saved(saved) => saved.unfold(chains).unwrap_or_else(blank),
            Self::Gathered(gathered) => {
                let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
                let sequence = gathered.lay_out(chains);
                *gathered = Gathered::default();
                sequence
            }
        }
    }
}

/// Stands for a sequence that cannot be read: its state was not written by this library.
fn blank(error: DecodeError) -> Sequence<TextChunk> {
    tracing::error!(%error, "the saved order of a text is not one");
    Sequence::default()
}

impl Saved {
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

#[cfg(test)]
mod tests {
    use super::{Folded, FoldedText};
    use crate::history::Chains;
    use crate::node::Incoming;
    use crate::op::{Action, Id, IdRange, Place, Side};
    use crate::sequence::TextChunk;

    fn id(counter: u32) -> Id {
        Id { chain: 0, counter }
    }

    /// Lets an insert come to a text, and says whether it was gathered.
    fn insert(text: &mut FoldedText, at: u32, place: Place<Id>, more: &str) -> bool {
        let action = Action::InsertText { place, text: more };
        let op = Incoming::new(id(at), 0, action);
        text.integrate(&op, place, more, &Chains::default()).expect("the parent is there");
        matches!(text.folded.as_deref(), Some(Folded::Gathered(_))) && text.sequence.get().is_none()
    }

    fn right_of(counter: u32) -> Place<Id> {
        Place::Child(id(counter), Side::Right)
    }

    fn read(text: &FoldedText) -> String {
        let chains = Chains::default();
        let all: String = text.chunks(&chains).collect();
        assert_eq!(text.len(&chains), all.chars().count());
        assert_eq!(text.measure(&chains).utf8, all.len());
        assert_eq!(text.is_blank(), text.get(&chains).is_blank());
        all
    }

    #[test]
    fn looking_at_an_empty_text_makes_nothing() {
        let (mut text, chains) = (FoldedText::default(), Chains::default());
        assert_eq!((text.len(&chains), text.chunks(&chains).count()), (0, 0));
        text.delete(IdRange::new(id(3), 4), &chains);
        assert!(text.is_blank() && text.sequence.get().is_none());
        assert_eq!(read(&text), "");
        assert!(insert(&mut text, 0, Place::Root, &"x".repeat(TextChunk::CAP + 1)), "still");
    }

    #[test]
    fn ops_are_gathered_until_somebody_looks() {
        let (mut text, chains) = (FoldedText::default(), Chains::default());
        assert!(!insert(&mut text, 0, Place::Root, "wörd"), "the first fits one run");
        assert!(!insert(&mut text, 4, right_of(3), "s"), "it is typed on");
        assert!(insert(&mut text, 5, right_of(0), "o"), "it goes elsewhere");
        assert!(insert(&mut text, 6, right_of(4), "!"));
        text.delete(IdRange::new(id(1), 1), &chains);
        let op = Incoming::new(id(9), 0, Action::Add { delta: 0 });
        assert!(text.integrate(&op, right_of(8), "lost", &chains).is_err());
        let mut other = FoldedText::default();
        assert!(other.integrate(&op, right_of(8), &"lost".repeat(99), &chains).is_err());
        assert!(other.is_blank() && other.folded.is_none());
        assert!(!text.is_blank());
        assert_eq!(read(&text), "words!");
        assert!(!insert(&mut text, 7, right_of(6), "?"), "it has been looked at");
        assert_eq!(read(&text), "words!?");
    }

    #[test]
    fn what_is_deleted_as_a_whole_is_not_blank() {
        let (mut text, chains) = (FoldedText::default(), Chains::default());
        insert(&mut text, 0, Place::Root, "ab");
        text.delete(IdRange::new(id(0), 2), &chains);
        assert!(matches!(text.folded.as_deref(), Some(Folded::Gathered(_))));
        assert!(!text.is_blank());
        assert_eq!(read(&text), "");
        assert!(!text.is_blank());
    }

    #[test]
    fn many_may_look_first() {
        let mut text = FoldedText::default();
        insert(&mut text, 0, Place::Root, &"long ".repeat(2000));
        (0..2000).for_each(|step| assert!(insert(&mut text, 10_000 + step, right_of(step), "x")));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(!text.is_blank()));
                scope.spawn(|| assert_eq!(text.len(&Chains::default()), 12_000));
            }
        });
    }
}
