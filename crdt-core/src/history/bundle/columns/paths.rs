//! Shapes: the kind of an op and what stands in its path but for its keys and elements.
//!
//! A shape is the kind, the number of segments and for each 0 for an element, 1 for a key or 2 + the
//! symbol of a field or variant; of an unknown kind it is the kind alone. A symbol is the canonical
//! bytes of a field, variant or key. Both are written into the *dictionary* where they are first used.

use std::collections::HashMap;

use crate::codec::{DecodeError, Reader, write};
use crate::op::limits::MAX_PATH_DEPTH;
use crate::op::{Name, Path, RawSegment, kind, read_symbol};

const ELEMENT: u64 = 0;
const KEY: u64 = 1;
const FIRST_SYMBOL: u64 = 2;

/// What stands in a frame for a key and an element: bytes with which they can begin in a path.
const KEY_IN_FRAME: u8 = 2;
const ELEMENT_IN_FRAME: u8 = 7;

/// The shapes and symbols used so far, while writing.
#[derive(Debug, Default)]
pub(super) struct Dictionary<'a> {
    symbols: HashMap<&'a [u8], u64>,
    shapes: Vec<Shape>,
    /// The numbers of shapes by their frames.
    numbers: HashMap<Box<[u8]>, usize>,
    bytes: Vec<u8>,
    /// Symbols that the op entered last is the first to use.
    unwritten: Vec<u8>,
    /// Of the op entered last the frame, the keys in its path, and the number of its shape.
    frame: Vec<u8>,
    keys: Vec<&'a [u8]>,
    last: usize,
    pub(super) parts: Parts,
}

/// A shape that has been written.
#[derive(Debug)]
struct Shape {
    /// The kind of its ops and the segments of their paths in canonical bytes, without which keys and
    /// elements they name.
    frame: Box<[u8]>,
    /// The shape that came after it the last time. Fields of one struct mostly come in one order.
    next: usize,
}

/// What the path of the op entered last names.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The symbols of its keys.
    pub(super) keys: Vec<u64>,
    pub(super) elements: Vec<Name>,
}

impl<'a> Dictionary<'a> {
    /// Takes the path of an op apart and returns the number of the op's shape. What is new is written:
    /// the shape, the symbols in it, those of the keys.
    pub(super) fn enter(&mut self, kind: u32, path: Path<'a>) -> u64 {
        self.frame.clear();
        write::varint(&mut self.frame, kind.into());
        self.keys.clear();
        self.parts.elements.clear();
        for segment in path.raw_segments() {
            match segment {
                RawSegment::Named(bytes) => self.frame.extend_from_slice(bytes),
                RawSegment::Key(bytes) => {
                    self.frame.push(KEY_IN_FRAME);
                    self.keys.push(bytes);
                }
                RawSegment::Element(name) => {
                    self.frame.push(ELEMENT_IN_FRAME);
                    self.parts.elements.push(name);
                }
            }
        }
        let number = self.shape(kind, path);
        self.parts.keys.clear();
        for place in 0..self.keys.len() {
            let symbol = self.symbol(self.keys[place]);
            self.parts.keys.push(symbol);
        }
        self.bytes.append(&mut self.unwritten);
        number as u64
    }

    /// The number of an op's shape, of which the frame is there.
    fn shape(&mut self, kind: u32, path: Path<'a>) -> usize {
        let expected = self.shapes.get(self.last).map_or(0, |last| last.next);
        let number = match self.shapes.get(expected) {
            Some(shape) if *shape.frame == self.frame => expected,
            _ => self.find_shape(kind, path),
        };
        if let Some(last) = self.shapes.get_mut(self.last) {
            last.next = number;
        }
        self.last = number;
        number
    }

    fn find_shape(&mut self, kind: u32, path: Path<'a>) -> usize {
        if let Some(number) = self.numbers.get(&*self.frame) {
            return *number;
        }
        let number = self.shapes.len();
        let frame: Box<[u8]> = self.frame.as_slice().into();
        self.shapes.push(Shape { frame: frame.clone(), next: number });
        self.numbers.insert(frame, number);
        self.write_shape(kind, path);
        number
    }

    fn write_shape(&mut self, kind: u32, path: Path<'a>) {
        write::varint(&mut self.bytes, kind.into());
        if kind > kind::REMOVE {
            return;
        }
        write::length(&mut self.bytes, path.raw_segments().count());
        for segment in path.raw_segments() {
            let part = match segment {
                RawSegment::Element(_) => ELEMENT,
                RawSegment::Key(_) => KEY,
                RawSegment::Named(bytes) => FIRST_SYMBOL + self.symbol(bytes),
            };
            write::varint(&mut self.bytes, part);
        }
    }

    fn symbol(&mut self, bytes: &'a [u8]) -> u64 {
        let next = self.symbols.len() as u64;
        let number = *self.symbols.entry(bytes).or_insert(next);
        if number == next {
            self.unwritten.extend_from_slice(bytes);
        }
        number
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The shapes and symbols known so far, while reading.
#[derive(Debug)]
pub(super) struct Known<'a> {
    symbols: Vec<&'a [u8]>,
    shapes: Vec<KnownShape>,
    dictionary: Reader<'a>,
}

/// A shape that has been read.
#[derive(Debug)]
pub(super) struct KnownShape {
    pub(super) kind: u32,
    pub(super) parts: Vec<Part>,
}

/// A part of a shape.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Element,
    Key,
    Symbol(u32),
}

impl<'a> Known<'a> {
    pub(super) fn new(dictionary: &'a [u8]) -> Self {
        Self { symbols: Vec::new(), shapes: Vec::new(), dictionary: Reader::new(dictionary) }
    }

    /// Reads the definition of a shape that was not used before.
    pub(super) fn learn_shape(&mut self, number: u64) -> Result<usize, DecodeError> {
        let number = usize::try_from(number).map_err(|_| DecodeError::DanglingReference)?;
        if number == self.shapes.len() {
            let shape = self.read_shape()?;
            self.shapes.push(shape);
        }
        if number < self.shapes.len() { Ok(number) } else { Err(DecodeError::DanglingReference) }
    }

    fn read_shape(&mut self) -> Result<KnownShape, DecodeError> {
        let kind = self.dictionary.varint32()?;
        let parts = if kind > kind::REMOVE { Vec::new() } else { self.read_parts()? };
        if kind == 0 { Err(DecodeError::InvalidKind) } else { Ok(KnownShape { kind, parts }) }
    }

    fn read_parts(&mut self) -> Result<Vec<Part>, DecodeError> {
        let depth = self.dictionary.count(1)?;
        if depth > MAX_PATH_DEPTH {
            return Err(DecodeError::OverLimit("path depth"));
        }
        let mut parts = Vec::with_capacity(depth);
        for _ in 0..depth {
            parts.push(match self.dictionary.varint()? {
                ELEMENT => Part::Element,
                KEY => Part::Key,
                symbol => Part::Symbol(
                    u32::try_from(symbol - FIRST_SYMBOL)
                        .map_err(|_| DecodeError::DanglingReference)?,
                ),
            });
        }
        for part in &parts {
            if let Part::Symbol(symbol) = part {
                self.symbol(u64::from(*symbol))?;
            }
        }
        Ok(parts)
    }

    pub(super) fn shape(&self, number: usize) -> &KnownShape {
        &self.shapes[number]
    }

    /// The canonical bytes of a symbol.
    pub(super) fn symbol(&mut self, number: u64) -> Result<&'a [u8], DecodeError> {
        let number = usize::try_from(number).map_err(|_| DecodeError::DanglingReference)?;
        if number == self.symbols.len() {
            self.symbols.push(read_symbol(&mut self.dictionary)?);
        }
        self.symbols.get(number).copied().ok_or(DecodeError::DanglingReference)
    }

    pub(super) fn finish(&self) -> Result<(), DecodeError> {
        self.dictionary.finish()
    }
}
