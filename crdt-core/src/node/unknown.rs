//! What an app does not know of a place that it can write over.

use super::{DigestWriter, Fit, Id, Incoming, NodeState, Scope, Segment, StateWriter, Untyped};
use crate::history::Chains;
use crate::op::Action;

/// What came to a place and was [refused](Fit::Refused) by the node there: fields and variants that
/// only a newer app knows, or what it writes there as another kind of node.
///
/// It is kept where a place has a fixed path and can be written over as a whole: map entries,
/// optional nodes and what variants hold. Were it not cleared when that happens, the newer app
/// would see it come back. Anything else needs no keeping: the root of a document is never written
/// over, and elements of lists are new each time.
///
/// A pointer in size, which is null as long as everything fits. After that it takes memory linear
/// in the bytes of the ops that it keeps.
#[derive(Debug, Default)]
pub struct Unknown(Option<Box<Untyped>>);

impl Unknown {
    /// Keeps an op that came to the place and, as its fit says, was refused there. What has become
    /// of it then.
    pub fn keep(
        &mut self,
        fit: Fit,
        path: &[Segment<'_>],
        op: &Incoming<'_>,
        chains: &Chains,
    ) -> Fit {
        if self.concerns(fit, op) {
            let _ = self.0.get_or_insert_default().apply(path, &op.unseen(), chains);
        }
        fit.settled()
    }

    /// [Keeps](Self::keep) an op that came to the payload of a variant of the enum that this is the
    /// place of; `rest` is its path from there.
    pub fn keep_in_variant(
        &mut self,
        fit: Fit,
        name: &str,
        rest: &[Segment<'_>],
        op: &Incoming<'_>,
        chains: &Chains,
    ) -> Fit {
        if !self.concerns(fit, op) {
            return fit.settled();
        }
        let path: Vec<_> =
            [Segment::Variant(name)].into_iter().chain(rest.iter().copied()).collect();
        self.keep(fit, &path, op, chains)
    }

    /// A range of counters that is deleted can hold elements of two nodes, of the one that fits and
    /// of one that is kept here, and what is annulled can be ops of both.
    fn concerns(&self, fit: Fit, op: &Incoming<'_>) -> bool {
        match (&op.action, fit) {
            (Action::Delete { .. } | Action::Annul { .. }, _) => self.0.is_some(),
            (_, Fit::Refused(_)) => true,
            _ => false,
        }
    }

    /// Writes the ops that annul whatever is kept.
    pub fn clear(&mut self, scope: Scope<'_>) {
        if let Some(kept) = &mut self.0 {
            scope.unseen(|scope| kept.clear(scope));
        }
    }

    /// Writes the ops that annul what is kept of the payload of a variant of the enum that this is
    /// the place of.
    pub fn clear_variant(&mut self, name: &'static str, scope: Scope<'_>) {
        if let Some(payload) = self.0.as_mut().and_then(|kept| kept.variant_mut(name)) {
            scope.variant(name).unseen(|scope| payload.clear(scope));
        }
    }

    /// Takes back the sets that came to the place itself, as an unset says; or, if that is taken back,
    /// puts them back.
    pub(super) fn unset(&mut self, unset: &Incoming<'_>, chains: &Chains) {
        if let Some(kept) = self.0.as_mut().filter(|kept| kept.is_register()) {
            let _ = kept.apply(&[], &unset.unseen(), chains);
        }
    }

    /// Appends the sets that came to the place itself and stand.
    pub(super) fn append_sets(&self, sets: &mut Vec<Id>) {
        if let Some(kept) = &self.0 {
            kept.append_sets(sets);
        }
    }

    /// Takes them back, as an op says that has just been written to the place.
    pub(super) fn forget_sets(&mut self, scope: Scope<'_>) {
        if let Some(kept) = &mut self.0 {
            kept.forget_sets(scope);
        }
    }

    /// Whether nothing is kept, or all of it was annulled and nothing is left of it.
    pub fn is_blank(&self) -> bool {
        self.0.as_ref().is_none_or(|kept| kept.is_blank())
    }

    /// What only a newer type knows is not saved: it is found again in the changes.
    pub fn save(&self, writer: &mut StateWriter<'_>) {
        if !self.is_blank() {
            writer.give_up();
        }
    }

    /// Feeds what is kept.
    pub fn digest(&self, digest: &mut DigestWriter<'_>) {
        if let Some(kept) = &self.0 {
            digest.unknown(&**kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_it_is_a_pointer() {
        assert_eq!(size_of::<Unknown>(), size_of::<usize>());
    }
}
