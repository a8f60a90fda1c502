//! Nodes: the state of registers, counters, texts, lists, maps, JSON and what is built of them.
//!
//! Every type that can be part of a document implements [`CrdtNode`], usually by derive. Its
//! [`State`](CrdtNode::State) takes ops that are routed to it by their path; its
//! [`Editor`](CrdtNode::Editor) changes the state and writes down the ops that say so; its
//! [`View`](CrdtNode::View) reads the state by reference.
//!
//! How concurrent edits of each node merge is tabled in `docs/merging.md`.

mod boxed;
mod bytes;
mod choice;
mod counter;
mod difference;
mod digest;
mod edit;
mod element;
mod entries;
mod entry;
mod error;
mod fingerprint;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time", feature = "uuid"))]
mod foreign;
mod incoming;
mod inspect;
mod json;
mod key;
mod kind;
mod lazy;
mod leaf;
mod list;
mod map;
mod misuse;
mod near;
mod newtype;
mod option;
mod positions;
mod register;
mod saved;
mod set;
mod spans;
#[cfg(test)]
mod tests;
mod text;
mod transaction;
mod undo;
mod unit;
mod unknown;
mod untyped;
mod versions;

pub use bytes::{ByteString, Bytes, BytesField, InitialBytes, NoBytes};
pub use choice::{Selector, Variants};
pub use counter::{
    Counter, CounterEditor, CounterField, CounterInteger, CounterState, CounterView,
};
pub use digest::DigestWriter;
pub use element::{ElementId, NewElement, NewElements};
pub use error::EditError;
#[doc(hidden)]
pub use error::UseTryChangeForOtherErrors;
pub use fingerprint::Fingerprint;
pub use incoming::Incoming;
pub use inspect::Inspection;
pub use json::{Json, JsonArrayView, JsonEditor, JsonObjectView, JsonState, JsonView};
pub use key::MapKey;
pub use kind::{Kind, Leaf, Nested};
pub use lazy::Lazy;
pub use leaf::{Initial, IntoLeaf, LeafField, LeafValue, StandardDefault};
pub use list::{List, ListEditor, ListIter, ListState, ListView};
pub use map::{IntoKey, Map, MapEditor, MapIter, MapState, MapView};
#[doc(hidden)]
pub use misuse::{
    EditedAtOnce, MarkedCrdtCounter, MarkedCrdtText, MergesElements, Subscript,
    WrittenWithoutChange,
};
pub use newtype::{Newtype, Transparent};
pub use option::{OptionEditor, OptionNode, OptionState, OptionView};
pub use register::{
    Register, RegisterEditor, RegisterField, RegisterState, RegisterValue, RegisterView,
};
pub use saved::{StateReader, StateWriter};
pub(crate) use saved::{load_state, save_state};
pub use set::{SetEditor, SetIter, SetView};
pub use text::{Text, TextEditor, TextField, TextSlice, TextState, TextString, TextView};
pub use transaction::Scope;
pub(crate) use transaction::{Log, Space, Transaction};
pub use undo::Undone;
pub use unknown::Unknown;
pub(crate) use untyped::Untyped;

use serde::Serialize;

use crate::codec::DecodeError;
use crate::history::name_in_genesis;
use crate::op::Key;
use crate::schema::{self, SchemaBuilder};

pub use crate::history::Chains;
pub use crate::op::Id;

/// Reads a node of type `T` by reference: what [`Document::read`](crate::Document::read) gives, for
/// the signature of a function.
///
/// ```
/// # use crdt_core::{CrdtNode, View};
/// # #[derive(CrdtNode)]
/// # struct Task { title: String, done: bool }
/// fn line(task: View<'_, Task>) -> String {
///     format!("[{}] {}", if *task.done { "x" } else { " " }, task.title)
/// }
/// ```
pub type View<'a, T> = <T as CrdtNode>::View<'a>;

/// Edits a node of type `T` inside a change, for the signature of a function.
///
/// ```
/// # use crdt_core::{CrdtNode, EditError, Editor};
/// # #[derive(CrdtNode)]
/// # struct Task { title: String, done: bool }
/// fn finish(task: &mut Editor<'_, Task>) -> Result<(), EditError> {
///     task.done.set(true)
/// }
/// ```
pub type Editor<'a, T> = <T as CrdtNode>::Editor<'a>;

/// An enum of which one variant is selected; implemented by the derive.
pub trait Choice: CrdtNode {
    /// The selected variant with views of what it holds: an enum with the same variants, to match
    /// on. Of an enum whose variants hold nothing it is the enum itself.
    type Variant<'a>;
}

/// The selected variant of the enum `T`, with views of what it holds; the method `variant` of the
/// enum's view gives it.
///
/// ```
/// # use crdt_core::{CrdtNode, Variant, View};
/// #[derive(CrdtNode)]
/// enum Status {
///     #[crdt(default)]
///     Open,
///     Done { by: String },
/// }
///
/// fn word(status: View<'_, Status>) -> String {
///     match status.variant() {
///         Variant::<Status>::Open => "open".into(),
///         Variant::<Status>::Done { by } => format!("done by {by}"),
///     }
/// }
/// ```
pub type Variant<'a, T> = <T as Choice>::Variant<'a>;

/// A segment of the path that leads an op to a node of this replica.
pub type Segment<'a> = crate::op::Segment<'a, Id>;

/// A type that can be part of a document. Derive it for structs and enums:
///
/// ```
/// use crdt_core::CrdtNode;
///
/// #[derive(CrdtNode, Debug, PartialEq)]
/// struct Task {
///     title: String,
///     #[crdt(text)]
///     notes: String,
///     done: bool,
/// }
/// ```
///
/// Leaves (numbers, `bool`, `char`, `String`, [`Bytes`], with their features the types of `uuid`,
/// `chrono`, `time` and `jiff`, `Option`s of all these) are registers; `Vec`, `VecDeque`,
/// `BTreeMap`, `HashMap` and `Option` of nested types are lists and maps of nested nodes;
/// `BTreeSet` and `HashSet` are sets of map keys; [`Json`] is any JSON; of `()` and `PhantomData`
/// nothing is written; any serde type can be made a register with `#[crdt(register)]`. All
/// attributes are listed at the [derive](macro@crate::CrdtNode).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a document",
    label = "does not implement `CrdtNode`",
    note = "if `{Self}` is your own type, put `#[derive(CrdtNode)]` on it",
    note = "if it is a type of another crate that serde knows, write `Register<{Self}>` in its place, which is one value that is replaced as a whole: `Vec<Register<{Self}>>` is a list of such values, `Option<Register<{Self}>>` one or none",
    note = "`#[crdt(register)]` on the field makes all of the field one value: that is the same for a field of type `{Self}`, but of a list or map concurrent edits of different elements no longer both stay",
    note = "types of the crates `uuid`, `chrono`, `time` and `jiff` need neither, with the feature of that name of `crdt-core`"
)]
pub trait CrdtNode: Sized + 'static {
    /// The plain value; the type itself except for the wrappers that field attributes stand for.
    type Value;
    /// The CRDT state.
    type State: NodeState;
    /// Reads the state by reference. It is serialized as the plain value would be, so that a
    /// document can be written out without being copied first.
    type View<'a>: Copy + Serialize;
    /// Edits the state inside a change.
    type Editor<'a>;
    /// Whether an `Option` of it is one register ([`Leaf`]) or a node that may be absent
    /// ([`Nested`]).
    type Kind;
    /// The name of the type, kept in the genesis record of documents created with it: empty of a type
    /// whose documents say nothing of it.
    const NAME: &'static str = "";
    /// Former names of the type, under which documents of it were created.
    const ALIASES: &'static [&'static str] = &[];

    /// Whether a document whose genesis record names this type can be opened as this one. By itself if
    /// the name is one of its own, or one of the two has none.
    fn is_known_as(name: &str) -> bool {
        let own = || core::iter::once(&Self::NAME).chain(Self::ALIASES);
        name.is_empty() || Self::NAME.is_empty() || own().any(|own| name_in_genesis(own) == name)
    }

    /// Describes the node: what a [`Schema`](schema::Schema) says of it.
    ///
    /// A saved state is read again only by types that are described as the type it was saved with,
    /// so what is written or read in another way has to be described otherwise. A node whose state
    /// is that of another type is described as that one; for a state of your own there is
    /// [`Custom`](schema::Node::Custom).
    fn describe(schema: &mut SchemaBuilder) -> schema::Node;

    /// Views the state.
    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a>;

    /// Opens the state for editing.
    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a>;

    /// The plain value of the state.
    fn value(state: &Self::State, chains: &Chains) -> Self::Value;

    /// Clears what was observed, then writes what differs from the default. What the node has
    /// [refused](Fit::Refused) is cleared by who keeps it.
    ///
    /// # Errors
    /// [`EditError`] if a part of the value cannot be written.
    fn assign(
        state: &mut Self::State,
        scope: Scope<'_>,
        value: Self::Value,
    ) -> Result<(), EditError>;

    /// What tells the elements of a list apart when a value is compared with a state: the field
    /// marked `#[crdt(key)]`. `None` if there is no such field.
    fn key(value: &Self::Value) -> Option<Key<'_>> {
        let _ = value;
        None
    }

    /// The [`key`](Self::key) that the value of a state has.
    fn key_in<'a>(state: &'a Self::State, chains: &'a Chains) -> Option<Key<'a>> {
        let _ = (state, chains);
        None
    }

    /// What an insert can carry for an element that starts as `value`: the bytes a set of its
    /// register would have. `None` if its default says it all, or if it has no register.
    ///
    /// # Errors
    /// [`EditError`] if the value cannot be encoded.
    fn seed(value: &Self::Value) -> Result<Option<Vec<u8>>, EditError> {
        let _ = value;
        Ok(None)
    }

    /// Writes the rest of a value whose [`seed`](Self::seed) came with the insert.
    ///
    /// # Errors
    /// [`EditError`] if a part of the value cannot be written.
    fn grow(
        state: &mut Self::State,
        scope: Scope<'_>,
        value: Self::Value,
    ) -> Result<(), EditError> {
        Self::assign(state, scope, value)
    }

    /// Makes the state read as the value with as few ops as that takes: what is the same is not
    /// written, and parts that stay are edited where they are, so that what this type does not know
    /// of them stays too.
    ///
    /// By itself it assigns what is not the same.
    ///
    /// # Errors
    /// [`EditError`] if a part of the value cannot be written.
    fn reconcile(
        state: &mut Self::State,
        scope: Scope<'_>,
        value: Self::Value,
    ) -> Result<(), EditError> {
        if Fingerprint::same::<Self>(&Self::value(state, scope.chains()), &value) {
            return Ok(());
        }
        Self::assign(state, scope, value)
    }

    /// Feeds everything of a value that is written in a document, so that two values are told apart.
    ///
    /// By itself it takes the value for unlike any other.
    fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
        let _ = value;
        print.unknown();
    }
}

/// The state of a node. It starts blank, as if it had been there from the beginning of the
/// document.
pub trait NodeState: Default + Send + Sync + 'static {
    /// Takes an op that came to this node; `path` is the rest of its path. Ops come after
    /// everything they depend on, and each once.
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit;

    /// Writes the ops that annul whatever is here, hidden parts included, so that it reads as its
    /// default. What was [refused](Fit::Refused) is cleared by who keeps it.
    fn clear(&mut self, scope: Scope<'_>);

    /// Whether nothing ever came here.
    fn is_blank(&self) -> bool;

    /// Whether a set of this very node stands, of which the value fits. Such a set keeps the entry of
    /// a map present, as a put does. Never of a node that takes no sets. O(1).
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

    /// Feeds the whole state, hidden parts included, in an order that is the same everywhere.
    fn digest(&self, digest: &mut DigestWriter<'_>);

    /// Writes the whole state, hidden parts included.
    fn save(&self, writer: &mut StateWriter<'_>);

    /// Reads what [`save`](Self::save) wrote for a node that is [described](CrdtNode::describe) the
    /// same.
    ///
    /// # Errors
    /// [`DecodeError`] if it is something else.
    fn load(reader: &mut StateReader<'_>) -> Result<Self, DecodeError>;
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
    /// It has no effect on the value either, and the node remembers nothing of it. The nearest place
    /// around the node that is written over as a whole keeps it in its [`Unknown`], to clear it then.
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

    /// The same of an op that is kept, or need not be.
    pub(crate) fn settled(self) -> Self {
        match self {
            Self::Refused(reason) => Self::Inert(reason),
            settled => settled,
        }
    }
}
