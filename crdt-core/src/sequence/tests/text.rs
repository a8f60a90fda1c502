//! Text in its real node sizes, and its three ways of counting.

use super::super::{OffsetError, Sequence, TextChunk, TextMeasure, Unit};
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
            sequence.delete_at(start..end, &ByCounter, |_| {}).expect("within bounds");
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
            assert_eq!(refused, Err(OffsetError::InsideChar));
        }
        for inside in 1..char.len_utf16() {
            let refused = sequence.index_of(Unit::Utf16, utf16 + inside);
            assert_eq!(refused, Err(OffsetError::InsideChar));
        }
        utf8 += char.len_utf8();
        utf16 += char.len_utf16();
    }
    assert_eq!(sequence.index_of(Unit::Utf8, utf8), Ok(model.len()));
    assert_eq!(sequence.index_of(Unit::Utf8, utf8 + 1), Err(OffsetError::OutOfBounds));
    assert_eq!(sequence.offset_of(Unit::Utf16, model.len()), Ok(utf16));
    assert_eq!(sequence.offset_of(Unit::Utf16, model.len() + 1), Err(OffsetError::OutOfBounds));
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
    assert_eq!(sequence.index_of(Unit::Utf8, 1), Err(OffsetError::OutOfBounds));
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
