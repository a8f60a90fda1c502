//! What `update` makes of a changed plain value: as few ops as it takes, and what others did stays.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crdt_core::__private_0_1_0::{Chains, Scope, Writing};
use crdt_core::schema::{self, SchemaBuilder};
use crdt_core::{
    Action, Counter, CrdtNode, DeltaError, Document, EditError, Key, MapKey, Register, Text,
};
use proptest::prelude::*;

use crate::{key, sync, two};

fn document<T: CrdtNode<Value = T>>(value: T) -> Document<T> {
    let (mut document, _) = two::<T>();
    document.update(|old| *old = value).unwrap();
    document
}

/// The ops that an update made, in short; none if it made no change.
pub(crate) fn ops<T: CrdtNode<Value = T>>(
    document: &mut Document<T>,
    edit: impl FnOnce(&mut T),
) -> Vec<String> {
    let before = document.history().len();
    document.update(edit).unwrap();
    let mut changes = document.history().changes().skip(before);
    let change = changes.next();
    assert!(changes.next().is_none(), "an update makes at most one change");
    change
        .map_or(Vec::new(), |change| change.ops().iter().map(|(_, op)| short(&op.action)).collect())
}

fn short<N>(action: &Action<'_, N>) -> String {
    match action {
        Action::Set { .. } => "set".into(),
        Action::Add { delta } => format!("add {delta}"),
        Action::Insert { seeds, .. } => format!("insert {}", seeds.iter().count()),
        Action::InsertText { text, .. } => format!("type {text}"),
        Action::Delete { count, .. } => format!("delete {count}"),
        Action::Put { .. } => "put".into(),
        Action::Remove { .. } => "remove".into(),
        _ => "other".into(),
    }
}

fn strings(words: &str) -> Vec<String> {
    words.split(' ').map(str::to_owned).collect()
}

#[test]
fn a_register_is_set_only_if_its_canonical_bytes_differ() {
    let mut float = document(f64::NAN);
    assert_eq!(ops(&mut float, |float| *float = -f64::NAN), [""; 0]);
    assert_eq!(ops(&mut float, |float| *float = 0.0), ["set"]);
    assert_eq!(ops(&mut float, |float| *float = -0.0), ["set"]);
    let mut word = document(String::new());
    assert_eq!(ops(&mut word, |word| word.push('a')), ["set"]);
    assert_eq!(ops(&mut word, String::clear), ["set"]);
    assert_eq!(ops(&mut word, String::clear), [""; 0]);
    let mut pair = document(Register((1, "one".to_owned())));
    assert_eq!(ops(&mut pair, |pair| pair.0.1 = "one".into()), [""; 0]);
    assert_eq!(ops(&mut pair, |pair| pair.0.0 = 2), ["set"]);
    let mut option = document(Some(3));
    assert_eq!(ops(&mut option, |option| *option = Some(3)), [""; 0]);
    assert_eq!(ops(&mut option, |option| *option = None), ["set"]);
}

#[test]
fn a_counter_is_added_to() {
    let mut counter = document(Counter(10));
    assert_eq!(ops(&mut counter, |counter| counter.0 = 7), ["add -3"]);
    assert_eq!(ops(&mut counter, |counter| counter.0 = 7), [""; 0]);
    let mut other = counter.fork(key(9)).expect("it proves itself");
    counter.update(|counter| counter.0 += 5).unwrap();
    other.update(|counter| counter.0 += 5).unwrap();
    sync(&mut counter, &mut other);
    assert_eq!(counter.value(), Counter(17));
}

#[test]
fn a_text_is_edited_where_it_differs() {
    let mut text = document(Text::from("the quick fox jumps"));
    assert_eq!(
        ops(&mut text, |text| text.0 = "the quick brown fox jumped".into()),
        ["type brown ", "delete 1", "type ed"]
    );
    assert_eq!(ops(&mut text, |text| text.0 = text.0.clone()), [""; 0]);
    let deleted = ops(&mut text, |text| text.clear());
    assert!(deleted.iter().all(|op| op.starts_with("delete")), "{deleted:?}");
}

#[test]
fn texts_updated_at_once_keep_both_edits() -> Result<(), EditError> {
    let mut a = document(Text::from("one two three"));
    let mut b = a.fork(key(9)).expect("it proves itself");
    a.update(|text| text.0 = "ONE two three".into())?;
    b.update(|text| text.0 = "one two three four".into())?;
    sync(&mut a, &mut b);
    assert_eq!(a.value().0, "ONE two three four");
    Ok(())
}

#[test]
fn list_elements_that_stay_are_not_written() {
    let mut list = document(strings("a b c d e f"));
    assert_eq!(ops(&mut list, |list| *list = strings("a b x y c d e f")), ["insert 2"]);
    assert_eq!(ops(&mut list, |list| *list = strings("b x y c e f")), ["delete 1", "delete 1"]);
    assert_eq!(ops(&mut list, |list| list[2] = "Y".into()), ["set"]);
    assert_eq!(ops(&mut list, |list| *list = strings("b x Y c e f")), [""; 0]);
    assert_eq!(ops(&mut list, |list| list.swap(0, 5)), ["set", "set"]);
    let mut deque = document(VecDeque::from([1, 2, 3]));
    assert_eq!(ops(&mut deque, |deque| deque.push_front(0)), ["insert 1"]);
}

#[test]
fn an_element_that_is_edited_keeps_its_id_and_what_others_write_in_it() -> Result<(), EditError> {
    let mut a = document(vec![Text::from("first"), Text::from("second"), Text::from("third")]);
    let ids: Vec<_> = (0..3).map(|position| a.read().id_at(position)).collect();
    let mut b = a.fork(key(9)).expect("it proves itself");
    b.change(|list| list.at(1)?.push_str("!"))?;
    a.update(|list| {
        list[1].insert_str(0, "the ");
        list.insert(0, "new".into());
    })?;
    sync(&mut a, &mut b);
    assert_eq!(a.value(), ["new", "first", "the second!", "third"].map(Text::from));
    assert_eq!((1..4).map(|position| a.read().id_at(position)).collect::<Vec<_>>(), ids);
    Ok(())
}

#[test]
fn map_entries_are_removed_inserted_and_edited() {
    let mut map = document(BTreeMap::from([(1, Text::from("one")), (2, "two".into())]));
    let edited = ops(&mut map, |map| {
        map.remove(&1);
        map.get_mut(&2).unwrap().push('!');
        map.insert(3, "three".into());
    });
    assert_eq!(edited, ["remove", "type !", "put", "type three"]);
    assert_eq!(ops(&mut map, |map| *map = map.clone()), [""; 0]);
    let mut hashed = document(HashMap::from([("a".to_owned(), 1)]));
    assert_eq!(ops(&mut hashed, |map| *map.get_mut("a").unwrap() += 1), ["set"]);
    let mut set = document(HashSet::from(["a".to_owned(), "b".to_owned()]));
    assert_eq!(
        ops(&mut set, |set| *set = HashSet::from(["b".into(), "c".into()])),
        ["remove", "put"]
    );
}

#[test]
fn an_optional_node_is_edited_in_place() {
    let mut option = document(Some(Text::from("is")));
    assert_eq!(
        ops(&mut option, |option| option.as_mut().unwrap().push_str(" here")),
        ["type  here"]
    );
    assert_eq!(ops(&mut option, |option| *option = None), ["remove"]);
    assert_eq!(ops(&mut option, |option| *option = None), [""; 0]);
    assert_eq!(ops(&mut option, |option| *option = Some("".into())), ["put", "delete 7"]);
    assert_eq!(ops(&mut option, |option| *option = Some("".into())), [""; 0]);
}

#[test]
fn a_document_opened_for_reading_is_not_updated() {
    let written = document(strings("a"));
    let mut read = Document::<Vec<String>>::load_read_only(&written.save()).unwrap();
    let result = read.update(|_| panic!("the closure is not run"));
    assert_eq!(result, Err(EditError::ReadOnly));
}

#[test]
fn an_update_that_cannot_be_written_leaves_nothing() {
    let mut map = document(BTreeMap::from([("a".to_owned(), 1)]));
    let digest = map.digest();
    let result = map.update(|map| {
        map.insert("b".into(), 2);
        map.insert("long".repeat(2000), 3);
    });
    assert!(matches!(result, Err(EditError::KeyTooLong(8000))));
    assert_eq!((map.digest(), map.value().len()), (digest, 1));
}

#[test]
fn a_long_list_with_distant_edits_takes_few_ops() {
    let mut list = document((0..30_000).collect::<Vec<i64>>());
    let edited = ops(&mut list, |list| {
        list.remove(29_990);
        list.insert(10, -1);
        list[15_000] = -2;
    });
    assert_eq!(edited, ["insert 1", "set", "delete 1"]);
    let mut text = document(Text("0123456789".repeat(5_000)));
    let edited = ops(&mut text, |text| {
        text.0.insert_str(49_000, "late");
        text.0.insert_str(1_000, "early");
    });
    assert_eq!(edited, ["type early", "type late"]);
}

#[test]
fn texts_that_have_nothing_in_common_are_replaced() {
    let mut text = document(Text("ab".repeat(20_000)));
    assert_eq!(ops(&mut text, |text| text.0 = "xyz".repeat(10_000)).len(), 2);
}

fn anything() -> impl Strategy<Value = BTreeMap<u8, Vec<Nested>>> {
    prop::collection::btree_map(0u8..4, prop::collection::vec(nested(), 0..5), 0..4)
}

type Nested = BTreeMap<bool, Option<Vec<Text>>>;

fn nested() -> impl Strategy<Value = Nested> {
    let text = "[ab]{0,4}".prop_map(Text);
    let list = prop::option::of(prop::collection::vec(text, 0..4));
    prop::collection::btree_map(any::<bool>(), list, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a value becomes, an update makes it that, and once it is that nothing is left to
    /// do.
    #[test]
    fn an_update_makes_the_value(values in prop::collection::vec(anything(), 1..5)) {
        let (mut document, mut other) = two::<BTreeMap<u8, Vec<Nested>>>();
        for value in values {
            document.update(|old| old.clone_from(&value)).unwrap();
            prop_assert_eq!(document.value(), value.clone());
            let heads = document.heads();
            document.update(|old| *old = value).unwrap();
            prop_assert_eq!(document.heads(), heads);
        }
        sync(&mut document, &mut other);
    }
}

/// An element that is known by its number.
#[derive(Clone, Debug, PartialEq)]
struct Numbered(u32, Text);

/// Kept as a map of texts with one entry, whose key is the number.
impl CrdtNode for Numbered {
    type Value = Self;
    type State = <Entry as CrdtNode>::State;
    type View<'a> = <Entry as CrdtNode>::View<'a>;
    type Editor<'a> = <Entry as CrdtNode>::Editor<'a>;
    type Delta = <Entry as CrdtNode>::Delta;
    type Kind = <Entry as CrdtNode>::Kind;

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        Entry::describe(schema)
    }

    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
        Entry::view(state, chains)
    }

    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
        Entry::edit(state, scope)
    }

    fn value_of(view: Self::View<'_>) -> Self {
        let (number, text) = Entry::value_of(view).pop_first().unwrap_or_default();
        Self(number, text)
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        editor.view()
    }

    fn write_in(editor: &mut Self::Editor<'_>, value: Self, how: Writing) -> Result<(), EditError> {
        Entry::write_in(editor, BTreeMap::from([(value.0, value.1)]), how)
    }

    fn delta(before: &Self::State, after: &Self::State, chains: &Chains) -> Option<Self::Delta> {
        Entry::delta(before, after, chains)
    }

    fn apply_delta(value: &mut Self, delta: &Self::Delta) -> Result<(), DeltaError> {
        let mut entry = BTreeMap::from([(value.0, core::mem::take(&mut value.1))]);
        Entry::apply_delta(&mut entry, delta)?;
        let (number, text) = entry.pop_first().unwrap_or_default();
        *value = Self(number, text);
        Ok(())
    }

    fn copy_value(value: &Self) -> Self {
        value.clone()
    }

    fn key(value: &Self) -> Option<Key<'_>> {
        Some(value.0.to_key())
    }

    fn key_in<'a>(state: &'a Self::State, chains: &'a Chains) -> Option<Key<'a>> {
        Entry::view(state, chains).keys().next().map(MapKey::to_key)
    }
}

type Entry = BTreeMap<u32, Text>;

#[test]
fn elements_with_keys_are_known_by_them() {
    let numbered = |number, text| Numbered(number, Text::from(text));
    let mut list = document(vec![numbered(1, "one"), numbered(2, "two"), numbered(3, "three")]);
    let ids: Vec<_> = (0..3).map(|position| list.read().id_at(position)).collect();
    // The first is removed, the second rewritten altogether, and another comes before the third.
    let edited = ops(&mut list, |list| {
        *list = vec![numbered(2, "xyz"), numbered(4, "three"), numbered(3, "three!")];
    });
    assert_eq!(
        edited,
        ["delete 1", "delete 3", "type xyz", "insert 1", "put", "type three", "type !"]
    );
    assert_eq!([list.read().id_at(0), list.read().id_at(2)], [ids[1], ids[2]]);
    assert_eq!(ops(&mut list, |list| *list = list.clone()), [""; 0]);
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Board {
    title: String,
    #[crdt(counter)]
    votes: u8,
    #[crdt(text)]
    notes: String,
    tasks: Vec<Task>,
    owner: Option<User>,
    #[crdt(skip)]
    selected: u8,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct User(Text);

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Task {
    name: String,
    state: State,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum State {
    #[crdt(default)]
    #[default]
    Open,
    Blocked {
        #[crdt(text)]
        reason: String,
        by: u32,
    },
    Done(Text),
}

fn task(name: &str, state: State) -> Task {
    Task { name: name.into(), state }
}

fn blocked(reason: &str, by: u32) -> State {
    State::Blocked { reason: reason.into(), by }
}

#[test]
fn a_struct_is_edited_field_by_field() {
    let mut board = document(Board::default());
    assert!(board.history().is_empty());
    assert_eq!(ops(&mut board, |board| board.selected = 3), [""; 0]);
    assert_eq!(ops(&mut board, |board| board.title.push('a')), ["set"]);
    assert_eq!(ops(&mut board, |board| board.votes += 2), ["add 2"]);
    assert_eq!(ops(&mut board, |board| board.notes.push('b')), ["type b"]);
    assert_eq!(ops(&mut board, |board| board.owner = Some(User("me".into()))), ["put", "type me"]);
    assert_eq!(ops(&mut board, |board| board.owner = Some(User("met".into()))), ["type t"]);
    let tasks = ["one", "two", "three"].map(|name| task(name, State::Open));
    assert_eq!(
        ops(&mut board, |board| board.tasks = tasks.into()),
        ["insert 3", "set", "set", "set"]
    );
    assert_eq!(ops(&mut board, |board| drop(board.tasks.remove(1))), ["delete 1"]);
    assert_eq!(ops(&mut board, |board| board.tasks[1].name.push('!')), ["set"]);
    assert_eq!(ops(&mut board, |board| *board = board.clone()), [""; 0]);
}

#[test]
fn an_enum_is_edited_in_place_while_its_variant_stays() {
    let mut board =
        document(Board { tasks: vec![task("one", blocked("rain", 1))], ..Board::default() });
    let edited = ops(&mut board, |board| board.tasks[0].state = blocked("rains", 1));
    assert_eq!(edited, ["type s"]);
    assert_eq!(ops(&mut board, |board| board.tasks[0].state = blocked("rains", 2)), ["set"]);
    let edited = ops(&mut board, |board| board.tasks[0].state = State::Done("now".into()));
    assert_eq!(edited, ["set", "type now"]);
    assert_eq!(ops(&mut board, |board| board.tasks[0].state = State::Open), ["set"]);
    assert_eq!(ops(&mut board, |board| board.tasks[0].state = State::Open), [""; 0]);
    assert_eq!(board.value().tasks, [task("one", State::Open)]);
}
