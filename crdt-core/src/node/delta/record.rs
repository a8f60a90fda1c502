use core::any::Any;

use super::{Build, DeltaBuilder, DeltaError, DeltaParts};
use crate::history::Chains;
use crate::node::{CrdtNode, NodeState, Parts};

/// The delta of the fields of a struct, or of what a variant holds as one.
pub fn record_delta<D: DeltaParts>(
    before: &dyn Parts,
    after: &dyn Parts,
    chains: &Chains,
) -> Option<D> {
    let (delta, fields) = Build::of(Fields { before, after, chains, differ: false });
    delta.filter(|_| fields.differ)
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

/// Two states of fields.
struct Fields<'s> {
    before: &'s dyn Parts,
    after: &'s dyn Parts,
    chains: &'s Chains,
    /// Whether a field has been found that differs.
    differ: bool,
}

impl DeltaBuilder for Fields<'_> {
    fn place(&self) -> usize {
        0
    }

    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta> {
        let before = state_at::<N::State>(self.before, place)?;
        let after = state_at::<N::State>(self.after, place)?;
        let delta = N::delta(before, after, self.chains);
        self.differ |= delta.is_some();
        delta
    }
}

/// The state at a place, which has this type.
pub(super) fn state_at<S: NodeState>(parts: &dyn Parts, place: usize) -> Option<&S> {
    let state: &dyn Any = parts.part(place)?;
    state.downcast_ref()
}
