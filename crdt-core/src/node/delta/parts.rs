//! The deltas that the derive makes: of the fields of a struct, or of what a variant holds.
//!
//! The expansion declares the types and says once how to go over the parts of one and how to make
//! one of parts ([`DeltaParts`]); all that is done with every part alike is written here.

use core::any::Any;
use core::convert::Infallible;
use core::fmt;

use serde::Serializer;
use serde::ser::SerializeMap;

use crate::node::CrdtNode;

/// A delta that consists of those of nodes, each at its place.
pub trait DeltaParts: Sized + 'static {
    /// Shows every part: its place, its name, and the delta, if there is one.
    ///
    /// # Errors
    /// Those of the visitor.
    fn visit<'d, V: DeltaVisitor<'d>>(&'d self, visitor: &mut V) -> Result<(), V::Error>;

    /// Makes one of parts; `None` if there is none at the place where one alone is to be.
    fn build<B: DeltaBuilder>(builder: &mut B) -> Option<Self>;
}

/// Is shown parts.
pub trait DeltaVisitor<'d> {
    /// Why it stops.
    type Error;

    /// Takes the part at a place.
    ///
    /// # Errors
    /// Whatever ends the visit.
    fn part<N: CrdtNode>(
        &mut self,
        place: usize,
        name: &'static str,
        delta: Option<&'d N::Delta>,
    ) -> Result<(), Self::Error>;
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
    let mut others = Gathered::of(b);
    a.visit(&mut Compared { others: &mut others }).is_ok() && others.0.is_empty()
}

/// Writes a delta as a map of the parts that there are.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_parts<D: DeltaParts, S: Serializer>(
    delta: &D,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(Gathered::of(delta).0.len()))?;
    delta.visit(&mut Written(&mut map))?;
    map.end()
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
    delta.visit(&mut shown)?;
    shown.0.finish()
}

/// The parts that there are, with their places.
struct Gathered<'d>(Vec<(usize, &'d dyn Any)>);

impl<'d> Gathered<'d> {
    fn of<D: DeltaParts>(delta: &'d D) -> Self {
        let mut gathered = Self(Vec::new());
        let Ok(()) = delta.visit(&mut gathered);
        gathered
    }

    /// Takes out the part at a place.
    fn take<N: CrdtNode>(&mut self, place: usize) -> Option<&'d N::Delta> {
        let at = self.0.iter().position(|(other, _)| *other == place)?;
        self.0.remove(at).1.downcast_ref()
    }
}

impl<'d> DeltaVisitor<'d> for Gathered<'d> {
    type Error = Infallible;

    fn part<N: CrdtNode>(
        &mut self,
        place: usize,
        _: &'static str,
        delta: Option<&'d N::Delta>,
    ) -> Result<(), Infallible> {
        self.0.extend(delta.map(|delta| (place, delta as &dyn Any)));
        Ok(())
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
struct Compared<'c, 'd> {
    others: &'c mut Gathered<'d>,
}

/// That two deltas differ.
struct Differ;

impl<'d> DeltaVisitor<'d> for Compared<'_, 'd> {
    type Error = Differ;

    fn part<N: CrdtNode>(
        &mut self,
        place: usize,
        _: &'static str,
        delta: Option<&'d N::Delta>,
    ) -> Result<(), Differ> {
        if self.others.take::<N>(place) == delta { Ok(()) } else { Err(Differ) }
    }
}

/// Writes parts into a map.
struct Written<'m, M>(&'m mut M);

impl<'d, M: SerializeMap> DeltaVisitor<'d> for Written<'_, M> {
    type Error = M::Error;

    fn part<N: CrdtNode>(
        &mut self,
        _: usize,
        name: &'static str,
        delta: Option<&'d N::Delta>,
    ) -> Result<(), M::Error> {
        delta.map_or(Ok(()), |delta| self.0.serialize_entry(name, delta))
    }
}

/// Prints parts.
struct Shown<'f, 'a>(fmt::DebugStruct<'f, 'a>);

impl<'d> DeltaVisitor<'d> for Shown<'_, '_> {
    type Error = fmt::Error;

    fn part<N: CrdtNode>(
        &mut self,
        _: usize,
        name: &'static str,
        delta: Option<&'d N::Delta>,
    ) -> fmt::Result {
        if let Some(delta) = delta {
            self.0.field(name, delta);
        }
        Ok(())
    }
}
