//! Reading and editing by path, for whoever does not have the Rust types at hand.
//!
//! An edit goes the way of an op: along a path, from state to state, to the one that makes it. So
//! nothing is generated for it for any type; what a state is generic in is behind the traits of
//! [`any`], and every verb is written once, over these. Each writes exactly the ops that the verb
//! of the typed editor writes.

mod any;
mod editor;
mod elements;
mod given;
mod kind;
mod lists;
mod plain;
mod step;
mod view;
mod write;

pub use any::{AnyChoice, AnyList, AnyMap, AnyNode, AnyNodeMut, AnyOption, AnyRegister};
pub(in crate::node) use any::{Place, WriteEntry};
pub use editor::PathEditor;
pub use kind::NodeKind;
pub use plain::PlainValue;
pub use view::PathView;
