use core::any::Any;

use super::{Build, DeltaBuilder, DeltaError, DeltaParts};
use crate::history::Chains;
use crate::node::watch::{Step, Touched};
use crate::node::{Before, CrdtNode, Field, Fields, NodeState, Parts, RecordState};

/// The delta of the fields of a struct, or of what a variant holds as one.
pub fn record_delta<F: Fields, D: DeltaParts>(
    before: Before<'_, RecordState<F>>,
    after: &RecordState<F>,
    chains: &Chains,
) -> Option<D> {
    let before = BeforeParts::of(before, |state| &state.0);
    let compared = Compared { before, fields: F::FIELDS, after: &after.0, chains, differ: false };
    let (delta, compared) = Build::of(compared);
    delta.filter(|_| compared.differ)
}

/// What is known of parts before.
#[derive(Clone, Copy)]
pub(super) enum BeforeParts<'b> {
    State(&'b dyn Parts),
    Touched(&'b Touched<'b>),
}

impl<'b> BeforeParts<'b> {
    pub(super) fn of<S, P: Parts>(
        before: Before<'b, S>,
        parts: impl FnOnce(&'b S) -> &'b P,
    ) -> Self {
        match before {
            Before::State(state) => Self::State(parts(state)),
            Before::Touched(touched) => Self::Touched(touched),
        }
    }
}

/// Applies the delta of a field, if there is one, and keeps in `applied` the first fault that a
/// delta meets.
pub fn apply_field<N: CrdtNode>(
    applied: &mut Result<(), DeltaError>,
    value: &mut N::Value,
    delta: &Option<N::Delta>,
) {
    if let Some(delta) = delta {
        *applied = applied.and(N::apply_delta(value, delta));
    }
}

/// Fields before and after.
struct Compared<'s> {
    before: BeforeParts<'s>,
    fields: &'static [Field],
    after: &'s dyn Parts,
    chains: &'s Chains,
    /// Whether a field has been found that differs.
    differ: bool,
}

impl DeltaBuilder for Compared<'_> {
    fn place(&self) -> usize {
        0
    }

    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta> {
        let (after, chains) = (state_at::<N::State>(self.after, place)?, self.chains);
        let delta = match self.before {
            BeforeParts::State(before) => {
                N::delta(Before::State(state_at(before, place)?), after, chains)
            }
            BeforeParts::Touched(touched) => {
                let names = self.fields.get(place)?.all_names();
                let names = names.map(|name| Step::Field(name.into()));
                touched.part(names, |touched| N::delta(Before::Touched(touched), after, chains))
            }
        };
        self.differ |= delta.is_some();
        delta
    }
}

/// The state at a place, which has this type.
pub(super) fn state_at<S: NodeState>(parts: &dyn Parts, place: usize) -> Option<&S> {
    let state: &dyn Any = parts.part(place)?;
    state.downcast_ref()
}
