//! Text in its real node sizes, and its three ways of counting.

use super::super::{OffsetError, OutOfBounds, Sequence, TextChunk, TextMeasure, Unit};
use super::small::{ByCounter, id, text};
use super::world::Dice;

/// Edits a text at random places, as long as a plain string can keep up.
fn edited(dice: &mut Dice, steps: u32) -> (Sequence<TextChunk>, Vec<char>) {
    let (mut sequence, mut model) = (Sequence::default(), Vec::new());
    let words = ["a", "plain ", "größer", "中文", "😀!", "words and words and words"];
    let mut counter = 0;
    for step in 0..steps {
        if !model.is_empty() && dice.one_in(3) {
            let start = dice.below(model.len());
            let end = model.len().min(start + dice.below(20));
            sequence.delete_at(start..end, &ByCounter, |_| {}, &mut ()).expect("within bounds");
            model.drain(start..end);
        } else {
            let word = words[dice.below(words.len())].repeat(1 + dice.below(3) * 40);
            let pos = dice.below(model.len() + 1);
            sequence.insert_at(pos, word.as_str(), id(0, counter), 0, &ByCounter).expect("within");
            counter += u32::try_from(word.chars().count()).expect("short");
            model.splice(pos..pos, word.chars());
        }
        if step % 64 == 0 {
            sequence.assert_invariants(&ByCounter);
        }
    }
    (sequence, model)
}

#[test]
fn text_behaves_like_a_string() {
    let mut dice = Dice(11);
    let (sequence, model) = edited(&mut dice, 2000);
    sequence.assert_invariants(&ByCounter);
    let string: String = model.iter().collect();
    assert_eq!(text(&sequence), string);
    assert_eq!(sequence.len(), model.len());
    let utf16 = string.encode_utf16().count();
    assert_eq!(sequence.measure(), TextMeasure { utf8: string.len(), utf16 });
    for _ in 0..1000 {
        let pos = dice.below(model.len());
        let (chunk, offset) = sequence.get(pos).expect("within bounds");
        assert_eq!(chunk.char_at(offset), Some(model[pos]));
    }
}

#[test]
fn ranges_far_beyond_the_end_are_refused() {
    let (mut sequence, model) = edited(&mut Dice(5), 300);
    let far = u32::MAX as usize;
    for start in [0, 1, model.len() / 2, model.len(), far - 1] {
        for end in [far, usize::MAX] {
            let refused = sequence.delete_at(start..end, &ByCounter, |_| {}, &mut ());
            assert_eq!(refused, Err(OutOfBounds { pos: end, len: model.len() }));
        }
        let near = sequence.delete_at(start..start, &ByCounter, |_| {}, &mut ());
        assert_eq!(near.is_ok(), start <= model.len());
    }
    sequence.assert_invariants(&ByCounter);
}

/// Where someone writes, and what should be there.
struct Writer {
    sequence: Sequence<TextChunk>,
    model: Vec<char>,
    cursor: usize,
    counter: u32,
}

impl Writer {
    fn type_text(&mut self, text: &str) {
        let len = text.chars().count();
        let at = self.cursor;
        self.sequence.insert_at(at, text, id(0, self.counter), 0, &ByCounter).expect("within");
        self.model.splice(at..at, text.chars());
        self.cursor += len;
        self.counter += u32::try_from(len).expect("short");
    }

    fn delete(&mut self, start: usize, end: usize) {
        let mut named = 0;
        let count = |range: crate::op::IdRange| named += range.len() as usize;
        self.sequence.delete_at(start..end, &ByCounter, count, &mut ()).expect("within bounds");
        assert_eq!(named, end - start);
        self.model.drain(start..end);
        self.cursor = start;
    }

    /// One thing that people do with a keyboard, some times in a row.
    fn press(&mut self, key: usize, times: usize) {
        for _ in 0..times {
            let (cursor, len) = (self.cursor, self.model.len());
            match key {
                0..3 => self.type_text("a"),
                3 => self.type_text("ö😀"),
                4 => self.type_text(&"pasted ".repeat(times)),
                5 | 6 => self.delete(cursor.saturating_sub(1 + times / 20), cursor),
                7 => self.delete(cursor, len.min(cursor + 1 + times / 20)),
                _ => self.cursor = (cursor * 7 + times) % (len + 1),
            }
            self.counter += u32::from(key > 4);
            self.read();
        }
    }

    /// Asks near the cursor and at the end, before anything has settled.
    fn read(&self) {
        let Self { sequence, model, cursor, .. } = self;
        assert_eq!(sequence.len(), model.len());
        let utf16 = model.iter().map(|char| char.len_utf16()).sum();
        let utf8 = model.iter().map(|char| char.len_utf8()).sum();
        assert_eq!(sequence.measure(), TextMeasure { utf8, utf16 });
        for pos in [cursor.saturating_sub(1), *cursor, cursor + 40, model.len() * 3 / 4] {
            let shown = sequence.get(pos).and_then(|(chunk, offset)| chunk.char_at(offset));
            assert_eq!(shown, model.get(pos).copied());
            if let Some(id) = sequence.id_at(pos) {
                assert_eq!(sequence.position(id), Some(pos));
                let before: usize = model[..pos].iter().map(|char| char.len_utf8()).sum();
                assert_eq!(sequence.offset_of(Unit::Utf8, pos), Ok(before));
                assert_eq!(sequence.index_of(Unit::Utf8, before), Ok(pos));
            }
        }
    }
}

#[test]
fn reading_between_keystrokes_sees_them_all() {
    for seed in 0..8 {
        let mut dice = Dice(seed);
        let (sequence, model) = (Sequence::default(), Vec::new());
        let mut writer = Writer { sequence, model, cursor: 0, counter: 0 };
        for _ in 0..120 {
            writer.press(dice.below(10), 1 + dice.below(25));
            writer.sequence.assert_invariants(&ByCounter);
        }
        let string: String = writer.model.iter().collect();
        assert_eq!(text(&writer.sequence), string);
    }
}

#[test]
fn offsets_convert_both_ways_and_must_not_split_a_character() {
    let (sequence, model) = edited(&mut Dice(12), 150);
    let (mut utf8, mut utf16) = (0, 0);
    for (index, char) in model.iter().enumerate() {
        assert_eq!(sequence.offset_of(Unit::Utf8, index), Ok(utf8));
        assert_eq!(sequence.offset_of(Unit::Utf16, index), Ok(utf16));
        assert_eq!(sequence.index_of(Unit::Utf8, utf8), Ok(index));
        assert_eq!(sequence.index_of(Unit::Utf16, utf16), Ok(index));
        for inside in 1..char.len_utf8() {
            let refused = sequence.index_of(Unit::Utf8, utf8 + inside);
            assert_eq!(refused, Err(OffsetError::InsideChar(utf8 + inside)));
        }
        for inside in 1..char.len_utf16() {
            let refused = sequence.index_of(Unit::Utf16, utf16 + inside);
            assert_eq!(refused, Err(OffsetError::InsideChar(utf16 + inside)));
        }
        utf8 += char.len_utf8();
        utf16 += char.len_utf16();
    }
    assert_eq!(sequence.index_of(Unit::Utf8, utf8), Ok(model.len()));
    let beyond = |pos, len| OutOfBounds { pos, len };
    assert_eq!(sequence.index_of(Unit::Utf8, utf8 + 1), Err(beyond(utf8 + 1, utf8).into()));
    assert_eq!(sequence.offset_of(Unit::Utf16, model.len()), Ok(utf16));
    let (end, refused) = (model.len(), sequence.offset_of(Unit::Utf16, model.len() + 1));
    assert_eq!(refused, Err(beyond(end + 1, end)));
}

#[test]
fn names_are_found_however_late_they_are_asked_for() {
    for edits in [1, 10, 100, 1000] {
        let (sequence, model) = edited(&mut Dice(14), edits);
        sequence.assert_invariants(&ByCounter);
        for pos in 0..model.len() {
            let id = sequence.id_at(pos).expect("it is there");
            assert_eq!(sequence.position(id), Some(pos));
        }
        sequence.assert_invariants(&ByCounter);
    }
}

#[test]
fn a_part_of_a_text_is_read_without_the_rest() {
    let mut dice = Dice(13);
    let (sequence, model) = edited(&mut dice, 500);
    for _ in 0..500 {
        let start = dice.below(model.len() + 1);
        let end = start + dice.below(model.len() - start + 1).min(600);
        let part: String = sequence.text_in(start..end).collect();
        assert_eq!(part, String::from_iter(&model[start..end]), "{start}..{end}");
    }
}

#[test]
fn an_empty_text_has_one_place() {
    let sequence = Sequence::<TextChunk>::default();
    assert_eq!(sequence.text_in(0..0).count(), 0);
    assert_eq!(sequence.index_of(Unit::Utf8, 0), Ok(0));
    assert_eq!(sequence.offset_of(Unit::Utf16, 0), Ok(0));
    let beyond = OutOfBounds { pos: 1, len: 0 };
    assert_eq!(sequence.index_of(Unit::Utf8, 1), Err(beyond.into()));
}

#[test]
fn long_runs_are_cut_at_characters() {
    let long = "中".repeat(1000);
    let mut sequence = Sequence::<TextChunk>::default();
    sequence.insert_at(0, &long, id(0, 0), 0, &ByCounter).expect("the beginning is there");
    assert_eq!(text(&sequence), long);
    assert!(sequence.chunks().count() > 10);
    assert_eq!(sequence.position(id(0, 999)), Some(999));
}
