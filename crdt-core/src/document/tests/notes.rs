//! What can be undone after a document was opened again.

use std::error::Error;

use proptest::prelude::*;

use super::prepared::flooded;
use super::{create, key};
use crate::document::{ChangeOptions, Document, UndoLimits};
use crate::node::{Json, Register};

type Tested = Result<(), Box<dyn Error>>;

/// A document whose notes are kept, and what somebody else has of it.
struct World {
    mine: Document<Json>,
    notes: Vec<Vec<u8>>,
    yours: Document<Json>,
}

/// What happens to them.
#[derive(Clone, Debug)]
enum Step {
    Set { field: u8, value: u8, joined: bool },
    Type { at: u8, joined: bool },
    Delete { at: u8 },
    Remove { field: u8 },
    Undo,
    Redo,
    Aborted,
    Yours { field: u8 },
    Merge,
    Merged,
}

fn step() -> impl Strategy<Value = Step> {
    let field = 0..3u8;
    prop_oneof![
        4 => (field.clone(), any::<u8>(), any::<bool>())
            .prop_map(|(field, value, joined)| Step::Set { field, value, joined }),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(at, joined)| Step::Type { at, joined }),
        1 => any::<u8>().prop_map(|at| Step::Delete { at }),
        1 => field.clone().prop_map(|field| Step::Remove { field }),
        4 => Just(Step::Undo),
        3 => Just(Step::Redo),
        1 => Just(Step::Aborted),
        1 => field.prop_map(|field| Step::Yours { field }),
        1 => Just(Step::Merge),
        1 => Just(Step::Merged),
    ]
}

fn pointer(field: u8) -> String {
    format!("/{field}")
}

impl World {
    fn new() -> Self {
        let mut mine = create::<Json>();
        mine.change(|json| json.set("", serde_json::json!({}))).expect("an edit");
        mine.clear_undo();
        let mut yours = Document::join(mine.id(), key(2));
        yours.merge(&mut mine).expect("replicas of one document");
        Self { mine, notes: Vec::new(), yours }
    }

    fn go(&mut self, step: &Step) {
        let options = |joined| {
            let options = ChangeOptions::new();
            if joined { options.joined() } else { options }
        };
        let Self { mine, notes, yours } = self;
        let note = match *step {
            Step::Set { field, value, joined } => {
                edited(mine, &options(joined), |json| json.set(pointer(field), value))
            }
            Step::Type { at, joined } => edited(mine, &options(joined), |json| {
                json.array("/list")?.insert(usize::from(at) % 2, at.into()).map(drop)
            }),
            Step::Delete { at } => edited(mine, &options(false), |json| {
                json.array("/list")?.remove(usize::from(at) % 3).map(drop)
            }),
            Step::Remove { field } => {
                edited(mine, &options(false), |json| json.remove(pointer(field)).map(drop))
            }
            Step::Undo => {
                let prepared = mine.prepare_undo(&options(false)).expect("it can be written");
                let note = prepared.undo_note();
                prepared.accept();
                note
            }
            Step::Redo => {
                let prepared = mine.prepare_redo(&options(false)).expect("it can be written");
                let note = prepared.undo_note();
                prepared.accept();
                note
            }
            Step::Aborted => {
                drop(mine.prepare(&options(false), |json| json.set("/0", "aborted")));
                None
            }
            Step::Yours { field } => {
                yours.change(|json| json.set(pointer(field), "yours")).expect("an edit");
                None
            }
            Step::Merge => {
                mine.merge(yours).expect("replicas of one document");
                None
            }
            Step::Merged => {
                let merged = mine.merged_undo_notes(notes.iter().map(Vec::as_slice));
                notes.clear();
                merged
            }
        };
        notes.extend(note);
    }

    /// The document as it is after it was opened again.
    fn opened(&self) -> Document<Json> {
        let mut opened = Document::load(&self.mine.save(), key(1)).expect("it was saved");
        opened.restore_undo(self.notes.iter().map(Vec::as_slice));
        opened
    }
}

/// Makes a change, if it can be made, and gives its note.
fn edited(
    mine: &mut Document<Json>,
    options: &ChangeOptions,
    edit: impl FnOnce(&mut crate::Editor<'_, Json>) -> Result<(), crate::EditError>,
) -> Option<Vec<u8>> {
    let prepared = mine.prepare(options, edit).ok()?;
    let note = prepared.undo_note();
    prepared.accept();
    note
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Who opens the document again can undo and redo what could be undone before, and comes to the
    /// same values by it.
    #[test]
    fn notes_give_back_what_could_be_undone(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in &steps {
            world.go(step);
            let opened = world.opened();
            prop_assert!(opened.undo.has_groups_of(&world.mine.undo), "after {step:?}");
        }
        let mut opened = world.opened();
        while opened.undo().expect("it can be written").is_some() {}
        while world.mine.undo().expect("it can be written").is_some() {}
        prop_assert_eq!(opened.value(), world.mine.value());
        while opened.redo().expect("it can be written").is_some() {}
        while world.mine.redo().expect("it can be written").is_some() {}
        prop_assert_eq!(opened.value(), world.mine.value());
    }

    /// Whatever bytes there are, they are read, or nothing that was made before can be undone.
    #[test]
    fn notes_that_are_damaged(
        steps in prop::collection::vec(step(), 1..20),
        flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.go(step);
        }
        for (at, byte) in flips {
            let count = world.notes.len().max(1);
            if let Some(note) = world.notes.get_mut(at % count) {
                let place = at / count % note.len();
                note[place] ^= byte;
            }
        }
        let mut opened = world.opened();
        for _ in 0..steps.len() {
            let _ = opened.undo();
        }
        for _ in 0..steps.len() {
            let _ = opened.redo();
        }
    }
}

/// Two writers with one key, one after the other, as handles to one document in a store are: what
/// both made can be undone by who opens it then, the last of it first, and what one has undone only
/// once.
#[test]
fn notes_of_two_handles() -> Tested {
    let mut world = World::new();
    world.go(&Step::Set { field: 0, value: 1, joined: false });
    let mut other = Document::<Json>::load(&world.mine.save(), key(1))?;
    let one = edited(&mut other, &ChangeOptions::new(), |json| json.set("/1", 2));
    world.notes.extend(one);
    world.mine.apply(&other.export_for(&world.mine.frontier()))?;
    // It undoes what it has made itself, which is not the last.
    world.go(&Step::Undo);
    assert_eq!(world.mine.value().0, serde_json::json!({"1": 2}));
    let mut opened = world.opened();
    opened.undo()?;
    assert_eq!(opened.value().0, serde_json::json!({}));
    assert_eq!(opened.undo()?, None);
    Ok(())
}

#[test]
fn what_notes_do_not_tell() -> Tested {
    let mut world = World::new();
    for value in 0..4 {
        world.go(&Step::Set { field: 0, value, joined: false });
    }
    let saved = world.mine.save();
    let undone = |key, limits: Option<usize>, notes: &[Vec<u8>]| -> Result<usize, Box<dyn Error>> {
        let limits = UndoLimits { groups: limits.unwrap_or(1000), ..UndoLimits::default() };
        let options = crate::LoadOptions::new().undo_limits(limits);
        let mut opened = Document::<Json>::load_with(&options, &saved, Some(key))?;
        opened.restore_undo(notes.iter().map(Vec::as_slice));
        let mut count = 0;
        while opened.undo()?.is_some() {
            count += 1;
        }
        Ok(count)
    };
    let notes = &world.notes;
    assert_eq!(undone(key(1), None, notes)?, 4);
    assert_eq!(undone(key(1), Some(3), notes)?, 3, "the last ones");
    assert_eq!(undone(key(1), Some(0), notes)?, 0);
    assert_eq!(undone(key(2), None, notes)?, 0, "those of another key");
    let mut newer = notes.clone();
    newer[1][0] = 2;
    assert_eq!(undone(key(1), None, &newer)?, 2, "those of another version, and before");
    let mut torn = notes.clone();
    torn[2].pop();
    assert_eq!(undone(key(1), None, &torn)?, 1, "those that are damaged, and before");
    world.go(&Step::Set { field: 0, value: 9, joined: false });
    assert_eq!(undone(key(1), None, &world.notes)?, 0, "what is not in the history, and before");
    Ok(())
}

/// Names by counters mean nothing where a chain forks.
#[test]
fn what_has_no_name_is_not_noted() -> Tested {
    // It replaces what stands on the many branches of another author.
    let mut json = flooded();
    let note = edited(&mut json, &ChangeOptions::new(), |json| json.set("", "over it"));
    let then = edited(&mut json, &ChangeOptions::new(), |json| json.set("", "and over this"));
    let mut opened = Document::<Json>::load(&json.save(), key(3))?;
    opened.restore_undo(note.iter().chain(&then).map(Vec::as_slice));
    opened.undo()?;
    assert_eq!(opened.value().0, serde_json::json!("over it"));
    assert_eq!(opened.undo()?, None);

    // Its own chain forks, since it was put back from a backup with its key.
    let mut world = World::new();
    world.go(&Step::Set { field: 0, value: 1, joined: false });
    let mut twin = Document::<Json>::load(&world.mine.save(), key(1))?;
    world.go(&Step::Set { field: 0, value: 2, joined: false });
    twin.change(|json| json.set("/1", 3))?;
    world.mine.apply(&twin.export_for(&world.mine.frontier()))?;
    let notes = world.notes.len();
    world.go(&Step::Set { field: 0, value: 4, joined: false });
    assert_eq!(world.notes.len(), notes, "nothing is noted");
    assert_eq!(world.opened().undo()?, None);
    world.mine.undo()?;
    assert_eq!(world.mine.value().0["0"], 2, "while it is open everything has a name");
    Ok(())
}

/// The bytes of notes, as docs/store-format.md says.
#[test]
fn notes_byte_for_byte() -> Tested {
    let mut mine = create::<Register<i64>>();
    let mut yours = Document::<Register<i64>>::join(mine.id(), key(2));
    let [me, you] = [key(1), key(2)].map(|key| *key.author().as_bytes());
    let note = |listed: &[[u8; 32]], step: &[u8]| {
        let listed = [&[u8::try_from(listed.len()).expect("few")], listed.as_flattened()].concat();
        Some([&[1], &me[..], &listed, step].concat())
    };
    let set = |mine: &mut Document<Register<i64>>, options: ChangeOptions, value| {
        let prepared = mine.prepare(&options, |register| register.set(value)).expect("an edit");
        let note = prepared.undo_note();
        prepared.accept();
        note
    };
    let alone = ChangeOptions::new;
    // A group to undo, none goes, one stretch, from change 0 one change, nothing was found.
    let first = set(&mut mine, alone(), 10);
    assert_eq!(first, note(&[], &[1, 0, 1, 0, 1, 0]));
    yours.merge(&mut mine)?;
    yours.change(|register| register.set(20))?;
    mine.merge(&mut yours)?;
    // Change 1: the op with counter 1 found the value of the first author listed, counter 0.
    let over = set(&mut mine, alone(), 30);
    assert_eq!(over, note(&[you], &[1, 0, 1, 1, 1, 1, 1, 1, 1, 0]));
    // A group to redo: the one of change 1 goes. The op with counter 2 found its own of counter 1.
    let prepared = mine.prepare_undo(&alone())?;
    let undone = prepared.undo_note();
    prepared.accept();
    assert_eq!(undone, note(&[], &[2, 1, 1, 1, 2, 1, 1, 2, 1, 0, 1]));
    // A group to undo: the one of change 2 goes. What was found ranks as the other author's.
    let prepared = mine.prepare_redo(&alone())?;
    let redone = prepared.undo_note();
    prepared.accept();
    assert_eq!(redone, note(&[you], &[1, 1, 2, 1, 3, 1, 1, 3, 2, 0, 2, 1, 0]));
    let next = set(&mut mine, alone(), 40);
    assert_eq!(next, note(&[], &[1, 0, 1, 4, 1, 1, 4, 2, 0, 3, 0, 1]));
    // Change 5 belongs to the group of change 4.
    let joined = set(&mut mine, alone().joined(), 50);
    assert_eq!(joined, note(&[], &[3, 0, 4, 1, 5, 1, 1, 5, 1, 0, 4]));
    let all = note(
        &[you],
        &[
            [1, 0, 1, 0, 1, 0].as_slice(),
            &[1, 0, 1, 3, 1, 1, 3, 2, 0, 2, 1, 0],
            &[1, 0, 1, 4, 2, 2, 4, 2, 0, 3, 0, 1, 5, 1, 0, 4],
        ]
        .concat(),
    );
    assert_eq!(mine.undo_note(), all);
    let notes = [first, over, undone, redone, next, joined];
    let notes: Vec<&[u8]> = notes.iter().flatten().map(Vec::as_slice).collect();
    assert_eq!(mine.merged_undo_notes(notes), all);
    Ok(())
}
