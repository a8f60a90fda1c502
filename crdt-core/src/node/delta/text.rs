use core::ops::Range;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::DeltaError;
use crate::history::Chains;
use crate::node::watch::{Composed, Part, Touched};
use crate::node::{Before, TextState};
use crate::op::{Id, IdRange};
use crate::sorted::order;

/// What changed in a text, in runs from its beginning on. What comes behind the last run is
/// retained.
///
/// Lengths count Unicode scalar values. An editor that counts otherwise asks for the runs
/// [in UTF-16](Self::in_utf16) or [in UTF-8](Self::in_utf8).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct TextDelta(pub Vec<TextRun>);

/// A run of a [`TextDelta`]. At one place, what comes in is said before what goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TextRun {
    /// So much text is as it was.
    Retain {
        /// How much.
        count: usize,
        /// Which attributes of it changed.
        attributes: TextAttributes,
    },
    /// Text comes in.
    Insert {
        /// The text.
        text: String,
        /// Its attributes.
        attributes: TextAttributes,
    },
    /// So much text goes.
    Delete(usize),
}

/// The attributes of some text, such as bold. There are none yet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct TextAttributes {}

/// The delta of a text.
pub(in crate::node) fn text_delta(
    before: Before<'_, TextState>,
    after: &TextState,
    chains: &Chains,
) -> Option<TextDelta> {
    match before {
        Before::State(before) => compared(before, after, chains),
        Before::Touched(touched) => gathered(touched, after, chains),
    }
}

/// The delta of a text of which it is known what has changed. O(log n) for each change, and the
/// text that came; linear in a text that is made anew.
fn gathered(touched: &Touched<'_>, after: &TextState, chains: &Chains) -> Option<TextDelta> {
    let composed = touched.text();
    let (parts, before) = match composed.anew {
        Some(names) => anew(&composed, names, after, chains),
        None => composed.parts(after.length(chains)),
    };
    let (mut runs, mut place, mut at) = (Runs::default(), 0, 0);
    for part in parts {
        match part {
            Part::New(count) => runs.insert(&after.slice(at..at + count, chains)),
            Part::Old { start, count } => {
                runs.delete(start - place);
                runs.retain(count);
                place = start + count;
            }
        }
        at += part.count();
    }
    runs.delete(before - place);
    runs.finish()
}

/// The parts of a text that was made anew, of which these characters were visible until then.
fn anew(
    composed: &Composed<'_>,
    names: &[IdRange],
    after: &TextState,
    chains: &Chains,
) -> (Vec<Part>, usize) {
    let length = names.iter().map(|names| names.len() as usize).sum();
    let (until_then, before) = composed.parts(length);
    let mut parts = Vec::new();
    for (run, _) in visible(after, chains) {
        let mut left = run;
        while left.start < left.end {
            let (place, count) = place_among(names, left);
            match place {
                Some(place) => parts.extend(cut(&until_then, place..place + count as usize)),
                None => parts.push(Part::New(count as usize)),
            }
            left.start += count;
        }
    }
    (parts, before)
}

/// Where the first of some names is among others, if it is, and of how many of them from there on
/// the same is true.
fn place_among(others: &[IdRange], names: IdRange) -> (Option<usize>, u32) {
    let (mut place, mut count) = (0, names.len());
    for other in others {
        if other.chain == names.chain {
            if (other.start..other.end).contains(&names.start) {
                let place = place + (names.start - other.start) as usize;
                return (Some(place), count.min(other.end - names.start));
            }
            if other.start > names.start {
                count = count.min(other.start - names.start);
            }
        }
        place += other.len() as usize;
    }
    (None, count)
}

/// Some of the elements that parts consist of.
fn cut(parts: &[Part], range: Range<usize>) -> Vec<Part> {
    let (mut cut, mut at) = (Vec::new(), 0);
    for part in parts {
        let (start, end) = (range.start.max(at), range.end.min(at + part.count()));
        if start < end {
            cut.push(part.split(start - at).1.split(end - start).0);
        }
        at += part.count();
    }
    cut
}

/// The delta of two states. O(n log n) in the number of visible runs of both.
fn compared(before: &TextState, after: &TextState, chains: &Chains) -> Option<TextDelta> {
    let (old, new) = (visible(before, chains), visible(after, chains));
    let (in_old, in_new) = (Names::of(&old), Names::of(&new));
    let (mut old, mut new) = (Pieces::new(&old), Pieces::new(&new));
    let mut runs = Runs::default();
    loop {
        let came = new.next_stretch(&in_old);
        let went = old.next_stretch(&in_new);
        match (came, went) {
            (Some((false, count)), _) => runs.insert(new.take(count)),
            (_, Some((false, count))) => {
                runs.delete(count as usize);
                old.take(count);
            }
            (Some((true, came)), Some((true, went))) => {
                let count = came.min(went);
                debug_assert_eq!(old.first(), new.first(), "characters do not move");
                runs.retain(count as usize);
                old.take(count);
                new.take(count);
            }
            _ => return runs.finish(),
        }
    }
}

/// The visible runs.
fn visible<'s>(state: &'s TextState, chains: &Chains) -> Vec<(IdRange, &'s str)> {
    let runs = state.runs(chains);
    runs.filter_map(|(names, text)| Some((names, text?))).collect()
}

/// A set of names, as ranges by chain and counter.
struct Names(Vec<IdRange>);

impl Names {
    fn of(runs: &[(IdRange, &str)]) -> Self {
        let mut names: Vec<IdRange> = runs.iter().map(|(names, _)| *names).collect();
        order::sort_by_key(&mut names, |names| (names.chain, names.start));
        let mut merged: Vec<IdRange> = Vec::new();
        for names in names {
            if !merged.last_mut().is_some_and(|last| last.append(names)) {
                merged.push(names);
            }
        }
        Self(merged)
    }

    /// Whether the first of some names is in the set, and of how many from there on the same is
    /// true.
    fn stretch(&self, names: IdRange) -> (bool, u32) {
        let is_before = |other: &IdRange| (other.chain, other.end) <= (names.chain, names.start);
        let next = self.0.get(self.0.partition_point(is_before));
        let next = next.filter(|next| next.chain == names.chain && next.start < names.end);
        match next {
            Some(next) if next.start <= names.start => {
                (true, next.end.min(names.end) - names.start)
            }
            Some(next) => (false, next.start - names.start),
            None => (false, names.len()),
        }
    }
}

/// What is left of some runs.
struct Pieces<'r> {
    rest: core::slice::Iter<'r, (IdRange, &'r str)>,
    piece: Option<(IdRange, &'r str)>,
}

impl<'r> Pieces<'r> {
    fn new(runs: &'r [(IdRange, &'r str)]) -> Self {
        let mut rest = runs.iter();
        let piece = rest.next().copied();
        Self { rest, piece }
    }

    fn first(&self) -> Option<Id> {
        self.piece.map(|(names, _)| Id { chain: names.chain, counter: names.start })
    }

    /// Whether the next characters are in a set, and how many of them.
    fn next_stretch(&self, others: &Names) -> Option<(bool, u32)> {
        self.piece.map(|(names, _)| others.stretch(names))
    }

    /// The next characters, of the piece that is next.
    fn take(&mut self, count: u32) -> &'r str {
        let Some((names, text)) = &mut self.piece else { return "" };
        let end = text.char_indices().nth(count as usize).map_or(text.len(), |(end, _)| end);
        let (taken, left) = text.split_at(end);
        (names.start, *text) = (names.start + count, left);
        if left.is_empty() {
            self.piece = self.rest.next().copied();
        }
        taken
    }
}

/// Runs that are being made.
#[derive(Default)]
struct Runs(Vec<TextRun>);

impl Runs {
    fn retain(&mut self, more: usize) {
        match self.0.last_mut() {
            Some(TextRun::Retain { count, .. }) => *count += more,
            _ => self.0.push(TextRun::retain(more)),
        }
    }

    fn insert(&mut self, more: &str) {
        match self.0.last_mut() {
            Some(TextRun::Insert { text, .. }) => text.push_str(more),
            _ => self.0.push(TextRun::insert(more)),
        }
    }

    fn delete(&mut self, more: usize) {
        match self.0.last_mut() {
            _ if more == 0 => {}
            Some(TextRun::Delete(count)) => *count += more,
            _ => self.0.push(TextRun::Delete(more)),
        }
    }

    fn finish(mut self) -> Option<TextDelta> {
        self.0.pop_if(|last| matches!(last, TextRun::Retain { .. }));
        (!self.0.is_empty()).then_some(TextDelta(self.0))
    }
}

impl TextRun {
    /// So much text is as it was, attributes included.
    pub fn retain(count: usize) -> Self {
        Self::Retain { count, attributes: TextAttributes::default() }
    }

    /// Text without attributes comes in.
    pub fn insert(text: impl Into<String>) -> Self {
        Self::Insert { text: text.into(), attributes: TextAttributes::default() }
    }
}

impl TextDelta {
    /// Makes the text before the text after. Nothing has been changed after an error.
    ///
    /// # Errors
    /// [`DeltaError::BeyondEnd`] if the text is shorter than the text before.
    pub fn apply(&self, text: &mut String) -> Result<(), DeltaError> {
        let (mut made, mut rest) = (String::with_capacity(text.len()), text.as_str());
        for run in &self.0 {
            match run {
                TextRun::Insert { text, .. } => made.push_str(text),
                TextRun::Retain { count, .. } => made.push_str(take(text, &mut rest, *count)?),
                TextRun::Delete(count) => {
                    take(text, &mut rest, *count)?;
                }
            }
        }
        made.push_str(rest);
        *text = made;
        Ok(())
    }

    /// The runs with their lengths in UTF-16 code units, as JavaScript counts, given the text
    /// before.
    ///
    /// ```
    /// # use crdt_core::node::{TextDelta, TextRun};
    /// let typed = TextDelta(vec![TextRun::retain(1), TextRun::insert("!")]);
    /// assert_eq!(typed.in_utf16("🦀")?, [TextRun::retain(2), TextRun::insert("!")]);
    /// assert_eq!(typed.in_utf8("🦀")?, [TextRun::retain(4), TextRun::insert("!")]);
    /// # Ok::<(), crdt_core::DeltaError>(())
    /// ```
    ///
    /// # Errors
    /// [`DeltaError::BeyondEnd`] if the text is shorter than the text before.
    pub fn in_utf16(&self, before: &str) -> Result<Vec<TextRun>, DeltaError> {
        self.counted(before, |text| text.encode_utf16().count())
    }

    /// The runs with their lengths in bytes of UTF-8, given the text before.
    ///
    /// # Errors
    /// [`DeltaError::BeyondEnd`] if the text is shorter than the text before.
    pub fn in_utf8(&self, before: &str) -> Result<Vec<TextRun>, DeltaError> {
        self.counted(before, str::len)
    }

    fn counted(
        &self,
        before: &str,
        length: impl Fn(&str) -> usize,
    ) -> Result<Vec<TextRun>, DeltaError> {
        let mut rest = before;
        let mut counted = |run: &TextRun| {
            Ok(match run {
                TextRun::Retain { count, attributes } => TextRun::Retain {
                    count: length(take(before, &mut rest, *count)?),
                    attributes: attributes.clone(),
                },
                TextRun::Delete(count) => TextRun::Delete(length(take(before, &mut rest, *count)?)),
                insert @ TextRun::Insert { .. } => insert.clone(),
            })
        };
        self.0.iter().map(&mut counted).collect()
    }
}

/// So many characters from the beginning of what is left of a text.
fn take<'t>(whole: &str, rest: &mut &'t str, count: usize) -> Result<&'t str, DeltaError> {
    let mut ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]);
    let Some(end) = ends.nth(count) else {
        return Err(DeltaError::BeyondEnd(whole.chars().count()));
    };
    let (taken, left) = rest.split_at(end);
    *rest = left;
    Ok(taken)
}

/// As in Quill's deltas: `{"retain": n}`, `{"insert": ".."}` or `{"delete": n}`.
impl Serialize for TextRun {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut run = serializer.serialize_map(Some(1))?;
        match self {
            Self::Retain { count, .. } => run.serialize_entry("retain", count)?,
            Self::Insert { text, .. } => run.serialize_entry("insert", text)?,
            Self::Delete(count) => run.serialize_entry("delete", count)?,
        }
        run.end()
    }
}
