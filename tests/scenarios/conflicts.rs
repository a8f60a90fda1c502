//! What lost is reachable from the view, wherever in the document it is.

use std::collections::BTreeMap;

use crdt_core::{ChangeOptions, CrdtNode, Document, EditError};

use crate::{sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Sheet {
    #[crdt(alias = "word")]
    title: String,
    maybe: Option<String>,
    owner: Name,
    maybe_owner: Option<Name>,
    #[crdt(register)]
    pair: (u8, u8),
    items: Vec<Item>,
    words: Vec<String>,
    entries: BTreeMap<String, Item>,
    names: BTreeMap<String, String>,
    extra: Option<Item>,
    boxed: Box<Item>,
    state: State,
    wide: Both<String>,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Item {
    name: String,
    state: State,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Name(String);

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Both<T>(T, T);

#[derive(CrdtNode, serde::Serialize, Clone, Debug, Default, PartialEq)]
enum State {
    #[default]
    Open,
    Done(u32),
    Blocked {
        reason: String,
        #[crdt(text)]
        note: String,
    },
}

type Edit = fn(&mut <Sheet as CrdtNode>::Editor<'_>) -> Result<(), EditError>;

fn blocked() -> State {
    State::Blocked { reason: "rain".into(), note: "since May".into() }
}

/// A document in which two replicas have written concurrently; of values the first one's win.
fn conflict(beginning: Edit, winner: Edit, other: Edit) -> Document<Sheet> {
    let (mut a, mut b) = two::<Sheet>();
    a.change(|sheet| {
        sheet.entries.entry("begun")?;
        beginning(sheet)
    })
    .unwrap();
    a.merge(&mut b).unwrap();
    let after = a.heads().into_iter().fold(ChangeOptions::new(), ChangeOptions::after);
    a.change_with(&after, |_| Ok(())).unwrap();
    a.change(winner).unwrap();
    b.change(other).unwrap();
    sync(&mut a, &mut b);
    a
}

fn nothing(_: &mut <Sheet as CrdtNode>::Editor<'_>) -> Result<(), EditError> {
    Ok(())
}

#[test]
fn registers_in_fields_options_and_newtypes() {
    let document = conflict(
        nothing,
        |sheet| {
            sheet.title.set("a")?;
            sheet.maybe.set("a")?;
            sheet.owner.set("a")?;
            sheet.maybe_owner.set(None)?;
            sheet.pair.set((1, 1))?;
            sheet.boxed.name.set("a")?;
            sheet.wide.1.set("a")?;
            Ok(())
        },
        |sheet| {
            sheet.title.set("b")?;
            sheet.maybe.set(None)?;
            sheet.owner.set("b")?;
            sheet.maybe_owner.set("b".to_owned())?;
            sheet.pair.set((2, 2))?;
            sheet.boxed.name.set("b")?;
            sheet.wide.1.set("b")?;
            Ok(())
        },
    );
    let sheet = document.read();
    assert_eq!(sheet.title.conflicts(), ["a", "b"]);
    assert_eq!(sheet.maybe.conflicts(), [&Some("a".to_owned()), &None]);
    assert_eq!(sheet.owner.conflicts(), ["a", "b"]);
    assert_eq!(sheet.maybe_owner.conflicts(), [&None, &Some("b".to_owned())]);
    assert_eq!(sheet.pair.conflicts(), [&(1, 1), &(2, 2)]);
    assert_eq!(sheet.boxed.name.conflicts(), ["a", "b"]);
    assert_eq!(sheet.wide.1.conflicts(), ["a", "b"]);
}

fn write(sheet: &mut <Sheet as CrdtNode>::Editor<'_>, name: &str) -> Result<(), EditError> {
    sheet.items.at(0)?.name.set(name)?;
    sheet.words.at(0)?.set(name)?;
    sheet.entries.entry("k")?.name.set(name)?;
    // Puts are never in conflict; what they put is.
    sheet.names.insert("new", name.to_owned())?;
    sheet.extra.get_or_insert_default()?.name.set(name)?;
    Ok(())
}

#[test]
fn registers_in_lists_maps_and_options() {
    let beginning: Edit = |sheet| {
        sheet.items.push(Item::default())?;
        sheet.words.push("begun".into()).map(drop)
    };
    let document = conflict(beginning, |sheet| write(sheet, "a"), |sheet| write(sheet, "b"));
    let sheet = document.read();
    assert_eq!(sheet.items.get(0).unwrap().name.conflicts(), ["a", "b"]);
    assert_eq!(sheet.words.get(0).unwrap().conflicts(), ["a", "b"]);
    assert_eq!(sheet.entries.get("k").unwrap().name.conflicts(), ["a", "b"]);
    assert_eq!(sheet.names.get("new").unwrap().conflicts(), ["a", "b"]);
    assert_eq!(sheet.extra.get().unwrap().name.conflicts(), ["a", "b"]);
}

#[test]
fn variants_with_what_they_hold() {
    let mut document = conflict(
        |sheet| sheet.items.push(Item::default()).map(drop),
        |sheet| {
            sheet.state.set(State::Done(1))?;
            sheet.items.at(0)?.state.set(State::Open)
        },
        |sheet| {
            sheet.state.set(blocked())?;
            sheet.items.at(0)?.state.set(State::Done(7))
        },
    );
    let state = document.read().state;
    let conflicts = state.conflicts();
    let names: Vec<_> = conflicts.iter().map(|state| state.variant_name()).collect();
    assert_eq!(names, ["Done", "Blocked"]);
    assert_eq!(*conflicts[0].as_done().unwrap(), 1);
    let lost = conflicts[1].as_blocked().unwrap();
    assert_eq!(lost.reason, "rain");
    assert_eq!(lost.note, "since May");
    assert!(conflicts[1].is_blocked() && conflicts[1].as_done().is_none());
    assert_eq!(format!("{:?}", conflicts[1]), format!("{:?}", blocked()));
    let json = |state| serde_json::to_value(state).unwrap();
    assert_eq!(json(conflicts[1]), serde_json::to_value(blocked()).unwrap());
    assert!(state.as_blocked().is_none(), "the view of the value reads the winner alone");

    let item = document.read().items.get(0).unwrap().state;
    let names: Vec<_> = item.conflicts().iter().map(|state| state.variant_name()).collect();
    assert_eq!(names, ["Open", "Done"]);

    document
        .change(|sheet| {
            assert_eq!(sheet.state.conflicts().len(), 2);
            sheet.state.set(blocked())?;
            assert_eq!(sheet.state.conflicts().len(), 1);
            Ok(())
        })
        .unwrap();
    assert_eq!(document.read().state.conflicts().len(), 1);
    assert_eq!(two::<Sheet>().0.read().state.conflicts().len(), 0, "none was ever selected");
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Sheet")]
struct Old {
    word: String,
}

/// An app that calls the field by its former name writes into the same register.
#[test]
fn registers_under_a_former_name() {
    let (mut new, _) = two::<Sheet>();
    new.change(|sheet| sheet.title.set("new")).unwrap();
    let mut old = Document::<Old>::join(new.id(), crate::key(2));
    old.change(|sheet| sheet.word.set("old")).unwrap();
    new.apply(&old.export(&[])).unwrap();
    let mut conflicts = new.read().title.conflicts();
    conflicts.sort();
    assert_eq!(conflicts, ["new", "old"]);
}
