//! The state of a struct, or of what a variant holds: states with names.
//!
//! The derive makes a plain struct of the states and says how to find one by its place
//! ([`Parts`]); all that is done with the states of every field alike is written here, once for all
//! types.

#[cfg(feature = "by-path")]
use super::{AnyNode, AnyNodeMut};
use super::{
    Blanks, CrdtNode, DigestWriter, EditError, Fit, Incoming, NodeState, Scope, Segment,
    StateReader, StateWriter, Writing,
};
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::schema::{Node, SchemaBuilder};

/// A stored field: its names, and what a schema says of it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) docs: &'static [&'static str],
    pub(crate) is_key: bool,
    pub(crate) describe: fn(&mut SchemaBuilder) -> Node,
}

/// A field with a wire name, which the node `N` keeps.
pub const fn field<N: CrdtNode>(name: &'static str) -> Field {
    Field { name, aliases: &[], docs: &[], is_key: false, describe: N::describe }
}

impl Field {
    /// With former wire names.
    #[must_use]
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// With the pieces of its documentation.
    #[must_use]
    pub const fn docs(self, docs: &'static [&'static str]) -> Self {
        Self { docs, ..self }
    }

    /// Marked as `key`.
    #[must_use]
    pub const fn key(self) -> Self {
        Self { is_key: true, ..self }
    }

    /// All its wire names, former ones too.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }

    pub(super) fn is_known_as(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// The states that a larger one consists of, each at its place.
pub trait Parts: Send + Sync + 'static {
    /// The state at a place; `None` if none is stored there.
    fn part(&self, place: usize) -> Option<&dyn NodeState>;

    /// The state at a place, to change it.
    fn part_mut(&mut self, place: usize) -> Option<&mut dyn NodeState>;
}

/// The states of fields.
pub trait Fields: Parts + Default {
    /// The fields, in the order of their places.
    const FIELDS: &'static [Field];
}

/// The state of the fields together.
#[derive(Debug, Default)]
pub struct RecordState<F>(pub F);

impl<F: Fields> NodeState for RecordState<F> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        apply(F::FIELDS, &mut self.0, path, op, chains)
    }

    fn clear(&mut self, scope: Scope<'_>) {
        clear(F::FIELDS, &mut self.0, scope);
    }

    fn is_blank(&self) -> bool {
        is_blank(&self.0)
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        find_blanks(&self.0, blanks)
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        self::digest(F::FIELDS, &self.0, digest);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        save(&self.0, writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        load(&mut self.0, reader)
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Record(F::FIELDS, &self.0)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Record(F::FIELDS, &mut self.0)
    }
}

/// Makes what the editor of a struct edits read as a value, by what differs. The states of its
/// fields are lent one by one and so are not taken back together: if a field cannot be written
/// after another one has been, the change cannot be made.
///
/// # Errors
/// [`EditError`] if a part of the value cannot be written.
pub fn set_record<T: CrdtNode>(
    editor: &mut T::Editor<'_>,
    scope: Scope<'_>,
    value: T::Value,
) -> Result<(), EditError> {
    let next = scope.next_id();
    T::write_in(editor, value, Writing::Difference).inspect_err(|error| {
        if scope.next_id() != next {
            scope.fail(error);
        }
    })
}

/// All states, in the order of their places, which are without a gap.
fn states(parts: &dyn Parts) -> impl Iterator<Item = &dyn NodeState> {
    (0..).map_while(|place| parts.part(place))
}

fn apply(
    fields: &[Field],
    parts: &mut dyn Parts,
    path: &[Segment<'_>],
    op: &Incoming<'_>,
    chains: &Chains,
) -> Fit {
    let [Segment::Field(name), rest @ ..] = path else {
        return Fit::wrong_kind();
    };
    let place = fields.iter().position(|field| field.is_known_as(name));
    match place.and_then(|place| parts.part_mut(place)) {
        Some(state) => state.apply(rest, op, chains),
        None => Fit::unknown_field(),
    }
}

fn clear(fields: &[Field], parts: &mut dyn Parts, scope: Scope<'_>) {
    let scope = scope.pinned();
    for (place, field) in fields.iter().enumerate() {
        if let Some(state) = parts.part_mut(place) {
            state.clear(scope.field(field.name));
        }
    }
}

fn is_blank(parts: &dyn Parts) -> bool {
    states(parts).all(NodeState::is_blank)
}

fn find_blanks(parts: &dyn Parts, blanks: &mut Blanks<'_>) -> bool {
    blanks.all(states(parts))
}

fn digest(fields: &[Field], parts: &dyn Parts, digest: &mut DigestWriter<'_>) {
    for (field, state) in fields.iter().zip(states(parts)) {
        digest.field(field.name, state);
    }
}

fn save(parts: &dyn Parts, writer: &mut StateWriter<'_>) {
    states(parts).for_each(|state| state.save(writer));
}

fn load(parts: &mut dyn Parts, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
    let mut place = 0;
    while let Some(state) = parts.part_mut(place) {
        reader.nested(state)?;
        place += 1;
    }
    Ok(())
}
