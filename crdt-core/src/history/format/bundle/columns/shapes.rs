//! Shapes: the kind of an op and what stands in its path but for its keys and elements.
//!
//! A shape is the kind, the number of segments and for each 0 for an element, 1 for a key or 2 +
//! the symbol of a field or variant; of an unknown kind it is the kind alone. A symbol is the
//! canonical bytes of a field, variant or key. Both are written into the *dictionary* where they
//! are first used.

use core::ops::Range;
use std::collections::HashMap;

use crate::codec::{DecodeError, Reader, write};
use crate::history::format::growth::make_room;
use crate::op::limits::MAX_PATH_DEPTH;
use crate::op::{Name, Path, RawSegment, kind, read_symbol};

const ELEMENT: u32 = 0;
const KEY: u32 = 1;
const FIRST_SYMBOL: u32 = 2;

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
    /// The kind of its ops and the segments of their paths in canonical bytes, without which keys
    /// and elements they name.
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
    /// Takes the path of an op apart and returns the number of the op's shape. What is new is
    /// written: the shape, the symbols in it, those of the keys.
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
        if !kind::is_known(kind) {
            return;
        }
        write::length(&mut self.bytes, path.raw_segments().count());
        for segment in path.raw_segments() {
            let part = match segment {
                RawSegment::Element(_) => u64::from(ELEMENT),
                RawSegment::Key(_) => u64::from(KEY),
                RawSegment::Named(bytes) => u64::from(FIRST_SYMBOL) + self.symbol(bytes),
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

/// The shapes and symbols known so far, while reading. A dictionary can define as many as it has
/// bytes, so each takes few.
#[derive(Debug)]
pub(super) struct Known<'a> {
    dictionary: &'a [u8],
    rest: Reader<'a>,
    /// Of each symbol where in the dictionary it begins and ends.
    symbols: Vec<(u32, u32)>,
    /// Of each shape the kind of its ops, and where its parts end.
    shapes: Vec<(u32, u32)>,
    /// The parts of all shapes, as they are written.
    parts: Vec<u32>,
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
        let (symbols, shapes, parts) = (Vec::new(), Vec::new(), Vec::new());
        Self { dictionary, rest: Reader::new(dictionary), symbols, shapes, parts }
    }

    /// Reads the definition of a shape that was not used before.
    pub(super) fn learn_shape(&mut self, number: u64) -> Result<usize, DecodeError> {
        let number = usize::try_from(number).map_err(|_| DecodeError::DanglingReference)?;
        if number == self.shapes.len() {
            self.read_shape()?;
        }
        if number < self.shapes.len() { Ok(number) } else { Err(DecodeError::DanglingReference) }
    }

    fn read_shape(&mut self) -> Result<(), DecodeError> {
        let kind = self.rest.varint32()?;
        if kind == 0 {
            return Err(DecodeError::InvalidKind);
        }
        if kind::is_known(kind) {
            self.read_parts()?;
        }
        let end = u32::try_from(self.parts.len());
        let end = end.map_err(|_| DecodeError::OverLimit("bytes of a bundle"))?;
        make_room(&mut self.shapes, 1);
        self.shapes.push((kind, end));
        Ok(())
    }

    fn read_parts(&mut self) -> Result<(), DecodeError> {
        let depth = self.rest.count(1)?;
        if depth > MAX_PATH_DEPTH {
            return Err(DecodeError::OverLimit("path depth"));
        }
        let first = self.parts.len();
        make_room(&mut self.parts, depth);
        for _ in 0..depth {
            let part = u32::try_from(self.rest.varint()?);
            self.parts.push(part.map_err(|_| DecodeError::DanglingReference)?);
        }
        for place in first..self.parts.len() {
            if let Part::Symbol(symbol) = self.part(place) {
                self.named(symbol)?;
            }
        }
        Ok(())
    }

    /// The kind of the ops of a shape.
    pub(super) fn kind(&self, shape: usize) -> u32 {
        self.shapes[shape].0
    }

    /// Where the parts of a shape are.
    pub(super) fn parts(&self, shape: usize) -> Range<usize> {
        let start = shape.checked_sub(1).map_or(0, |before| self.shapes[before].1);
        start as usize..self.shapes[shape].1 as usize
    }

    /// The part at a place among those of all shapes.
    pub(super) fn part(&self, place: usize) -> Part {
        match self.parts[place].checked_sub(FIRST_SYMBOL) {
            Some(symbol) => Part::Symbol(symbol),
            None if self.parts[place] == KEY => Part::Key,
            None => Part::Element,
        }
    }

    /// The canonical bytes of a symbol that is a field or variant, as those in shapes are.
    pub(super) fn named(&mut self, number: u32) -> Result<&'a [u8], DecodeError> {
        let bytes = self.symbol(u64::from(number))?;
        if is_key(bytes) { Err(DecodeError::InvalidSegment) } else { Ok(bytes) }
    }

    /// The canonical bytes of a symbol that is a key.
    pub(super) fn key(&mut self, number: u64) -> Result<&'a [u8], DecodeError> {
        let bytes = self.symbol(number)?;
        if is_key(bytes) { Ok(bytes) } else { Err(DecodeError::InvalidSegment) }
    }

    /// The canonical bytes of a symbol.
    fn symbol(&mut self, number: u64) -> Result<&'a [u8], DecodeError> {
        let number = usize::try_from(number).map_err(|_| DecodeError::DanglingReference)?;
        if number == self.symbols.len() {
            let start = self.read()?;
            read_symbol(&mut self.rest)?;
            make_room(&mut self.symbols, 1);
            self.symbols.push((start, self.read()?));
        }
        let (start, end) = *self.symbols.get(number).ok_or(DecodeError::DanglingReference)?;
        Ok(&self.dictionary[start as usize..end as usize])
    }

    /// How many bytes of the dictionary have been read.
    fn read(&self) -> Result<u32, DecodeError> {
        let read = u32::try_from(self.dictionary.len() - self.rest.rest().len());
        read.map_err(|_| DecodeError::OverLimit("bytes of a bundle"))
    }

    pub(super) fn finish(&self) -> Result<(), DecodeError> {
        self.rest.finish()
    }
}

/// Whether a symbol is a key: its first byte says which kind of segment it is.
fn is_key(symbol: &[u8]) -> bool {
    symbol.first().is_some_and(|kind| *kind >= KEY_IN_FRAME)
}
