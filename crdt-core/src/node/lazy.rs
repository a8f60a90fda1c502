use std::sync::OnceLock;

#[cfg(feature = "by-path")]
use super::{AnyNode, AnyNodeMut};
use super::{
    Blanks, DigestWriter, Fit, Id, Incoming, NodeState, Scope, Segment, StateReader, StateWriter,
};
use crate::codec::DecodeError;
use crate::history::Chains;

/// A state that is made when it is first needed, so that a type can contain itself and what was
/// never used takes no memory.
#[derive(Debug)]
pub struct Lazy<S>(OnceLock<Box<S>>);

impl<S> Default for Lazy<S> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<S: Default> Lazy<S> {
    /// The state, to read.
    pub fn get(&self) -> &S {
        self.0.get_or_init(Box::default)
    }

    /// The state, to change.
    pub fn get_mut(&mut self) -> &mut S {
        self.0.get_or_init(Box::default);
        match self.0.get_mut() {
            Some(state) => state,
            None => unreachable!("it was made in the line before"),
        }
    }
}

impl<S: NodeState + Default> NodeState for Lazy<S> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        self.get_mut().apply(path, op, chains)
    }

    fn clear(&mut self, scope: Scope<'_>) {
        if let Some(state) = self.0.get_mut() {
            state.clear(scope);
        }
    }

    fn is_blank(&self) -> bool {
        self.0.get().is_none_or(|state| state.is_blank())
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        // Reading may have made a state in which nothing is.
        blanks.part(|blanks| self.0.get().is_none_or(|state| state.find_blanks(blanks)))
    }

    fn is_set(&self) -> bool {
        self.0.get().is_some_and(|state| state.is_set())
    }

    fn append_sets(&self, sets: &mut Vec<Id>) {
        if let Some(state) = self.0.get() {
            state.append_sets(sets);
        }
    }

    fn forget_sets(&mut self, scope: Scope<'_>) {
        if let Some(state) = self.0.get_mut() {
            state.forget_sets(scope);
        }
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        if let Some(state) = self.0.get() {
            state.digest(digest);
        }
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        let state = if writer.part() { self.0.get() } else { None };
        writer.number(usize::from(state.is_some()));
        if let Some(state) = state {
            state.save(writer);
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        match reader.number()? {
            0 => Ok(()),
            1 => reader.nested(self.get_mut()),
            _ => Err(DecodeError::InvalidKind),
        }
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        self.get().any()
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        self.get_mut().any_mut()
    }
}
