use super::{Action, Key, Name, Place, Segment, Side, kind};
use crate::codec::write;

/// Appends an op: kind, counters taken, byte length, body. `path` is its path in canonical bytes.
pub(crate) fn write_op(out: &mut Vec<u8>, path: &[u8], counters: u32, action: &Action<'_, Name>) {
    let mut body = Vec::with_capacity(path.len() + 16);
    body.extend_from_slice(path);
    let kind = write_action(&mut body, action);
    write::varint(out, u64::from(kind));
    write::varint(out, u64::from(counters));
    write::bytes(out, &body);
}

fn write_action(out: &mut Vec<u8>, action: &Action<'_, Name>) -> u32 {
    match action {
        Action::Set { replaces, payload } => {
            write_names(out, replaces);
            out.extend_from_slice(payload);
            kind::SET
        }
        Action::Unset { replaces } => {
            write_names(out, replaces);
            kind::UNSET
        }
        Action::Add { delta } => {
            write::signed(out, *delta);
            kind::ADD
        }
        Action::Reset { annuls } => {
            write_names(out, annuls);
            kind::RESET
        }
        Action::Insert { place, seeds } => {
            write_place(out, *place);
            out.extend_from_slice(seeds.bytes);
            kind::INSERT
        }
        Action::InsertText { place, text } => {
            write_place(out, *place);
            out.extend_from_slice(text.as_bytes());
            kind::INSERT_TEXT
        }
        Action::Delete { first, count } => {
            write_name(out, *first);
            write::varint(out, u64::from(*count));
            kind::DELETE
        }
        Action::Put { replaces } => {
            write_names(out, replaces);
            kind::PUT
        }
        Action::Remove { replaces } => {
            write_names(out, replaces);
            kind::REMOVE
        }
        Action::Unknown { kind, body } => {
            out.extend_from_slice(body);
            *kind
        }
    }
}

/// Appends a path: the number of segments and each with its kind first.
pub(crate) fn write_path<'a>(
    out: &mut Vec<u8>,
    path: impl ExactSizeIterator<Item = Segment<'a, Name>>,
) {
    write::length(out, path.len());
    for segment in path {
        match segment {
            Segment::Field(name) => tagged(out, 0, name.as_bytes()),
            Segment::Variant(name) => tagged(out, 1, name.as_bytes()),
            Segment::Key(Key::Text(text)) => tagged(out, 2, text.as_bytes()),
            Segment::Key(Key::Integer(integer)) => write_integer(out, integer),
            Segment::Key(Key::Bool(bool)) => out.push(5 + u8::from(bool)),
            Segment::Element(name) => {
                out.push(7);
                write_name(out, name);
            }
        }
    }
}

/// Appends what one inserted element starts as.
pub(crate) fn write_seed(out: &mut Vec<u8>, seed: &[u8]) {
    write::bytes(out, seed);
}

fn tagged(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    write::bytes(out, bytes);
}

/// 3 and the integer, or 4 and how far it lies below -1.
fn write_integer(out: &mut Vec<u8>, integer: i128) {
    let (kind, magnitude) = if integer < 0 { (4, -1 - integer) } else { (3, integer) };
    out.push(kind);
    write::varint(out, u64::try_from(magnitude).unwrap_or(u64::MAX));
}

fn write_name(out: &mut Vec<u8>, name: Name) {
    write::varint(out, u64::from(name.index));
    write::varint(out, u64::from(name.counter));
}

fn write_names(out: &mut Vec<u8>, names: &[Name]) {
    write::length(out, names.len());
    for name in names {
        write_name(out, *name);
    }
}

fn write_place(out: &mut Vec<u8>, place: Place<Name>) {
    match place {
        Place::Root => out.push(0),
        Place::Child(parent, side) => {
            out.push(if side == Side::Right { 1 } else { 2 });
            write_name(out, parent);
        }
    }
}
