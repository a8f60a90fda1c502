//! Many people who type one character after the other, each a change of its own.

use crdt_core::node::TextEditor;
use crdt_core::{CrdtNode, Document, EditError, Text};

use crate::key;

#[derive(CrdtNode, Debug, PartialEq)]
struct Desk {
    #[crdt(text)]
    left: String,
    #[crdt(text)]
    right: String,
    notes: Vec<Text>,
}

/// Numbers that can be repeated by their seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Someone at a desk, who goes on typing in one of the texts.
struct Writer {
    desk: Document<Desk>,
    text: usize,
    cursor: usize,
}

impl Writer {
    /// One keystroke.
    fn press(&mut self, dice: &mut Dice) -> Result<(), EditError> {
        if dice.below(9) == 0 {
            (self.text, self.cursor) = (dice.below(4), dice.below(9));
        }
        let letter = ["a", "b", "c", "d", "ä", "😀"][dice.below(6)];
        let (text, at, deletes) = (self.text, self.cursor, dice.below(7) == 0);
        let press = |editor: &mut TextEditor<'_>| {
            let at = at.min(editor.len());
            if deletes && at > 0 {
                editor.delete(at - 1..at)?;
                return Ok(at - 1);
            }
            editor.insert(at, letter)?;
            Ok(at + 1)
        };
        self.cursor = self.desk.change(|desk| match text {
            0 => press(&mut desk.left),
            1 => press(&mut desk.right),
            note => press(&mut desk.notes.at(note - 2)?),
        })?;
        Ok(())
    }
}

/// Writers under some keys, of which the last one is used in two places.
fn writers(keys: u8) -> Vec<Writer> {
    let mut first = Document::<Desk>::create(key(1)).expect("the system has randomness");
    first.update(|desk| desk.notes = vec!["one".into(), "two".into()]).expect("it is written");
    let join = |first: &Document<Desk>, of| {
        let mut desk = Document::join(first.id(), key(of));
        desk.apply(&first.export(&[])).expect("it is genuine");
        desk
    };
    let desks: Vec<_> = (2..=keys).chain([keys]).map(|of| join(&first, of)).collect();
    let at_desk = |desk| Writer { desk, text: 0, cursor: 0 };
    core::iter::once(first).chain(desks).map(at_desk).collect()
}

/// What they wrote is what a reader makes of it, in one bundle, message by message, or opened
/// again.
#[test]
fn keystrokes_come_to_what_was_typed() {
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let mut writers = writers(2 + u8::try_from(seed).expect("few"));
        let mut reader = Document::<Desk>::join(writers[0].desk.id(), key(99));
        for _ in 0..250 {
            let at = dice.below(writers.len());
            writers[at].press(&mut dice).expect("it is written");
            if dice.below(5) == 0 {
                let from =
                    writers[dice.below(writers.len())].desk.export(&writers[at].desk.heads());
                writers[at].desk.apply(&from).expect("it is genuine");
                let message = writers[at].desk.export(&reader.heads());
                reader.apply(&message).expect("it is genuine");
            }
        }
        let (first, rest) = writers.split_first_mut().expect("there are some");
        for _ in 0..2 {
            rest.iter_mut().for_each(|other| first.desk.merge(&mut other.desk).expect("replicas"));
        }
        reader.apply(&first.desk.export(&reader.heads())).expect("it is genuine");
        let mut late = Document::<Desk>::join(reader.id(), key(98));
        late.apply(&first.desk.export(&[])).expect("it is genuine");
        let opened = Document::<Desk>::load(&late.save(), key(98)).expect("it was saved");
        let all = rest.iter().map(|other| &other.desk).chain([&reader, &late, &opened]);
        for desk in all {
            assert_eq!(desk.value(), first.desk.value(), "seed {seed}");
            assert_eq!(desk.digest(), first.desk.digest(), "seed {seed}");
        }
    }
}
