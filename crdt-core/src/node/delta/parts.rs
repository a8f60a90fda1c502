//! The deltas that the derive makes: of the fields of a struct, or of what a variant holds.
//!
//! The expansion declares the types and says once how to go over the parts of one and how to make
//! one of parts ([`DeltaParts`]); all that is done with every part alike is written here.

use core::any::Any;
use core::fmt;

use serde::Serializer;
use serde::ser::SerializeMap;

use crate::node::CrdtNode;

/// A delta that consists of those of nodes: of the fields of a struct all that changed, each in the
/// order of the fields, of an enum that of what one variant holds.
pub trait DeltaParts: Sized + 'static {
    /// The name of the part at a place.
    fn name(place: usize) -> &'static str;

    /// Shows every part.
    fn visit<'d, V: DeltaVisitor<'d>>(&'d self, visit: &mut Visit<V>);

    /// Makes one of parts; `None` if the one part that it is to have is not there.
    fn build<B: DeltaBuilder>(build: &mut Build<B>) -> Option<Self>;
}

/// Is shown the parts that there are.
pub trait DeltaVisitor<'d> {
    /// Takes the part at a place.
    fn part<N: CrdtNode>(&mut self, place: usize, delta: &'d N::Delta);
}

/// Gives parts.
pub trait DeltaBuilder {
    /// The place of the one part of what has one only.
    fn place(&self) -> usize;

    /// The part at a place.
    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta>;
}

/// Shows a visitor the parts of a delta.
#[derive(Debug)]
pub struct Visit<V> {
    visitor: V,
    next: usize,
}

impl<'d, V: DeltaVisitor<'d>> Visit<V> {
    /// Shows the visitor a delta, and gives it back.
    fn of<D: DeltaParts>(delta: &'d D, visitor: V) -> V {
        let mut visit = Self { visitor, next: 0 };
        delta.visit(&mut visit);
        visit.visitor
    }

    /// The next field.
    pub fn field<N: CrdtNode>(&mut self, delta: &'d Option<N::Delta>) {
        if let Some(delta) = delta {
            self.visitor.part::<N>(self.next, delta);
        }
        self.next += 1;
    }

    /// What the variant at a place holds.
    pub fn held<N: CrdtNode>(&mut self, place: usize, delta: &'d N::Delta) {
        self.visitor.part::<N>(place, delta);
    }
}

/// Takes the parts of a delta from a builder.
#[derive(Debug)]
pub struct Build<B> {
    builder: B,
    next: usize,
}

impl<B: DeltaBuilder> Build<B> {
    /// Makes a delta, and gives the builder back.
    pub(super) fn of<D: DeltaParts>(builder: B) -> (Option<D>, B) {
        let mut build = Self { builder, next: 0 };
        let delta = D::build(&mut build);
        (delta, build.builder)
    }

    /// The next field.
    pub fn field<N: CrdtNode>(&mut self) -> Option<N::Delta> {
        self.next += 1;
        self.builder.part::<N>(self.next - 1)
    }

    /// The place of the variant.
    pub fn place(&self) -> usize {
        self.builder.place()
    }

    /// What that variant holds.
    pub fn held<N: CrdtNode>(&mut self) -> Option<N::Delta> {
        self.builder.part::<N>(self.builder.place())
    }
}

/// A copy of a delta.
pub fn copy_parts<D: DeltaParts>(delta: &D) -> D {
    match Build::of(Gathered::of(delta)) {
        (Some(copy), _) => copy,
        (None, _) => unreachable!("the part that a delta has is at its place"),
    }
}

/// Whether two deltas are the same.
pub fn same_parts<D: DeltaParts>(a: &D, b: &D) -> bool {
    let compared = Visit::of(a, Compared { others: Gathered::of(b), are_same: true });
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
    let written = Visit::of(delta, Written { map, name: D::name, met: Ok(()) });
    written.met?;
    written.map.end()
}

/// Prints a delta as a struct of the parts that there are.
///
/// # Errors
/// Those of the formatter.
pub fn show_parts<D: DeltaParts>(name: &str, delta: &D, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    Visit::of(delta, Shown { shown: f.debug_struct(name), name: D::name }).shown.finish()
}

/// The parts that there are, with their places.
struct Gathered<'d>(Vec<(usize, &'d dyn Any)>);

impl<'d> Gathered<'d> {
    fn of<D: DeltaParts>(delta: &'d D) -> Self {
        Visit::of(delta, Self(Vec::new()))
    }

    /// Takes out the part at a place.
    fn take<N: CrdtNode>(&mut self, place: usize) -> Option<&'d N::Delta> {
        let at = self.0.iter().position(|(other, _)| *other == place)?;
        self.0.remove(at).1.downcast_ref()
    }
}

impl<'d> DeltaVisitor<'d> for Gathered<'d> {
    fn part<N: CrdtNode>(&mut self, place: usize, delta: &'d N::Delta) {
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
    fn part<N: CrdtNode>(&mut self, place: usize, delta: &'d N::Delta) {
        self.are_same = self.are_same && self.others.take::<N>(place) == Some(delta);
    }
}

/// Writes parts into a map, until that fails.
struct Written<M: SerializeMap> {
    map: M,
    name: fn(usize) -> &'static str,
    met: Result<(), M::Error>,
}

impl<'d, M: SerializeMap> DeltaVisitor<'d> for Written<M> {
    fn part<N: CrdtNode>(&mut self, place: usize, delta: &'d N::Delta) {
        if self.met.is_ok() {
            self.met = self.map.serialize_entry((self.name)(place), delta);
        }
    }
}

/// Prints parts.
struct Shown<'f, 'a> {
    shown: fmt::DebugStruct<'f, 'a>,
    name: fn(usize) -> &'static str,
}

impl<'d> DeltaVisitor<'d> for Shown<'_, '_> {
    fn part<N: CrdtNode>(&mut self, place: usize, delta: &'d N::Delta) {
        self.shown.field((self.name)(place), delta);
    }
}
