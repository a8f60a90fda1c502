//! What annuls come to: in the interpreter, and in the engine, which is held to it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crdt_core::EditError;
use serde_json::{Value, json};

use crate::deltas::Watcher;
use crate::interpreter::Schema;
use crate::moves::{Start, field, insert, letters};
use crate::replica::{check, same};
use crate::wire::{Draft, Op, Place, Segment, cbor};

fn tags() -> Vec<Segment> {
    field("tags")
}

fn void(names: &[(u32, u32)]) -> Op {
    Op::annul(&tags(), false, names)
}

fn stands(names: &[(u32, u32)]) -> Op {
    Op::annul(&tags(), true, names)
}

/// The tags are a b c d e with counters 0 to 4, and then something happens to them.
fn after(ops: &[Op]) -> Start {
    Start::with(&[&[insert(&tags(), Place::Root, "abcde")], ops].concat())
}

fn read(start: &Start, later: &[&Draft]) -> String {
    letters(&start.value("tags", &Schema::list(Schema::leaf::<String>()), later))
}

fn delete(first: u32, count: u32) -> Op {
    Op::delete(&tags(), (0, first), count)
}

#[test]
fn a_void_delete_covers_nothing() {
    let start = after(&[delete(1, 2)]);
    assert_eq!(read(&start, &[]), "ade");
    assert_eq!(read(&start, &[&start.alice(&[void(&[(0, 5)])])]), "abcde");
    let again = [void(&[(0, 5)]), stands(&[(0, 5)])];
    assert_eq!(read(&start, &[&start.alice(&again)]), "ade");
    let and_again = [&again[..], &[void(&[(0, 5)])]].concat();
    assert_eq!(read(&start, &[&start.alice(&and_again)]), "abcde");
    let said = [stands(&[(0, 5)])];
    assert_eq!(read(&start, &[&start.alice(&said)]), "ade", "it stands without being told to");
}

/// What is under a deleted element is written on, and there when it comes back.
#[test]
fn what_comes_back_is_as_it_was_edited() {
    let start = after(&[delete(1, 1)]);
    let inside = [tags(), vec![Segment::Element(1, 1)]].concat();
    let bob = start.bob(&[Op::set(&inside, &[], &cbor("B"))]);
    assert_eq!(read(&start, &[&bob]), "acde");
    assert_eq!(read(&start, &[&bob, &start.alice(&[void(&[(0, 5)])])]), "aBcde");
}

#[test]
fn who_undoes_a_delete_leaves_the_other_one() {
    let start = after(&[]);
    let bob = start.bob(&[Op::delete(&tags(), (1, 1), 2)]);
    let alice = start.alice(&[delete(2, 2), void(&[(0, 5)])]);
    assert_eq!(read(&start, &[&bob, &alice]), "ade");
}

#[test]
fn what_two_undo_comes_back_once() {
    let start = after(&[delete(1, 2)]);
    let (alice, bob) = (start.alice(&[void(&[(0, 5)])]), start.bob(&[void(&[(1, 5)])]));
    assert_eq!(read(&start, &[&alice, &bob]), "abcde");
    let bob = start.bob(&[stands(&[(1, 5)])]);
    let both = read(&start, &[&alice, &bob]);
    let alice_is_higher = alice.hash() > bob.hash();
    assert_eq!(both, if alice_is_higher { "abcde" } else { "ade" });
    let seen = start.bob_after(&[alice.hash()], &[stands(&[(1, 5)])]);
    assert_eq!(read(&start, &[&alice, &seen]), "ade", "whoever has seen the other is higher");
}

#[test]
fn a_void_place_is_not_stood_at() {
    let to_the_end = |element| Op::moved(&tags(), Place::Right(0, 4), &[(0, element)]);
    let to_the_front = Op::moved(&tags(), Place::Left(0, 0), &[(0, 1)]);
    let start = after(&[to_the_end(1), to_the_front]);
    assert_eq!(read(&start, &[]), "bacde");
    let back = |names: &[(u32, u32)]| read(&start, &[&start.alice(&[void(names)])]);
    assert_eq!(back(&[(0, 6)]), "acdeb", "where it was before");
    assert_eq!(back(&[(0, 5)]), "bacde");
    assert_eq!(back(&[(0, 5), (0, 6)]), "abcde", "where it was inserted");
    let again = [void(&[(0, 6)]), stands(&[(0, 6)])];
    assert_eq!(read(&start, &[&start.alice(&again)]), "bacde");
}

/// Places of a move are named one by one, and stay parents.
#[test]
fn one_place_of_several_is_void() {
    let block = Op::moved(&tags(), Place::Right(0, 4), &[(0, 0), (0, 1), (0, 2)]);
    let start = after(&[block, insert(&tags(), Place::Right(0, 6), "x")]);
    assert_eq!(read(&start, &[]), "deabxc");
    assert_eq!(read(&start, &[&start.alice(&[void(&[(0, 6)])])]), "bdeaxc");
}

#[test]
fn adds_and_resets() {
    let votes = field("votes");
    let add = |delta| Op::add(&votes, delta);
    let start = Start::with(&[add(1), add(10), Op::reset(&votes, &[]), add(100)]);
    let schema = Schema::Counter { lowest: i64::MIN.into(), highest: i64::MAX.into() };
    let sum = |later: &[&Draft]| start.value("votes", &schema, later);
    let annul = |stand, names: &[(u32, u32)]| Op::annul(&votes, stand, names);
    assert_eq!(sum(&[]), 100);
    assert_eq!(sum(&[&start.alice(&[annul(false, &[(0, 3)])])]), 0);
    assert_eq!(sum(&[&start.alice(&[annul(false, &[(0, 2)])])]), 111);
    assert_eq!(sum(&[&start.alice(&[annul(false, &[(0, 1), (0, 2)])])]), 101);
    assert_eq!(sum(&[&start.alice(&[annul(false, &[(0, 1)])])]), 100);
    let both = [annul(false, &[(0, 2)]), annul(true, &[(0, 2)])];
    assert_eq!(sum(&[&start.alice(&both)]), 100);
    // Two who take the same reset back do not double what comes back, and a reset of each stays.
    let alice = start.alice(&[annul(false, &[(0, 2)])]);
    assert_eq!(sum(&[&alice, &start.bob(&[annul(false, &[(1, 2)])])]), 111);
    let reset = start.bob(&[Op::reset(&votes, &[(1, 1)])]);
    assert_eq!(sum(&[&alice, &reset]), 100);
}

#[test]
fn deletes_of_texts() {
    let notes = field("notes");
    let start =
        Start::with(&[Op::insert_text(&notes, Place::Root, "abc"), Op::delete(&notes, (0, 0), 2)]);
    let text = |later: &[&Draft]| start.value("notes", &Schema::Text, later);
    let annul = |stand, names: &[(u32, u32)]| Op::annul(&notes, stand, names);
    assert_eq!(text(&[]), "c");
    assert_eq!(text(&[&start.alice(&[annul(false, &[(0, 3)])])]), "abc");
    assert_eq!(text(&[&start.alice(&[annul(false, &[(0, 0), (0, 2)])])]), "c", "no deletes");
}

/// A delete in a `Json` takes from the array and the text alike, and so comes back in both.
#[test]
fn arrays_and_texts_of_json() {
    let extra = field("extra");
    let (array, text): (&[u8], &[u8]) = (&[0x80], &[0x40]);
    let start = |form: &[u8]| {
        Start::with(&[
            Op::set(&extra, &[], form),
            insert(&extra, Place::Root, "ab"),
            Op::insert_text(&extra, Place::Root, "cd"),
            Op::delete(&extra, (0, 2), 2),
        ])
    };
    let json = |form, ops: &[Op]| -> Value {
        let start = start(form);
        start.value("extra", &Schema::Json, &[&start.alice(ops)])
    };
    let moved = Op::moved(&extra, Place::Right(0, 2), &[(0, 1)]);
    let void = Op::annul(&extra, false, &[(0, 5)]);
    assert_eq!(json(array, &[]), json!(["a"]));
    assert_eq!(json(text, &[]), "d");
    assert_eq!(json(array, core::slice::from_ref(&void)), json!(["a", "b"]));
    assert_eq!(json(text, core::slice::from_ref(&void)), "cd");
    assert_eq!(json(array, &[moved.clone(), void]), json!(["b", "a"]));
    let back = [moved, Op::annul(&extra, false, &[(0, 5), (0, 6)])];
    assert_eq!(json(array, &back), json!(["a", "b"]), "the place too");
}

/// Names of what is no delete, no add, no reset and no place of a move, or of another node.
#[test]
fn names_of_anything_else_are_passed_over() {
    let other = field("other");
    let start = after(&[
        insert(&other, Place::Root, "x"),
        Op::delete(&other, (0, 5), 1),
        delete(1, 1),
        Op::moved(&tags(), Place::Right(0, 4), &[(0, 0)]),
    ]);
    assert_eq!(read(&start, &[]), "cdea");
    let all: Vec<(u32, u32)> = (0..=6).map(|counter| (0, counter)).collect();
    let alice = start.alice(&[void(&all)]);
    assert_eq!(read(&start, &[&alice]), "cdea", "inserts, and ops of the other list");
    assert_eq!(start.value("other", &Schema::list(Schema::leaf::<String>()), &[&alice]), json!([]));
    let elsewhere = start.alice(&[Op::annul(&other, false, &[(0, 7), (0, 8)])]);
    assert_eq!(read(&start, &[&elsewhere]), "cdea", "ops of this list, named at the other one");
    let title = field("title");
    let set = [Op::set(&title, &[], &cbor("set")), Op::annul(&title, false, &[(0, 9)])];
    let title = start.value("title", &Schema::leaf::<String>(), &[&start.alice(&set)]);
    assert_eq!(title, "set", "a set is undone by another set");
    let annuls = [void(&[(0, 7)]), stands(&[(0, 9)]), void(&[(0, 9)])];
    assert_eq!(read(&start, &[&start.alice(&annuls)]), "bcdea", "an annul is not annulled");
}

/// In a document that keeps all, a delete covers elements and never places, although these lie on a
/// chain as elements do.
#[test]
fn a_delete_that_takes_in_the_counter_of_a_place() {
    let to_the_end = Op::moved(&tags(), Place::Right(0, 4), &[(0, 0)]);
    // Places 0 to 4 and 6 are of inserts, 5 is of the move, and 7 is the delete.
    let start = after(&[to_the_end, insert(&tags(), Place::Root, "x"), delete(4, 3)]);
    assert_eq!(read(&start, &[]), "bcda");
    let alice = start.alice(&[stands(&[(0, 7)])]);
    assert_eq!(read(&start, &[&alice]), "bcda");
    assert_eq!(read(&start, &[&start.alice(&[void(&[(0, 7)])])]).len(), 6);
}

/// Editors delete what has been moved where nothing is let go of any more.
#[test]
fn what_was_moved_is_removed_after_an_annul() {
    let both_to_the_end = Op::moved(&tags(), Place::Right(0, 4), &[(0, 0), (0, 1)]);
    let start = after(&[both_to_the_end]);
    let mut document = start.document(&[&start.alice(&[stands(&[(0, 5)])])]);
    document.change(|board| board.tags.remove(3).map(drop)).expect("it is there");
    document.change(|board| board.tags.move_to(3, 0)).expect("it is there");
    check(&document);
    same(&document, &start.copy(&document));
    assert_eq!(document.value().tags, ["b", "c", "d", "e"]);
}

/// What has come back is there again when all is built anew.
#[test]
fn a_panic_after_an_annul_leaves_nothing() {
    let start = after(&[Op::moved(&tags(), Place::Right(0, 4), &[(0, 0)]), delete(1, 2)]);
    let mut document = start.document(&[&start.alice(&[void(&[(0, 5), (0, 6)])])]);
    let before = document.digest();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        document.change(|board| -> Result<(), EditError> {
            board.tags.move_to(0, 2)?;
            board.tags.delete(0..2)?;
            panic!("a fault of the app")
        })
    }));
    assert!(caught.is_err());
    check(&document);
    assert_eq!((document.digest(), document.value().tags.concat()), (before, "abcde".to_owned()));
    document.change(|board| board.tags.delete(0..2)).expect("they are there");
    same(&document, &start.copy(&document));
}

/// Who observes hears nothing of what is deleted, wherever it would stand.
#[test]
fn what_is_deleted_is_carried_unseen() {
    let to_the_end = Op::moved(&tags(), Place::Right(0, 4), &[(0, 0)]);
    let start = after(&[to_the_end, delete(0, 1)]);
    let mut document = start.document(&[&start.alice(&[stands(&[(0, 6)])])]);
    let mut watcher = Watcher::of(&mut document);
    let carried = start.document(&[&start.bob(&[Op::annul(&tags(), false, &[(1, 5)])])]);
    document.apply(&carried.export(&[])).expect("a valid change");
    assert!(watcher.look(&mut document, false));
    check(&document);
}
