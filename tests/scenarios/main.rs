//! What one writes on a whiteboard when asked what happens: small stories with the values they end
//! in.

mod authorship;
mod by_path;
mod changes;
mod collections;
mod conflicts;
mod cursors;
mod delivery;
mod editing;
mod evolution;
mod flips;
mod foreign;
mod inspection;
mod json;
mod json_values;
mod keystrokes;
mod lists;
mod paths;
mod reading;
mod registers;
mod saved;
mod schemas;
mod serialized;
mod slices;
mod taken_back;
mod traces;
mod updates;

use test_support::{key, sync, two};
