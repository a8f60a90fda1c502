//! Paths as shapes: what stands in a path but for its keys and elements.
//!
//! A shape is the number of segments and for each 0 for an element, 1 for a key or 2 + the symbol of
//! a field or variant. A symbol is the canonical bytes of a field, variant or key. Both are written
//! into the *dictionary* where they are first used.

use std::collections::HashMap;

use crate::codec::{DecodeError, Reader, write};
use crate::op::limits::MAX_PATH_DEPTH;
use crate::op::{Name, Path, Segment, read_symbol, write_segment};

const ELEMENT: u64 = 0;
const KEY: u64 = 1;
const FIRST_SYMBOL: u64 = 2;

/// The shapes and symbols used so far, while writing.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    symbols: HashMap<Vec<u8>, u64>,
    shapes: HashMap<Vec<u64>, u64>,
    bytes: Vec<u8>,
    /// Symbols that a shape not written yet is the first to use.
    unwritten: Vec<u8>,
    /// The segment that is being looked up.
    segment: Vec<u8>,
    pub(super) parts: Parts,
}

/// The path entered last, taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts {
    shape: Vec<u64>,
    /// The symbols of its keys.
    pub(super) keys: Vec<u64>,
    pub(super) elements: Vec<Name>,
}

impl Dictionary {
    /// Takes a path apart and returns the number of its shape. What is new is written: the shape,
    /// the symbols in it, those of the keys.
    pub(super) fn enter(&mut self, path: Path<'_>) -> u64 {
        let Parts { mut shape, mut keys, mut elements } = core::mem::take(&mut self.parts);
        shape.clear();
        keys.clear();
        elements.clear();
        for segment in path.segments() {
            shape.push(match segment {
                Segment::Element(name) => {
                    elements.push(name);
                    ELEMENT
                }
                Segment::Key(_) => KEY,
                Segment::Field(_) | Segment::Variant(_) => FIRST_SYMBOL + self.symbol(segment),
            });
        }
        let number = self.shape(&shape);
        for segment in path.segments().filter(|segment| matches!(segment, Segment::Key(_))) {
            keys.push(self.symbol(segment));
        }
        self.bytes.append(&mut self.unwritten);
        self.parts = Parts { shape, keys, elements };
        number
    }

    fn shape(&mut self, shape: &[u64]) -> u64 {
        let next = self.shapes.len() as u64;
        let number = self.shapes.get(shape).copied().unwrap_or(next);
        if number == next {
            write::length(&mut self.bytes, shape.len());
            for part in shape {
                write::varint(&mut self.bytes, *part);
            }
            self.shapes.insert(shape.to_vec(), next);
        }
        number
    }

    fn symbol(&mut self, segment: Segment<'_, Name>) -> u64 {
        self.segment.clear();
        write_segment(&mut self.segment, segment);
        if let Some(symbol) = self.symbols.get(&self.segment) {
            return *symbol;
        }
        let symbol = self.symbols.len() as u64;
        self.unwritten.extend_from_slice(&self.segment);
        self.symbols.insert(self.segment.clone(), symbol);
        symbol
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The shapes and symbols known so far, while reading.
#[derive(Debug)]
pub(super) struct Known<'a> {
    symbols: Vec<&'a [u8]>,
    shapes: Vec<Vec<Part>>,
    dictionary: Reader<'a>,
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

    fn read_shape(&mut self) -> Result<Vec<Part>, DecodeError> {
        let depth = self.dictionary.count(1)?;
        if depth > MAX_PATH_DEPTH {
            return Err(DecodeError::OverLimit("path depth"));
        }
        let mut shape = Vec::with_capacity(depth);
        for _ in 0..depth {
            shape.push(match self.dictionary.varint()? {
                ELEMENT => Part::Element,
                KEY => Part::Key,
                symbol => Part::Symbol(
                    u32::try_from(symbol - FIRST_SYMBOL)
                        .map_err(|_| DecodeError::DanglingReference)?,
                ),
            });
        }
        for part in &shape {
            if let Part::Symbol(symbol) = part {
                self.symbol(u64::from(*symbol))?;
            }
        }
        Ok(shape)
    }

    pub(super) fn shape(&self, number: usize) -> &[Part] {
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
