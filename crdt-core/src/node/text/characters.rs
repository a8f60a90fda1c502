//! The characters of a text, at one of five stages.
//!
//! To place every op where it belongs costs more than to place many at once, and of a text that is
//! only shown as a whole nobody asks for places at all. So how far a text has come is a matter of
//! who has looked:
//!
//! | stage | what there is |
//! | --- | --- |
//! | blank | nothing: there never was a character |
//! | folded | the visible text and its order, in the bytes that were saved |
//! | gathered | ops as they came, among them an insert |
//! | laid out | the [`Sequence`] |
//! | ruled | the sequence, and rulings on its deletes that have come since somebody looked |
//!
//! ```text
//!                    load
//!           blank ---------> folded ------.
//!           |   |                         | edits, ops, taking edits back
//!  a longer |   | edits, short inserts    |
//!    insert |   '---------------------.   |
//!           v                         v   v
//!       gathered -----------------> laid out
//!           |     edits, taking       ^   |
//!           |     edits back          |   |
//!           '<------------------------+---'
//!             inserts elsewhere and deletes, as long as there is one run
//! ```
//!
//! Every arrow takes `&mut self`: [`load`](Characters::load), [`lay_out`](Characters::lay_out) and
//! [`gathering`](Characters::gathering) are all there are, and an annul, which makes the sequence
//! one that is ruled. Who only reads leaves the stage as it is: what is read besides the text as a
//! whole is then made beside what is folded or gathered,
//! once, whoever is the first ([`look`](Characters::look)). From then on
//!
//! - what was made is what is read, also where what was saved turned out not to be an order;
//! - of what was gathered nothing is kept, so the next op or edit finds the text laid out;
//! - what is folded stays until then, since text that was lent out is part of it.

use core::mem;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::codec::{DecodeError, split_text};
use crate::history::Chains;
use crate::node::list::inserted;
use crate::node::spans::{Order, check_ids};
use crate::node::watch::Effect;
use crate::node::{Incoming, StateReader, StateWriter};
use crate::op::{Id, IdRange, Place};
use crate::sequence::{
    Content as _, Gathered, Restored, Ruled, Sequence, TextChunk, TextMeasure, UnknownParent,
};

/// The characters of a text and how far they have come. See the module.
#[derive(Debug, Default)]
pub(super) enum Characters {
    #[default]
    Blank,
    Folded(Box<Folded>),
    Gathered(Box<Unplaced>),
    LaidOut(Box<Sequence<TextChunk>>),
    Ruled(Box<Ruled<TextChunk>>),
}

/// The order of characters, made when it is first asked for.
type LaidOut = OnceLock<Box<Sequence<TextChunk>>>;

/// A text as it was saved.
#[derive(Debug)]
pub(super) struct Folded {
    text: Box<str>,
    chars: usize,
    utf16: usize,
    order: Order,
    laid_out: LaidOut,
}

/// Ops as they came, until they are laid out.
#[derive(Debug)]
pub(super) struct Unplaced {
    /// Locked by who lays them out, since that is the last that is wanted of them.
    ops: Mutex<Gathered>,
    laid_out: LaidOut,
    /// When it began, if somebody observed then.
    begun: Option<u64>,
}

/// Where there never was a character.
static NOTHING: Sequence<TextChunk> = Sequence::new();

impl Characters {
    /// The order, to read; nothing but what is looked at changes by that.
    pub(super) fn look(&self, chains: &Chains) -> &Sequence<TextChunk> {
        match self {
            Self::Blank => &NOTHING,
            Self::Folded(folded) => folded.look(chains),
            Self::Gathered(unplaced) => unplaced.look(chains),
            Self::LaidOut(sequence) => sequence,
            Self::Ruled(ruled) => ruled.look(chains),
        }
    }

    /// The order, to edit.
    #[inline]
    pub(super) fn lay_out(&mut self, chains: &Chains) -> &mut Sequence<TextChunk> {
        if !matches!(self, Self::LaidOut(_)) {
            self.come_to_be_laid_out(chains);
        }
        match self {
            Self::LaidOut(sequence) => sequence,
            _ => unreachable!("it was laid out in the lines before"),
        }
    }

    #[cold]
    fn come_to_be_laid_out(&mut self, chains: &Chains) {
        self.look(chains);
        let made = match mem::take(self) {
            Self::Blank => None,
            Self::Folded(folded) => folded.laid_out.into_inner(),
            Self::Gathered(unplaced) => unplaced.laid_out.into_inner(),
            Self::LaidOut(sequence) => Some(sequence),
            Self::Ruled(mut ruled) => Some(Box::new(mem::take(ruled.as_it_is()))),
        };
        *self = Self::LaidOut(made.unwrap_or_default());
    }

    /// The order, for an op that does not ask what is visible.
    fn as_it_is(&mut self, chains: &Chains) -> &mut Sequence<TextChunk> {
        match self {
            Self::Ruled(ruled) => ruled.as_it_is(),
            _ => self.lay_out(chains),
        }
    }

    /// Lets an op change which deletes stand: whoever looks next will see it. Who observes has it
    /// settled at once.
    pub(super) fn rule(
        &mut self,
        op: &Incoming<'_>,
        chains: &Chains,
        change: impl FnOnce(&mut Sequence<TextChunk>),
    ) {
        if op.is_watched() {
            let (sequence, mut shifts) = (self.lay_out(chains), op.shifts());
            change(sequence);
            sequence.settle(chains, &mut shifts);
            return op.note_shifts::<TextChunk>(shifts);
        }
        let mut sequence = mem::take(self.as_it_is(chains));
        change(&mut sequence);
        *self = if sequence.is_settled() {
            Self::LaidOut(Box::new(sequence))
        } else {
            Self::Ruled(Box::new(Ruled::new(sequence)))
        };
    }

    /// Takes an insert.
    pub(super) fn integrate(
        &mut self,
        op: &Incoming<'_>,
        place: Place<Id>,
        text: &str,
        chains: &Chains,
    ) -> Result<(), UnknownParent> {
        if let Some(gathered) = self.gathering(op, Some((place, text)), chains) {
            return gathered.insert(op.id, op.time, place, text);
        }
        let sequence = if op.is_watched() { self.lay_out(chains) } else { self.as_it_is(chains) };
        sequence.integrate(op.id, op.time, place, text, chains)?;
        op.note(|| inserted(sequence, op.id, text.chars().count()));
        Ok(())
    }

    /// Deletes those counters of the chain that runs down to a segment which are elements here.
    pub(super) fn delete(&mut self, op: &Incoming<'_>, range: IdRange, chains: &Chains) {
        if self.is_blank() {
            return;
        }
        let last = chains.last_piece(range.chain, range.start, range.end);
        // What spans forks is looked for segment by segment.
        let gathered =
            if last.start == range.start { self.gathering(op, None, chains) } else { None };
        match gathered {
            Some(gathered) => gathered.delete(last),
            None => self.lay_out(chains).delete_along(range, chains, &mut op.hearing()),
        }
    }

    /// Where an op is to be gathered, if it is: an insert of a text at a place, or else a delete.
    ///
    /// Who observes is told once that the text is made anew, and of what. One that had begun to be
    /// before somebody began to observe is laid out, since nobody can say what it was then.
    fn gathering(
        &mut self,
        op: &Incoming<'_>,
        insert: Option<(Place<Id>, &str)>,
        chains: &Chains,
    ) -> Option<&mut Gathered> {
        if op.keeps_all {
            return None;
        }
        if let Some(begun) = self.worth_gathering(insert) {
            let mut unplaced = Unplaced::of(begun);
            if let Some(sink) = op.watch() {
                unplaced.begun = Some(sink.now());
                let runs = self.look(chains).chunks();
                let names = runs.map(|(first, run)| IdRange::new(first, run.len()));
                sink.note(Effect::Anew(names.collect()));
            }
            *self = Self::Gathered(Box::new(unplaced));
        }
        let Self::Gathered(unplaced) = self else { return None };
        let is_seen =
            op.watch().is_none_or(|sink| unplaced.begun.is_some_and(|at| sink.is_seen(at)));
        if is_seen { unplaced.ops() } else { None }
    }

    /// What to begin with to gather from an op on, if there is no reason against that.
    ///
    /// An op is placed at once if there is an order that holds more than one run, since most of the
    /// work is done then; or if that takes next to nothing: if the op is the first and fits one
    /// run, as most texts do, or goes on with the only run.
    fn worth_gathering(&self, insert: Option<(Place<Id>, &str)>) -> Option<Gathered> {
        match (self.laid_out(), insert) {
            (Some(sequence), _) if !sequence.is_blank() => {
                sequence.gather(insert.map(|(place, _)| place))
            }
            (_, Some((Place::Root, text))) if self.is_blank() && text.len() > TextChunk::CAP => {
                Some(Gathered::default())
            }
            _ => None,
        }
    }

    /// The order, if it has been made.
    fn laid_out(&self) -> Option<&Sequence<TextChunk>> {
        match self {
            Self::Blank | Self::Ruled(_) => None,
            Self::Folded(folded) => folded.laid_out.get().map(|made| &**made),
            Self::Gathered(unplaced) => unplaced.laid_out.get().map(|made| &**made),
            Self::LaidOut(sequence) => Some(sequence),
        }
    }

    /// What was saved, if nothing else has been made of it.
    fn folded(&self) -> Option<&Folded> {
        match self {
            Self::Folded(folded) if folded.laid_out.get().is_none() => Some(folded),
            _ => None,
        }
    }

    /// The number of visible characters.
    pub(super) fn len(&self, chains: &Chains) -> usize {
        self.folded().map_or_else(|| self.look(chains).len(), |folded| folded.chars)
    }

    /// Their size.
    pub(super) fn measure(&self, chains: &Chains) -> TextMeasure {
        self.folded().map_or_else(|| self.look(chains).measure(), Folded::measure)
    }

    /// Whether there never was a character.
    pub(super) fn is_blank(&self) -> bool {
        match (self.laid_out(), self) {
            (Some(sequence), _) => sequence.is_blank(),
            (None, Self::Ruled(ruled)) => ruled.is_blank(),
            (None, Self::Folded(folded)) => folded.order.is_empty(),
            (None, Self::Gathered(_)) => false,
            (None, Self::Blank | Self::LaidOut(_)) => true,
        }
    }

    /// The visible text in pieces.
    pub(super) fn chunks<'a>(&'a self, chains: &Chains) -> impl Iterator<Item = &'a str> + use<'a> {
        let folded = self.folded();
        let sequence = if folded.is_none() { Some(self.look(chains)) } else { None };
        let chunks = sequence.into_iter().flat_map(Sequence::chunks);
        let chunks = chunks.map(|(_, chunk)| chunk.as_str());
        folded.map(|folded| &*folded.text).into_iter().chain(chunks)
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        let chains = writer.chains();
        let spans = match self.folded() {
            Some(folded) => folded.order.spans(),
            None => Ok(self.look(chains).spans()),
        };
        match spans {
            Ok(spans) => writer.text(self.chunks(chains), &spans),
            Err(_) => writer.give_up(),
        }
    }

    pub(super) fn load(reader: &mut StateReader<'_>) -> Result<Self, DecodeError> {
        let (text, order) = reader.text()?;
        let (chars, utf16) = if text.is_ascii() {
            (text.len(), text.len())
        } else {
            (text.chars().count(), text.encode_utf16().count())
        };
        let (text, laid_out) = (text.into(), LaidOut::new());
        Ok(Self::Folded(Box::new(Folded { text, chars, utf16, order, laid_out })))
    }
}

impl Folded {
    fn look(&self, chains: &Chains) -> &Sequence<TextChunk> {
        self.laid_out.get_or_init(|| {
            Box::new(self.unfold(chains).unwrap_or_else(|error| {
                // It was not written by this library.
                tracing::error!(%error, "the saved order of a text is not one");
                Sequence::default()
            }))
        })
    }

    fn unfold(&self, chains: &Chains) -> Result<Sequence<TextChunk>, DecodeError> {
        let mut restored = Restored::new();
        let mut rest = &*self.text;
        self.order.read(|span| {
            check_ids(span.first, span.len().max(1), chains)?;
            let (text, after) = split_text(rest, span.visible()).ok_or(DecodeError::Truncated)?;
            rest = after;
            restored.push(span, text, chains);
            Ok(())
        })?;
        if !rest.is_empty() {
            return Err(DecodeError::TrailingBytes);
        }
        restored.finish(chains).ok_or(DecodeError::InvalidPlace)
    }

    fn measure(&self) -> TextMeasure {
        TextMeasure { utf8: self.text.len(), utf16: self.utf16 }
    }
}

impl Unplaced {
    fn of(ops: Gathered) -> Self {
        Self { ops: Mutex::new(ops), laid_out: LaidOut::new(), begun: None }
    }

    /// The ops, to add to them, unless they have been laid out.
    fn ops(&mut self) -> Option<&mut Gathered> {
        let ops = self.ops.get_mut().unwrap_or_else(PoisonError::into_inner);
        if self.laid_out.get().is_none() { Some(ops) } else { None }
    }

    fn look(&self, chains: &Chains) -> &Sequence<TextChunk> {
        self.laid_out.get_or_init(|| {
            let mut ops = self.ops.lock().unwrap_or_else(PoisonError::into_inner);
            let sequence = Box::new(ops.lay_out(chains));
            *ops = Gathered::default();
            sequence
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Characters;
    use crate::history::Chains;
    use crate::node::Incoming;
    use crate::op::{Action, Id, IdRange, Place, Side};
    use crate::sequence::TextChunk;

    fn id(counter: u32) -> Id {
        Id { chain: 0, counter }
    }

    /// Lets an insert come to a text, and says whether it was gathered.
    fn insert(text: &mut Characters, at: u32, place: Place<Id>, more: &str) -> bool {
        let action = Action::InsertText { place, text: more };
        let op = Incoming::new(id(at), 0, action);
        text.integrate(&op, place, more, &Chains::default()).expect("the parent is there");
        matches!(text, Characters::Gathered(_)) && text.laid_out().is_none()
    }

    fn delete(text: &mut Characters, first: u32, count: u32) {
        let op = Incoming::new(id(99), 0, Action::Delete { first: id(first), count });
        text.delete(&op, IdRange::new(id(first), count), &Chains::default());
    }

    fn right_of(counter: u32) -> Place<Id> {
        Place::Child(id(counter), Side::Right)
    }

    fn read(text: &Characters) -> String {
        let chains = Chains::default();
        let all: String = text.chunks(&chains).collect();
        assert_eq!(text.len(&chains), all.chars().count());
        assert_eq!(text.measure(&chains).utf8, all.len());
        assert_eq!(text.is_blank(), text.look(&chains).is_blank());
        all
    }

    #[test]
    fn looking_at_an_empty_text_makes_nothing() {
        let (mut text, chains) = (Characters::default(), Chains::default());
        assert_eq!((text.len(&chains), text.chunks(&chains).count()), (0, 0));
        delete(&mut text, 3, 4);
        assert_eq!(read(&text), "");
        assert!(matches!(text, Characters::Blank));
        assert!(insert(&mut text, 0, Place::Root, &"x".repeat(TextChunk::CAP + 1)), "still");
    }

    #[test]
    fn ops_are_gathered_until_somebody_looks() {
        let (mut text, chains) = (Characters::default(), Chains::default());
        assert!(!insert(&mut text, 0, Place::Root, "wörd"), "the first fits one run");
        assert!(!insert(&mut text, 4, right_of(3), "s"), "it is typed on");
        assert!(insert(&mut text, 5, right_of(0), "o"), "it goes elsewhere");
        assert!(insert(&mut text, 6, right_of(4), "!"));
        delete(&mut text, 1, 1);
        let op = Incoming::new(id(9), 0, Action::Add { delta: 0 });
        assert!(text.integrate(&op, right_of(8), "lost", &chains).is_err());
        let mut other = Characters::default();
        assert!(other.integrate(&op, right_of(8), &"lost".repeat(99), &chains).is_err());
        assert!(other.is_blank());
        assert!(!text.is_blank());
        assert_eq!(read(&text), "words!");
        assert!(!insert(&mut text, 7, right_of(6), "?"), "it has been looked at");
        assert!(matches!(text, Characters::LaidOut(_)));
        assert_eq!(read(&text), "words!?");
    }

    #[test]
    fn what_is_deleted_as_a_whole_is_not_blank() {
        let mut text = Characters::default();
        insert(&mut text, 0, Place::Root, "ab");
        delete(&mut text, 0, 2);
        assert!(matches!(text, Characters::Gathered(_)));
        assert!(!text.is_blank());
        assert_eq!(read(&text), "");
        assert!(!text.is_blank());
    }

    #[test]
    fn many_may_look_first() {
        let mut text = Characters::default();
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
