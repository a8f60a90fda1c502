//! The state of an enum: which variant is selected, and what each variant holds.

use core::fmt;

use serde::Serialize;

use super::watch::Effect;
#[cfg(feature = "by-path")]
use super::{AnyChoice, AnyNode, AnyNodeMut};
use super::{
    Blame, Blanks, CrdtNode, DigestWriter, EditError, Fit, Id, Incoming, NodeState, Parts, Scope,
    Segment, Selector, StateReader, StateWriter, Unknown, Variants, Writing,
};
use crate::codec::DecodeError;
use crate::history::Chains;

/// An enum of which one variant is selected; implemented by the derive.
pub trait Choice: CrdtNode {
    /// The selected variant with views of what it holds: an enum with the same variants, to match
    /// on. Of an enum whose variants hold nothing it is the enum itself.
    type Variant<'a>;
    /// What changed in what a variant holds: an enum with those variants that hold something.
    type VariantDelta: Clone + fmt::Debug + PartialEq + Serialize + 'static;
}

/// What the variants of an enum hold, each at the variant's place.
pub trait Payloads: Parts + Default {
    /// The variants.
    const VARIANTS: &'static Variants;
}

/// What the view of an enum holds. That is hidden here: of what could be seen where the type is
/// derived, the compiler would propose to make use.
#[derive(Debug)]
pub struct HeldView<'a, S> {
    state: &'a S,
    chains: &'a Chains,
    /// The variant that is read: the selected one, or one in conflict with it.
    place: usize,
}

impl<S> Clone for HeldView<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for HeldView<'_, S> {}

impl<'a, S> HeldView<'a, S> {
    /// Of a state, of which the variant at a place is read.
    pub fn new(state: &'a S, chains: &'a Chains, place: usize) -> Self {
        Self { state, chains, place }
    }

    /// The same, for another variant.
    #[must_use]
    pub fn at_place(self, place: usize) -> Self {
        Self { place, ..self }
    }

    /// The state.
    pub fn the_state(&self) -> &'a S {
        self.state
    }

    /// What orders its ops.
    pub fn the_chains(&self) -> &'a Chains {
        self.chains
    }

    /// The place of the variant.
    pub fn the_place(&self) -> usize {
        self.place
    }
}

/// What the editor of an enum holds, hidden as in [`HeldView`].
#[derive(Debug)]
pub struct HeldEditor<'a, S> {
    state: &'a mut S,
    scope: Scope<'a>,
}

impl<'a, S> HeldEditor<'a, S> {
    /// Of a state and where it is.
    pub fn new(state: &'a mut S, scope: Scope<'a>) -> Self {
        Self { state, scope }
    }

    /// The state, to read.
    pub fn the_state(&self) -> &S {
        self.state
    }

    /// Where it is.
    pub fn the_scope(&self) -> Scope<'_> {
        self.scope
    }

    /// Both, to write.
    pub fn the_parts(&mut self) -> (&mut S, Scope<'_>) {
        (self.state, self.scope)
    }
}

/// The state of an enum.
#[derive(Debug, Default)]
pub struct ChoiceState<P> {
    /// Which variant is selected.
    pub selector: Selector,
    /// What each holds.
    pub payloads: P,
    unknown: Unknown,
}

impl<P: Payloads> ChoiceState<P> {
    /// The place of the selected variant.
    pub fn current(&self, chains: &Chains) -> usize {
        self.selector.current(chains, P::VARIANTS)
    }

    /// The places of all variants that were selected concurrently; see
    /// [`conflicts`](Selector::conflicts).
    pub fn conflicts(&self, chains: &Chains) -> Vec<usize> {
        self.selector.conflicts(chains)
    }

    /// Who selected the variant at a place: the highest op that did.
    pub fn blame(&self, chains: &Chains, place: usize) -> Option<Blame> {
        Blame::of(chains, self.selector.selected_by(chains, place)?)
    }

    /// Selects the variant of a value that is written, and says how what it holds is written: over
    /// all that is there, known to this type or not, unless the variant stays what it is.
    ///
    /// # Errors
    /// As [`Selector::select`].
    pub fn select(
        &mut self,
        scope: Scope<'_>,
        place: usize,
        how: Writing,
    ) -> Result<Writing, EditError> {
        select(P::VARIANTS, &mut self.selector, &mut self.unknown, scope, place, how)
    }
}

/// As [`ChoiceState::select`].
pub(super) fn select(
    variants: &'static Variants,
    selector: &mut Selector,
    unknown: &mut Unknown,
    scope: Scope<'_>,
    place: usize,
    how: Writing,
) -> Result<Writing, EditError> {
    match how {
        Writing::Difference if selector.current(scope.chains(), variants) == place => {
            return Ok(how);
        }
        Writing::Seeded => {}
        Writing::Anew | Writing::Difference => selector.select(scope, variants, place)?,
    }
    unknown.clear_variant(variants.name(place), scope);
    Ok(Writing::Anew)
}

/// An op for the enum itself selects a variant, all others go to a payload. What a payload refuses
/// is kept, also if it is that of an unknown variant.
impl<P: Payloads> NodeState for ChoiceState<P> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        match path {
            [] => self.selector.apply(op, chains, P::VARIANTS),
            [Segment::Variant(name), rest @ ..] => {
                let into = Payload { name, rest, op, chains };
                into.apply(P::VARIANTS, &mut self.payloads, &mut self.unknown)
            }
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, scope: Scope<'_>) {
        let scope = scope.pinned();
        scope.note(|| Effect::Selected(self.current(scope.chains())));
        self.selector.clear(scope);
        for (place, name) in P::VARIANTS.each() {
            if let Some(payload) = self.payloads.part_mut(place) {
                payload.clear(scope.variant(name));
            }
        }
        self.unknown.clear(scope);
    }

    fn is_blank(&self) -> bool {
        let mut payloads = payloads(P::VARIANTS, &self.payloads);
        self.selector.is_blank()
            && payloads.all(|(_, payload)| payload.is_blank())
            && self.unknown.is_blank()
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        let payloads = payloads(P::VARIANTS, &self.payloads);
        let blank = blanks.all(payloads.map(|(_, payload)| payload));
        blank && self.selector.is_blank() && self.unknown.is_blank()
    }

    fn is_set(&self) -> bool {
        self.selector.is_set()
    }

    fn append_sets(&self, sets: &mut Vec<Id>) {
        self.selector.append_sets(sets);
    }

    fn forget_sets(&mut self, scope: Scope<'_>) {
        scope.note(|| Effect::Selected(self.current(scope.chains())));
        self.selector.forget_sets(scope);
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        self.selector.digest(digest);
        for (name, payload) in payloads(P::VARIANTS, &self.payloads) {
            digest.variant(name, payload);
        }
        self.unknown.digest(digest);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.selector.save(writer);
        payloads(P::VARIANTS, &self.payloads).for_each(|(_, payload)| payload.save(writer));
        self.unknown.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        self.selector = Selector::load(reader, P::VARIANTS)?;
        for (place, _) in P::VARIANTS.each() {
            if let Some(payload) = self.payloads.part_mut(place) {
                reader.nested(payload)?;
            }
        }
        Ok(())
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Choice(P::VARIANTS, &self.selector, &self.payloads)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        let Self { selector, payloads, unknown } = self;
        AnyNodeMut::Choice(AnyChoice { variants: P::VARIANTS, selector, payloads, unknown })
    }
}

/// The payloads that variants have, with the names of these.
fn payloads<'p>(
    variants: &'static Variants,
    payloads: &'p dyn Parts,
) -> impl Iterator<Item = (&'static str, &'p dyn NodeState)> {
    variants.each().filter_map(|(place, name)| Some((name, payloads.part(place)?)))
}

/// An op on its way to what a variant holds.
struct Payload<'a> {
    name: &'a str,
    rest: &'a [Segment<'a>],
    op: &'a Incoming<'a>,
    chains: &'a Chains,
}

impl Payload<'_> {
    fn apply(self, variants: &Variants, payloads: &mut dyn Parts, unknown: &mut Unknown) -> Fit {
        let Self { name, rest, op, chains } = self;
        let Some(place) = variants.known(name) else {
            return unknown.keep_in_variant(Fit::unknown_variant(), name, rest, op, chains);
        };
        let fit = match payloads.part_mut(place) {
            Some(payload) => payload.apply(rest, op, chains),
            None => Fit::wrong_kind(),
        };
        unknown.keep_in_variant(fit, variants.name(place), rest, op, chains)
    }
}
