//! Ops: kind, counters taken, length of the body, body.

use super::{bytes, varint};

/// An op, with everything in it free to be wrong.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Op {
    pub(crate) kind: u64,
    pub(crate) counters: u64,
    pub(crate) body: Vec<u8>,
}

/// A segment of a path. Elements are named by an index into the change's table and a counter.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Segment {
    Field(String),
    Variant(String),
    Text(String),
    Integer(i128),
    Bool(bool),
    Bytes(Vec<u8>),
    Element(u32, u32),
}

/// Where an inserted element hangs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Place {
    Root,
    Right(u32, u32),
    Left(u32, u32),
}

impl Op {
    pub(crate) fn set(path: &[Segment], replaces: &[(u32, u32)], payload: &[u8]) -> Self {
        let mut op = Self::naming(1, path, replaces);
        op.body.extend_from_slice(payload);
        op
    }

    pub(crate) fn unset(path: &[Segment], replaces: &[(u32, u32)]) -> Self {
        Self::naming(2, path, replaces)
    }

    pub(crate) fn add(path: &[Segment], delta: i64) -> Self {
        let mut op = Self::at(3, path);
        let doubled = i128::from(delta) * 2;
        let folded = if delta < 0 { -doubled - 1 } else { doubled };
        varint(&mut op.body, u64::try_from(folded).expect("64 bits"));
        op
    }

    pub(crate) fn reset(path: &[Segment], annuls: &[(u32, u32)]) -> Self {
        Self::naming(4, path, annuls)
    }

    pub(crate) fn insert(path: &[Segment], at: Place, seeds: &[Vec<u8>]) -> Self {
        let mut op = Self::at(5, path);
        place(&mut op.body, at);
        for seed in seeds {
            bytes(&mut op.body, seed);
        }
        op.counters = seeds.len() as u64;
        op
    }

    pub(crate) fn insert_text(path: &[Segment], at: Place, text: &str) -> Self {
        let mut op = Self::at(6, path);
        place(&mut op.body, at);
        op.body.extend_from_slice(text.as_bytes());
        op.counters = text.chars().count() as u64;
        op
    }

    pub(crate) fn delete(path: &[Segment], first: (u32, u32), count: u32) -> Self {
        let mut op = Self::at(7, path);
        name(&mut op.body, first);
        varint(&mut op.body, u64::from(count));
        op
    }

    pub(crate) fn put(path: &[Segment], replaces: &[(u32, u32)]) -> Self {
        Self::naming(8, path, replaces)
    }

    pub(crate) fn remove(path: &[Segment], replaces: &[(u32, u32)]) -> Self {
        Self::naming(9, path, replaces)
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
