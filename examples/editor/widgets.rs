//! What is on the screen: a field to write in, and widgets that show cards.

use core::ops::Range;

use crdt_core::node::{TextDelta, TextRun};
use crdt_core::{Delta, DeltaError, ElementId};

use crate::Card;

/// A field with text, as a browser has it: it counts in UTF-16, and there is a caret, or a
/// selection from one position to another.
#[derive(Default)]
pub struct Field {
    units: Vec<u16>,
    selected: Range<usize>,
}

impl Field {
    /// Shows another text. Nobody knows where in it the caret was.
    pub fn show(&mut self, text: &str) {
        self.units = text.encode_utf16().collect();
        self.select(self.selected.start, self.selected.end);
    }

    pub fn text(&self) -> String {
        String::from_utf16(&self.units).expect("characters come and go as a whole")
    }

    /// The text up to a position.
    pub fn text_before(&self, at: usize) -> String {
        String::from_utf16(&self.units[..at]).expect("it lies between characters")
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    pub fn selected(&self) -> Range<usize> {
        self.selected.clone()
    }

    /// Selects what lies between two positions, or puts the caret where both are. Nobody can click
    /// into the middle of a character.
    pub fn select(&mut self, from: usize, to: usize) {
        let begins = |at: &usize| {
            let unit = self.units.get(*at);
            unit.is_none_or(|unit| !(0xDC00..0xE000).contains(unit))
        };
        let [from, to] = [from, to].map(|at| at.min(self.units.len()));
        let [from, to] = [from, to].map(|at| if begins(&at) { at } else { at + 1 });
        self.selected = from.min(to)..from.max(to);
    }

    /// Does what changed in the text to what is shown of it.
    pub fn redraw(&mut self, delta: &TextDelta) -> Result<(), DeltaError> {
        let mut at = 0;
        for run in delta.in_utf16(&self.text())? {
            match run {
                TextRun::Retain { count, .. } => at += count,
                TextRun::Insert { text, .. } => {
                    let units: Vec<u16> = text.encode_utf16().collect();
                    self.came(at, units.len());
                    let end = at + units.len();
                    self.units.splice(at..at, units);
                    at = end;
                }
                TextRun::Delete(count) => {
                    drop(self.units.drain(at..at + count));
                    self.went(at, count);
                }
            }
        }
        Ok(())
    }

    /// The caret stays behind what it stood behind, and what is selected stays selected: what comes
    /// in just before or behind it does not become part of it.
    fn came(&mut self, at: usize, count: usize) {
        let Range { start, end } = self.selected;
        let start_shifts = if start == end { at < start } else { at <= start };
        let shift = |end: usize, shifts| if shifts { end + count } else { end };
        self.selected = shift(start, start_shifts)..shift(end, at < end);
    }

    /// What stood in what went stands where that was.
    fn went(&mut self, at: usize, count: usize) {
        let shift = |end: usize| if end > at { at.max(end.saturating_sub(count)) } else { end };
        self.selected = shift(self.selected.start)..shift(self.selected.end);
    }
}

/// Shows a card. On a real screen it has a focus, is being animated or dragged: it must not be made
/// anew because its card was edited or moved.
pub struct Widget {
    /// No other widget ever has this number.
    pub number: usize,
    /// Names the card, wherever it goes.
    pub card: ElementId,
    pub title: Field,
    pub done: bool,
}

impl Widget {
    pub fn new(number: usize, card: ElementId) -> Self {
        Self { number, card, title: Field::default(), done: false }
    }

    /// Shows all of a card.
    pub fn show(&mut self, card: &Card) {
        self.title.show(&card.title);
        self.done = card.done;
    }

    /// Does what changed in the card to what is shown of it. Named in full, the delta has to be
    /// looked through again when a card comes to have another field.
    pub fn redraw(&mut self, delta: &Delta<Card>) -> Result<(), DeltaError> {
        let Delta::<Card> { title, done } = delta;
        if let Some(done) = done {
            self.done = done.to;
        }
        title.as_ref().map_or(Ok(()), |title| self.title.redraw(title))
    }
}
