use super::shape::Shape;
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::node::register::RegisterState;
#[cfg(feature = "by-path")]
use crate::node::{AnyNode, AnyNodeMut};
use crate::node::{
    Blanks, DigestWriter, Fit, Id, Incoming, Lazy, ListState, MapState, Misfit, NodeState, Scope,
    Segment, StateReader, StateWriter, TextState,
};
use crate::op::Action;

/// The state of a `Json` node: a register that says what it is, and what it holds as each kind of
/// container. These exist by their path, like the payloads of an enum, and stay when the register
/// says something else.
///
/// A document can have millions of these, most of them scalars, so the containers are made when
/// they are first needed: a number or boolean takes 64 bytes or less and allocates nothing.
#[derive(Debug, Default)]
pub struct JsonState {
    pub(super) shape: RegisterState<Shape>,
    containers: Lazy<Containers>,
}

#[derive(Debug, Default)]
struct Containers {
    entries: MapState<String, JsonState>,
    items: Lazy<ListState<JsonState>>,
    text: Lazy<TextState>,
}

impl JsonState {
    /// What the node is. O(values in conflict).
    pub(super) fn shape(&self, chains: &Chains) -> &Shape {
        self.shape.get(chains)
    }

    pub(super) fn entries(&self) -> &MapState<String, Self> {
        &self.containers.get().entries
    }

    pub(super) fn entries_mut(&mut self) -> &mut MapState<String, Self> {
        &mut self.containers.get_mut().entries
    }

    pub(super) fn items(&self) -> &ListState<Self> {
        self.containers.get().items.get()
    }

    pub(super) fn items_mut(&mut self) -> &mut ListState<Self> {
        self.containers.get_mut().items.get_mut()
    }

    pub(super) fn text(&self) -> &TextState {
        self.containers.get().text.get()
    }

    pub(in crate::node) fn text_mut(&mut self) -> &mut TextState {
        self.containers.get_mut().text.get_mut()
    }
}

impl NodeState for JsonState {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        match (path, &op.action) {
            ([], Action::Set { .. } | Action::Unset { .. }) => self.shape.apply(path, op, chains),
            _ => self.containers.apply(path, op, chains),
        }
    }

    fn clear(&mut self, mut scope: Scope<'_>) {
        scope.pin();
        self.shape.clear(scope);
        self.containers.clear(scope);
    }

    fn is_blank(&self) -> bool {
        self.shape.is_blank() && self.containers.is_blank()
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        self.containers.find_blanks(blanks) && self.shape.is_blank()
    }

    fn is_set(&self) -> bool {
        self.shape.is_set()
    }

    fn append_sets(&self, sets: &mut Vec<Id>) {
        self.shape.append_sets(sets);
    }

    fn forget_sets(&mut self, scope: Scope<'_>) {
        self.shape.forget_sets(scope);
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        self.shape.digest(digest);
        self.containers.digest(digest);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.shape.save(writer);
        self.containers.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        reader.nested(&mut self.shape)?;
        reader.nested(&mut self.containers)
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Json(self)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Json(self)
    }
}

impl NodeState for Containers {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        match (path, &op.action) {
            ([Segment::Key(_), ..], _) => self.entries.apply(path, op, chains),
            ([Segment::Element(_), ..], _) | ([], Action::Insert { .. } | Action::Move { .. }) => {
                self.items.apply(path, op, chains)
            }
            ([], Action::InsertText { .. }) => self.text.apply(path, op, chains),
            // A range of counters can hold elements of both; what is blank holds none, nor an op that
            // could be annulled.
            ([], Action::Delete { .. } | Action::Annul { .. }) => {
                let items = (!self.items.is_blank()).then(|| self.items.apply(path, op, chains));
                let text = (!self.text.is_blank()).then(|| self.text.apply(path, op, chains));
                items.or(text).unwrap_or(Fit::Inert(Misfit::UnknownElement))
            }
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, scope: Scope<'_>) {
        self.entries.clear(scope);
        self.items.clear(scope);
        self.text.clear(scope);
    }

    fn is_blank(&self) -> bool {
        self.entries.is_blank() && self.items.is_blank() && self.text.is_blank()
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        let parts: [&dyn NodeState; 3] = [&self.entries, &self.items, &self.text];
        blanks.all(parts.into_iter())
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.field("object", &self.entries);
        digest.field("array", &self.items);
        digest.field("text", &self.text);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.entries.save(writer);
        self.items.save(writer);
        self.text.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        reader.nested(&mut self.entries)?;
        reader.nested(&mut self.items)?;
        reader.nested(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_small() {
        assert!(size_of::<JsonState>() <= 64, "{}", size_of::<JsonState>());
    }
}
