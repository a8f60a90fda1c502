//! States, opened for whoever does not know their types.
//!
//! What a state is generic in stays behind traits, whose methods are few and small, since they are
//! made for every type. All that is done with states by path is written once, over these.

use core::ops::{Range, RangeInclusive};

use crate::history::Chains;
use crate::node::list::SeedOf;
use crate::node::record::{Field, Parts};
use crate::node::unknown::Unknown;
use crate::node::{
    CounterState, Cursor, EditError, JsonState, NodeState, Resolved, Scope, Selector, TextState,
    Variants,
};
use crate::op::{Id, Key, Side};

/// A state, to read.
pub enum AnyNode<'s> {
    /// Of a struct, or of what a variant holds.
    Record(&'static [Field], &'s dyn Parts),
    /// Of an enum.
    Choice(&'static Variants, &'s Selector, &'s dyn Parts),
    /// Of a list.
    List(&'s dyn AnyList),
    /// Of a map or a set.
    Map(&'s dyn AnyMap),
    /// Of an optional node.
    Option(&'s dyn AnyOption),
    /// Of a register.
    Register(&'s dyn AnyRegister),
    /// Of a counter, which is read as an integer of a type that has these.
    Counter(&'s CounterState, RangeInclusive<i128>),
    /// Of a text.
    Text(&'s TextState),
    /// Of JSON.
    Json(&'s JsonState),
    /// Of what holds nothing.
    Unit,
    /// Of what only its own type can open.
    Closed,
}

/// A state, to edit.
pub enum AnyNodeMut<'s> {
    /// Of a struct, or of what a variant holds.
    Record(&'static [Field], &'s mut dyn Parts),
    /// Of an enum.
    Choice(AnyChoice<'s>),
    /// Of a list.
    List(&'s mut dyn AnyList),
    /// Of a map or a set.
    Map(&'s mut dyn AnyMap),
    /// Of an optional node.
    Option(&'s mut dyn AnyOption),
    /// Of a register.
    Register(&'s mut dyn AnyRegister),
    /// Of a counter, which is read as an integer of a type that has these.
    Counter(&'s mut CounterState, RangeInclusive<i128>),
    /// Of a text.
    Text(&'s mut TextState),
    /// Of JSON.
    Json(&'s mut JsonState),
    /// Of what holds nothing.
    Unit,
    /// Of what only its own type can open.
    Closed,
}

/// The state of an enum, to edit.
pub struct AnyChoice<'s> {
    pub(in crate::node) variants: &'static Variants,
    pub(in crate::node) selector: &'s mut Selector,
    pub(in crate::node) payloads: &'s mut dyn Parts,
    pub(in crate::node) unknown: &'s mut Unknown,
}

/// Writes into the state of an entry.
pub(in crate::node) type WriteEntry<'w> =
    &'w mut dyn FnMut(&mut dyn NodeState, Scope<'_>) -> Result<(), EditError>;

/// A state and where it is, to be edited there.
pub(in crate::node) type Place<'s> = (&'s mut dyn NodeState, Scope<'s>);

/// A list of any type.
pub trait AnyList {
    /// How many elements there are.
    fn count(&self, chains: &Chains) -> usize;
    /// The id of the element at a position.
    fn id_at(&self, position: usize, chains: &Chains) -> Option<Id>;
    /// Where an element is.
    fn position(&self, element: Id, chains: &Chains) -> Option<usize>;
    /// The state of the element at a position.
    fn item_at(&self, position: usize, chains: &Chains) -> Option<&dyn NodeState>;
    /// Shows every element.
    fn each(&self, chains: &Chains, show: &mut dyn FnMut(Id, &dyn NodeState));
    /// The cursor at a position.
    fn cursor(&self, position: usize, side: Side, chains: &Chains) -> Option<Cursor>;
    /// Where a cursor is.
    fn resolve(&self, cursor: Cursor, chains: &Chains) -> Option<Resolved>;
    /// The state of an element in which nothing was ever written.
    fn blank(&self) -> Box<dyn NodeState>;
    /// The state of the element at a position, to edit it.
    fn item_at_mut(&mut self, position: usize, chains: &Chains) -> Option<&mut dyn NodeState>;
    /// Inserts so many elements with their seeds.
    fn insert(
        &mut self,
        scope: Scope<'_>,
        position: usize,
        count: usize,
        seed: SeedOf<'_>,
    ) -> Result<(), EditError>;
    /// Deletes the elements at some positions.
    fn delete(&mut self, scope: Scope<'_>, range: Range<usize>) -> Result<(), EditError>;
    /// Moves the elements at some positions so that the first of them stands at `to`.
    fn move_range(
        &mut self,
        scope: Scope<'_>,
        range: Range<usize>,
        to: usize,
    ) -> Result<(), EditError>;
    /// Moves the elements at some positions into the gap before another one.
    fn move_before(
        &mut self,
        scope: Scope<'_>,
        range: Range<usize>,
        gap: usize,
    ) -> Result<(), EditError>;
}

/// A map of any type.
pub trait AnyMap {
    /// How many entries are present.
    fn count(&self) -> usize;
    /// Whether it is a set: a map to nothing.
    fn is_set(&self) -> bool;
    /// Whether this is a key of its type.
    fn takes(&self, key: Key<'_>) -> bool;
    /// The state of an entry that is present.
    fn get(&self, key: Key<'_>) -> Option<&dyn NodeState>;
    /// Shows every entry that is present.
    fn each(&self, show: &mut dyn FnMut(Key<'_>, &dyn NodeState));
    /// The state of an entry in which nothing was ever written.
    fn blank(&self) -> Box<dyn NodeState>;
    /// The state of an entry that is present, to edit it where it is. Nothing is written.
    fn get_mut(&mut self, key: Key<'_>) -> Option<&mut dyn NodeState>;
    /// An entry that is present, which stays so while it is edited.
    fn present<'s>(&'s mut self, scope: Scope<'s>, key: Key<'_>) -> Option<Place<'s>>;
    /// An entry, which is made present if it is absent.
    fn entry<'s>(
        &'s mut self,
        scope: Scope<'s>,
        key: Key<'_>,
    ) -> Result<Option<Place<'s>>, EditError>;
    /// Makes an entry of a set present, also if it is already.
    fn put(&mut self, scope: Scope<'_>, key: Key<'_>) -> Result<(), EditError>;
    /// Makes an entry present and writes a value over what is known of it.
    fn assign(
        &mut self,
        scope: Scope<'_>,
        key: Key<'_>,
        write: WriteEntry<'_>,
    ) -> Result<(), EditError>;
    /// Makes an entry absent; whether it was present.
    fn remove(&mut self, scope: Scope<'_>, key: Key<'_>) -> bool;
    /// Makes all entries absent that are not to be kept, or of those only the present ones.
    fn remove_others(&mut self, scope: Scope<'_>, keep: &dyn Fn(Key<'_>) -> bool, present: bool);
}

/// An optional node of any type.
pub trait AnyOption {
    /// The state, if it is present.
    fn get(&self) -> Option<&dyn NodeState>;
    /// A state in which nothing was ever written.
    fn blank(&self) -> Box<dyn NodeState>;
    /// The state, if it is present, to edit it where it is. Nothing is written.
    fn get_mut(&mut self) -> Option<&mut dyn NodeState>;
    /// The node, which is made present if it is absent, and stays so while it is edited.
    fn entry<'s>(&'s mut self, scope: Scope<'s>) -> Result<Place<'s>, EditError>;
    /// Makes it present and writes a value over what is known of it.
    fn assign(&mut self, scope: Scope<'_>, write: WriteEntry<'_>) -> Result<(), EditError>;
    /// Makes it absent; whether it was present.
    fn remove(&mut self, scope: Scope<'_>) -> bool;
}

/// A register of any type. Its values are told by their bytes.
pub trait AnyRegister {
    /// What it reads as.
    fn read(&self, chains: &Chains) -> Result<Vec<u8>, EditError>;
    /// What it reads as before it is set.
    fn initial(&self) -> Result<Vec<u8>, EditError>;
    /// The value of its type that is read from bytes.
    ///
    /// # Errors
    /// What is wrong with them.
    fn accept(&self, bytes: &[u8]) -> Result<Vec<u8>, String>;
    /// Whether nothing was ever written.
    fn never_set(&self) -> bool;
    /// Writes a value.
    fn write(&mut self, scope: Scope<'_>, payload: Vec<u8>) -> Result<(), EditError>;
}
