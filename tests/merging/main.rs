//! One test for each row of `docs/merging.md`, named in the row.
//!
//! Two replicas, A and B, hold the same beginning and edit it without knowing of each other. A's
//! ops are the higher ones, so where one of two ops has to win it is A's.

mod enums;
mod json;
mod lists;
mod maps;
mod registers;
mod schemas;
mod sets;
mod texts;
mod undo;
mod updates;

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{ChangeOptions, CrdtNode, Document, EditError, Json, Keypair};

type Outcome = Result<(), Box<dyn std::error::Error>>;
type Edit = fn(&mut <Sheet as CrdtNode>::Editor<'_>) -> Result<(), EditError>;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Sheet {
    word: String,
    other: String,
    maybe: Option<String>,
    #[crdt(counter)]
    count: i64,
    #[crdt(counter)]
    small: u8,
    #[crdt(text)]
    text: String,
    items: Vec<Item>,
    words: Vec<String>,
    map: BTreeMap<String, Item>,
    leaves: BTreeMap<String, String>,
    states: BTreeMap<String, State>,
    set: BTreeSet<String>,
    state: State,
    extra: Option<Item>,
    choice: Option<State>,
    json: Json,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Item {
    name: String,
    #[crdt(text)]
    note: String,
    tags: Vec<String>,
    #[crdt(counter)]
    votes: i64,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum State {
    #[crdt(default)]
    Open,
    Blocked {
        reason: String,
        #[crdt(text)]
        note: String,
    },
    Done(u32),
}

fn item(name: &str, note: &str) -> Item {
    Item { name: name.into(), note: note.into(), ..Item::default() }
}

fn blocked(reason: &str, note: &str) -> State {
    State::Blocked { reason: reason.into(), note: note.into() }
}

fn keypair(number: u8) -> Keypair {
    Keypair::from_secret_bytes(&[number; 32])
}

fn nothing(_: &mut <Sheet as CrdtNode>::Editor<'_>) -> Result<(), EditError> {
    Ok(())
}

/// A document in which the beginning was written, at A and at B. A has seen one change more that
/// holds no ops, so that its next change has the higher time.
fn replicas(
    beginning: Edit,
) -> Result<(Document<Sheet>, Document<Sheet>), Box<dyn std::error::Error>> {
    let mut a = Document::<Sheet>::create(keypair(1))?;
    a.change(|sheet| {
        sheet.other.set("begun")?;
        beginning(sheet)
    })?;
    let mut b = Document::<Sheet>::join(a.id(), keypair(2));
    b.apply(&a.export(&[]))?;
    let head = a.heads()[0];
    a.change_with(&ChangeOptions::new().after(head), nothing)?;
    Ok((a, b))
}

/// Exchanges everything and checks that both replicas, and one that gets it all at once, agree.
fn exchange(
    a: &mut Document<Sheet>,
    b: &mut Document<Sheet>,
) -> Result<Sheet, Box<dyn std::error::Error>> {
    a.merge(b)?;
    assert_eq!(a.value(), b.value());
    assert_eq!(a.digest(), b.digest());
    let whole = Document::<Sheet>::load_read_only(&b.save())?;
    assert_eq!(whole.digest(), a.digest());
    Ok(a.value())
}

/// The value after A and B edited the beginning concurrently.
fn merged(beginning: Edit, at_a: Edit, at_b: Edit) -> Result<Sheet, Box<dyn std::error::Error>> {
    let (mut a, mut b) = replicas(beginning)?;
    a.change(at_a)?;
    b.change(at_b)?;
    exchange(&mut a, &mut b)
}

/// Checks that every row of the document names a test that is here, and every test a row.
#[test]
fn every_row_has_a_test_and_every_test_a_row() {
    let page = include_str!("../../docs/merging.md");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let rows: BTreeSet<_> = rows.filter_map(|row| row.rsplit('`').nth(1)).collect();
    let files = [
        include_str!("enums.rs"),
        include_str!("json.rs"),
        include_str!("lists.rs"),
        include_str!("maps.rs"),
        include_str!("registers.rs"),
        include_str!("schemas.rs"),
        include_str!("sets.rs"),
        include_str!("texts.rs"),
        include_str!("undo.rs"),
        include_str!("updates.rs"),
    ];
    let tests = files.iter().flat_map(|file| file.split("#[test]\nfn ").skip(1));
    let tests: BTreeSet<_> = tests.filter_map(|test| test.split('(').next()).collect();
    assert_eq!(rows, tests);
}
