//! Nodes whose ops lie on as many chains as an author likes, beside each other or on forks nested
//! in each other. Work is counted in steps, each of which takes O(log n).

use std::collections::{BTreeMap, BTreeSet};

use super::untyped::Untyped;
use super::{
    CounterState, CrdtNode, DigestWriter, EditError, Incoming, JsonState, ListState, MapState,
    Mode, NodeState, OptionNode, OptionState, RegisterState, Scope, Space, Stamp, Text, TextState,
    Transaction, save_state,
};
use crate::crypto::DocumentId;
use crate::history::tests::chains::{fan, nested};
use crate::history::{Chains, History};
use crate::op::limits::MAX_PATH_DEPTH;
use crate::op::{Action, Id, Key, Place, Seeds, Segment, Standing};
use crate::steps;

const DEPTH: u32 = 2000;

/// The op that begins a fork.
fn fork(depth: u32) -> Id {
    Id { chain: depth, counter: depth }
}

fn apply(node: &mut impl NodeState, id: Id, action: Action<'_, Id>, chains: &Chains) {
    let op = Incoming::new(id, chains.time(id), action);
    assert_eq!(node.apply(&[], &op, chains), super::Fit::Applied);
}

/// A counter to which every fork has added 1.
fn added(chains: &Chains) -> CounterState {
    let mut counter = CounterState::default();
    (0..DEPTH).for_each(|at| apply(&mut counter, fork(at), Action::Add { delta: 1 }, chains));
    assert_eq!(counter.sum(chains), i128::from(DEPTH));
    counter
}

/// Who resets honestly names the last addition of every fork. In which order they are named does
/// not matter.
#[test]
fn a_reset_of_nested_forks_walks_each_of_them_once() {
    let chains = nested(DEPTH);
    let annuls: Vec<Id> = added(&chains).last_adds(&chains);
    assert_eq!(annuls.len(), DEPTH as usize);
    let mut stranger = Id { chain: DEPTH, counter: 0 };
    let scattered = |id: &Id| id.chain.wrapping_mul(0x9e37_79b9);
    let mut orders = [annuls.clone(), annuls.clone(), annuls];
    orders[1].reverse();
    orders[2].sort_by_key(scattered);
    for annuls in orders {
        let mut counter = added(&chains);
        let reset = Action::Reset { annuls };
        let steps = steps::of(|| {
            // What is reset again is not walked again.
            for _ in 0..10 {
                apply(&mut counter, stranger, reset.clone(), &chains);
                apply(&mut counter, fork(DEPTH - 1), Action::Add { delta: 1 }, &chains);
                stranger.counter += 1;
            }
        });
        assert_eq!(counter.sum(&chains), 1);
        assert!(steps <= 10 * 3 * (DEPTH as usize + 1), "{steps}");
    }
}

fn insert<'a>(text: bool) -> Action<'a, Id> {
    if text {
        Action::InsertText { place: Place::Root, text: "x" }
    } else {
        Action::Insert { place: Place::Root, seeds: Seeds::from_checked(&[0]) }
    }
}

/// The steps of deleting, fork by fork, everything on its chain from a counter on.
fn steps_of_deleting<S: NodeState + Default>(text: bool, from: u32, deepest_first: bool) -> usize {
    let (chains, mut node) = (nested(DEPTH), S::default());
    (0..DEPTH).for_each(|at| apply(&mut node, fork(at), insert(text), &chains));
    steps::of(|| {
        for at in from..DEPTH {
            let at = if deepest_first { DEPTH - 1 - (at - from) } else { at };
            let delete =
                Action::Delete { first: Id { chain: at, counter: from }, count: at + 1 - from };
            apply(&mut node, Id { chain: at, counter: at + 1 }, delete, &chains);
        }
    })
}

#[test]
fn deletes_through_nested_forks_walk_each_of_them_once() {
    for (from, deepest_first) in [(0, true), (0, false), (DEPTH / 2, true), (7, false)] {
        let steps = [
            steps_of_deleting::<TextState>(true, from, deepest_first),
            steps_of_deleting::<ListState<CounterState>>(false, from, deepest_first),
        ];
        assert!(steps.iter().all(|steps| *steps <= 6 * DEPTH as usize), "{steps:?}");
    }
}

/// Each of many nodes would walk down a chain for itself; a node that holds something of few forks
/// looks at these instead.
#[test]
fn what_a_node_does_not_hold_is_not_walked_for_it() {
    let chains = nested(DEPTH);
    let reset = Action::Reset { annuls: vec![fork(DEPTH - 1)] };
    let delete = Action::Delete { first: Id { chain: DEPTH - 1, counter: 0 }, count: DEPTH };
    let stranger = Id { chain: DEPTH, counter: 0 };
    let steps = steps::of(|| {
        for at in 0..DEPTH {
            let mut counter = CounterState::default();
            apply(&mut counter, fork(at), Action::Add { delta: 1 }, &chains);
            apply(&mut counter, stranger, reset.clone(), &chains);
            assert_eq!(counter.sum(&chains), 0);
            let mut text = TextState::default();
            apply(&mut text, fork(at), insert(true), &chains);
            apply(&mut text, stranger, delete.clone(), &chains);
            assert_eq!(text.to_text(&chains), "");
        }
    });
    assert!(steps <= 6 * DEPTH as usize, "{steps}");
}

/// The steps of deleting everything on the chain of every fork, and of annulling all of that again,
/// in a document that keeps all; and those of looking then.
fn steps_of_annulling<S: NodeState + Default>(
    text: bool,
    look: impl Fn(&S, &Chains),
) -> [usize; 3] {
    let (chains, mut node) = (nested(DEPTH), S::default());
    let stranger = |counter| Id { chain: DEPTH, counter };
    let apply = |node: &mut S, id, action| {
        let op = Incoming { keeps_all: true, ..Incoming::new(id, 0, action) };
        assert_eq!(node.apply(&[], &op, &chains), super::Fit::Applied);
    };
    (0..DEPTH).for_each(|at| apply(&mut node, fork(at), insert(text)));
    let deleting = steps::of(|| {
        for at in 0..DEPTH {
            let action = Action::Delete { first: Id { chain: at, counter: 0 }, count: at + 1 };
            apply(&mut node, stranger(at), action);
        }
    });
    let annulling = steps::of(|| {
        for at in 0..DEPTH {
            let action = Action::Annul { standing: Standing::Void, names: [stranger(at)].into() };
            apply(&mut node, stranger(DEPTH + at), action);
        }
    });
    [deleting, annulling, steps::of(|| look(&node, &chains))]
}

/// A range of a chain is two positions in the tree of its branches, however many it passes through.
#[test]
fn deletes_that_may_be_annulled_do_not_walk_the_forks() {
    let text = steps_of_annulling::<TextState>(true, |text, chains| {
        assert_eq!(text.to_text(chains).len(), DEPTH as usize);
    });
    let list = steps_of_annulling::<ListState<CounterState>>(false, |list, chains| {
        assert_eq!(list.states(chains).count(), DEPTH as usize);
    });
    // Each of n positions is compared with some twenty others on its way into a tree.
    for steps in [text, list].iter().flatten() {
        assert!(*steps <= 200 * DEPTH as usize, "{text:?} {list:?}");
    }
}

/// Whoever is refused entry has done nothing, so the change is not at fault.
#[test]
fn to_be_refused_entry_below_what_is_too_deep_leaves_no_fault() {
    let history = History::new(DocumentId::from_bytes([0; 32]));
    let (prev, space, stamp) = (None, Space::default(), Stamp::fresh());
    let transaction = Transaction::new(history.chains(), prev, space, stamp, Mode::default());
    for depth in [MAX_PATH_DEPTH, MAX_PATH_DEPTH + 1] {
        let deep: Scope<'_> =
            (0..depth).fold(transaction.root(), |scope, _| scope.key(Key::Bool(true)));
        let (mut map, mut set) = (MapState::default(), MapState::default());
        let mut option = OptionState::default();
        let refused = [
            BTreeMap::<u8, u8>::edit(&mut map, deep).entry(1).map(|_| ()),
            BTreeMap::<u8, u8>::edit(&mut map, deep).insert(1, 1),
            BTreeSet::<u8>::edit(&mut set, deep).insert(1).map(|_| ()),
            OptionNode::<Text>::edit(&mut option, deep).get_or_insert_default().map(|_| ()),
            OptionNode::<Text>::edit(&mut option, deep).set(Some(Text::default())),
        ];
        let too_deep = |refused| matches!(refused, Err(EditError::PathTooDeep { .. }));
        assert!(refused.into_iter().all(too_deep), "{depth}");
    }
    assert!(transaction.finish().is_empty());
}

/// The steps for each entry of feeding and writing so many values of an object, each at the end of
/// a path of its own; taken back if they are to be blank, deep down.
fn steps_of_deep<S: NodeState + Default>(depth: usize, blank: bool) -> usize {
    const WIDTH: usize = 50;
    let (chains, mut node) = (fan(2), S::default());
    let names: Vec<String> = (0..WIDTH).map(|name| name.to_string()).collect();
    let (set, unset) = (Id { chain: 0, counter: 0 }, Id { chain: 1, counter: 0 });
    for name in &names {
        let mut path = vec![Segment::Key(Key::Text(name))];
        path.resize(depth, Segment::Key(Key::Text("")));
        let mut apply = |id, action| {
            let _ = node.apply(&path, &Incoming::new(id, chains.time(id), action), &chains);
        };
        apply(set, Action::Set { replaces: Vec::new(), of: None, payload: &[5] });
        if blank {
            apply(unset, Action::Unset { replaces: vec![set] });
        }
    }
    let steps = steps::of(|| {
        node.digest(&mut DigestWriter::new(&chains));
        let _ = save_state(&node, &chains);
    });
    steps.div_ceil(depth * WIDTH)
}

#[test]
fn what_lies_deep_is_fed_and_written_at_the_cost_of_its_size() {
    for (depth, blank) in [(2, false), (20, false), (MAX_PATH_DEPTH, false), (100, true)] {
        let steps = [
            steps_of_deep::<JsonState>(depth, blank),
            steps_of_deep::<Untyped>(depth, blank),
            steps_of_deep::<MapState<String, JsonState>>(depth, blank),
        ];
        assert!(steps.iter().all(|steps| *steps <= 3), "{depth}, {blank}: {steps:?}");
        assert!(steps[0] > 0);
    }
}

/// How chains lie to each other, so many of them, and an op on each that is on no other.
struct World {
    name: &'static str,
    chains: fn(u32) -> Chains,
    op: fn(u32) -> Id,
}

const WORLDS: [World; 2] = [
    World { name: "beside each other", chains: fan, op: |chain| Id { chain, counter: 0 } },
    World { name: "nested", chains: nested, op: |chain| Id { chain, counter: chain + 1 } },
];

/// Ops that together leave nothing of what some ops wrote.
type Close = fn(&[Id]) -> Vec<Action<'static, Id>>;

fn one_by_one(written: &[Id]) -> Vec<Action<'static, Id>> {
    written.iter().map(|first| Action::Delete { first: *first, count: 1 }).collect()
}

/// A stranger writes in one place of a node on so many chains, and somebody looks meanwhile; then
/// whoever has seen all of it takes it back, twice.
fn assert_even<S: NodeState + Default>(
    what: &str,
    path: &[Segment<'static, Id>],
    write: &Action<'static, Id>,
    close: Close,
) {
    for World { name, chains, op } in WORLDS {
        steps::assert_even(&format!("{what}, {name}"), |count| {
            let (chains, mut node) = (chains(count + 1), S::default());
            let apply = |node: &mut S, id: Id, action: &Action<'_, Id>| {
                let _ =
                    node.apply(path, &Incoming::new(id, chains.time(id), action.clone()), &chains);
            };
            let written: Vec<Id> = (0..count).map(op).collect();
            steps::of(|| {
                for (number, id) in written.iter().enumerate() {
                    if number == written.len() / 2 {
                        // Whoever looks lets texts be laid out; what comes later is placed op by
                        // op.
                        node.digest(&mut DigestWriter::new(&chains));
                    }
                    apply(&mut node, *id, write);
                }
                for action in [close(&written), close(&written)].iter().flatten() {
                    apply(&mut node, op(count), action);
                }
            })
        });
    }
}

/// Of every kind of node, known to the schema or not.
#[test]
fn floods_of_every_kind_of_node_are_even() {
    type Leaf = RegisterState<u8>;
    let set = |payload| Action::Set { replaces: Vec::new(), of: None, payload };
    let set_over: Close =
        |all| vec![Action::Set { replaces: all.to_vec(), of: None, payload: &[5] }];
    let unset: Close = |all| vec![Action::Unset { replaces: all.to_vec() }];
    let reset: Close = |all| vec![Action::Reset { annuls: all.to_vec() }];
    let remove: Close = |all| vec![Action::Remove { replaces: all.to_vec() }];
    let put = Action::Put { replaces: Vec::new() };
    let add = Action::Add { delta: 1 };
    let key = [Segment::Key(Key::Text("a"))];
    let some = [Segment::Key(Key::Bool(true))];
    let field = [Segment::Field("a")];
    assert_even::<Leaf>("register", &[], &set(&[5]), set_over);
    assert_even::<Leaf>("register, what does not fit", &[], &set(&[0xff]), unset);
    assert_even::<CounterState>("counter", &[], &add, reset);
    assert_even::<TextState>("text", &[], &insert(true), one_by_one);
    assert_even::<ListState<Leaf>>("list", &[], &insert(false), one_by_one);
    assert_even::<MapState<String, CounterState>>("map", &key, &put, remove);
    assert_even::<MapState<String, Leaf>>("value of a map", &key, &set(&[5]), remove);
    assert_even::<MapState<String, ()>>("set", &key, &put, remove);
    assert_even::<OptionState<CounterState>>("option", &some, &put, remove);
    assert_even::<OptionState<Leaf>>("value of an option", &some, &set(&[5]), remove);
    assert_even::<JsonState>("json", &[], &set(&[0xa0]), set_over);
    assert_even::<JsonState>("text in json", &[], &insert(true), one_by_one);
    assert_even::<JsonState>("entry in json", &key, &put, remove);
    assert_even::<Untyped>("unknown register", &field, &set(&[5]), set_over);
    assert_even::<Untyped>("unknown counter", &field, &add, reset);
    assert_even::<Untyped>("unknown list", &field, &insert(false), one_by_one);
    assert_even::<Untyped>("unknown entry", &key, &put, remove);
}
