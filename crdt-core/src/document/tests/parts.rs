//! What is saved in parts is what is saved as a whole, and little of it is new each time.

use std::collections::BTreeMap;

use super::{create, key};
use crate::document::{Document, PartKind, SaveOptions, SavedPart};
use crate::history::History;
use crate::node::Text;

fn in_one(parts: &[SavedPart]) -> Vec<u8> {
    parts.iter().flat_map(SavedPart::bytes).copied().collect()
}

/// The parts with changes, by what they are.
fn packs(parts: &[SavedPart]) -> BTreeMap<PartKind, Vec<u8>> {
    let packs = parts.iter().filter(|part| matches!(part.kind(), PartKind::Changes { .. }));
    packs.map(|part| (part.kind(), part.bytes().to_vec())).collect()
}

/// A text in which a bundle waits, with so many more changes.
fn text(changes: u32) -> Document<Text> {
    let mut text = create::<Text>();
    let mut other = text.fork(key(2)).expect("another key");
    other.change(|text| text.insert(0, "first")).expect("it fits");
    let heads = other.heads();
    other.change(|text| text.insert(0, "second")).expect("it fits");
    text.apply(&other.export(&heads)).expect("it waits");
    write(&mut text, changes);
    text
}

fn write(text: &mut Document<Text>, changes: u32) {
    for number in 0..changes {
        text.change(|text| text.insert(0, number.to_string())).expect("it fits");
    }
}

#[test]
fn parts_follow_on_each_other_to_what_is_saved() {
    for changes in [0, 1, 100] {
        let text = text(changes);
        let (all, none) = (SaveOptions::new(), SaveOptions::new().without_state());
        let parts = text.save_in_parts(&all);
        assert_eq!(in_one(&parts), text.save());
        assert_eq!(in_one(&text.save_in_parts(&none)), text.save_changes());
        assert_eq!(in_one(&text.history().save_in_parts(&all)), text.history().save());
        let kinds: Vec<PartKind> = parts.iter().map(SavedPart::kind).collect();
        assert!(kinds.is_sorted());
        let changes = PartKind::Changes { first: 0, count: changes };
        let begin = [PartKind::Head, changes, PartKind::Outline];
        let begin = if text.history().is_empty() { vec![begin[0], begin[2]] } else { begin.into() };
        assert_eq!(kinds, [&begin[..], &[PartKind::State, PartKind::Check]].concat());
    }
}

#[test]
fn a_document_is_saved_without_what_waits() {
    let text = text(3);
    let options = SaveOptions::new().without_waiting();
    let saved = in_one(&text.save_in_parts(&options));
    let mut opened = Document::<Text>::load(&saved, key(1)).expect("it was saved");
    assert_eq!((opened.digest(), opened.history().pending().0), (text.digest(), 0));
    assert_eq!(opened.save(), saved);
    for bundle in text.history().waiting() {
        opened.apply(bundle).expect("it waits there too");
    }
    assert_eq!(opened.save(), text.save());
    let relay = History::load(&text.save()).expect("it was saved");
    let saved = in_one(&relay.save_in_parts(&options));
    assert_eq!(History::load(&saved).map(|history| history.pending().0), Ok(0));
}

/// Also in a document that was opened from them.
#[test]
fn what_was_saved_before_is_saved_as_it_was() {
    let mut text = text(2000);
    let options = SaveOptions::new();
    let mut last = packs(&text.save_in_parts(&options));
    assert_eq!(last.len(), 1);
    for round in 0..6 {
        write(&mut text, 20);
        let parts = text.save_in_parts(&options);
        let now = packs(&parts);
        let kept = last.iter().filter(|(kind, bytes)| now.get(kind) == Some(bytes)).count();
        assert!(kept >= 1, "round {round}: the large one is as it was");
        assert!(last.iter().all(|(kind, bytes)| now.get(kind).is_none_or(|now| now == bytes)));
        if round % 2 == 1 {
            text = Document::load(&in_one(&parts), key(1)).expect("it was saved");
            assert_eq!(packs(&text.save_in_parts(&options)), now);
        }
        last = now;
    }
    assert!(last.len() > 1, "what is new lies beside it");
}
