//! What shifts where elements come, go and move.

/// How positions of visible elements changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shift {
    /// At a position elements went, and others came in their place.
    Splice { at: usize, deleted: usize, inserted: usize },
    /// So many elements at a position went, and came again so that the first of them stands at
    /// another one.
    Move { from: usize, count: usize, to: usize },
}

impl Shift {
    pub(crate) fn deleted(at: usize, deleted: usize) -> Self {
        Self::Splice { at, deleted, inserted: 0 }
    }

    pub(crate) fn inserted(at: usize, inserted: usize) -> Self {
        Self::Splice { at, deleted: 0, inserted }
    }
}

/// Takes down shifts, for those who want to know of them.
#[derive(Debug)]
pub(crate) struct Shifts(Option<Vec<Shift>>);

impl Shifts {
    /// Nobody wants to know.
    pub(crate) fn dropped() -> Self {
        Self(None)
    }

    pub(crate) fn kept() -> Self {
        Self(Some(Vec::new()))
    }

    pub(super) fn note(&mut self, shift: impl FnOnce() -> Shift) {
        if let Some(shifts) = &mut self.0 {
            shifts.push(shift());
        }
    }

    /// In the order in which they happened.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = Shift> {
        self.0.into_iter().flatten()
    }
}
