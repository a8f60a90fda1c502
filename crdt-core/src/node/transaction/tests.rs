//! What is written right behind an op that it could be part of lengthens it, and is cut off again.

use super::{Mode, Scope, Space, Transaction};
use crate::history::{Chains, LocalAction};
use crate::node::{EditError, Stamp, Untyped};
use crate::op::{Id, Place, Side, Standing};

fn id(counter: u32) -> Id {
    Id { chain: 7, counter }
}

/// Of each move its elements and of each annul its names, by their counters, and what it takes.
fn written(transaction: Transaction<'_>) -> Vec<(u32, Vec<u32>)> {
    let (_, written) = transaction.finish().lend();
    let ops = written.ops.into_iter().map(|op| match op.action {
        LocalAction::Move { elements: ids, .. } | LocalAction::Annul { names: ids, .. } => {
            (op.counters, ids.into_iter().map(|id| id.counter).collect())
        }
        other => panic!("{other:?}"),
    });
    ops.collect()
}

#[test]
fn moves_and_annuls_lengthen_the_op_before() {
    let chains = Chains::default();
    let transaction =
        Transaction::new(&chains, None, Space::default(), Stamp::fresh(), Mode::default());
    let mut list = transaction.root().field("list");
    list.write_move(Place::Root, vec![id(0)]);
    list.write_move(Place::<Id>::going_on(list.next_id()), vec![id(1), id(2)]);
    list.write_move(Place::Root, Vec::new());
    list.write_move(Place::Child(list.next_id(), Side::Left), vec![id(3)]);
    let mut other = transaction.root().field("other");
    other.write_move(Place::<Id>::going_on(list.next_id()), vec![id(4)]);
    other.write_annul(Standing::Void, vec![id(5)]);
    other.write_annul(Standing::Void, vec![id(6), id(7)]);
    other.write_annul(Standing::Stands, vec![id(8)]);
    list.write_annul(Standing::Stands, vec![id(9)]);
    list.write_annul(Standing::Stands, Vec::new());
    let expected = vec![
        (3, vec![0, 1, 2]),
        (1, vec![3]),
        (1, vec![4]),
        (1, vec![5, 6, 7]),
        (1, vec![8]),
        (1, vec![9]),
    ];
    assert_eq!(written(transaction), expected);
}

#[test]
fn what_an_edit_lengthened_is_cut_off_when_it_fails() {
    let chains = Chains::default();
    let transaction =
        Transaction::new(&chains, None, Space::default(), Stamp::fresh(), Mode::default());
    let (mut list, mut state) = (transaction.root().field("list"), Untyped::default());
    let moves = |_: &mut Untyped, mut list: Scope<'_>| {
        list.write_move(Place::<Id>::going_on(list.next_id()), vec![id(1), id(2)]);
        Err::<(), _>(EditError::ReadOnly)
    };
    let annuls = |_: &mut Untyped, mut list: Scope<'_>| {
        list.write_annul(Standing::Void, vec![id(3)]);
        Err::<(), _>(EditError::ReadOnly)
    };
    list.write_move(Place::Root, vec![id(0)]);
    let next = list.next_id();
    assert_eq!(list.attempt(&mut state, moves), Err(EditError::ReadOnly));
    assert_eq!(list.next_id(), next);
    list.write_annul(Standing::Void, vec![id(4)]);
    assert_eq!(list.attempt(&mut state, annuls), Err(EditError::ReadOnly));
    assert_eq!(written(transaction), [(1, vec![0]), (1, vec![4])]);
}
