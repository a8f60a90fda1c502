use super::{Action, Key, Name, Place, Segment, Side, Standing, kind, listed};
use crate::codec::write;

/// Appends an op: kind, counters taken, byte length, body. `path` is its path in canonical bytes.
pub(crate) fn write_op(out: &mut Vec<u8>, path: &[u8], counters: u32, action: &Action<'_, Name>) {
    write::varint(out, u64::from(kind_of(action)));
    write::varint(out, u64::from(counters));
    write_sized(out, |out| {
        out.extend_from_slice(path);
        write_action(out, action);
    });
}

/// Appends what `content` appends, its length in bytes before it.
fn write_sized(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    // Most ops are shorter than 128 bytes, so that their length takes one byte.
    out.push(0);
    content(out);
    let length = out.len() - at - 1;
    if let Ok(short @ ..0x80) = u8::try_from(length) {
        out[at] = short;
        return;
    }
    let mut long = Vec::with_capacity(10);
    write::length(&mut long, length);
    out.splice(at..=at, long);
}

/// The number of an action's kind.
pub(crate) fn kind_of(action: &Action<'_, Name>) -> u32 {
    match action {
        Action::Set { of: None, .. } => kind::SET,
        Action::Set { of: Some(_), .. } => kind::RESTORE,
        Action::Unset { .. } => kind::UNSET,
        Action::Add { .. } => kind::ADD,
        Action::Reset { .. } => kind::RESET,
        Action::Insert { .. } => kind::INSERT,
        Action::InsertText { .. } => kind::INSERT_TEXT,
        Action::Delete { .. } => kind::DELETE,
        Action::Put { .. } => kind::PUT,
        Action::Remove { .. } => kind::REMOVE,
        Action::Move { .. } => kind::MOVE,
        Action::Annul { .. } => kind::ANNUL,
        Action::Unknown { kind, .. } => *kind,
    }
}

fn write_action(out: &mut Vec<u8>, action: &Action<'_, Name>) {
    match action {
        Action::Set { replaces, of, payload } => {
            write_names(out, replaces);
            if let Some(of) = of {
                write_name(out, *of);
            }
            out.extend_from_slice(payload);
        }
        Action::Unset { replaces: names }
        | Action::Reset { annuls: names }
        | Action::Put { replaces: names }
        | Action::Remove { replaces: names } => write_names(out, names),
        Action::Add { delta } => write::signed(out, *delta),
        Action::Insert { place, seeds } => {
            write_place(out, *place);
            out.extend_from_slice(seeds.bytes);
        }
        Action::InsertText { place, text } => {
            write_place(out, *place);
            out.extend_from_slice(text.as_bytes());
        }
        Action::Delete { first, count } => {
            write_name(out, *first);
            write::varint(out, u64::from(*count));
        }
        Action::Move { place, elements } => {
            write_place(out, *place);
            listed::write(out, elements);
        }
        Action::Annul { standing, names } => {
            out.push(u8::from(*standing == Standing::Stands));
            listed::write(out, names);
        }
        Action::Unknown { body, .. } => out.extend_from_slice(body),
    }
}

/// Appends what a path begins with: the number of its segments.
pub(crate) fn write_depth(out: &mut Vec<u8>, depth: u32) {
    write::varint(out, u64::from(depth));
}

/// Appends a segment of a path.
pub(crate) fn write_segment(out: &mut Vec<u8>, segment: Segment<'_, Name>) {
    match segment {
        Segment::Field(name) => tagged(out, 0, name.as_bytes()),
        Segment::Variant(name) => tagged(out, 1, name.as_bytes()),
        Segment::Key(Key::Text(text)) => tagged(out, 2, text.as_bytes()),
        Segment::Key(Key::Integer(integer)) => write_integer(out, integer),
        Segment::Key(Key::Bool(bool)) => out.push(5 + u8::from(bool)),
        Segment::Key(Key::Bytes(bytes)) => tagged(out, 8, &bytes),
        Segment::Element(name) => write_element(out, name),
    }
}

/// Appends a segment that names an element.
pub(crate) fn write_element(out: &mut Vec<u8>, name: Name) {
    out.push(7);
    write_name(out, name);
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
