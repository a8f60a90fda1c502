//! Deltas: what changed of a node between two states of it, in the types of the app.
//!
//! Every node has a delta of its own ([`CrdtNode::Delta`]). The law of them all: applied to the
//! plain value before, a delta gives the plain value after, exactly; and where nothing changed
//! there is none. What it inserts and deletes is what is in one of the states and not in the other,
//! told by the names of elements and entries and not by what they look like: an element that was
//! replaced by one that looks the same has been replaced.
//!
//! The values in a delta are plain values of nodes, of which no trait is asked. What a delta can do
//! it therefore does through the nodes: [`CrdtNode::copy_value`] copies, and what
//! [`CrdtNode::serialize_value`] writes is what is printed and compared.

mod choice;
mod counter;
mod entry;
mod error;
mod list;
mod map;
mod parts;
mod record;
mod register;
mod set;
#[cfg(test)]
mod tests;
mod text;
mod unit;
mod untyped;
mod value;
mod visited;

pub use choice::EnumDelta;
pub use choice::choice_delta;
pub use counter::CounterDelta;
pub use entry::EntryDelta;
use entry::entry_delta;
pub(super) use entry::{option_delta, touched_entry};
pub use error::DeltaError;
pub use list::{ListDelta, ListRun};
pub(super) use list::{list_delta, touched_list};
pub use map::MapDelta;
pub(super) use map::{map_delta, touched_map};
pub use parts::{
    Build, DeltaBuilder, DeltaParts, DeltaVisitor, Visit, build_field, build_held, copy_parts,
    same_parts, serialize_parts, show_parts, visit_field, visit_held,
};
pub use record::{apply_field, record_delta};
pub use register::RegisterDelta;
pub(super) use register::{register_delta, was_value};
pub use set::SetDelta;
pub(super) use set::{set_delta, touched_set};
pub(super) use text::text_delta;
pub use text::{TextAttributes, TextDelta, TextRun};
pub use unit::NoDelta;
pub(crate) use untyped::untyped_delta;
pub use value::ValueOf;
pub(super) use visited::serialize_visited;
pub use visited::{ValueVisitor, show_field};
