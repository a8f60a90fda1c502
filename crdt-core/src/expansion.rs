//! What the expansion of `#[derive(CrdtNode)]` is written against. Not part of the public API.

use core::fmt;

pub use crate::node::internals::*;
pub use crate::node::{
    Blame, ByteString, CounterInteger, CrdtNode, Delta, DeltaError, EditError, Editor, EnumDelta,
    LeafValue, MapKey, NoDelta, RegisterValue, TextString, View,
};
pub use crate::op::Key;
pub use crate::schema::builder::{DerivedFields, DerivedVariant};
pub use crate::schema::{self, SchemaBuilder};
pub use core::option::Option::{self, None, Some};
pub use core::result::Result::{self, Ok};
pub use serde::ser::{
    Serialize, SerializeStruct, SerializeStructVariant, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};
pub use std::vec::Vec;

/// The state of a node.
pub type State<N> = <N as CrdtNode>::State;

/// What writing gives.
pub type Written = Result<(), EditError>;

/// What [`CrdtNode::apply_delta`] gives.
pub type Applied = Result<(), DeltaError>;

/// What [`CrdtNode::seed`] gives.
pub type Seeded = Result<Option<Vec<u8>>, EditError>;

/// What serializing gives.
pub type Serialized<S> = Result<<S as Serializer>::Ok, <S as Serializer>::Error>;

/// A state in which nothing is.
pub fn blank<S: Default>() -> S {
    S::default()
}

/// Carries the result of a check from one place of an expansion to another.
#[derive(Debug)]
pub struct Checked<const OK: bool>;

/// A type that is only there if a check has passed.
pub trait Same<T> {
    /// The type.
    type Type;
}

impl<T> Same<T> for Checked<true> {
    type Type = T;
}

/// A part of a view or editor, to print.
///
/// Of the two traits with the method `shown` the compiler takes the first one if the part can be
/// printed, since that needs one reference less.
#[derive(Debug)]
pub struct Shown<'a, T>(pub &'a T);

/// Prints a part.
pub trait ViaDebug {
    /// The part.
    fn shown(&self) -> &dyn fmt::Debug;
}

/// Stands for a part that cannot be printed.
pub trait ViaNothing {
    /// What to print instead.
    fn shown(&self) -> &dyn fmt::Debug;
}

impl<T: fmt::Debug> ViaDebug for Shown<'_, T> {
    fn shown(&self) -> &dyn fmt::Debug {
        self.0
    }
}

impl<T> ViaNothing for &Shown<'_, T> {
    fn shown(&self) -> &dyn fmt::Debug {
        struct Hidden;

        impl fmt::Debug for Hidden {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("..")
            }
        }

        &Hidden
    }
}

/// How the field that is marked as `key` is read.
pub mod key {
    use super::{Chains, CrdtNode, Key, MapKey};
    use crate::node::RegisterView;

    /// The view of something that can be a key.
    pub trait KeyView<'a> {
        /// The key.
        fn key(self) -> Key<'a>;
    }

    impl<'a, T: MapKey, D> KeyView<'a> for RegisterView<'a, T, D> {
        fn key(self) -> Key<'a> {
            self.get().to_key()
        }
    }

    /// The key that a value is.
    pub fn of_value<N: CrdtNode>(value: &N::Value) -> Option<Key<'_>>
    where
        N::Value: MapKey,
    {
        Some(value.to_key())
    }

    /// The key that the value of a state is.
    pub fn of_state<'a, N: CrdtNode>(state: &'a N::State, chains: &'a Chains) -> Option<Key<'a>>
    where
        N::View<'a>: KeyView<'a>,
    {
        Some(N::view(state, chains).key())
    }
}

/// Checks of field types, each at the field's span, so that one fault gives one error.
pub mod check {
    use core::marker::PhantomData;

    use super::{
        ByteString, CounterInteger, CrdtNode, Initial, LeafValue, MapKey, RegisterValue, TextString,
    };

    /// The type is a node.
    pub const fn node<T: CrdtNode>() -> bool {
        true
    }

    /// The type is called `Value`, and a node. Of that of `serde_json` the compiler says why it is
    /// none in the words of what is asked first.
    pub const fn value<T: ValueNode>() -> bool {
        true
    }

    /// A node that is called `Value`.
    #[diagnostic::on_unimplemented(
        message = "`serde_json::Value` cannot be part of a document: write `crdt_core::Json`",
        label = "write `Json` for `serde_json::Value`",
        note = "a `Json` is a `serde_json::Value` in which concurrent edits merge at every depth: `value.into()` makes one, `.0` is what is in it",
        note = "to keep a `serde_json::Value` as one value that is replaced as a whole, put `#[crdt(register)]` on the field"
    )]
    pub trait ValueNode {}

    impl<T: CrdtNode> ValueNode for T {}

    /// The type is called as one of another crate for which there is a feature, and a node.
    pub const fn foreign<T: ForeignNode>() -> bool {
        true
    }

    /// A node that is called as a type of another crate.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be part of a document without a feature of `crdt-core`",
        label = "needs the feature that is called as its crate",
        note = "enable it: `crdt-core = {{ .., features = [\"uuid\"] }}`; there are `uuid`, `chrono`, `time` and `jiff`",
        note = "if it is a type of yours, put `#[derive(CrdtNode)]` on it; one that only serde knows is kept in a `Register<{Self}>`"
    )]
    pub trait ForeignNode {}

    #[diagnostic::do_not_recommend]
    impl<T: CrdtNode> ForeignNode for T {}

    /// The type is a node that tells the elements of a list apart.
    pub const fn key<T: CrdtNode + ElementKey>() -> bool {
        true
    }

    /// A type that tells the elements of a list apart.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be the `key` of a struct",
        label = "cannot tell the elements of a list apart",
        note = "a `key` is a `String`, a `bool`, an integer, or a newtype of one that derives `CrdtNode`, `PartialEq`, `Eq`, `PartialOrd` and `Ord`"
    )]
    pub trait ElementKey {}

    #[diagnostic::do_not_recommend]
    impl<T: MapKey> ElementKey for T {}

    /// The type is a leaf.
    pub const fn leaf<T: LeafValue>() -> bool {
        true
    }

    /// The type is a text.
    pub const fn text<T: TextString>() -> bool {
        true
    }

    /// The type is a counter.
    pub const fn counter<T: CounterInteger>() -> bool {
        true
    }

    /// The type is bytes.
    pub const fn bytes<T: ByteString>() -> bool {
        true
    }

    /// Asks whether a type implements `Drop`.
    #[derive(Debug)]
    pub struct Dropped<T>(PhantomData<T>);

    /// The answer for types that do not. For those that do the compiler finds the constant of
    /// [`Dropped`] itself first.
    pub trait NotDropped {
        /// Whether it does.
        const IS_IMPLEMENTED: bool = false;

        /// Values can be taken apart.
        fn taken_apart() {}
    }

    impl<T> NotDropped for Dropped<T> {}

    #[expect(drop_bounds, reason = "it is the very question")]
    impl<T: Drop> Dropped<T> {
        /// Whether it does.
        pub const IS_IMPLEMENTED: bool = true;

        /// Values can be taken apart, which is not so.
        pub fn taken_apart()
        where
            Self: TakenApart,
        {
        }
    }

    /// The answer as a type.
    #[derive(Debug)]
    pub struct Drops<const IS_IMPLEMENTED: bool>;

    /// What can be taken apart.
    #[diagnostic::on_unimplemented(
        message = "a type that implements `Drop` cannot be part of a document",
        label = "implements `Drop`, and its values are taken apart when they are written",
        note = "put what has to be dropped into a type of its own, which implements `Drop`, and keep that in a field with `#[crdt(skip)]`"
    )]
    pub trait TakenApart {}

    impl TakenApart for Drops<false> {}

    /// The type can be taken apart.
    pub const fn apart<T: TakenApart>() -> bool {
        true
    }

    /// The type can be kept in a register.
    pub const fn register<T: RegisterValue>() -> bool {
        true
    }

    /// The type has a default.
    pub const fn initial<T, D: Initial<T>>() -> bool {
        true
    }

    /// Asks whether a type, whatever it is called, is a list of bytes.
    #[derive(Debug)]
    pub struct Listed<T>(PhantomData<T>);

    /// The answer for types that are not. For those that are the compiler finds the constant of
    /// [`Listed`] itself first.
    pub trait NotBytes {
        /// Whether it is.
        const IS_BYTES: bool = false;
    }

    impl<T> NotBytes for Listed<T> {}

    impl Listed<Vec<u8>> {
        /// Whether it is.
        pub const IS_BYTES: bool = true;
    }

    impl Listed<Option<Vec<u8>>> {
        /// Whether it is.
        pub const IS_BYTES: bool = true;
    }

    /// The answer as a type.
    #[derive(Debug)]
    pub struct OfBytes<const IS_BYTES: bool>;

    /// What can be a list.
    #[diagnostic::on_unimplemented(
        message = "a list of bytes takes twenty times their size",
        label = "this is another name for a `Vec<u8>`",
        note = "put `#[crdt(bytes)]` on the field to keep them as one value, or write `List<u8>` to merge them byte by byte"
    )]
    pub trait Merged {}

    impl Merged for OfBytes<false> {}

    /// The type is a node, and no list of bytes.
    pub const fn listed<T: CrdtNode, B: Merged>() -> bool {
        true
    }
}
