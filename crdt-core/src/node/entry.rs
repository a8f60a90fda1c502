use super::versions::{Versions, Write};
use super::{
    CrdtNode, DigestWriter, EditError, Fit, Incoming, NodeState, Scope, Segment, StateReader,
    StateWriter, Unknown,
};
use crate::codec::DecodeError;
use crate::history::{Chains, LocalAction};
use crate::op::Action;

/// What may be present or absent: the puts that make it present, and the state it has either way.
/// It is written over as a whole, so it keeps what does not fit anywhere in it.
#[derive(Debug)]
pub(super) struct Entry<S> {
    puts: Versions<()>,
    pub(super) state: S,
    unknown: Unknown,
}

impl<S: Default> Default for Entry<S> {
    fn default() -> Self {
        Self { puts: Versions::None(()), state: S::default(), unknown: Unknown::default() }
    }
}

impl<S: NodeState> Entry<S> {
    pub(super) fn is_present(&self) -> bool {
        !self.puts.is_none()
    }

    /// The puts that make it present.
    pub(super) fn puts(&self) -> &Versions<()> {
        &self.puts
    }

    pub(super) fn is_blank(&self) -> bool {
        self.puts.is_none() && self.state.is_blank() && self.unknown.is_blank()
    }

    /// Takes an op whose path leads to the entry or into it.
    pub(super) fn apply(
        &mut self,
        rest: &[Segment<'_>],
        op: &Incoming<'_>,
        chains: &Chains,
    ) -> Fit {
        let (replaces, value) = match (rest, &op.action) {
            ([], Action::Put { replaces }) => (replaces, Some(Ok(()))),
            ([], Action::Remove { replaces }) => (replaces, None),
            _ => {
                let fit = self.state.apply(rest, op, chains);
                return self.unknown.keep(fit, rest, op, chains);
            }
        };
        match op.undone {
            Some(undone) => undone.put_back(&mut self.puts, || Versions::None(())),
            None => self.puts.write(Write { id: op.id, replaces, value }, || (), chains),
        }
        Fit::Applied
    }

    fn write_put(&mut self, scope: Scope<'_>) {
        let action = LocalAction::Put { replaces: self.puts.ids() };
        self.puts.overwrite(scope, action, |id| Versions::One { id, value: () });
    }

    /// Makes the entry present, also if it is already. One that is absent is made as it is by
    /// default: what is left from an earlier life of it is cleared.
    pub(super) fn put(&mut self, scope: Scope<'_>) {
        let was = self.is_present();
        self.write_put(scope);
        if !was {
            self.state.clear(scope);
            self.unknown.clear(scope);
        }
    }

    /// Makes the entry present if it is absent.
    pub(super) fn put_if_absent(&mut self, scope: Scope<'_>) {
        if !self.is_present() {
            self.put(scope);
        }
    }

    /// Makes the entry present and writes a value over what is known of it.
    pub(super) fn assign<T: CrdtNode<State = S>>(
        &mut self,
        scope: Scope<'_>,
        value: T::Value,
    ) -> Result<(), EditError> {
        self.write_put(scope);
        self.unknown.clear(scope);
        T::assign(&mut self.state, scope, value)
    }

    /// Makes the entry absent as far as its puts are known; says whether it was present.
    pub(super) fn remove(&mut self, scope: Scope<'_>) -> bool {
        if !self.is_present() {
            return false;
        }
        let action = LocalAction::Remove { replaces: self.puts.ids() };
        self.puts.overwrite(scope, action, |_| Versions::None(()));
        true
    }

    pub(super) fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.versions(&self.puts);
        self.state.digest(digest);
        self.unknown.digest(digest);
        digest.end();
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        writer.versions(&self.puts, |_, ()| {});
        self.state.save(writer);
        self.unknown.save(writer);
    }

    pub(super) fn load(reader: &mut StateReader<'_>) -> Result<Self, DecodeError> {
        let puts = reader.versions(|| (), |_| Ok(Ok(())))?;
        Ok(Self { puts, state: reader.nested()?, unknown: Unknown::default() })
    }
}
