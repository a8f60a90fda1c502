//! What moves come to: in the interpreter, and in the engine, which is held to it.

use crdt_core::{Document, DocumentId, Keypair};
use serde_json::Value;

use crate::board::Board;
use crate::interpreter::{Schema, interpret};
use crate::replica::{check, same};
use crate::wire::{Bundle, Draft, Genesis, Hash, Op, Place, Segment, Writer, cbor};

/// Alice's first change, after which she and Bob write one each without seeing the other's.
pub(crate) struct Start {
    genesis: Genesis,
    alice: Writer,
    bob: Writer,
    first: Draft,
}

pub(crate) fn field(name: &str) -> Vec<Segment> {
    vec![Segment::Field(name.to_owned())]
}

fn tags() -> Vec<Segment> {
    field("tags")
}

fn seeds(text: &str) -> Vec<Vec<u8>> {
    text.chars().map(|letter| cbor(&letter.to_string())).collect()
}

pub(crate) fn insert(path: &[Segment], at: Place, text: &str) -> Op {
    Op::insert(path, at, &seeds(text))
}

impl Start {
    /// The tags are a b c d e, with counters 0 to 4.
    fn new() -> Self {
        Self::with(&[insert(&tags(), Place::Root, "abcde")])
    }

    pub(crate) fn with(ops: &[Op]) -> Self {
        let [alice, bob] = [1, 2].map(Writer::new);
        let genesis = Genesis::new(alice.author(), 7, "Board");
        let mut first = alice.draft(genesis.hash(), None);
        first.ops.extend_from_slice(ops);
        Self { genesis, alice, bob, first }
    }

    /// A change of Alice's: her chain is entry 0.
    pub(crate) fn alice(&self, ops: &[Op]) -> Draft {
        let mut draft = self.alice.draft(self.genesis.hash(), Some(&self.first));
        draft.ops.extend_from_slice(ops);
        draft
    }

    /// A change of Bob's, who has seen her first one: her chain is entry 1.
    pub(crate) fn bob(&self, ops: &[Op]) -> Draft {
        self.bob_after(&[self.first.hash()], ops)
    }

    pub(crate) fn bob_after(&self, seen: &[Hash], ops: &[Op]) -> Draft {
        let mut draft = self.bob.draft(self.genesis.hash(), None).after(seen);
        draft.ops.extend_from_slice(ops);
        draft
    }

    /// A replica that has the first change and others.
    pub(crate) fn document(&self, later: &[&Draft]) -> Document<Board> {
        let drafts = [&self.first].into_iter().chain(later.iter().copied());
        self.replica([drafts.collect::<Vec<_>>()])
    }

    /// A replica that is sent what another one has.
    pub(crate) fn copy(&self, of: &Document<Board>) -> Document<Board> {
        let mut document = self.document(&[]);
        document.apply(&of.export(&[])).expect("valid changes");
        document
    }

    /// What the first change and others make of a field of some type, whatever comes first.
    pub(crate) fn value(&self, name: &'static str, schema: &Schema, later: &[&Draft]) -> Value {
        let drafts: Vec<&Draft> = [&self.first].into_iter().chain(later.iter().copied()).collect();
        let document = self.replica([drafts.clone()]);
        check(&document);
        same(&document, &self.replica(drafts.iter().map(|draft| vec![*draft])));
        same(&document, &self.replica(drafts.iter().rev().map(|draft| vec![*draft])));
        let schema = Schema::Struct(vec![(name, schema.clone())]);
        interpret(document.history(), &schema)[name].take()
    }

    /// One that got some changes after others.
    fn replica<'a>(&self, bundles: impl IntoIterator<Item = Vec<&'a Draft>>) -> Document<Board> {
        let id = DocumentId::from_bytes(self.genesis.hash());
        let mut document = Document::join(id, Keypair::from_secret_bytes(&[99; 32]));
        for drafts in bundles {
            let bundle = Bundle::new(&drafts, &[&self.alice, &self.bob]);
            document.apply(&bundle.framed()).expect("valid changes");
        }
        document
    }

    /// The letters of the tags.
    fn tags(&self, later: &[&Draft]) -> String {
        letters(&self.value("tags", &Schema::list(Schema::leaf::<String>()), later))
    }
}

pub(crate) fn letters(list: &Value) -> String {
    let letters = list.as_array().expect("a list").iter();
    letters.map(|letter| letter.as_str().expect("a letter")).collect()
}

/// What two concurrent changes come to, given in which order they were written down.
fn both(start: &Start, alice: &[Op], bob: &[Op]) -> (String, bool) {
    let (alice, bob) = (start.alice(alice), start.bob(bob));
    let read = start.tags(&[&alice, &bob]);
    assert_eq!(start.tags(&[&bob, &alice]), read, "the order in which they lie");
    (read, alice.hash() > bob.hash())
}

const A: u32 = 0;
const B: u32 = 1;
const C: u32 = 2;
const D: u32 = 3;
const E: u32 = 4;

/// Moves elements of the first change, which is on the chain of an entry.
fn moved(entry: u32, at: Place, elements: &[u32]) -> Op {
    let names: Vec<_> = elements.iter().map(|element| (entry, *element)).collect();
    Op::moved(&tags(), at, &names)
}

/// At the end, for an author to whom the first change is on the chain of this entry.
fn end(entry: u32) -> Place {
    Place::Right(entry, E)
}

fn front(entry: u32) -> Place {
    Place::Left(entry, A)
}

#[test]
fn what_is_inserted_beside_stays_where_it_was() {
    let start = Start::new();
    for beside in [Place::Left(1, B), Place::Left(1, C)] {
        let (read, _) = both(&start, &[moved(0, end(0), &[B])], &[insert(&tags(), beside, "N")]);
        assert_eq!(read, "aNcdeb");
    }
    let between = [insert(&tags(), Place::Left(1, C), "N")];
    assert_eq!(both(&start, &[moved(0, end(0), &[B, C])], &between).0, "aNdebc");
}

#[test]
fn what_two_move_stands_once() {
    let start = Start::new();
    let (read, alice) = both(&start, &[moved(0, end(0), &[B])], &[moved(1, front(1), &[B])]);
    assert_eq!(read, if alice { "acdeb" } else { "bacde" });
    let (read, alice) = both(&start, &[moved(0, end(0), &[B, C])], &[moved(1, front(1), &[C, D])]);
    assert_eq!(read, if alice { "daebc" } else { "cdaeb" });
}

#[test]
fn what_goes_before_one_element() {
    let start = Start::new();
    let before = |entry, element| moved(entry, Place::Left(entry, E), &[element]);
    let (read, alice) = both(&start, &[before(0, B)], &[before(1, C)]);
    assert_eq!(read, if alice { "adbce" } else { "adcbe" });
    let (read, _) = both(&start, &[before(0, B)], &[moved(1, front(1), &[E])]);
    assert_eq!(read, "eacdb", "places stay where they are");
}

#[test]
fn what_is_deleted_is_moved_nowhere() {
    let start = Start::new();
    let delete = |element| Op::delete(&tags(), (1, element), 1);
    let (read, _) = both(&start, &[moved(0, end(0), &[B])], &[delete(B)]);
    assert_eq!(read, "acde");
    let (read, _) = both(&start, &[moved(0, Place::Left(0, E), &[B])], &[delete(E)]);
    assert_eq!(read, "acdb");
}

#[test]
fn what_is_moved_is_edited_where_it_comes_to_stand() {
    let start = Start::new();
    let inside = [tags(), vec![Segment::Element(1, B)]].concat();
    let set = Op::set(&inside, &[], &cbor("B"));
    assert_eq!(both(&start, &[moved(0, end(0), &[B])], &[set]).0, "acdeB");
}

/// Alice's change takes counters from 5 on.
#[test]
fn the_last_of_several_moves_counts() {
    let start = Start::new();
    let twice = [moved(0, end(0), &[B, C]), moved(0, front(0), &[B])];
    assert_eq!(start.tags(&[&start.alice(&twice)]), "badec");
    let alone = [moved(0, end(0), &[B, B])];
    assert_eq!(start.tags(&[&start.alice(&alone)]), "acdeb", "and in one of its places");
    let back = [moved(0, end(0), &[B]), moved(0, Place::Left(0, C), &[B])];
    assert_eq!(start.tags(&[&start.alice(&back)]), "abcde");
}

#[test]
fn places_of_moves_are_parents() {
    let start = Start::new();
    let around = [
        moved(0, end(0), &[B]),
        insert(&tags(), Place::Left(0, 5), "l"),
        insert(&tags(), Place::Right(0, 5), "r"),
        moved(0, Place::Right(0, 7), &[A]),
    ];
    assert_eq!(start.tags(&[&start.alice(&around)]), "cdelbra");
    // They stay parents when the element has gone on.
    let gone = [&around[..], &[moved(0, Place::Left(0, C), &[B])]].concat();
    assert_eq!(start.tags(&[&start.alice(&gone)]), "bcdelra");
}

/// A place is no element: what names it as one does nothing, and is no fault.
#[test]
fn places_of_moves_are_no_elements() {
    let start = Start::new();
    let inside = [tags(), vec![Segment::Element(0, 5)]].concat();
    let named = [
        moved(0, end(0), &[B]),
        Op::delete(&tags(), (0, 5), 1),
        Op::set(&inside, &[], &cbor("no")),
        Op::moved(&tags(), front(0), &[(0, 5), (0, D)]),
    ];
    assert_eq!(start.tags(&[&start.alice(&named)]), "daceb", "the place of D exists");
}

#[test]
fn what_hangs_on_nothing_is_inert_as_a_whole() {
    let others = [insert(&tags(), Place::Root, "abcde"), insert(&field("other"), Place::Root, "x")];
    let start = Start::with(&others);
    let astray = [
        moved(0, Place::Right(0, 5), &[B]),
        // Its place is none, so that nothing hangs on it either.
        moved(0, Place::Left(0, 6), &[C]),
        insert(&tags(), Place::Right(0, 7), "no"),
    ];
    assert_eq!(start.tags(&[&start.alice(&astray)]), "abcde");
    let stranger =
        [Op::moved(&tags(), end(0), &[(0, 5), (0, B)]), insert(&tags(), Place::Left(0, 6), "x")];
    assert_eq!(start.tags(&[&start.alice(&stranger)]), "acdexb", "its place exists, empty");
}

#[test]
fn characters_do_not_move() {
    let start = Start::with(&[Op::insert_text(&field("notes"), Place::Root, "abc")]);
    let notes = field("notes");
    let moved = [
        Op::moved(&notes, Place::Right(0, 2), &[(0, 0)]),
        Op::insert_text(&notes, Place::Right(0, 3), "no"),
    ];
    let read = start.value("notes", &Schema::Text, &[&start.alice(&moved)]);
    assert_eq!(read, "abc");
}

#[test]
fn what_is_below_moves_along() {
    let path = field("grid");
    let below = |entry, element: u32| [&path[..], &[Segment::Element(entry, element)]].concat();
    let start = Start::with(&[
        Op::insert(&path, Place::Root, &[vec![], vec![]]),
        insert(&below(0, 0), Place::Root, "ab"),
        insert(&below(0, 1), Place::Root, "cd"),
    ]);
    // Bob moves the first list behind the second, Alice "a" behind "b", and "b" where it is not.
    let alice = start.alice(&[
        Op::moved(&below(0, 0), Place::Right(0, 3), &[(0, 2)]),
        Op::moved(&below(0, 1), Place::Right(0, 5), &[(0, 3)]),
    ]);
    let bob = start.bob(&[Op::moved(&path, Place::Right(1, 1), &[(1, 0)])]);
    let schema = Schema::list(Schema::list(Schema::leaf::<String>()));
    let read = start.value("grid", &schema, &[&alice, &bob]);
    assert_eq!(read, serde_json::json!([["c", "d"], ["b", "a"]]));
}
