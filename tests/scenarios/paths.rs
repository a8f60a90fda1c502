//! Nested nodes: every field has its path, and no container conflicts at its creation.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, EditError, Editor};

use crate::{key, sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    columns: BTreeMap<String, Column>,
    cover: Option<Cover>,
    state: State,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Column {
    title: String,
    cards: Vec<Card>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Card {
    name: String,
    done: bool,
    #[crdt(text)]
    notes: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Cover {
    color: String,
    #[crdt(counter)]
    stars: u32,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum State {
    #[default]
    Draft,
    Review {
        by: String,
        #[crdt(counter)]
        rounds: u32,
    },
}

#[test]
fn edits_at_every_depth_merge() {
    let (mut a, mut b) = two::<Board>();
    a.change(|board| board.columns.entry("todo")?.cards.push(Card::default())).unwrap();
    sync(&mut a, &mut b);
    a.change(|board| {
        let mut column = board.columns.entry("todo")?;
        column.title.set("To do")?;
        column.cards.at(0)?.notes.insert(0, "left")
    })
    .unwrap();
    b.change(|board| {
        let mut column = board.columns.entry("todo")?;
        column.cards.at(0)?.done.set(true)?;
        column.cards.at(0)?.notes.insert(0, "right")
    })
    .unwrap();
    sync(&mut a, &mut b);
    let column = &a.value().columns["todo"];
    assert_eq!(column.title, "To do");
    let [card] = column.cards.as_slice() else { panic!("one card: {column:?}") };
    assert!(card.done);
    assert!(["leftright", "rightleft"].contains(&card.notes.as_str()), "{card:?}");
}

#[test]
fn two_that_create_one_entry_share_it() {
    let (mut a, mut b) = two::<Board>();
    a.change(|board| board.columns.entry("new")?.cards.push(Card::default())).unwrap();
    b.change(|board| board.columns.entry("new")?.title.set("New")).unwrap();
    sync(&mut a, &mut b);
    let column = Column { title: "New".to_owned(), cards: vec![Card::default()] };
    assert_eq!(a.value().columns, BTreeMap::from([("new".to_owned(), column)]));
}

#[test]
fn what_was_put_concurrently_survives_a_remove() {
    let (mut a, mut b) = two::<Board>();
    a.change(|board| board.cover.set(Some(Cover { color: "red".to_owned(), stars: 1 }))).unwrap();
    sync(&mut a, &mut b);
    a.change(|board| {
        board.cover.remove()?;
        Ok(())
    })
    .unwrap();
    b.change(|board| board.cover.set(Some(Cover { color: "blue".to_owned(), stars: 5 }))).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().cover, Some(Cover { color: "blue".to_owned(), stars: 5 }));
}

#[test]
fn an_edit_inside_an_absent_entry_does_not_bring_it_back() {
    let (mut a, mut b) = two::<Board>();
    a.change(|board| board.cover.set(Some(Cover::default()))).unwrap();
    sync(&mut a, &mut b);
    a.change(|board| {
        board.cover.remove()?;
        Ok(())
    })
    .unwrap();
    b.change(|board| board.cover.get_mut()?.expect("present here").stars.add(3)).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().cover, None);
}

#[test]
fn a_variant_and_its_payload_are_separate() {
    let (mut a, mut b) = two::<Board>();
    let review = State::Review { by: "Ada".to_owned(), rounds: 1 };
    a.change(|board| board.state.set(review)).unwrap();
    sync(&mut a, &mut b);
    a.change(|board| board.state.as_review().expect("selected").rounds.add(1)).unwrap();
    b.change(|board| {
        let mut review = board.state.as_review().expect("selected");
        review.by.set("Bob")?;
        review.rounds.add(2)?;
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().state, State::Review { by: "Bob".to_owned(), rounds: 4 });
}

/// A node within a node within a node.
#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Shell {
    word: String,
    inner: Option<Box<Shell>>,
}

fn set_inmost(mut shell: Editor<'_, Shell>, depth: usize) -> Result<(), EditError> {
    match depth.checked_sub(1) {
        Some(less) => set_inmost(shell.inner.get_or_insert_default()?, less),
        None => shell.word.set("inmost"),
    }
}

/// A path has at most 128 segments: the key, two for every shell inside another, and the word.
#[test]
fn what_is_unknown_is_cleared_as_deep_as_a_path_goes() {
    let mut new = Document::<BTreeMap<u8, Shell>>::create(key(1)).unwrap();
    let write = |shells: &mut <BTreeMap<u8, Shell> as CrdtNode>::Editor<'_>, depth| {
        set_inmost(shells.entry(1)?, depth)
    };
    assert!(new.change(|shells| write(shells, 64)).is_err(), "too deep");
    new.change(|shells| write(shells, 63)).unwrap();
    let mut old = Document::<BTreeMap<u8, String>>::join(new.id(), key(2)).with_any_type();
    old.apply(&new.export(&[])).unwrap();
    old.change(|shells| shells.insert(1, "old".to_owned())).unwrap();
    new.apply(&old.export(&new.heads())).unwrap();
    assert_eq!(new.value(), BTreeMap::from([(1, Shell::default())]));
    new.change(|shells| write(shells, 1)).unwrap();
    assert_eq!(new.value()[&1].inner.as_ref().unwrap().word, "inmost");
}
