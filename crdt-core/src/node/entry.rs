use super::versions::{Versions, Write};
use super::watch::Effect;
use super::{
    Blame, Blanks, DigestWriter, EditError, Fit, Incoming, NodeState, Prior, Scope, Segment,
    StateReader, StateWriter, Unknown,
};
use crate::codec::DecodeError;
use crate::history::{Chains, LocalAction};
use crate::op::{Action, Id};

/// What may be present or absent, and the state that it has either way. It is written over as a
/// whole, so it keeps what does not fit anywhere in it.
///
/// It is present while a put stands, or a set of its node itself: of a leaf its value, of an enum
/// its variant, of a `Json` what it is. So whoever writes a leaf entry keeps it, against a
/// concurrent remove. A remove takes back both, so that nothing is left which could come back.
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
        !self.puts.is_none() || self.state.is_set()
    }

    /// Who put it, if it is present.
    pub(super) fn blame(&self, chains: &Chains) -> Option<Blame> {
        if !self.is_present() {
            return None;
        }
        let mut kept_by = self.puts.ids();
        if kept_by.is_empty() {
            self.state.append_sets(&mut kept_by);
        }
        Blame::of_highest(chains, &kept_by)
    }

    /// The puts that stand.
    pub(super) fn puts(&self) -> &Versions<()> {
        &self.puts
    }

    pub(super) fn is_blank(&self) -> bool {
        #[cfg(test)]
        crate::steps::count();
        self.puts.is_none() && self.state.is_blank() && self.unknown.is_blank()
    }

    /// As [`NodeState::find_blanks`].
    pub(super) fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        #[cfg(test)]
        crate::steps::count();
        self.state.find_blanks(blanks) && self.puts.is_none() && self.unknown.is_blank()
    }

    /// Takes an op whose path leads to the entry or into it.
    pub(super) fn apply(
        &mut self,
        rest: &[Segment<'_>],
        op: &Incoming<'_>,
        chains: &Chains,
    ) -> Fit {
        if rest.is_empty() {
            op.note(|| Effect::Present(self.is_present()));
        }
        match (rest, &op.action) {
            ([], Action::Put { replaces }) => {
                if let Some(question) = op.asked {
                    question.tell_written(&self.puts);
                    question.tell_present(self.is_present());
                } else {
                    self.apply_to_puts(op, replaces, Some(Ok(())), chains);
                }
                Fit::Applied
            }
            ([], Action::Remove { replaces }) => {
                // For the node it is an unset. What takes no sets has none to take back. Whoever
                // undoes a remove is given the states in the order that is the reverse of that of
                // `remove`.
                let action = Action::Unset { replaces: replaces.clone() };
                let unset = Incoming { action, ..*op };
                self.unknown.unset(&unset, chains);
                let _ = self.state.apply(&[], &unset, chains);
                self.apply_to_puts(op, replaces, None, chains);
                Fit::Applied
            }
            _ => {
                let fit = self.state.apply(rest, op, chains);
                self.unknown.keep(fit, rest, op, chains)
            }
        }
    }

    fn apply_to_puts(
        &mut self,
        op: &Incoming<'_>,
        replaces: &[Id],
        value: Option<Result<(), ()>>,
        chains: &Chains,
    ) {
        match op.taken_back {
            Some(taken_back) => taken_back.put_back(&mut self.puts, || Versions::None(())),
            None => self.puts.write(Write { id: op.id, of: None, replaces, value }, || (), chains),
        }
    }

    fn write_put(&mut self, scope: Scope<'_>) {
        scope.note(|| Effect::Present(self.is_present()));
        let was = scope.is_undoable() && self.is_present();
        let action = LocalAction::Put { replaces: self.puts.ids() };
        self.puts.overwrite(scope, action, |id| Versions::One { id, value: () });
        scope.prior(|_| was.then_some(Prior::Present));
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

    /// Makes sure that the entry is present and stays so while it is edited: a set that alone keeps
    /// it could be taken back.
    pub(super) fn enter(&mut self, scope: Scope<'_>) {
        if self.puts.is_none() {
            self.put(scope);
        }
    }

    /// Makes the entry present and has a value written [anew](super::Writing::Anew), over what is
    /// known of it.
    pub(super) fn assign(
        &mut self,
        scope: Scope<'_>,
        write: impl FnOnce(&mut S, Scope<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        self.write_put(scope);
        self.unknown.clear(scope);
        write(&mut self.state, scope)
    }

    /// Makes the entry absent, for every type: what does not fit here is taken back too. Says
    /// whether it was present. `scope` is asked for if there is something to write.
    pub(super) fn remove<'s>(&mut self, scope: impl FnOnce() -> Scope<'s>) -> bool {
        let mut replaces = self.puts.ids();
        self.state.append_sets(&mut replaces);
        self.unknown.append_sets(&mut replaces);
        if replaces.is_empty() {
            return false;
        }
        let (was, scope) = (self.is_present(), scope());
        scope.note(|| Effect::Present(was));
        let action = LocalAction::Remove { replaces };
        self.puts.overwrite(scope, action, |_| Versions::None(()));
        scope.prior(|_| was.then_some(Prior::Present));
        self.state.forget_sets(scope);
        self.unknown.forget_sets(scope);
        was
    }

    pub(super) fn digest(&self, digest: &mut DigestWriter<'_>) {
        #[cfg(test)]
        crate::steps::count();
        digest.versions(&self.puts);
        self.state.digest(digest);
        self.unknown.digest(digest);
    }

    pub(super) fn save(&self, writer: &mut StateWriter<'_>) {
        #[cfg(test)]
        crate::steps::count();
        writer.versions(&self.puts, |_, ()| {});
        self.state.save(writer);
        self.unknown.save(writer);
    }

    /// Reads, into a blank entry, what [`save`](Self::save) wrote.
    pub(super) fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        self.puts = reader.versions(|| (), |_| Ok(Ok(())))?;
        reader.nested(&mut self.state)
    }
}
