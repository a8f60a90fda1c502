use core::any::Any;

#[cfg(feature = "by-path")]
use super::{AnyNode, AnyNodeMut};
use super::{Blanks, DigestWriter, Id, Incoming, Scope, Segment, StateReader, StateWriter};
use crate::codec::DecodeError;
use crate::history::Chains;

/// The state of a node. It starts blank, as if it had been there from the beginning of the
/// document.
pub trait NodeState: Any + Send + Sync {
    /// Takes an op that came to this node; `path` is the rest of its path. Ops come after
    /// everything they depend on, and each once.
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit;

    /// Writes the ops that annul whatever is here, hidden parts included, so that it reads as its
    /// default. What was [refused](Fit::Refused) is cleared by who keeps it.
    fn clear(&mut self, scope: Scope<'_>);

    /// Whether nothing ever came here.
    fn is_blank(&self) -> bool;

    /// Whether nothing ever came here, and of every part that [`save`](Self::save) leaves out when
    /// it is blank, in the same order, whether it is. What has parts looks into all of them.
    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        let _ = blanks;
        self.is_blank()
    }

    /// Whether a set of this very node stands, of which the value fits. Such a set keeps the entry
    /// of a map present, as a put does. Never of a node that takes no sets. O(1).
    fn is_set(&self) -> bool {
        false
    }

    /// Appends the sets of this very node that stand, also those of which the value does not fit.
    fn append_sets(&self, sets: &mut Vec<Id>) {
        let _ = sets;
    }

    /// Takes them back, as an op says that has just been written to the entry of this node.
    fn forget_sets(&mut self, scope: Scope<'_>) {
        let _ = scope;
    }

    /// Feeds the whole state, hidden parts included, in an order that is the same everywhere;
    /// nothing that makes a part around it one that holds something, if it is blank.
    fn digest(&self, digest: &mut DigestWriter<'_>);

    /// Writes the whole state, hidden parts included.
    fn save(&self, writer: &mut StateWriter<'_>);

    /// Reads, into a blank state, what [`save`](Self::save) wrote for a node that is
    /// [described](super::CrdtNode::describe) the same.
    ///
    /// # Errors
    /// [`DecodeError`] if it is something else. What the state is then is of no use.
    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError>;

    /// Opens it for whoever does not know its type.
    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Closed
    }

    /// Opens it for whoever does not know its type, to edit it.
    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Closed
    }
}

/// What became of an op that was routed to a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Fit {
    /// It took effect.
    Applied,
    /// It took effect, and says more than this type knows: a part of it may come to light when the
    /// type is extended.
    Partial,
    /// The history keeps and forwards it. It has no effect on the value; what the node has to
    /// remember of it, it does.
    Inert(Misfit),
    /// It has no effect on the value either, and the node remembers nothing of it. The nearest
    /// place around the node that is written over as a whole keeps it in its
    /// [`Unknown`](super::Unknown), to clear it then.
    Refused(Misfit),
}

/// Why an op that the history admitted has no effect under this schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Misfit {
    /// A field that the struct does not have.
    UnknownField,
    /// A variant that the enum does not have.
    UnknownVariant,
    /// An op or path segment that nodes of this kind do not take.
    WrongKind,
    /// A key that the map's key type does not have.
    WrongKey,
    /// An element that was not inserted in this list.
    UnknownElement,
    /// An element that has been deleted.
    DeletedElement,
    /// A value that does not decode as the register's type. It takes part in replacing and being
    /// replaced, but is skipped when the register is read.
    WrongValue,
    /// An op of a kind that this version does not know.
    UnknownKind,
}

impl Fit {
    /// The path names a field that the struct does not have.
    pub fn unknown_field() -> Self {
        Self::Refused(Misfit::UnknownField)
    }

    /// The path or value names a variant that the enum does not have.
    pub fn unknown_variant() -> Self {
        Self::Refused(Misfit::UnknownVariant)
    }

    /// The op or the next segment is of a kind that the node does not take.
    pub fn wrong_kind() -> Self {
        Self::Refused(Misfit::WrongKind)
    }

    /// What became of an op once what was refused of it is kept, or need not be.
    pub(crate) fn settled(self) -> Self {
        match self {
            Self::Refused(reason) => Self::Inert(reason),
            settled => settled,
        }
    }
}
