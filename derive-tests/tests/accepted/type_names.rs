// A document says of which type it is, under the names that the type gives.
#![deny(warnings)]

use std::collections::{BTreeMap, VecDeque};
use std::marker::PhantomData;

use crdt_core::{ApplyError, CrdtNode, Document, Json, Keypair, LoadError, LoadOptions, Text};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub struct Note {
    title: String,
}

mod renamed {
    use super::CrdtNode;

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(alias = "Note", alias = "Memo")]
    pub struct Page {
        pub title: String,
    }

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Note")]
    pub enum Any {
        #[crdt(default)]
        Nothing,
    }

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(alias = "Note")]
    pub struct Wrapped(pub super::Note);
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    name: String,
}

fn key() -> Keypair {
    Keypair::generate().unwrap()
}

#[test]
fn works() {
    let mut note = Document::<Note>::create(key()).unwrap();
    note.update(|note| note.title.push_str("Plan")).unwrap();
    let saved = note.save();
    assert_eq!(renamed::Page::NAME, "Page");
    assert_eq!(renamed::Any::NAME, "Note");

    let page = Document::<renamed::Page>::load(&saved, key()).unwrap();
    assert_eq!(page.value().title, "Plan");
    assert!(Document::<renamed::Any>::load_read_only(&saved).is_ok());
    assert!(Document::<Box<renamed::Wrapped>>::load_verified(&saved, None).is_ok());
    assert!(Document::<Json>::load_read_only(&saved).is_ok());

    let error = Document::<Board>::load(&saved, key()).unwrap_err();
    let LoadError::OfAnotherType { document, opened_as } = &error else { panic!("{error}") };
    assert_eq!((document.as_str(), opened_as.as_str()), ("Note", "Board"));
    assert!(Document::<Board>::load_read_only(&saved).is_err());
    assert!(Document::<Board>::load_verified(&saved, None).is_err());
    let any = LoadOptions::new().any_type();
    let blank = Document::<Board>::load_with(&any, &saved, Some(key())).unwrap();
    assert_eq!(blank.value(), Board { name: String::new() });
    assert_eq!(blank.fork(key()).unwrap().heads(), note.heads());

    // Who joined learns it with the first changes, and takes nothing in.
    let mut board = Document::<Board>::join(note.id(), key());
    board.update(|board| board.name.push_str("mine")).unwrap();
    let error = board.apply(&note.export(&[])).unwrap_err();
    let ApplyError::OfAnotherType { document, opened_as } = &error else { panic!("{error}") };
    assert_eq!((document.as_str(), opened_as.as_str()), ("Note", "Board"));
    assert_eq!((board.history().len(), board.value().name.as_str()), (1, "mine"));
    let mut board = board.with_any_type();
    board.apply(&note.export(&[])).unwrap();
    assert_eq!(board.history().len(), 2);
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Titled<T> {
    title: String,
    items: Vec<T>,
}

mod later {
    use super::CrdtNode;

    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(alias = "Titled")]
    pub struct Headed<T> {
        pub title: String,
        pub items: Vec<T>,
    }
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Table<K: Ord, V, Unit, const N: usize> {
    cells: BTreeMap<K, Vec<Option<V>>>,
    unit: PhantomData<Unit>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum Tree<T> {
    #[crdt(default)]
    Leaf(T),
    Nodes(Vec<Tree<T>>),
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(bound = "T: CrdtNode<Value = T>")]
struct Bounded<T>(T);

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Count(u64);

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Wrapped(Note);

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Stamp(#[crdt(register)] (u8, u8));

fn create<T: CrdtNode>() -> Document<T> {
    Document::create(key()).unwrap()
}

fn name<T: CrdtNode>() -> String {
    let document = create::<T>();
    Document::<T>::load_read_only(&document.save()).unwrap();
    document.history().genesis().unwrap().type_name().to_owned()
}

/// Whether a document of one type can be opened as one of another.
fn opens<A: CrdtNode, B: CrdtNode>() -> bool {
    Document::<B>::load_read_only(&create::<A>().save()).is_ok()
}

#[test]
fn a_name_says_what_is_stored_in_the_type() {
    assert_eq!(name::<Titled<String>>(), "Titled<String>");
    assert_eq!(name::<Vec<Titled<Note>>>(), "List<Titled<Note>>");
    assert_eq!(name::<Table<u8, Note, (), 3>>(), "Table<u8, Note, _>");
    assert_eq!(name::<Tree<Board>>(), "Tree<Board>");
    assert_eq!(name::<Bounded<u8>>(), "Bounded");
}

#[test]
fn what_is_in_a_type_is_asked_too() {
    assert!(!opens::<Vec<Note>, Vec<Board>>() && !opens::<Vec<Note>, Note>());
    assert!(!opens::<Note, Vec<Note>>() && !opens::<Titled<String>, Titled<u32>>());
    assert!(opens::<Vec<Note>, VecDeque<renamed::Page>>());
    assert!(!opens::<Vec<renamed::Page>, Vec<Note>>());
    assert!(opens::<Titled<Note>, later::Headed<renamed::Page>>());
    assert!(!opens::<Titled<Note>, later::Headed<Board>>());
    assert!(opens::<Titled<u8>, Titled<Option<u64>>>());
    assert!(opens::<Table<u8, Note, (), 3>, Table<i64, Note, Text, 4>>());
    assert!(opens::<Titled<Note>, Json>() && opens::<Titled<Note>, Titled<Json>>());
    assert!(opens::<Vec<u8>, Vec<Count>>() && opens::<Note, Wrapped>());
    assert!(!opens::<Vec<String>, Vec<Count>>() && !opens::<Board, Wrapped>());
    assert!(!opens::<Vec<Note>, Vec<Stamp>>());
    assert!(opens::<Bounded<u8>, Bounded<String>>(), "its `bound` says nothing of its fields");
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Pair<A, B> {
    a: A,
    b: B,
}

#[test]
fn a_name_too_long_for_the_record_is_known_as_it_was_cut() {
    type Four<T> = Pair<Pair<T, T>, Pair<T, T>>;
    type Many<T> = Four<Four<Four<Four<T>>>>;
    assert_eq!(name::<Many<Pair<u8, u8>>>().len(), 4096);
    assert!(!opens::<Many<Pair<u8, u8>>, Many<Note>>());
}
