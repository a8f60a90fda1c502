//! One test for each row of `docs/merging.md`, named in the row.
//!
//! Two replicas, A and B, hold the same beginning and edit it without knowing of each other. A's
//! ops are the higher ones, so where one of two ops has to win it is A's.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{ChangeOptions, CrdtNode, Document, EditError, Keypair};

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
    set: BTreeSet<String>,
    state: State,
    extra: Option<Item>,
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
        sheet.other.set("begun");
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
    let (tests, page) = (include_str!("merging.rs"), include_str!("../docs/merging.md"));
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).collect();
    let named = |row: &str| row.rsplit('`').nth(1).map(str::to_owned);
    let rows: Vec<_> = rows.iter().filter_map(|row| named(row)).collect();
    for row in &rows {
        assert!(tests.contains(&format!("\nfn {row}()")), "no test is named {row}");
    }
    let names = tests.split("#[test]\nfn ").skip(1).filter_map(|test| test.split('(').next());
    for name in names.filter(|name| !name.starts_with("every_row")) {
        assert!(rows.iter().any(|row| row == name), "no row names {name}");
    }
}

#[test]
fn register_both_set() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| Ok(sheet.word.set("a")))?;
    b.change(|sheet| Ok(sheet.word.set("b")))?;
    assert_eq!(exchange(&mut a, &mut b)?.word, "a");
    assert_eq!(b.read().word.conflicts(), ["a", "b"]);
    Ok(())
}

#[test]
fn register_both_set_the_same() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| Ok(sheet.word.set("x")))?;
    b.change(|sheet| Ok(sheet.word.set("x")))?;
    assert_eq!(exchange(&mut a, &mut b)?.word, "x");
    assert_eq!(a.read().word.conflicts(), ["x", "x"]);
    Ok(())
}

#[test]
fn register_set_twice_and_set() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| Ok(sheet.word.set("first")))?;
    a.change(|sheet| Ok(sheet.word.set("second")))?;
    b.change(|sheet| Ok(sheet.word.set("b")))?;
    exchange(&mut a, &mut b)?;
    assert_eq!(b.read().word.conflicts(), ["second", "b"]);
    Ok(())
}

#[test]
fn register_unset_and_set() -> Outcome {
    let beginning: Edit = |sheet| Ok(sheet.word.set("old"));
    let sheet = merged(beginning, |sheet| Ok(sheet.word.unset()), |sheet| Ok(sheet.word.set("b")))?;
    assert_eq!(sheet.word, "b");
    Ok(())
}

#[test]
fn register_both_unset() -> Outcome {
    let unset: Edit = |sheet| Ok(sheet.word.unset());
    assert_eq!(merged(|sheet| Ok(sheet.word.set("old")), unset, unset)?.word, "");
    Ok(())
}

#[test]
fn register_set_after_both() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| Ok(sheet.word.set("a")))?;
    b.change(|sheet| Ok(sheet.word.set("b")))?;
    exchange(&mut a, &mut b)?;
    b.change(|sheet| Ok(sheet.word.set("settled")))?;
    exchange(&mut a, &mut b)?;
    assert_eq!(a.read().word.conflicts(), ["settled"]);
    Ok(())
}

#[test]
fn register_set_together() -> Outcome {
    let at_a: Edit = |sheet| {
        sheet.word.set("a");
        sheet.other.set("a");
        Ok(())
    };
    let at_b: Edit = |sheet| {
        sheet.other.set("b");
        sheet.word.set("b");
        Ok(())
    };
    let sheet = merged(nothing, at_a, at_b)?;
    assert_eq!((sheet.word, sheet.other), ("a".into(), "a".into()));
    Ok(())
}

#[test]
fn option_of_leaf_some_and_none() -> Outcome {
    let beginning: Edit = |sheet| Ok(sheet.maybe.set("old"));
    let none: Edit = |sheet| Ok(sheet.maybe.set(None));
    let some: Edit = |sheet| Ok(sheet.maybe.set("new"));
    assert_eq!(merged(beginning, none, some)?.maybe, None);
    assert_eq!(merged(beginning, some, none)?.maybe, Some("new".into()));
    Ok(())
}

#[test]
fn counter_both_add() -> Outcome {
    let sheet = merged(
        |sheet| Ok(sheet.count.add(10)),
        |sheet| Ok(sheet.count.add(5)),
        |sheet| Ok(sheet.count.add(-3)),
    )?;
    assert_eq!(sheet.count, 12);
    Ok(())
}

#[test]
fn counter_reset_and_add() -> Outcome {
    let sheet = merged(
        |sheet| Ok(sheet.count.add(10)),
        |sheet| Ok(sheet.count.reset()),
        |sheet| Ok(sheet.count.add(5)),
    )?;
    assert_eq!(sheet.count, 5);
    Ok(())
}

#[test]
fn counter_both_reset() -> Outcome {
    let reset: Edit = |sheet| Ok(sheet.count.reset());
    assert_eq!(merged(|sheet| Ok(sheet.count.add(10)), reset, reset)?.count, 0);
    Ok(())
}

#[test]
fn counter_beyond_its_type() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| Ok(sheet.small.add(200)))?;
    b.change(|sheet| Ok(sheet.small.add(200)))?;
    assert_eq!(exchange(&mut a, &mut b)?.small, 255);
    a.change(|sheet| Ok(sheet.small.add(-190)))?;
    assert_eq!(a.value().small, 210);
    Ok(())
}

#[test]
fn text_both_insert_in_one_place() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "xy"),
        |sheet| sheet.text.insert(1, "aaa"),
        |sheet| sheet.text.insert(1, "bbb"),
    )?;
    assert_eq!(sheet.text, "xaaabbby");
    Ok(())
}

#[test]
fn text_both_type_on() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    for step in 0..3 {
        a.change(|sheet| sheet.text.insert(step, "a"))?;
        b.change(|sheet| sheet.text.insert(step, "b"))?;
    }
    assert_eq!(exchange(&mut a, &mut b)?.text, "aaabbb");
    Ok(())
}

#[test]
fn text_both_type_backwards() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.text.insert(0, "."))?;
    for letter in ["3", "2", "1"] {
        a.change(|sheet| sheet.text.insert(0, letter))?;
    }
    for letter in ["z", "y", "x"] {
        b.change(|sheet| sheet.text.insert(0, letter))?;
    }
    let text = exchange(&mut a, &mut b)?.text;
    let of = |letters: &str| text.chars().filter(|c| letters.contains(*c)).collect::<String>();
    assert_eq!(
        (of("123"), of("xyz"), text.chars().last()),
        ("123".into(), "xyz".into(), Some('.'))
    );
    Ok(())
}

#[test]
fn text_delete_around_an_insert() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "abcdef"),
        |sheet| sheet.text.delete(1..5),
        |sheet| sheet.text.insert(3, "new"),
    )?;
    assert_eq!(sheet.text, "anewf");
    Ok(())
}

#[test]
fn text_overlapping_deletes() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "abcdef"),
        |sheet| sheet.text.delete(0..4),
        |sheet| sheet.text.delete(2..5),
    )?;
    assert_eq!(sheet.text, "f");
    Ok(())
}

#[test]
fn text_both_replace() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "cat"),
        |sheet| sheet.text.replace(0..3, "dog"),
        |sheet| sheet.text.replace(0..3, "cow"),
    )?;
    assert_eq!(sheet.text, "dogcow");
    Ok(())
}

#[test]
fn text_clear_and_append() -> Outcome {
    let sheet = merged(
        |sheet| sheet.text.insert(0, "old"),
        |sheet| Ok(sheet.text.clear()),
        |sheet| Ok(sheet.text.push_str("new")),
    )?;
    assert_eq!(sheet.text, "new");
    Ok(())
}

#[test]
fn list_both_push() -> Outcome {
    let sheet = merged(
        |sheet| sheet.words.push("first".into()),
        |sheet| sheet.words.push("a".into()),
        |sheet| sheet.words.push("b".into()),
    )?;
    assert_eq!(sheet.words, ["first", "a", "b"]);
    Ok(())
}

#[test]
fn list_remove_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.items.push(item("one", "")),
        |sheet| sheet.items.remove(0),
        |sheet| sheet.items.at(0)?.note.insert(0, "lost"),
    )?;
    assert_eq!(sheet.items, []);
    Ok(())
}

#[test]
fn list_both_remove_one() -> Outcome {
    let beginning: Edit = |sheet| {
        sheet.words.push("one".into())?;
        sheet.words.push("two".into())
    };
    let sheet = merged(beginning, |sheet| sheet.words.remove(0), |sheet| sheet.words.remove(0))?;
    assert_eq!(sheet.words, ["two"]);
    Ok(())
}

#[test]
fn list_remove_and_insert_beside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.words.push("one".into()),
        |sheet| sheet.words.remove(0),
        |sheet| sheet.words.insert(1, "two".into()),
    )?;
    assert_eq!(sheet.words, ["two"]);
    Ok(())
}

#[test]
fn list_edit_two_fields_of_one_element() -> Outcome {
    let sheet = merged(
        |sheet| sheet.items.push(item("", "")),
        |sheet| Ok(sheet.items.at(0)?.name.set("name")),
        |sheet| sheet.items.at(0)?.note.insert(0, "note"),
    )?;
    assert_eq!(sheet.items, [item("name", "note")]);
    Ok(())
}

#[test]
fn list_set_one_element() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.words.push("old".into()))?;
    a.change(|sheet| Ok(sheet.words.at(0)?.set("a")))?;
    b.change(|sheet| Ok(sheet.words.at(0)?.set("b")))?;
    assert_eq!(exchange(&mut a, &mut b)?.words, ["a"]);
    let conflicts: Vec<_> = a.read().words.iter().map(|word| word.conflicts().len()).collect();
    assert_eq!(conflicts, [2]);
    Ok(())
}

#[test]
fn list_clear_and_push() -> Outcome {
    let sheet = merged(
        |sheet| sheet.words.push("old".into()),
        |sheet| Ok(sheet.words.clear()),
        |sheet| sheet.words.push("new".into()),
    )?;
    assert_eq!(sheet.words, ["new"]);
    Ok(())
}

#[test]
fn map_two_keys() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.map.insert("a", item("a", "")),
        |sheet| sheet.map.insert("b", item("b", "")),
    )?;
    assert_eq!(sheet.map.keys().collect::<Vec<_>>(), ["a", "b"]);
    Ok(())
}

#[test]
fn map_both_enter_one_key() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| Ok(sheet.map.entry("k").name.set("name")),
        |sheet| sheet.map.entry("k").note.insert(0, "note"),
    )?;
    assert_eq!(sheet.map["k"], item("name", "note"));
    Ok(())
}

#[test]
fn map_both_insert_one_key() -> Outcome {
    let at_a: Edit = |sheet| {
        let value = Item { tags: vec!["a".into()], votes: 1, ..item("a", "aa") };
        sheet.map.insert("k", value)
    };
    let at_b: Edit = |sheet| {
        let value = Item { tags: vec!["b".into()], votes: 2, ..item("b", "bb") };
        sheet.map.insert("k", value)
    };
    let sheet = merged(nothing, at_a, at_b)?;
    let both = Item { tags: vec!["a".into(), "b".into()], votes: 3, ..item("a", "aabb") };
    assert_eq!(sheet.map["k"], both);
    Ok(())
}

#[test]
fn map_remove_and_insert() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "")),
        |sheet| {
            sheet.map.remove("k");
            Ok(())
        },
        |sheet| sheet.map.insert("k", item("new", "")),
    )?;
    assert_eq!(sheet.map["k"], item("new", ""));
    Ok(())
}

#[test]
fn map_remove_and_edit_inside() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.map.insert("k", item("old", "")))?;
    a.change(|sheet| Ok(assert!(sheet.map.remove("k"))))?;
    b.change(|sheet| sheet.map.entry("k").note.insert(0, "lost"))?;
    assert_eq!(exchange(&mut a, &mut b)?.map.len(), 0);
    // Whoever has seen the lost edit and makes the entry anew starts from the defaults.
    a.change(|sheet| Ok(sheet.map.entry("k").name.set("new")))?;
    assert_eq!(exchange(&mut a, &mut b)?.map["k"], item("new", ""));
    Ok(())
}

#[test]
fn map_remove_and_enter_again_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "old")),
        |sheet| {
            sheet.map.remove("k");
            sheet.map.entry("k");
            Ok(())
        },
        |sheet| sheet.map.entry("k").note.insert(3, " and more"),
    )?;
    assert_eq!(sheet.map["k"], item("", " and more"));
    Ok(())
}

#[test]
fn map_insert_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "old")),
        |sheet| sheet.map.insert("k", item("new", "new")),
        |sheet| sheet.map.entry("k").note.insert(3, " and more"),
    )?;
    assert_eq!(sheet.map["k"], item("new", "new and more"));
    Ok(())
}

#[test]
fn map_both_remove() -> Outcome {
    let remove: Edit = |sheet| Ok(assert!(sheet.map.remove("k")));
    let sheet = merged(|sheet| sheet.map.insert("k", item("old", "")), remove, remove)?;
    assert_eq!(sheet.map.len(), 0);
    Ok(())
}

#[test]
fn map_clear_and_insert() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("old", item("", "")),
        |sheet| Ok(sheet.map.clear()),
        |sheet| sheet.map.insert("new", item("", "")),
    )?;
    assert_eq!(sheet.map.keys().collect::<Vec<_>>(), ["new"]);
    Ok(())
}

#[test]
fn set_both_insert_one_element() -> Outcome {
    let insert: Edit = |sheet| Ok(assert!(sheet.set.insert("x")));
    let (mut a, mut b) = replicas(nothing)?;
    a.change(insert)?;
    b.change(insert)?;
    assert_eq!(exchange(&mut a, &mut b)?.set, BTreeSet::from(["x".into()]));
    b.change(|sheet| Ok(assert!(sheet.set.remove("x"))))?;
    assert_eq!(exchange(&mut a, &mut b)?.set, BTreeSet::new());
    Ok(())
}

#[test]
fn set_remove_and_insert_again() -> Outcome {
    let sheet = merged(
        |sheet| Ok(assert!(sheet.set.insert("x"))),
        |sheet| Ok(assert!(sheet.set.remove("x"))),
        |sheet| Ok(assert!(!sheet.set.insert("x"))),
    )?;
    assert_eq!(sheet.set, BTreeSet::from(["x".into()]));
    Ok(())
}

#[test]
fn set_clear_and_insert() -> Outcome {
    let sheet = merged(
        |sheet| Ok(assert!(sheet.set.insert("old"))),
        |sheet| Ok(sheet.set.clear()),
        |sheet| Ok(assert!(sheet.set.insert("new"))),
    )?;
    assert_eq!(sheet.set, BTreeSet::from(["new".into()]));
    Ok(())
}

#[test]
fn option_of_node_both_set() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.extra.set(Some(item("a", "aa"))),
        |sheet| sheet.extra.set(Some(item("b", "bb"))),
    )?;
    assert_eq!(sheet.extra, Some(item("a", "aabb")));
    Ok(())
}

#[test]
fn option_of_node_remove_and_set() -> Outcome {
    let sheet = merged(
        |sheet| sheet.extra.set(Some(item("old", ""))),
        |sheet| sheet.extra.set(None),
        |sheet| sheet.extra.set(Some(item("new", ""))),
    )?;
    assert_eq!(sheet.extra, Some(item("new", "")));
    Ok(())
}

#[test]
fn option_of_node_remove_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.extra.set(Some(item("old", ""))),
        |sheet| sheet.extra.set(None),
        |sheet| sheet.extra.get_or_insert_default().note.insert(0, "lost"),
    )?;
    assert_eq!(sheet.extra, None);
    Ok(())
}

#[test]
fn struct_two_fields() -> Outcome {
    let sheet = merged(nothing, |sheet| Ok(sheet.word.set("a")), |sheet| Ok(sheet.count.add(1)))?;
    assert_eq!((sheet.word.as_str(), sheet.count), ("a", 1));
    Ok(())
}

#[test]
fn enum_both_select() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.state.set(State::Done(1)),
        |sheet| sheet.state.set(blocked("rain", "")),
    )?;
    assert_eq!(sheet.state, State::Done(1));
    Ok(())
}

#[test]
fn enum_both_select_one_variant() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.state.set(blocked("a", "aa")),
        |sheet| sheet.state.set(blocked("b", "bb")),
    )?;
    assert_eq!(sheet.state, blocked("a", "aabb"));
    Ok(())
}

#[test]
fn enum_select_another_and_edit_payload() -> Outcome {
    let edit: Edit = |sheet| {
        let mut payload = sheet.state.as_blocked().expect("the beginning selected it");
        Ok(payload.reason.set("snow"))
    };
    let beginning: Edit = |sheet| sheet.state.set(blocked("rain", ""));
    let select: Edit = |sheet| sheet.state.set(State::Done(1));
    assert_eq!(merged(beginning, select, edit)?.state, State::Done(1));
    assert_eq!(merged(beginning, edit, select)?.state, State::Done(1));
    Ok(())
}

/// A later version of [`Sheet`]'s type, with a field more and a variant more.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct NewSheet {
    word: String,
    colour: String,
    state: NewState,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum NewState {
    #[crdt(default)]
    Open,
    Archived,
}

/// An earlier version, in which the word was a number.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct OldSheet {
    word: u32,
}

#[test]
fn schema_unknown_field() -> Outcome {
    let (mut old, _) = replicas(nothing)?;
    let mut new = Document::<NewSheet>::join(old.id(), keypair(3));
    new.change(|sheet| Ok(sheet.colour.set("red")))?;
    old.apply(&new.export(&[]))?;
    old.change(|sheet| Ok(sheet.word.set("edited")))?;
    new.apply(&old.export(&new.heads()))?;
    let expected = NewSheet { word: "edited".into(), colour: "red".into(), state: NewState::Open };
    assert_eq!(new.value(), expected);
    Ok(())
}

#[test]
fn schema_unknown_variant() -> Outcome {
    let (mut old, _) = replicas(|sheet| sheet.state.set(State::Done(7)))?;
    let mut new = Document::<NewSheet>::join(old.id(), keypair(3));
    new.apply(&old.export(&[]))?;
    new.change(|sheet| sheet.state.set(NewState::Archived))?;
    old.apply(&new.export(&old.heads()))?;
    assert_eq!(old.value().state, State::Open);
    old.change(|sheet| sheet.state.set(State::Done(8)))?;
    new.apply(&old.export(&new.heads()))?;
    assert_eq!(old.value().state, State::Done(8));
    assert_eq!(new.value().state, NewState::Open);
    Ok(())
}

#[test]
fn schema_wrong_type() -> Outcome {
    let (mut new, _) = replicas(|sheet| Ok(sheet.word.set("text")))?;
    let mut old = Document::<OldSheet>::join(new.id(), keypair(3));
    old.change(|sheet| Ok(sheet.word.set(5u32)))?;
    new.apply(&old.export(&[]))?;
    old.apply(&new.export(&[]))?;
    assert_eq!((new.value().word.as_str(), old.value().word), ("text", 5));
    new.change(|sheet| Ok(sheet.word.set("text again")))?;
    old.apply(&new.export(&old.heads()))?;
    assert_eq!(old.value().word, 0);
    Ok(())
}

#[test]
fn author_in_two_places() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| Ok(sheet.word.set("old")))?;
    let mut twin = Document::<Sheet>::load(&a.save(), keypair(1))?;
    a.change(|sheet| Ok(sheet.word.set("here")))?;
    twin.change(|sheet| Ok(sheet.word.set("there")))?;
    exchange(&mut a, &mut b)?;
    exchange(&mut twin, &mut b)?;
    exchange(&mut a, &mut b)?;
    let mut conflicts: Vec<_> = b.read().word.conflicts().into_iter().cloned().collect();
    conflicts.sort();
    assert_eq!(conflicts, ["here", "there"]);
    assert_eq!(b.equivocations().len(), 1);
    Ok(())
}
