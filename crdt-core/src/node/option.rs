use core::fmt;
use core::marker::PhantomData;

use serde::{Serialize, Serializer};

use super::delta::{option_delta, touched_entry};
use super::entry::Entry;
#[cfg(feature = "by-path")]
use super::{
    AnyNode, AnyNodeMut, AnyOption,
    by_path::{Place, WriteEntry},
};
use super::{
    Argument, Before, Blame, Blanks, CrdtNode, DeltaError, DigestWriter, EditError, EntryDelta,
    Fingerprint, Fit, Incoming, Kind, Misfit, NodeState, Scope, Segment, StateReader, StateWriter,
    ValueOf, Writing,
};
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::op::Key;
use crate::schema::{self, SchemaBuilder};

/// The one key of an optional node.
pub(super) const KEY: Key<'static> = Key::Bool(true);

/// What `Option<T>` of a nested `T` stands for: a map with one key. Of concurrent removing and
/// making present, the latter wins.
#[derive(Debug)]
pub struct OptionNode<T>(PhantomData<T>);

/// The state of an optional node. It may contain itself: it is made when first needed.
#[derive(Debug)]
pub struct OptionState<S> {
    entry: Option<Box<Entry<S>>>,
}

impl<S> Default for OptionState<S> {
    fn default() -> Self {
        Self { entry: None }
    }
}

impl<S: NodeState + Default> OptionState<S> {
    pub(super) fn present(&self) -> Option<&S> {
        self.entry.as_ref().filter(|entry| entry.is_present()).map(|entry| &entry.state)
    }

    pub(super) fn entry(&mut self) -> &mut Entry<S> {
        self.entry.get_or_insert_default()
    }

    /// The state and scope of the node, which is made present if it is absent, and stays so.
    pub(super) fn enter<'a>(
        &'a mut self,
        scope: Scope<'a>,
    ) -> Result<(&'a mut S, Scope<'a>), EditError> {
        let scope = scope.new_key(KEY)?;
        let entry = self.entry();
        entry.enter(scope);
        Ok((&mut entry.state, scope))
    }
}

impl<S: NodeState + Default> NodeState for OptionState<S> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        match path {
            [Segment::Key(key), rest @ ..] if *key == KEY => self.entry().apply(rest, op, chains),
            [Segment::Key(_), ..] => Fit::Refused(Misfit::WrongKey),
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, scope: Scope<'_>) {
        if let Some(entry) = &mut self.entry {
            entry.remove(|| scope.key(KEY));
        }
    }

    fn is_blank(&self) -> bool {
        self.entry.as_ref().is_none_or(|entry| entry.is_blank())
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        // An entry in which nothing is may have been made or not.
        blanks.part(|blanks| self.entry.as_ref().is_none_or(|entry| entry.find_blanks(blanks)))
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        if let Some(entry) = &self.entry {
            digest.entry(KEY, entry);
        }
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        let entry = if writer.part() { self.entry.as_ref() } else { None };
        writer.number(usize::from(entry.is_some()));
        if let Some(entry) = entry {
            entry.save(writer);
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        match reader.number()? {
            0 => Ok(()),
            1 => self.entry().load(reader),
            _ => Err(DecodeError::InvalidKind),
        }
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Option(self)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Option(self)
    }
}

#[cfg(feature = "by-path")]
impl<S: NodeState + Default> AnyOption for OptionState<S> {
    fn get(&self) -> Option<&dyn NodeState> {
        self.present().map(|state| state as &dyn NodeState)
    }

    fn blank(&self) -> Box<dyn NodeState> {
        Box::<S>::default()
    }

    fn get_mut(&mut self) -> Option<&mut dyn NodeState> {
        let entry = self.entry.as_mut().filter(|entry| entry.is_present())?;
        Some(&mut entry.state)
    }

    fn entry<'s>(&'s mut self, scope: Scope<'s>) -> Result<Place<'s>, EditError> {
        let (state, scope) = self.enter(scope)?;
        Ok((state, scope))
    }

    fn assign(&mut self, scope: Scope<'_>, write: WriteEntry<'_>) -> Result<(), EditError> {
        let scope = scope.new_key(KEY)?;
        self.entry().assign(scope, |state, scope| write(state, scope))
    }

    fn remove(&mut self, scope: Scope<'_>) -> bool {
        let was = self.present().is_some();
        self.clear(scope);
        was
    }
}

/// Reads an optional node.
///
/// Whether it is present is never in conflict: of concurrent making present and removing, the
/// former wins. An `Option` of a leaf is a register, and its view a
/// [`RegisterView`](super::RegisterView), which has `conflicts`.
pub struct OptionView<'a, T: CrdtNode> {
    state: &'a OptionState<T::State>,
    chains: &'a Chains,
}

impl<'a, T: CrdtNode> OptionView<'a, T> {
    /// The node, if it is present.
    pub fn get(&self) -> Option<T::View<'a>> {
        self.state.present().map(|state| T::view(state, self.chains))
    }

    /// The plain value.
    pub fn value(&self) -> Option<T::Value> {
        self.state.present().map(|state| T::value(state, self.chains))
    }

    /// Who made it present, and in which change; `None` if it is absent. Who wrote what is inside
    /// is asked of its view. O(values in conflict), and log n.
    pub fn blame(&self) -> Option<Blame> {
        self.state.entry.as_ref()?.blame(self.chains)
    }

    /// Whether it is present.
    pub fn is_some(&self) -> bool {
        self.state.present().is_some()
    }

    /// Whether it is absent.
    pub fn is_none(&self) -> bool {
        !self.is_some()
    }

    /// The node, if it is present.
    pub fn iter(&self) -> core::option::IntoIter<T::View<'a>> {
        self.get().into_iter()
    }
}

/// The node, if it is present.
impl<'a, T: CrdtNode> IntoIterator for OptionView<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = core::option::IntoIter<T::View<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.get().into_iter()
    }
}

/// The node, if it is present.
impl<'a, T: CrdtNode> IntoIterator for &OptionView<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = core::option::IntoIter<T::View<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: CrdtNode> Clone for OptionView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: CrdtNode> Copy for OptionView<'_, T> {}

impl<'a, T: CrdtNode> fmt::Debug for OptionView<'a, T>
where
    T::View<'a>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// As what [`get`](OptionView::get) gives.
impl<T: CrdtNode> Serialize for OptionView<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// Edits an optional node.
pub struct OptionEditor<'a, T: CrdtNode> {
    state: &'a mut OptionState<T::State>,
    scope: Scope<'a>,
}

impl<T: CrdtNode> OptionEditor<'_, T> {
    /// Views the optional node, as it is now.
    pub fn view(&self) -> OptionView<'_, T> {
        OptionView { state: self.state, chains: self.scope.chains() }
    }

    /// The plain value.
    pub fn value(&self) -> Option<T::Value> {
        self.view().value()
    }

    /// Whether it is present.
    pub fn is_some(&self) -> bool {
        self.state.present().is_some()
    }

    /// Whether it is absent.
    pub fn is_none(&self) -> bool {
        !self.is_some()
    }

    /// Reads the node, if it is present.
    pub fn get(&self) -> Option<T::View<'_>> {
        self.view().get()
    }

    /// Edits the node; `None` if it is absent. One that others have removed, and that only a value
    /// written at the same time keeps, is put.
    ///
    /// # Errors
    /// None at present.
    #[doc(alias = "as_mut")]
    pub fn get_mut(&mut self) -> Result<Option<T::Editor<'_>>, EditError> {
        if self.is_none() { Ok(None) } else { self.get_or_insert_default().map(Some) }
    }

    /// Edits the node, which is made present with its defaults if it is absent.
    ///
    /// # Errors
    /// [`EditError::PathTooDeep`].
    pub fn get_or_insert_default(&mut self) -> Result<T::Editor<'_>, EditError> {
        self.scope.pin();
        let (state, scope) = self.state.enter(self.scope)?;
        Ok(T::edit(state, scope))
    }

    /// Makes the node present with a value, or absent. A value is written over whatever is there,
    /// also over what this type does not know.
    ///
    /// # Errors
    /// What writing the value meets.
    pub fn set(&mut self, value: Option<T::Value>) -> Result<(), EditError> {
        self.scope.attempt(self.state, |state, scope| assign::<T>(state, scope, value))
    }

    /// Makes the node absent and gives the value it had; `None` if it was absent already. O(size of
    /// the value).
    ///
    /// # Errors
    /// None at present.
    #[doc(alias = "take")]
    pub fn remove(&mut self) -> Result<Option<T::Value>, EditError> {
        self.scope.pin();
        let value = self.state.present().map(|state| T::value(state, self.scope.chains()));
        self.state.clear(self.scope);
        Ok(value)
    }
}

impl<T: CrdtNode> fmt::Debug for OptionEditor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptionEditor").field("is_some", &self.is_some()).finish_non_exhaustive()
    }
}

fn assign<T: CrdtNode>(
    state: &mut OptionState<T::State>,
    scope: Scope<'_>,
    value: Option<T::Value>,
) -> Result<(), EditError> {
    let Some(value) = value else {
        state.clear(scope);
        return Ok(());
    };
    let scope = scope.new_key(KEY)?;
    state.entry().assign(scope, |state, scope| T::write(state, scope, value, Writing::Anew))
}

#[diagnostic::do_not_recommend]
impl<T: CrdtNode> CrdtNode for OptionNode<T> {
    type Value = Option<T::Value>;
    type State = OptionState<T::State>;
    type View<'a> = OptionView<'a, T>;
    type Editor<'a> = OptionEditor<'a, T>;
    type Delta = EntryDelta<T>;
    type Kind = super::Nested;

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        schema::Node::OptionOf(Box::new(T::describe(schema)))
    }

    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
        OptionView { state, chains }
    }

    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
        OptionEditor { state, scope }
    }

    fn value_of(view: Self::View<'_>) -> Self::Value {
        view.value()
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        editor.view()
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError> {
        let (state, scope) = (&mut *editor.state, editor.scope);
        match (how, value) {
            (Writing::Difference, Some(value)) if state.present().is_some() => {
                T::write(&mut state.entry().state, scope.key(KEY), value, how)
            }
            (Writing::Difference, None) if state.present().is_none() => Ok(()),
            (_, value) => assign::<T>(state, scope, value),
        }
    }

    fn delta(
        before: Before<'_, Self::State>,
        after: &Self::State,
        chains: &Chains,
    ) -> Option<EntryDelta<T>> {
        let after = after.present();
        match before {
            Before::State(before) => {
                option_delta::<T>(before.present().map(Before::State), after, chains)
            }
            Before::Touched(touched) => touched_entry::<T>(touched.entry(KEY)?, after, chains),
        }
    }

    fn apply_delta(value: &mut Self::Value, delta: &EntryDelta<T>) -> Result<(), DeltaError> {
        delta.apply(value)
    }

    fn copy_value(value: &Self::Value) -> Self::Value {
        value.as_ref().map(T::copy_value)
    }

    fn serialize_value<S: Serializer>(
        value: &Self::Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ValueOf::<T>).serialize(serializer)
    }

    fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
        print.option::<T>(value.as_ref());
    }
}

/// An option of a leaf is a register, an option of anything else a node that may be absent.
impl<T: CrdtNode> CrdtNode for Option<T> {
    type Value = Option<T::Value>;
    type State = <<T::Kind as Kind<T>>::Optional as CrdtNode>::State;
    type View<'a> = <<T::Kind as Kind<T>>::Optional as CrdtNode>::View<'a>;
    type Editor<'a> = <<T::Kind as Kind<T>>::Optional as CrdtNode>::Editor<'a>;
    type Delta = <<T::Kind as Kind<T>>::Optional as CrdtNode>::Delta;
    type Kind = super::Nested;
    const NAME: &'static str = "Option";
    const ARGUMENTS: &'static [Argument] = &[Argument::node::<T>()];

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        <T::Kind as Kind<T>>::Optional::describe(schema)
    }

    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
        <T::Kind as Kind<T>>::Optional::view(state, chains)
    }

    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
        <T::Kind as Kind<T>>::Optional::edit(state, scope)
    }

    fn value_of(view: Self::View<'_>) -> Self::Value {
        <T::Kind as Kind<T>>::Optional::value_of(view)
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        <T::Kind as Kind<T>>::Optional::view_of(editor)
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError> {
        <T::Kind as Kind<T>>::Optional::write_in(editor, value, how)
    }

    fn delta(
        before: Before<'_, Self::State>,
        after: &Self::State,
        chains: &Chains,
    ) -> Option<Self::Delta> {
        <T::Kind as Kind<T>>::Optional::delta(before, after, chains)
    }

    fn apply_delta(value: &mut Self::Value, delta: &Self::Delta) -> Result<(), DeltaError> {
        <T::Kind as Kind<T>>::Optional::apply_delta(value, delta)
    }

    fn copy_value(value: &Self::Value) -> Self::Value {
        <T::Kind as Kind<T>>::Optional::copy_value(value)
    }

    fn serialize_value<S: Serializer>(
        value: &Self::Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        <T::Kind as Kind<T>>::Optional::serialize_value(value, serializer)
    }

    fn seed(value: &Self::Value) -> Result<Option<Vec<u8>>, EditError> {
        <T::Kind as Kind<T>>::Optional::seed(value)
    }

    fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
        <T::Kind as Kind<T>>::Optional::fingerprint(value, print);
    }
}
