use core::fmt;

use serde::{Serialize, Serializer};

use super::delta::serialize_visited;
use super::{
    Argument, Chains, Choice, DeltaError, EditError, Fingerprint, NodeState, Scope, ValueVisitor,
};
use crate::op::Key;
use crate::schema::{self, SchemaBuilder};

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

/// What changed of a node of type `T`, in the types of the app: what
/// [`Document::delta`](crate::Document::delta) gives. Of a struct it is a struct with the same
/// fields, each an `Option` of its own delta.
///
/// ```
/// # use crdt_core::{CrdtNode, Delta};
/// # #[derive(CrdtNode)]
/// # struct Task { title: String, done: bool }
/// fn redraw(delta: &Delta<Task>) {
///     let Delta::<Task> { title, done } = delta; // a new field is an error here
///     if let Some(title) = title {
///         println!("the title is {} now", title.to);
///     }
///     if let Some(done) = done {
///         println!("{}", if done.to { "done" } else { "open again" });
///     }
/// }
/// ```
pub type Delta<T> = <T as CrdtNode>::Delta;

/// What changed in what a variant of the enum `T` holds: an enum with those variants that hold
/// something. An [`EnumDelta`](crate::node::EnumDelta) has one.
///
/// ```
/// # use crdt_core::node::EnumDelta;
/// # use crdt_core::{CrdtNode, Delta, VariantDelta};
/// #[derive(CrdtNode)]
/// enum Status {
///     #[crdt(default)]
///     Open,
///     Done { by: String },
/// }
///
/// fn redraw(delta: &Delta<Status>) {
///     match delta {
///         EnumDelta::Selected(Status::Open) => println!("open again"),
///         EnumDelta::Selected(Status::Done { by }) => println!("done by {by}"),
///         EnumDelta::Changed(VariantDelta::<Status>::Done(done)) => {
///             println!("done by another: {:?}", done.by);
///         }
///     }
/// }
/// ```
pub type VariantDelta<T> = <T as Choice>::VariantDelta;

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
/// Leaves (numbers, `bool`, `char`, `String`, [`Bytes`](crate::Bytes), with their features the
/// types of `uuid`, `chrono`, `time` and `jiff`, `Option`s of all these) are registers; `Vec`,
/// `VecDeque`, `BTreeMap`, `HashMap` and `Option` of nested types are lists and maps of nested
/// nodes; `BTreeSet` and `HashSet` are sets of map keys; [`Json`](crate::Json) is any JSON; of
/// `()` and `PhantomData` nothing is written; any serde type can be made a register with
/// `#[crdt(register)]`. All attributes are listed at the [derive](macro@crate::CrdtNode).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a document",
    label = "does not implement `CrdtNode`",
    note = "if `{Self}` is your own type, put `#[derive(CrdtNode)]` on it",
    note = "if it is a type of another crate that serde knows, write `Register<{Self}>` in its place, which is one value that is replaced as a whole: `Vec<Register<{Self}>>` is a list of such values, `Option<Register<{Self}>>` one or none; it starts as the `Default` of `{Self}`, and without one there is `#[crdt(register, default = \"path::to::function\")]` on a field",
    note = "`#[crdt(register)]` on the field makes all of the field one value: that is the same for a field of type `{Self}`, but of a list or map concurrent edits of different elements no longer both stay",
    note = "types of the crates `uuid`, `chrono`, `time` and `jiff` need neither, with the feature of that name of `crdt-core`"
)]
pub trait CrdtNode: Sized + 'static {
    /// The plain value; the type itself except for the wrappers that field attributes stand for.
    type Value;
    /// The CRDT state.
    #[doc(hidden)]
    type State: NodeState + Default;
    /// Reads the state by reference. It is serialized as the plain value would be, so that a
    /// document can be written out without being copied first.
    type View<'a>: Copy + Serialize;
    /// Edits the state inside a change.
    type Editor<'a>;
    /// What changed between two states. Of its parts those that did not change are absent.
    type Delta: Clone + fmt::Debug + PartialEq + Serialize + 'static;
    /// Whether an `Option` of it is one register ([`Leaf`]) or a node that may be absent
    /// ([`Nested`]).
    #[doc(hidden)]
    type Kind: super::Kind<Self>;
    /// The name of the type without its arguments, kept in the genesis record of documents created
    /// with it: empty of a type whose documents say nothing of it.
    #[doc(hidden)]
    const NAME: &'static str = "";
    /// The arguments that stand after the name.
    #[doc(hidden)]
    const ARGUMENTS: &'static [Argument] = &[];
    /// Former names of the type, under which documents of it were created.
    #[doc(hidden)]
    const ALIASES: &'static [&'static str] = &[];

    /// Whether a document whose genesis record names this type can be opened as this one. By itself
    /// if the name is one of its own and its arguments are known as those here, or one of the two
    /// has none.
    #[doc(hidden)]
    fn is_known_as(name: &str) -> bool {
        super::type_name::is_known_as::<Self>(name)
    }

    /// Describes the node: what a [`Schema`](schema::Schema) says of it.
    ///
    /// A saved state is read again only by types that are described as the type it was saved with,
    /// so what is written or read in another way has to be described otherwise. A node whose state
    /// is that of another type is described as that one; for a state of your own there is
    /// [`Custom`](schema::Node::Custom).
    #[doc(hidden)]
    fn describe(schema: &mut SchemaBuilder) -> schema::Node;

    /// Views the state.
    #[doc(hidden)]
    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a>;

    /// Opens the state for editing.
    #[doc(hidden)]
    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a>;

    /// The plain value of the state.
    #[doc(hidden)]
    fn value(state: &Self::State, chains: &Chains) -> Self::Value {
        Self::value_of(Self::view(state, chains))
    }

    /// The plain value of what a view reads.
    #[doc(hidden)]
    fn value_of(view: Self::View<'_>) -> Self::Value;

    /// Views what an editor edits.
    #[doc(hidden)]
    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a>;

    /// Makes the state read as the value, in one of three [ways](Writing). What the node has
    /// [refused](super::Fit::Refused) is cleared by who keeps it.
    ///
    /// # Errors
    /// [`EditError`] if a part of the value cannot be written.
    #[doc(hidden)]
    fn write(
        state: &mut Self::State,
        scope: Scope<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError> {
        Self::write_in(&mut Self::edit(state, scope), value, how)
    }

    /// Makes what an editor edits read as the value, as [`write`](Self::write) does.
    ///
    /// # Errors
    /// [`EditError`] if a part of the value cannot be written.
    #[doc(hidden)]
    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError>;

    /// What changed from one state to another, which need not be the later one, of one history.
    /// `None` if nothing did. Costs time in the size of both.
    #[doc(hidden)]
    fn delta(before: &Self::State, after: &Self::State, chains: &Chains) -> Option<Self::Delta>;

    /// Makes the plain value before a delta the plain value after it. Fields that are not stored
    /// stay as they are.
    ///
    /// ```
    /// # use crdt_core::{CrdtNode, Document, Keypair};
    /// #[derive(CrdtNode, Clone, Debug, PartialEq)]
    /// struct Task { title: String, done: bool }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut document = Document::<Task>::create(Keypair::generate()?)?;
    /// let (mut task, version) = (document.value(), document.heads());
    /// document.change(|task| task.title.set("Write docs"))?;
    ///
    /// let delta = document.delta(&version, &document.heads())?.ok_or("the title changed")?;
    /// assert!(delta.done.is_none());
    /// Task::apply_delta(&mut task, &delta)?;
    /// assert_eq!(task, document.value());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DeltaError`] if the value is another one than the value before. It may have been changed
    /// in part then.
    fn apply_delta(value: &mut Self::Value, delta: &Self::Delta) -> Result<(), DeltaError>;

    /// A copy of a plain value; what is not stored has its default.
    #[doc(hidden)]
    fn copy_value(value: &Self::Value) -> Self::Value;

    /// Serializes a plain value as its [view](Self::View) is.
    ///
    /// # Errors
    /// Those of the serializer.
    #[doc(hidden)]
    fn serialize_value<S: Serializer>(
        value: &Self::Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serialize_visited::<Self, S>(value, serializer)
    }

    /// Shows what a plain value is and all parts of it that are written in a document. Of what does
    /// not show its values more is to be said: how they are [serialized](Self::serialize_value) and
    /// [told apart](Self::fingerprint).
    #[doc(hidden)]
    fn visit_value<V: ValueVisitor>(value: &Self::Value, visitor: &mut V) {
        let _ = value;
        visitor.unknown();
    }

    /// What tells the elements of a list apart when a value is compared with a state: the field
    /// marked `#[crdt(key)]`. `None` if there is no such field.
    #[doc(hidden)]
    fn key(value: &Self::Value) -> Option<Key<'_>> {
        let _ = value;
        None
    }

    /// The [`key`](Self::key) that the value of a state has.
    #[doc(hidden)]
    fn key_in<'a>(state: &'a Self::State, chains: &'a Chains) -> Option<Key<'a>> {
        let _ = (state, chains);
        None
    }

    /// What an insert can carry for an element that starts as `value`: the bytes a set of its
    /// register would have. `None` if its default says it all, or if it has no register.
    ///
    /// # Errors
    /// [`EditError`] if the value cannot be encoded.
    #[doc(hidden)]
    fn seed(value: &Self::Value) -> Result<Option<Vec<u8>>, EditError> {
        let _ = value;
        Ok(None)
    }

    /// Feeds everything of a value that is written in a document, so that two values are told
    /// apart. One that does not [show](Self::visit_value) itself counts as unlike any other.
    #[doc(hidden)]
    fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
        Self::visit_value(value, print);
    }
}

/// How a value is written into a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writing {
    /// Over whatever is there: what was observed is annulled, then what differs from the default is
    /// written.
    Anew,
    /// Into the blank state of an element whose insert has brought the value's
    /// [`seed`](CrdtNode::seed): the rest of it is written.
    Seeded,
    /// With as few ops as that takes: what is the same is not written, and parts that stay are
    /// edited where they are, so that what this type does not know of them stays too.
    Difference,
}

impl Writing {
    /// How the parts of the value are written: a seed says nothing of them.
    #[must_use]
    pub fn of_parts(self) -> Self {
        match self {
            Self::Anew | Self::Seeded => Self::Anew,
            Self::Difference => Self::Difference,
        }
    }
}
