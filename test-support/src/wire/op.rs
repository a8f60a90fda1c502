//! Ops: kind, counters taken, length of the body, body.

use super::{bytes, varint};

/// An op, with everything in it free to be wrong.
#[derive(Clone, PartialEq, Debug)]
pub struct Op {
    /// Which kind of op.
    pub kind: u64,
    /// How many counters it takes.
    pub counters: u64,
    /// Its path and what it does there.
    pub body: Vec<u8>,
}

/// A segment of a path. Elements are named by an index into the change's table and a counter.
#[derive(Clone, PartialEq, Debug)]
pub enum Segment {
    /// A field of a struct.
    Field(String),
    /// A variant of an enum.
    Variant(String),
    /// A key of a map.
    Text(String),
    /// A key of a map.
    Integer(i128),
    /// A key of a map.
    Bool(bool),
    /// A key of a map.
    Bytes(Vec<u8>),
    /// An element of a list.
    Element(u32, u32),
}

/// Where an inserted or moved element hangs: on the place of another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Place {
    /// On nothing: it is the first one.
    Root,
    /// To the right of an element.
    Right(u32, u32),
    /// To the left of an element.
    Left(u32, u32),
}

impl Op {
    /// Sets a register and replaces what it held.
    pub fn set(path: &[Segment], replaces: &[(u32, u32)], payload: &[u8]) -> Self {
        let mut op = Self::naming(1, path, replaces);
        op.body.extend_from_slice(payload);
        op
    }

    /// Sets a register to the value that an earlier set gave it, and ranks as that one.
    pub fn restore(
        path: &[Segment],
        replaces: &[(u32, u32)],
        of: (u32, u32),
        payload: &[u8],
    ) -> Self {
        let mut op = Self::naming(12, path, replaces);
        name(&mut op.body, of);
        op.body.extend_from_slice(payload);
        op
    }

    /// Takes what a register held out of it.
    pub fn unset(path: &[Segment], replaces: &[(u32, u32)]) -> Self {
        Self::naming(2, path, replaces)
    }

    /// Adds to a counter.
    pub fn add(path: &[Segment], delta: i64) -> Self {
        let mut op = Self::at(3, path);
        let doubled = i128::from(delta) * 2;
        let folded = if delta < 0 { -doubled - 1 } else { doubled };
        varint(&mut op.body, u64::try_from(folded).expect("64 bits"));
        op
    }

    /// Annuls what was added to a counter.
    pub fn reset(path: &[Segment], annuls: &[(u32, u32)]) -> Self {
        Self::naming(4, path, annuls)
    }

    /// Inserts elements into a list, each with its seed.
    pub fn insert(path: &[Segment], at: Place, seeds: &[Vec<u8>]) -> Self {
        let mut op = Self::at(5, path);
        place(&mut op.body, at);
        for seed in seeds {
            bytes(&mut op.body, seed);
        }
        op.counters = seeds.len() as u64;
        op
    }

    /// Inserts characters into a text.
    pub fn insert_text(path: &[Segment], at: Place, text: &str) -> Self {
        let mut op = Self::at(6, path);
        place(&mut op.body, at);
        op.body.extend_from_slice(text.as_bytes());
        op.counters = text.chars().count() as u64;
        op
    }

    /// Deletes elements or characters that follow each other by name.
    pub fn delete(path: &[Segment], first: (u32, u32), count: u32) -> Self {
        let mut op = Self::at(7, path);
        name(&mut op.body, first);
        varint(&mut op.body, u64::from(count));
        op
    }

    /// Makes a map entry present.
    pub fn put(path: &[Segment], replaces: &[(u32, u32)]) -> Self {
        Self::naming(8, path, replaces)
    }

    /// Makes a map entry absent.
    pub fn remove(path: &[Segment], replaces: &[(u32, u32)]) -> Self {
        Self::naming(9, path, replaces)
    }

    /// Moves elements of a list.
    pub fn moved(path: &[Segment], at: Place, elements: &[(u32, u32)]) -> Self {
        let mut op = Self::at(10, path);
        place(&mut op.body, at);
        list(&mut op.body, elements);
        op.counters = elements.len() as u64;
        op
    }

    /// Says of ops that they stand, or else that they are void.
    pub fn annul(path: &[Segment], stand: bool, names: &[(u32, u32)]) -> Self {
        let mut op = Self::at(11, path);
        op.body.push(u8::from(stand));
        list(&mut op.body, names);
        op
    }

    fn naming(kind: u64, path: &[Segment], names: &[(u32, u32)]) -> Self {
        let mut op = Self::at(kind, path);
        varint(&mut op.body, names.len() as u64);
        for named in names {
            name(&mut op.body, *named);
        }
        op
    }

    /// An op whose body is so far only its path.
    fn at(kind: u64, path: &[Segment]) -> Self {
        let mut body = Vec::new();
        varint(&mut body, path.len() as u64);
        for segment in path {
            write_segment(&mut body, segment);
        }
        Self { kind, counters: 1, body }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        varint(out, self.kind);
        varint(out, self.counters);
        bytes(out, &self.body);
    }
}

fn write_segment(out: &mut Vec<u8>, segment: &Segment) {
    let (kind, text) = match segment {
        Segment::Field(text) => (0, text),
        Segment::Variant(text) => (1, text),
        Segment::Text(text) => (2, text),
        Segment::Integer(integer) => return write_integer(out, *integer),
        Segment::Bool(bool) => return out.push(if *bool { 6 } else { 5 }),
        Segment::Bytes(key) => {
            out.push(8);
            return bytes(out, key);
        }
        Segment::Element(index, counter) => {
            out.push(7);
            return name(out, (*index, *counter));
        }
    };
    out.push(kind);
    bytes(out, text.as_bytes());
}

/// 3 and the integer, or 4 and how far it lies below -1.
fn write_integer(out: &mut Vec<u8>, integer: i128) {
    let (kind, size) = if integer < 0 { (4, -1 - integer) } else { (3, integer) };
    out.push(kind);
    varint(out, u64::try_from(size).expect("64 bits"));
}

fn name(out: &mut Vec<u8>, (index, counter): (u32, u32)) {
    varint(out, u64::from(index));
    varint(out, u64::from(counter));
}

/// Names one after the other: 0 for what comes next after the one before.
fn list(out: &mut Vec<u8>, names: &[(u32, u32)]) {
    let mut next = None;
    for (index, counter) in names {
        if next == Some((*index, *counter)) {
            out.push(0);
        } else {
            varint(out, u64::from(*index) + 1);
            varint(out, u64::from(*counter));
        }
        next = counter.checked_add(1).map(|counter| (*index, counter));
    }
}

fn place(out: &mut Vec<u8>, place: Place) {
    match place {
        Place::Root => out.push(0),
        Place::Right(index, counter) => {
            out.push(1);
            name(out, (index, counter));
        }
        Place::Left(index, counter) => {
            out.push(2);
            name(out, (index, counter));
        }
    }
}
