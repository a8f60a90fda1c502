//! Whatever the crate writes is as the wire format is described.

use crdt_core::{Action, Change, History, Key, Name, Op, Place, Segment, Side, Standing};

use crate::wire;

/// Asserts that every change of a history has the bytes and the hash that the independent encoder
/// gives it.
pub(crate) fn described(history: &History) {
    for change in history.changes() {
        let draft = draft(history, &change);
        assert_eq!(change.to_bytes(), [draft.header(), draft.body()].concat());
        assert_eq!(*change.hash().as_bytes(), draft.hash());
    }
}

fn draft(history: &History, change: &Change<'_>) -> wire::Draft {
    wire::Draft {
        document: *history.document().as_bytes(),
        author: *change.author().as_bytes(),
        seq: change.seq(),
        prev: change.previous().map(|hash| *hash.as_bytes()),
        dependencies: change.dependencies().iter().map(|hash| *hash.as_bytes()).collect(),
        tags: change.tags().map(|(number, value)| (number, value.to_vec())).collect(),
        ops: change.ops().iter().map(|(_, op)| write(op)).collect(),
    }
}

fn write(op: &Op<'_, Name>) -> wire::Op {
    let path: Vec<wire::Segment> = op.path.iter().map(segment).collect();
    match &op.action {
        Action::Set { replaces, of: None, payload } => {
            wire::Op::set(&path, &names(replaces), payload)
        }
        Action::Set { replaces, of: Some(of), payload } => {
            wire::Op::restore(&path, &names(replaces), name(of), payload)
        }
        Action::Unset { replaces } => wire::Op::unset(&path, &names(replaces)),
        Action::Add { delta } => wire::Op::add(&path, *delta),
        Action::Reset { annuls } => wire::Op::reset(&path, &names(annuls)),
        Action::Insert { place: at, seeds } => {
            let seeds: Vec<Vec<u8>> = seeds.iter().map(<[u8]>::to_vec).collect();
            wire::Op::insert(&path, place(*at), &seeds)
        }
        Action::InsertText { place: at, text } => wire::Op::insert_text(&path, place(*at), text),
        Action::Delete { first, count } => wire::Op::delete(&path, name(first), *count),
        Action::Put { replaces } => wire::Op::put(&path, &names(replaces)),
        Action::Remove { replaces } => wire::Op::remove(&path, &names(replaces)),
        Action::Move { place: at, elements } => {
            wire::Op::moved(&path, place(*at), &names(elements))
        }
        Action::Annul { standing, names: named } => {
            wire::Op::annul(&path, *standing == Standing::Stands, &names(named))
        }
        Action::Unknown { kind, body } => wire::Op {
            kind: u64::from(*kind),
            counters: u64::from(op.counters),
            body: body.to_vec(),
        },
        other => panic!("an op that the description lacks: {other:?}"),
    }
}

fn segment(segment: &Segment<'_, Name>) -> wire::Segment {
    match *segment {
        Segment::Field(name) => wire::Segment::Field(name.to_owned()),
        Segment::Variant(name) => wire::Segment::Variant(name.to_owned()),
        Segment::Key(Key::Text(text)) => wire::Segment::Text(text.to_owned()),
        Segment::Key(Key::Integer(integer)) => wire::Segment::Integer(integer),
        Segment::Key(Key::Bool(bool)) => wire::Segment::Bool(bool),
        Segment::Key(Key::Bytes(bytes)) => wire::Segment::Bytes(bytes.to_vec()),
        Segment::Element(name) => wire::Segment::Element(name.index, name.counter),
    }
}

fn place(place: Place<Name>) -> wire::Place {
    match place {
        Place::Root => wire::Place::Root,
        Place::Child(name, Side::Right) => wire::Place::Right(name.index, name.counter),
        Place::Child(name, Side::Left) => wire::Place::Left(name.index, name.counter),
    }
}

fn names(names: &[Name]) -> Vec<(u32, u32)> {
    names.iter().map(name).collect()
}

fn name(name: &Name) -> (u32, u32) {
    (name.index, name.counter)
}
