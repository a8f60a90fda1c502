//! The derive macro of `crdt-core`, which reexports it.
//!
//! An input passes through `attr` and `ast`, where it is read, `check`, where its faults are
//! found, and `expand` or, if there were faults, `fallback`.

mod ast;
mod attr;
mod bound;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod receiver;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct or enum part of a document.
///
/// Every field becomes a node of its own, so that concurrent edits of different fields both stay.
/// A view and an editor are generated with the same fields: for `board: Board` with a field
/// `title: String`, an edit is `board.title.set("...")`. An enum is read with `is_open()`,
/// `as_done()` and the like, or matched on by `variant()`, and edited with `set(...)` and
/// `as_done()`; of variants that were
/// selected concurrently `conflicts()` gives one view each, the winner first, through which what
/// the others hold is read. A struct with one unnamed
/// field is stored, read and edited as what it wraps; if that can be the key of a map, so can the
/// struct.
///
/// A document keeps the name of the type that it was created with, and is opened as another one
/// only if that has the name among its former ones (see `rename` and `alias` below). Of a generic
/// type the name has the arguments that are stored as nodes or keys, and those are asked too.
///
/// Generic types get the bounds that their fields need, as `T: CrdtNode<Value = T>` for a `Vec<T>`
/// or an `Option<T>`, wherever code is generated. A function over the view or editor of one needs
/// the same: `fn add<T: CrdtNode<Value = T>>(list: &mut Editor<'_, Titled<T>>, item: T)`.
///
/// A value is taken apart when it is written, so a type that implements `Drop` cannot derive this:
/// put what has to be dropped in a field of its own type, with `#[crdt(skip)]`.
///
/// Views and editors are printed with `{:?}` as values are, without what is not stored; a part that
/// does not implement `Debug` is printed as `..`. Views are `Copy`, and implement serde's
/// `Serialize`: they are written as serde's own derive would write the value, under the names that
/// the document has for fields and variants, and without what is not stored.
///
/// Doc comments of types, fields and variants are part of the schema that `schema::Schema::of`
/// gives.
///
/// Types may change while documents, and older versions of the app, live on: what is stored under a
/// name that a type does not have is kept. `docs/schema-evolution.md` says what is safe and what is
/// not.
///
/// Attributes of serde stay what they are: `#[serde(...)]` has an effect on what serde writes, and
/// none on a document.
///
/// # Attributes of fields
///
/// | attribute | effect |
/// | --- | --- |
/// | `#[crdt(text)]` | a `String` merges character by character |
/// | `#[crdt(counter)]` | concurrent additions to an integer add up |
/// | `#[crdt(register)]` | any serde type is kept as one value, which is replaced as a whole; of sets write `BTreeSet`, since the order of a `HashSet` counts as a difference |
/// | `#[crdt(bytes)]` | a `Vec<u8>`, a `[u8; N]` or an `Option` of one is kept as one value, as the bytes it is |
/// | `#[crdt(rename = "name")]` | the field is stored under this name |
/// | `#[crdt(alias = "name")]` | what is stored under this former name belongs to the field too; may be given several times |
/// | `#[crdt(key)]` | an update finds the struct in a list again by this field, which a `String`, an integer, a `bool` or a `Uuid` can be (see below) |
/// | `#[crdt(default = "path")]` | what the function `path()` returns is the value before one is set |
/// | `#[crdt(default)]` | the same with `Default::default()`, which is understood |
/// | `#[crdt(bound = "T: CrdtNode")]` | what is asked of the type parameters in place of what this field needs |
/// | `#[crdt(skip)]` | the field is not stored and reads as its default |
///
/// `key` says which elements of a list `update` compares with each other, nothing more: elements
/// with one key are not made one. An update that moves an element removes it and inserts it anew,
/// since there is no move yet. So if two replicas reorder a list concurrently, what both have moved
/// is there twice, with one key, and what a third one edits in it meanwhile is lost with the
/// element that was removed.
///
/// # Attributes of variants
///
/// | attribute | effect |
/// | --- | --- |
/// | `#[crdt(default)]` | the variant that the enum is before one is selected; `#[default]` of the standard library's derive does as well |
/// | `#[crdt(rename = "name")]` | the variant is stored under this name |
/// | `#[crdt(alias = "name")]` | what is stored under this former name belongs to the variant too; may be given several times |
/// | `#[crdt(other)]` | a variant that only newer apps know is read as this one, which has no fields; it stays what it is until another one is selected |
/// | `#[crdt(rename_all = "camelCase")]` | the named fields of the variant are stored under names of this case |
///
/// # Attributes of types
///
/// | attribute | effect |
/// | --- | --- |
/// | `#[crdt(rename = "Name")]` | documents are of a type with this name; the same type under several names in the program is one |
/// | `#[crdt(alias = "Name")]` | documents that were created as a type with this former name are of this one; may be given several times |
/// | `#[crdt(rename_all = "camelCase")]` | the fields of a struct, the variants of an enum are stored under names of this case; the cases are those of serde |
/// | `#[crdt(rename_all_fields = "camelCase")]` | the same for the fields of all variants of an enum |
/// | `#[crdt(bound = "T: CrdtNode")]` | what is asked of the type parameters in place of what the fields need |
/// | `#[crdt(crate = "path")]` | `crdt_core` is found at this path |
#[proc_macro_derive(CrdtNode, attributes(crdt))]
pub fn derive_crdt_node(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::derive(&input).into()
}
