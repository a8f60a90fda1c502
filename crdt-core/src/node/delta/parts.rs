//! The deltas that the derive makes: of the fields of a struct, or of what a variant holds.
//!
//! The expansion declares the types and says once how to go over the parts of one and how to make
//! one of parts ([`DeltaParts`]); all that is done with every part alike is written here.

use core::any::Any;
use core::fmt;

use serde::Serializer;
use serde::ser::SerializeMap;

use crate::node::CrdtNode;

/// A delta that consists of those of nodes, each at its place.
pub trait DeltaParts: Sized + 'static {
    /// Shows every part.
    fn visit<'d, V: DeltaVisitor<'d>>(&'d self, visitor: &mut V);

    /// Makes one of parts; `None` if there is none at the place where one alone is to be.
    fn build<B: DeltaBuilder>(builder: &mut B) -> Option<Self>;
}

/// Is shown parts.
pub trait DeltaVisitor<'d> {
    /// Takes the part that is at a place, with its name.
    fn part<N: CrdtNode>(&mut self, place: usize, name: &'static str, delta: &'d N::Delta);

    /// Takes the part that may be at a place.
    fn field<N: CrdtNode>(
        &mut self,
        place: usize,
        name: &'static str,
        delta: &'d Option<N::Delta>,
    ) {
        if let Some(delta) = delta {
            self.part::<N>(place, name, delta);
        }
    }
}

/// Gives parts.
pub trait DeltaBuilder {
    /// The place of the one part of what has one only.
    fn place(&self) -> usize;

    /// The part at a place.
    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta>;
}

/// A copy of a delta.
pub fn copy_parts<D: DeltaParts>(delta: &D) -> D {
    match D::build(&mut Gathered::of(delta)) {
        Some(copy) => copy,
        None => unreachable!("the part that a delta has is at its place"),
    }
}

/// Whether two deltas are the same.
pub fn same_parts<D: DeltaParts>(a: &D, b: &D) -> bool {
    let mut compared = Compared { others: Gathered::of(b), are_same: true };
    a.visit(&mut compared);
    compared.are_same && compared.others.0.is_empty()
}

/// Writes a delta as a map of the parts that there are.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_parts<D: DeltaParts, S: Serializer>(
    delta: &D,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let map = serializer.serialize_map(Some(Gathered::of(delta).0.len()))?;
    let mut written = Written { map, met: Ok(()) };
    delta.visit(&mut written);
    written.met?;
    written.map.end()
}

/// Prints a delta as a struct of the parts that there are.
///
/// # Errors
/// Those of the formatter.
pub fn show_parts<D: DeltaParts>(
    name: &str,
    delta: &D,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut shown = Shown(f.debug_struct(name));
    delta.visit(&mut shown);
    shown.0.finish()
}

/// The parts that there are, with their places.
struct Gathered<'d>(Vec<(usize, &'d dyn Any)>);

impl<'d> Gathered<'d> {
    fn of<D: DeltaParts>(delta: &'d D) -> Self {
        let mut gathered = Self(Vec::new());
        delta.visit(&mut gathered);
        gathered
    }

    /// Takes out the part at a place.
    fn take<N: CrdtNode>(&mut self, place: usize) -> Option<&'d N::Delta> {
        let at = self.0.iter().position(|(other, _)| *other == place)?;
        self.0.remove(at).1.downcast_ref()
    }
}

impl<'d> DeltaVisitor<'d> for Gathered<'d> {
    fn part<N: CrdtNode>(&mut self, place: usize, _: &'static str, delta: &'d N::Delta) {
        self.0.push((place, delta));
    }
}

impl DeltaBuilder for Gathered<'_> {
    fn place(&self) -> usize {
        self.0.first().map_or(0, |(place, _)| *place)
    }

    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta> {
        self.take::<N>(place).cloned()
    }
}

/// Compares parts with those of another delta, which it takes out.
struct Compared<'d> {
    others: Gathered<'d>,
    are_same: bool,
}

impl<'d> DeltaVisitor<'d> for Compared<'d> {
    fn part<N: CrdtNode>(&mut self, place: usize, _: &'static str, delta: &'d N::Delta) {
        self.are_same = self.are_same && self.others.take::<N>(place) == Some(delta);
    }
}

/// Writes parts into a map, until that fails.
struct Written<M: SerializeMap> {
    map: M,
    met: Result<(), M::Error>,
}

impl<'d, M: SerializeMap> DeltaVisitor<'d> for Written<M> {
    fn part<N: CrdtNode>(&mut self, _: usize, name: &'static str, delta: &'d N::Delta) {
        if self.met.is_ok() {
            self.met = self.map.serialize_entry(name, delta);
        }
    }
}

/// Prints parts.
struct Shown<'f, 'a>(fmt::DebugStruct<'f, 'a>);

impl<'d> DeltaVisitor<'d> for Shown<'_, '_> {
    fn part<N: CrdtNode>(&mut self, _: usize, name: &'static str, delta: &'d N::Delta) {
        self.0.field(name, delta);
    }
}
