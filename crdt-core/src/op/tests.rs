//! Ops are written in one way and read in no other.

use proptest::prelude::*;

use super::{
    Action, Body, Key, Keystroke, Name, Op, Place, Seeds, Segment, Side, Standing, write_depth,
    write_op, write_segment,
};
use crate::codec::DecodeError;
use crate::op::limits::{MAX_KEY_BYTES, MAX_PATH_DEPTH};
use crate::op::write_seed;

/// Appends a path.
fn write_path<'a>(out: &mut Vec<u8>, path: impl Iterator<Item = Segment<'a, Name>>) {
    let segments: Vec<_> = path.collect();
    write_depth(out, u32::try_from(segments.len()).expect("paths are short"));
    for segment in segments {
        write_segment(out, segment);
    }
}

/// An op that owns its data.
#[derive(Clone, Debug)]
struct Plan {
    path: Vec<Step>,
    act: Act,
}

#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Variant(String),
    Text(String),
    Integer(i128),
    Bool(bool),
    Bytes(Vec<u8>),
    Element(Name),
}

#[derive(Clone, Debug)]
enum Act {
    Set(Vec<Name>, Option<Name>, Vec<u8>),
    Unset(Vec<Name>),
    Add(i64),
    Reset(Vec<Name>),
    Insert(Place<Name>, Vec<Vec<u8>>),
    InsertText(Place<Name>, String),
    Delete(Name, u32),
    Put(Vec<Name>),
    Remove(Vec<Name>),
    Move(Place<Name>, Vec<Name>),
    Annul(Standing, Vec<Name>),
    Unknown(u32, Vec<u8>),
}

fn name() -> impl Strategy<Value = Name> {
    (0..300u32, 0..100_000u32).prop_map(|(index, counter)| Name { index, counter })
}

/// Names of other chains, ascending, one per chain.
fn names() -> impl Strategy<Value = Vec<Name>> {
    prop::collection::btree_map(1..300u32, 0..100_000u32, 0..4).prop_map(|names| {
        names.into_iter().map(|(index, counter)| Name { index, counter }).collect()
    })
}

/// Names of any chain in any order, many of which follow on each other.
fn listed() -> impl Strategy<Value = Vec<Name>> {
    let stretch = (0..3u32, 0..200u32, 1..4u32).prop_map(|(index, first, count)| {
        (first..first + count).map(move |counter| Name { index, counter }).collect::<Vec<_>>()
    });
    prop::collection::vec(stretch, 1..4).prop_map(|stretches| stretches.concat())
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![Just(Standing::Void), Just(Standing::Stands)]
}

fn place() -> impl Strategy<Value = Place<Name>> {
    prop_oneof![
        Just(Place::Root),
        name().prop_map(|name| Place::Child(name, Side::Left)),
        name().prop_map(|name| Place::Child(name, Side::Right)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        "[a-zé]{0,5}".prop_map(Step::Field),
        "[a-z]{0,5}".prop_map(Step::Variant),
        "[a-z]{0,5}".prop_map(Step::Text),
        any::<i64>().prop_map(|integer| Step::Integer(i128::from(integer))),
        any::<u64>().prop_map(|integer| Step::Integer(i128::from(integer))),
        any::<bool>().prop_map(Step::Bool),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Step::Bytes),
        name().prop_map(Step::Element),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..6);
    prop_oneof![
        (names(), prop::option::of(name()), bytes())
            .prop_map(|(names, of, bytes)| Act::Set(names, of, bytes)),
        names().prop_map(Act::Unset),
        any::<i64>().prop_map(Act::Add),
        names().prop_map(Act::Reset),
        (place(), prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..4))
            .prop_map(|(place, seeds)| Act::Insert(place, seeds)),
        (place(), "[a-zé😀]{1,6}").prop_map(|(place, text)| Act::InsertText(place, text)),
        (name(), 1..100u32).prop_map(|(name, count)| Act::Delete(name, count)),
        names().prop_map(Act::Put),
        names().prop_map(Act::Remove),
        (place(), listed()).prop_map(|(place, elements)| Act::Move(place, elements)),
        (standing(), listed()).prop_map(|(standing, mut names)| {
            names.sort_unstable();
            names.dedup();
            Act::Annul(standing, names)
        }),
        (13..500u32, bytes()).prop_map(|(kind, bytes)| Act::Unknown(kind, bytes)),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    (prop::collection::vec(step(), 0..4), act()).prop_map(|(path, act)| Plan { path, act })
}

impl Step {
    fn segment(&self) -> Segment<'_, Name> {
        match self {
            Self::Field(name) => Segment::Field(name),
            Self::Variant(name) => Segment::Variant(name),
            Self::Text(text) => Segment::Key(Key::Text(text)),
            Self::Integer(integer) => Segment::Key(Key::Integer(*integer)),
            Self::Bool(bool) => Segment::Key(Key::Bool(*bool)),
            Self::Bytes(bytes) => Segment::Key(Key::Bytes(bytes.as_slice().into())),
            Self::Element(name) => Segment::Element(*name),
        }
    }
}

/// Writes an op and says what is to be read.
fn written(plan: &Plan, seeds: &mut Vec<u8>) -> (Vec<u8>, u32) {
    let counters = match &plan.act {
        Act::Insert(_, seeds) => u32::try_from(seeds.len()).expect("few"),
        Act::InsertText(_, text) => u32::try_from(text.chars().count()).expect("short"),
        Act::Move(_, elements) => u32::try_from(elements.len()).expect("few"),
        _ => 1,
    };
    if let Act::Insert(_, items) = &plan.act {
        for seed in items {
            write_seed(seeds, seed);
        }
    }
    let mut path = Vec::new();
    if !matches!(plan.act, Act::Unknown(..)) {
        write_path(&mut path, plan.path.iter().map(Step::segment));
    }
    let mut bytes = Vec::new();
    write_op(&mut bytes, &path, counters, &action(&plan.act, seeds));
    (bytes, counters)
}

fn action<'a>(act: &'a Act, seeds: &'a [u8]) -> Action<'a, Name> {
    match act {
        Act::Set(replaces, of, payload) => {
            Action::Set { replaces: replaces.clone(), of: *of, payload }
        }
        Act::Unset(replaces) => Action::Unset { replaces: replaces.clone() },
        Act::Add(delta) => Action::Add { delta: *delta },
        Act::Reset(annuls) => Action::Reset { annuls: annuls.clone() },
        Act::Insert(place, _) => {
            Action::Insert { place: *place, seeds: Seeds::from_checked(seeds) }
        }
        Act::InsertText(place, text) => Action::InsertText { place: *place, text },
        Act::Delete(first, count) => Action::Delete { first: *first, count: *count },
        Act::Put(replaces) => Action::Put { replaces: replaces.clone() },
        Act::Remove(replaces) => Action::Remove { replaces: replaces.clone() },
        Act::Move(place, elements) => {
            Action::Move { place: *place, elements: elements.as_slice().into() }
        }
        Act::Annul(standing, names) => {
            Action::Annul { standing: *standing, names: names.as_slice().into() }
        }
        Act::Unknown(kind, body) => Action::Unknown { kind: *kind, body },
    }
}

fn read(bytes: &[u8]) -> Result<Op<'_, Name>, DecodeError> {
    let mut body = Body::new(bytes, 0);
    let op = body.next_op()?.map(|(_, op)| op.to_op()).ok_or(DecodeError::Truncated)?;
    if body.next_op()?.is_some() { Err(DecodeError::TrailingBytes) } else { Ok(op) }
}

/// The bytes of an op that was read.
fn again(op: &Op<'_, Name>) -> Vec<u8> {
    let mut path = Vec::new();
    if !matches!(op.action, Action::Unknown { .. }) {
        write_path(&mut path, op.path.iter().copied());
    }
    let mut bytes = Vec::new();
    write_op(&mut bytes, &path, op.counters, &op.action);
    bytes
}

proptest! {
    #[test]
    fn what_is_written_is_read(plan in plan()) {
        let mut seeds = Vec::new();
        let (bytes, counters) = written(&plan, &mut seeds);
        let op = read(&bytes).expect("as written");
        prop_assert_eq!(op.counters, counters);
        prop_assert_eq!(&op.action, &action(&plan.act, &seeds));
        if !matches!(plan.act, Act::Unknown(..)) {
            let path: Vec<_> = plan.path.iter().map(Step::segment).collect();
            prop_assert_eq!(&op.path, &path);
        }
    }

    /// Whatever else is read is another op, not another spelling: it is written back as it was.
    #[test]
    fn there_is_no_second_spelling(plan in plan(), at: prop::sample::Index, bits in 1..=255u8) {
        let mut seeds = Vec::new();
        let (mut bytes, _) = written(&plan, &mut seeds);
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        if let Ok(op) = read(&bytes) {
            prop_assert_eq!(again(&op), bytes);
        }
    }

    #[test]
    fn a_shortened_op_is_refused(plan in plan(), at: prop::sample::Index) {
        let mut seeds = Vec::new();
        let (bytes, _) = written(&plan, &mut seeds);
        prop_assert!(read(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(op) = read(&bytes) {
            prop_assert_eq!(again(&op), bytes);
        }
    }
}

/// An op of the given kind and counters with this body.
fn framed(kind: u8, counters: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, counters, u8::try_from(body.len()).expect("short")];
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn every_fault_has_its_name() {
    let refused = |kind, counters, body: &[u8]| read(&framed(kind, counters, body)).err();
    assert_eq!(refused(0, 1, &[0]), Some(DecodeError::InvalidKind));
    assert_eq!(refused(3, 0, &[0, 2]), Some(DecodeError::WrongCounters));
    assert_eq!(refused(3, 2, &[0, 2]), Some(DecodeError::WrongCounters));
    assert_eq!(refused(99, 3, &[0, 2]), Some(DecodeError::WrongCounters));
    assert_eq!(refused(3, 1, &[1, 9, 2]), Some(DecodeError::InvalidSegment));
    assert_eq!(refused(3, 1, &[0, 2, 0]), Some(DecodeError::TrailingBytes));
    assert_eq!(refused(2, 1, &[0, 1, 0, 5]), Some(DecodeError::ImpliedName));
    assert_eq!(refused(2, 1, &[0, 2, 2, 5, 1, 5]), Some(DecodeError::Unsorted("names")));
    assert_eq!(refused(2, 1, &[0, 2, 1, 5, 1, 6]), Some(DecodeError::Unsorted("names")));
    assert_eq!(refused(1, 1, &[0, 0]), Some(DecodeError::EmptyOp("set without a value")));
    assert_eq!(refused(7, 1, &[0, 0, 5, 0]), Some(DecodeError::EmptyOp("delete of nothing")));
    assert_eq!(refused(6, 1, &[0, 3, b'a']), Some(DecodeError::InvalidPlace));
    assert_eq!(refused(6, 1, &[0, 0, b'a', b'b']), Some(DecodeError::WrongCounters));
    assert_eq!(refused(6, 1, &[0, 0, 0xff]), Some(DecodeError::InvalidUtf8));
    assert_eq!(refused(5, 2, &[0, 0, 0, 0, 0]), Some(DecodeError::WrongCounters));
    assert_eq!(refused(10, 1, &[0, 3, 1, 5]), Some(DecodeError::InvalidPlace));
    assert_eq!(refused(10, 1, &[0, 0, 0]), Some(DecodeError::NoNameBefore));
    assert_eq!(refused(10, 2, &[0, 0, 1, 5]), Some(DecodeError::Truncated));
    assert_eq!(refused(10, 1, &[0, 0, 1, 5, 0]), Some(DecodeError::TrailingBytes));
    assert_eq!(refused(10, 2, &[0, 0, 1, 5, 1, 6]), Some(DecodeError::NotShortest("a name")));
    assert_eq!(refused(11, 2, &[0, 0, 1, 5]), Some(DecodeError::WrongCounters));
    assert_eq!(refused(11, 1, &[0, 2, 1, 5]), Some(DecodeError::InvalidStanding));
    assert_eq!(refused(11, 1, &[0, 0]), Some(DecodeError::EmptyOp("annul of nothing")));
    assert_eq!(refused(11, 1, &[0, 0, 0]), Some(DecodeError::NoNameBefore));
    assert_eq!(refused(11, 1, &[0, 0, 1, 5, 1, 6]), Some(DecodeError::NotShortest("a name")));
    assert_eq!(refused(11, 1, &[0, 0, 1, 5, 1, 5]), Some(DecodeError::Unsorted("names")));
    assert_eq!(refused(11, 1, &[0, 0, 2, 5, 1, 9]), Some(DecodeError::Unsorted("names")));
}

#[test]
fn names_of_a_list_end_where_counters_do() {
    let read = |head: &[u8], more: &[u8]| {
        let body = [&[0, 0], head, &[0xff, 0xff, 0xff, 0xff, 0x0f], more].concat();
        let counters = u8::try_from(1 + more.len()).expect("few");
        read(&framed(10, counters, &body)).err()
    };
    assert_eq!(read(&[1], &[]), None);
    assert_eq!(read(&[1], &[0]), Some(DecodeError::OverLimit("counters of a chain")));
    assert_eq!(read(&[0x80, 0x80, 0x80, 0x80, 0x10], &[]), None, "the highest index");
    let beyond = read(&[0x81, 0x80, 0x80, 0x80, 0x10], &[]);
    assert_eq!(beyond, Some(DecodeError::VarintOverflow));
}

#[test]
fn limits_are_checked() {
    let deep = vec![Segment::Key(Key::Bool(true)); MAX_PATH_DEPTH + 1];
    let long = "x".repeat(MAX_KEY_BYTES + 1);
    let field = vec![Segment::Field(long.as_str())];
    let bytes = vec![Segment::Key(Key::Bytes(long.as_bytes().into()))];
    for (path, what) in [(deep, "path depth"), (field, "key length"), (bytes, "key length")] {
        let mut bytes = Vec::new();
        let mut written = Vec::new();
        write_path(&mut written, path.into_iter());
        write_op(&mut bytes, &written, 1, &Action::Add { delta: 1 });
        assert_eq!(read(&bytes), Err(DecodeError::OverLimit(what)));
    }
}

#[test]
fn an_insert_that_only_goes_on_is_refused() {
    let mut bytes = Vec::new();
    let insert = |bytes: &mut Vec<u8>, place, text| {
        write_op(bytes, &[0], 1, &Action::InsertText { place, text });
    };
    let after = |counter| Place::Child(Name { index: 0, counter }, Side::Right);
    insert(&mut bytes, Place::Root, "a");
    let one = bytes.clone();
    insert(&mut bytes, after(7), "b");
    let count = |bytes: &[u8], first| {
        let mut body = Body::new(bytes, first);
        let mut count = 0;
        while body.next_op()?.is_some() {
            count += 1;
        }
        Ok::<_, DecodeError>(count)
    };
    assert_eq!(count(&one, 7), Ok(1));
    assert_eq!(count(&bytes, 7), Err(DecodeError::MergeableOps));
    assert_eq!(count(&bytes, 6), Ok(2), "it hangs on another element");
}

#[test]
fn a_move_that_only_goes_on_is_refused() {
    let moved = |bytes: &mut Vec<u8>, path: &[u8], place, counters| {
        let elements = vec![Name { index: 0, counter: 1 }; counters];
        let counters = u32::try_from(counters).expect("few");
        write_op(bytes, path, counters, &Action::Move { place, elements: elements.into() });
    };
    let second = |path: &[u8], counter, side| {
        let mut bytes = Vec::new();
        moved(&mut bytes, &[0], Place::Root, 2);
        moved(&mut bytes, path, Place::Child(Name { index: 0, counter }, side), 1);
        let mut body = Body::new(&bytes, 7);
        body.next_op().expect("the first one");
        body.next_op().map(drop)
    };
    let here = [0];
    assert_eq!(second(&here, 8, Side::Right), Err(DecodeError::MergeableOps));
    assert_eq!(second(&here, 8, Side::Left), Ok(()));
    assert_eq!(second(&here, 7, Side::Right), Ok(()));
    assert_eq!(second(&[1, 6], 8, Side::Right), Ok(()), "another list");
}

#[test]
fn annuls_that_say_the_same_are_one() {
    let annul = |bytes: &mut Vec<u8>, path: &[u8], standing, counter| {
        let names = vec![Name { index: 0, counter }];
        write_op(bytes, path, 1, &Action::Annul { standing, names: names.into() });
    };
    let second = |between: &[u8], path: &[u8], standing| {
        let mut bytes = Vec::new();
        annul(&mut bytes, &[0], Standing::Void, 3);
        bytes.extend_from_slice(between);
        annul(&mut bytes, path, standing, 1);
        let mut body = Body::new(&bytes, 7);
        core::iter::from_fn(|| body.next_op().transpose()).collect::<Result<Vec<_>, _>>().err()
    };
    let here = [0];
    assert_eq!(second(&[], &here, Standing::Void), Some(DecodeError::MergeableOps));
    assert_eq!(second(&[], &here, Standing::Stands), None);
    assert_eq!(second(&[], &[1, 6], Standing::Void), None, "of another node");
    assert_eq!(second(&framed(3, 1, &[0, 2]), &here, Standing::Void), None, "not neighbours");
}

/// Whatever is taken for the next keystroke reads as that, and what differs is not taken for it.
#[test]
fn a_keystroke_is_known_by_its_bytes() {
    let (mut path, field) = (Vec::new(), Segment::Field("text"));
    write_path(&mut path, [field].into_iter());
    let body = |counter: u32, text: &str| {
        let place = Place::Child(Name { index: 0, counter: counter - 1 }, Side::Right);
        let mut bytes = Vec::new();
        write_op(&mut bytes, &path, 1, &Action::InsertText { place, text });
        bytes
    };
    for counter in [1, 126, 127, 128, 129, 16_383, 16_384, 1 << 21, (1 << 28) - 1, 1 << 28] {
        let (first, next) = (body(counter, "a"), body(counter + 1, "b"));
        let read = Body::new(&first, counter).next_op();
        let (_, op) = read.expect("canonical").expect("an op");
        let keystroke = Keystroke::of(&first, counter, &op);
        let alike = first.len() == next.len();
        assert_eq!(keystroke.next(&next, counter + 1), alike.then_some("b"));
        assert_eq!(keystroke.next(&next, counter), None);
        assert_eq!(keystroke.next(&next, counter + 2), None);
        assert_eq!(keystroke.next(&next[..next.len() - 1], counter + 1), None);
        assert_eq!(keystroke.next(&[&*next, b"c"].concat(), counter + 1), None);
        for bit in 0..next.len() * 8 {
            let mut changed = next.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Some(text) = keystroke.next(&changed, counter + 1) {
                assert_eq!(changed, body(counter + 1, text));
            }
        }
    }
    let other = |counters, place, text| {
        let mut bytes = Vec::new();
        write_op(&mut bytes, &path, counters, &Action::InsertText { place, text });
        let read = Body::new(&bytes, 9).next_op();
        let (_, op) = read.expect("canonical").expect("an op");
        let next = body(10, "b");
        Keystroke::of(&bytes, 9, &op).next(&next, 10).is_some()
    };
    let after = |index, counter, side| Place::Child(Name { index, counter }, side);
    assert!(other(1, after(0, 8, Side::Right), "a"));
    assert!(!other(2, after(0, 8, Side::Right), "aa"));
    assert!(!other(1, after(0, 8, Side::Right), "ä"));
    assert!(!other(1, after(0, 7, Side::Right), "a"));
    assert!(!other(1, after(0, 8, Side::Left), "a"));
    assert!(!other(1, after(1, 8, Side::Right), "a"));
    assert!(!other(1, Place::Root, "a"));
}
