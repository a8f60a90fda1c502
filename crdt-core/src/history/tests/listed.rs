//! Moves and annuls from what editors write to what nodes are handed.

use std::collections::BTreeSet;

use crate::crypto::{Author, Keypair};
use crate::history::format::numbers::Number as _;
use crate::history::{
    ChangeIndex, Draft, Genesis, History, LocalAction, LocalOp, LocalPath, LocalSegment,
};
use crate::op::limits::MAX_DEPENDENCIES;
use crate::op::{Action, Id, Place, Side, Standing};

fn keypair(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// A change of an author, all of whose ops go to one list.
fn draft(history: &History, author: Author, prev: Option<ChangeIndex>) -> Draft {
    let start = history.chains().next_id(prev).counter;
    let mut draft = Draft::blank(author, prev, start);
    let segment = LocalSegment::Field("list".into());
    draft.written.paths.push(LocalPath { parent: None, depth: 1, segment });
    draft
}

fn op(action: LocalAction) -> LocalOp {
    let counters = match &action {
        LocalAction::Move { elements, .. } => elements.len(),
        _ => 1,
    };
    LocalOp { path: Some(0), counters: u32::try_from(counters).expect("few"), action }
}

/// Some ops of a history, chosen by two numbers: stretches of a few on one chain each.
fn some_ops(history: &History, a: u16, b: u16) -> Vec<Id> {
    let chains = history.chains();
    let mut ids = Vec::new();
    for number in [u32::from(a), u32::from(b), u32::from(a ^ b)] {
        let Some(change) = number.checked_rem(chains.len()) else { return ids };
        let (branch, end) = chains.end_on_branch(change);
        let start = end.saturating_sub(1 + number % 7);
        ids.extend((start..end.min(start + 3)).map(|counter| {
            let chain = chains.branch_at(branch, counter).get();
            Id { chain, counter }
        }));
    }
    ids
}

/// A change that moves and annuls whatever is there, and goes on from where it has moved it; as an
/// author that chooses by two numbers. Nothing if there is nothing yet.
pub(crate) fn list_some(history: &mut History, keypair: &Keypair, a: u16, b: u16) -> Vec<Id> {
    let ids = some_ops(history, a, b);
    let (Some(first), author) = (ids.first(), keypair.author()) else { return ids };
    let prev = history.tip_of_author(&author);
    let next = history.chains().next_id(prev);
    let (side, standing) = match a % 3 {
        0 => (Side::Left, Standing::Void),
        _ => (Side::Right, Standing::Stands),
    };
    let mut draft = draft(history, author, prev);
    let place = if b.is_multiple_of(4) { Place::Root } else { Place::Child(*first, side) };
    let after = Place::Child(next, side);
    draft.written.ops = vec![
        op(LocalAction::Move { place, elements: ids.clone() }),
        op(LocalAction::Insert { place: after, seeds: vec![0] }),
        op(LocalAction::Annul { standing, names: [&ids[..], &[next]].concat() }),
        op(LocalAction::Move { place: after, elements: vec![*first] }),
    ];
    history.commit(&mut draft).expect("it names what is there");
    ids
}

/// What a history hands on of moves and annuls.
fn handed(history: &History) -> Vec<(Id, Action<'static, Id>)> {
    let mut handed = Vec::new();
    history.replay(0..history.end(), |_, op| match op.action {
        Action::Move { place, elements } => {
            handed.push((op.id, Action::Move { place, elements }));
        }
        Action::Annul { standing, names } => {
            handed.push((op.id, Action::Annul { standing, names }));
        }
        _ => {}
    });
    handed
}

/// Names become the ids again that were written, here and where the change is received.
#[test]
fn what_is_listed_is_handed_on() {
    let mut history = History::founded(Genesis::new(keypair(1).author(), [9; 32], "test"));
    let authors = [1, 2, 3].map(keypair);
    for author in &authors {
        let mut draft = draft(&history, author.author(), None);
        draft.written.ops = (0..3)
            .map(|_| op(LocalAction::Insert { place: Place::Root, seeds: vec![0] }))
            .collect();
        history.commit(&mut draft).expect("a small change");
    }
    let mut written = Vec::new();
    for number in 0..40 {
        let author = &authors[usize::from(number % 3)];
        written.push(list_some(&mut history, author, number * 31, number * number));
    }
    let elements = |handed: Vec<(Id, Action<'static, Id>)>| {
        let moves = handed.into_iter().filter_map(|(_, action)| match action {
            Action::Move { elements, .. } => Some(elements),
            _ => None,
        });
        moves.step_by(2).collect::<Vec<_>>()
    };
    assert_eq!(elements(handed(&history)).concat(), written.concat());
    let annuls = handed(&history).into_iter().filter_map(|(id, action)| match action {
        Action::Annul { names, .. } => Some((id, names)),
        _ => None,
    });
    for ((id, names), written) in annuls.zip(&written) {
        // The move before it has as many places as it has elements, and the first one is named.
        let places = u32::try_from(written.len()).expect("few");
        let place = Id { counter: id.counter - 1 - places, ..id };
        let expected: BTreeSet<Id> = written.iter().copied().chain([place]).collect();
        assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), expected);
    }
}

/// What is on more chains than a table holds is moved and annulled over several changes: places
/// hang as they would in one, later ops find them, and what is left of an annul comes last.
#[test]
fn what_no_table_holds_is_listed_over_several_changes() {
    let (stranger, keypair) = (keypair(1).author(), keypair(2));
    let mut history = History::founded(Genesis::new(stranger, [9; 32], "test"));
    let count = u32::try_from(MAX_DEPENDENCIES * 2 + 100).expect("a few tables");
    let mut elements = Vec::new();
    for _ in 0..count {
        // Each begins a chain, and has seen the one before.
        elements.push(history.chains().next_id(None));
        let mut draft = draft(&history, stranger, None);
        draft.written.ops = vec![op(LocalAction::Insert { place: Place::Root, seeds: vec![0] })];
        history.commit(&mut draft).expect("a small change");
    }
    let begin = history.end();
    let mut draft = draft(&history, keypair.author(), None);
    let first = history.chains().next_id(None);
    let behind = Place::Child(first.plus(count - 1), Side::Left);
    let (standing, names) = (Standing::Void, elements.clone());
    draft.written.ops = vec![
        op(LocalAction::Move { place: Place::Root, elements: elements.clone() }),
        op(LocalAction::Annul { standing, names }),
        op(LocalAction::Move { place: behind, elements: vec![elements[0]] }),
    ];
    assert!(history.commit(&mut draft).is_err(), "one table does not hold them");
    let moved = history.commit_in_steps(&mut draft, &keypair).expect("several do");
    assert_eq!(moved, first);
    assert!(history.end() - begin > 3);
    let (mut places, mut annulled, mut last) = (Vec::new(), BTreeSet::new(), None);
    for (id, action) in handed(&history) {
        match action {
            Action::Move { place, elements } if places.len() < count as usize => {
                let goes_on = Place::<Id>::going_on(id);
                assert_eq!(place, if places.is_empty() { Place::Root } else { goes_on });
                places.extend((0..).zip(elements).map(|(step, element)| (id.plus(step), element)));
            }
            Action::Move { place, elements } => last = Some((id, place, elements)),
            Action::Annul { names, .. } => annulled.extend(names),
            _ => {}
        }
    }
    let expected: Vec<_> = (0..).zip(&elements).map(|(at, of)| (first.plus(at), *of)).collect();
    assert_eq!(places, expected);
    assert_eq!(annulled, elements.iter().copied().collect());
    // It comes right behind the one counter that the editors took the annul to have.
    assert_eq!(last, Some((first.plus(count + 1), behind, [elements[0]].into())));
}
