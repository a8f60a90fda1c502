//! The deltas that the derive makes: of the fields of a struct, or of what a variant holds.
//!
//! The expansion declares the types and says once how to go over the parts of one and how to make
//! one of parts ([`DeltaParts`]); all that is done with every part alike is written here.

use core::any::Any;
use core::fmt;

use serde::Serializer;
use serde::ser::SerializeMap;

use crate::node::{ChoiceState, CrdtNode, Fields, Payloads, RecordState};

/// A delta that consists of those of nodes: of the fields of a struct all that changed, each in the
/// order of the fields, of an enum that of what one variant holds.
pub trait DeltaParts: Sized + 'static {
    /// What the parts are called.
    type Names: PartNames;

    /// Shows every part.
    fn visit<'d, V: DeltaVisitor<'d>>(&'d self, visit: &mut Visit<V>);

    /// Makes one of parts; `None` if the one part that it is to have is not there.
    fn build<B: DeltaBuilder>(build: &mut Build<B>) -> Option<Self>;
}

/// Names of parts, of each by its place: those of fields or variants, which a state has.
pub trait PartNames {
    /// The name of the part at a place.
    fn name(place: usize) -> &'static str;
}

impl<F: Fields> PartNames for RecordState<F> {
    fn name(place: usize) -> &'static str {
        F::FIELDS.get(place).map_or("", |field| field.name)
    }
}

impl<P: Payloads> PartNames for ChoiceState<P> {
    fn name(place: usize) -> &'static str {
        P::VARIANTS.name(place)
    }
}

/// There are none.
impl PartNames for () {
    fn name(_: usize) -> &'static str {
        ""
    }
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
}

/// Shows the next field.
pub fn visit_field<'d, N: CrdtNode, V: DeltaVisitor<'d>>(
    visit: &mut Visit<V>,
    delta: &'d Option<N::Delta>,
) {
    if let Some(delta) = delta {
        visit.visitor.part::<N>(visit.next, delta);
    }
    visit.next += 1;
}

/// Shows what the variant at a place holds.
pub fn visit_held<'d, N: CrdtNode, V: DeltaVisitor<'d>>(
    visit: &mut Visit<V>,
    place: usize,
    delta: &'d N::Delta,
) {
    visit.visitor.part::<N>(place, delta);
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

    /// The place of the variant.
    pub fn place(&self) -> usize {
        self.builder.place()
    }
}

/// Takes the next field.
pub fn build_field<N: CrdtNode, B: DeltaBuilder>(build: &mut Build<B>) -> Option<N::Delta> {
    build.next += 1;
    build.builder.part::<N>(build.next - 1)
}

/// Takes what the variant holds.
pub fn build_held<N: CrdtNode, B: DeltaBuilder>(build: &mut Build<B>) -> Option<N::Delta> {
    build.builder.part::<N>(build.builder.place())
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
    let written = Visit::of(delta, Written { map, name: D::Names::name, met: Ok(()) });
    written.met?;
    written.map.end()
}

/// Prints a delta as a struct of the parts that there are.
///
/// # Errors
/// Those of the formatter.
pub fn show_parts<D: DeltaParts>(name: &str, delta: &D, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    Visit::of(delta, Shown { shown: f.debug_struct(name), name: D::Names::name }).shown.finish()
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
