//! Nodes: the state of registers, counters, texts, lists, maps, JSON and what is built of them.
//!
//! Every type that can be part of a document implements [`CrdtNode`], usually by derive. Its
//! [`State`](CrdtNode::State) takes ops that are routed to it by their path; its
//! [`Editor`](CrdtNode::Editor) changes the state and writes down the ops that say so; its
//! [`View`](CrdtNode::View) reads the state by reference; its [`Delta`](CrdtNode::Delta) says what
//! changed between two states.
//!
//! How concurrent edits of each node merge is tabled in `docs/merging.md`.

mod alignment;
mod blame;
mod blanks;
mod boxed;
mod bytes;
mod choice;
mod compare;
mod counter;
mod crdt_node;
mod cursor;
mod delta;
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
pub(crate) mod internals;
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
mod node_path;
mod option;
mod place_blame;
mod positions;
mod question;
mod record;
mod register;
mod rising;
mod rollback;
mod saved;
mod selector;
mod set;
mod spans;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod transaction;
mod type_name;
mod unit;
mod unknown;
mod untyped;
mod versions;
mod watch;

pub use blame::{Blame, BlameRun};
pub use bytes::{ByteString, Bytes};
pub use counter::{Counter, CounterEditor, CounterInteger, CounterView};
pub use crdt_node::{CrdtNode, Delta, Editor, Variant, VariantDelta, View};
pub use cursor::{Cursor, Resolved};
pub(crate) use delta::untyped_delta;
pub use delta::{
    CounterDelta, DeltaError, EntryDelta, EnumDelta, ListDelta, ListRun, MapDelta, NoDelta,
    RegisterDelta, SetDelta, TextAttributes, TextDelta, TextRun,
};
pub(crate) use element::Stamp;
pub use element::{ElementId, NewElement, NewElements};
pub use error::EditError;
pub use inspect::Inspection;
pub(crate) use internals::*;
pub use json::{Json, JsonArrayView, JsonDelta, JsonEditor, JsonObjectView, JsonView};
pub use key::MapKey;
pub use leaf::{IntoLeaf, LeafValue};
pub use list::{List, ListEditor, ListIter, ListView};
pub use map::{IntoKey, Map, MapEditor, MapIter, MapView};
pub use node_path::NodePath;
pub use option::{OptionEditor, OptionView};
pub use place_blame::{PlaceBlame, PointerError};
pub(crate) use question::{Answer, Prior, Question, Value};
pub use register::{Register, RegisterEditor, RegisterValue, RegisterView};
pub(crate) use saved::{keep_state, load_state, save_state};
pub use set::{SetEditor, SetIter, SetView};
pub use text::{Text, TextEditor, TextSlice, TextString, TextView};
pub(crate) use transaction::{Log, Mode, Space, Transaction};
pub(crate) use type_name::root_name;
pub(crate) use untyped::Untyped;
pub(crate) use watch::{EffectLog, Mark};
