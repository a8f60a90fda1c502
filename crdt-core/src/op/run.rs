//! Runs of elements: what was inserted one right after the other.
//!
//! People type character after character, and most changes are one of them. So wherever inserts are
//! kept or handed on, those that go on with each other are one thing, a *run*.
//!
//! # The rule
//!
//! An insert *goes on* with what its chain has inserted right before it if it goes to the same
//! node, is of the same kind, and hangs on the right of the element whose counter is one less than
//! its own first. On the wire that element is named through the change's own chain, in a replica
//! it lies on the same branch: [`Place::going_on`] says how in both.
//!
//! Nothing else may be asked, and nothing of it left out, since one place takes apart what another
//! has joined:
//!
//! - `op/decode.rs`: within a change it is part of the op before; two ops would be a second
//!   spelling and are refused. So editors lengthen the op (`node/transaction/`), and an op that
//!   is halved goes on in the next change (`history/commit/draft.rs`).
//! - `history/format/bundle/columns/runs.rs`, `source.rs`: over the changes of a lane it is written
//!   as one, and cut where they end.
//! - [`Keystroke`](super::Keystroke): it is told by the bytes of a change.
//! - `history/replay.rs`: nodes are handed one insert.
//! - `sequence/gathered.rs`: it is laid out as one, also if it came in several calls.
//!
//! No bundle is believed that something is a run: of what is written as one, canonical bytes are
//! made for each change and hashed, and admission goes by these.
//!
//! `history/tests/runs.rs` and `columns/runs.rs` hold replay, bytes, canonical form and columns to
//! the rule on random changes, `sequence/tests/gathered.rs` what is laid out at once to what is
//! placed one by one. Bytes are asked twice, to admit a change and to replay it. That takes some 30
//! instructions each time, so to keep what admission found would save less than one in a hundred
//! of receiving a change.
//!
//! # Why a run may be placed at once
//!
//! Each element of a run is the right child of the one before it, and whatever else hangs there is
//! placed by its own op, before or after ([`sequence`](crate::sequence)): where elements come to
//! stand depends on the tree alone. What a node relies on is that ops come after those they depend
//! on, so a run ends with any other op that is handed on. It is handed on with the time of its
//! first element; where a later one begins a piece of its own, its time is asked of its chain.
//!
//! # Moves and annuls
//!
//! Places that a move makes hang on each other as elements of an insert do, so within a change a
//! move goes on by the same rule, and is part of the one before. Two annuls that follow on each
//! other say the same as one, if they go to the same node and both say of ops that they are void,
//! or both that they stand. Over several changes neither is joined: people do not move or take
//! back keystroke by keystroke.
//!
//! # Neighbours
//!
//! Once elements lie in list order nothing of this is asked any more: neighbours whose counters
//! follow on each other ([`IdRange::next`](super::IdRange::next)) are one run, since a neighbour
//! that is greater is the right child (see [`sequence`](crate::sequence)).

use super::{Action, Id, Name, Place, Side, Standing};

impl Place<Name> {
    /// Where an insert hangs that goes on, whose first counter this is.
    #[inline]
    pub(crate) fn going_on(counter: u32) -> Self {
        // Below the first counter there is none, and no element has the highest.
        Self::Child(Name { index: 0, counter: counter.wrapping_sub(1) }, Side::Right)
    }
}

impl Place<Id> {
    /// Where an insert hangs that goes on, whose first element this is.
    #[inline]
    pub(crate) fn going_on(first: Id) -> Self {
        Self::Child(Id { counter: first.counter.wrapping_sub(1), ..first }, Side::Right)
    }
}

impl Action<'_, Name> {
    /// Whether it is an insert that goes on, given its first counter, if node and kind are those
    /// of the op before.
    #[inline]
    pub(crate) fn goes_on(&self, counter: u32) -> bool {
        let (Action::Insert { place, .. } | Action::InsertText { place, .. }) = self else {
            return false;
        };
        *place == Place::<Name>::going_on(counter)
    }

    /// Whether it could be part of the op before in its change, given its first counter and, of
    /// an annul, what that op says of others; if node and kind are those of the op before.
    #[inline]
    pub(crate) fn is_part(&self, counter: u32, before: Standing) -> bool {
        match self {
            Self::Move { place, .. } => *place == Place::<Name>::going_on(counter),
            Self::Annul { standing, .. } => *standing == before,
            _ => self.goes_on(counter),
        }
    }
}
