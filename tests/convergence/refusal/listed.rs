//! Moves and annuls that no honest writer makes.

use super::{Op, Place, Refusal, Stage, field, hash};
use crdt_core::DecodeError;

#[test]
fn a_list_of_names_in_another_spelling() {
    let mut stage = Stage::new();
    let raw = |kind, counters, body: &[u8]| Op { kind, counters, body: body.to_vec() };
    let moved = |counters, names: &[u8]| raw(10, counters, &[&[0, 0], names].concat());
    let annul = |names: &[u8]| raw(11, 1, &[&[0, 1], names].concat());
    for (op, reason) in [
        (moved(1, &[0]), DecodeError::NoNameBefore),
        (moved(2, &[2, 1, 2, 2]), DecodeError::NotShortest("a name")),
        (moved(1, &[0x82, 0, 1]), DecodeError::NonMinimalVarint),
        (moved(1, &[2, 0x81, 0]), DecodeError::NonMinimalVarint),
        (moved(2, &[2, 1]), DecodeError::Truncated),
        (moved(1, &[2]), DecodeError::Truncated),
        (moved(1, &[2, 1, 0]), DecodeError::TrailingBytes),
        (moved(0, &[]), DecodeError::WrongCounters),
        (raw(10, 2, &[0]), DecodeError::WrongCounters),
        (raw(10, 1, &[0, 3, 2, 1]), DecodeError::InvalidPlace),
        (annul(&[0]), DecodeError::NoNameBefore),
        (annul(&[2, 1, 2, 2]), DecodeError::NotShortest("a name")),
        (annul(&[]), DecodeError::EmptyOp("annul of nothing")),
        (annul(&[2, 1, 2, 1]), DecodeError::Unsorted("names")),
        (annul(&[2, 3, 0, 2, 1]), DecodeError::Unsorted("names")),
        (annul(&[2, 1, 1, 0]), DecodeError::Unsorted("names")),
        (raw(11, 2, &[0, 1, 2, 1]), DecodeError::WrongCounters),
        (raw(11, 1, &[0, 2, 2, 1]), DecodeError::InvalidStanding),
        (raw(11, 1, &[0]), DecodeError::Truncated),
    ] {
        stage.refuses_op(op, reason);
    }
    stage.still_works();
}

/// Alice has used counters 0 to 6, and entry 1 of the table is her chain.
#[test]
fn a_list_names_what_the_change_cannot_name() {
    let mut stage = Stage::new();
    let tasks = field("tasks");
    let moved = |names: &[(u32, u32)]| Op::moved(&tasks, Place::Root, names);
    let annul = |names: &[(u32, u32)]| Op::annul(&tasks, false, names);
    for (op, reason) in [
        (moved(&[(2, 0)]), Refusal::NameOutsideTable),
        (moved(&[(1, 6), (1, 7)]), Refusal::NameBeyondChain),
        (moved(&[(0, 0)]), Refusal::NameBeyondChain),
        (Op::moved(&tasks, Place::Right(0, 0), &[(1, 1)]), Refusal::NameBeyondChain),
        (annul(&[(1, 0), (2, 0)]), Refusal::NameOutsideTable),
        (annul(&[(1, 6), (1, 7)]), Refusal::NameBeyondChain),
        (annul(&[(0, 0), (1, 0)]), Refusal::NameBeyondChain),
    ] {
        stage.refuses_op(op, reason);
    }
    // Not of itself, not even where one place of it comes after another.
    let behind = stage.draft().with(Op::add(&field("votes"), 1)).with(moved(&[(1, 1), (0, 1)]));
    stage.refuses_draft(&behind, Refusal::NameBeyondChain);
    stage.still_works();
}

#[test]
fn a_move_or_an_annul_cut_in_two() {
    let mut stage = Stage::new();
    let mergeable = Refusal::Malformed(DecodeError::MergeableOps);
    let tasks = field("tasks");
    let first = || stage.draft().with(Op::moved(&tasks, Place::Root, &[(1, 1), (1, 2)]));
    let cut = first().with(Op::moved(&tasks, Place::Right(0, 1), &[(1, 3)]));
    let annul = |path, stand, counter| Op::annul(path, stand, &[(1, counter)]);
    let said = [false, true]
        .map(|stand| stage.draft().with(annul(&tasks, stand, 1)).with(annul(&tasks, stand, 5)));
    let apart = first()
        .with(Op::moved(&tasks, Place::Left(0, 1), &[(1, 3)]))
        .with(Op::moved(&field("notes"), Place::Right(0, 2), &[(1, 3)]))
        .with(annul(&tasks, false, 1))
        .with(annul(&tasks, true, 2))
        .with(annul(&tasks, false, 3))
        .with(annul(&field("notes"), false, 4));
    for draft in [cut].iter().chain(&said) {
        stage.refuses_draft(draft, mergeable);
    }
    let outcome = stage.document.apply(&stage.signed(&apart).framed()).expect("canonical");
    assert_eq!(outcome.applied, [hash(&apart)]);
}
