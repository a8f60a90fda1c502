// Generated code is no reason for a lint.
#![deny(
    warnings,
    future_incompatible,
    keyword_idents,
    let_underscore,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    missing_copy_implementations,
    missing_debug_implementations,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![forbid(unsafe_code)]
//! Types without a reason for a lint. Some lints are those of a whole crate, so this is one; that
//! it compiles is the test.

use crdt_core::CrdtNode;

/// A struct.
#[derive(CrdtNode, Debug)]
#[deprecated]
#[allow(non_snake_case)]
pub struct Plain {
    /// A field.
    pub documented: String,
    #[crdt(skip)]
    #[allow(dead_code)]
    cache: u8,
    /// An old field.
    #[deprecated]
    pub old: u8,
    #[allow(missing_docs)]
    pub undocumented: u8,
    #[allow(dead_code)]
    camelCase: u8,
}

/// A struct without fields.
#[derive(CrdtNode, Debug, Clone, Copy)]
pub struct Unit;

/// A struct without stored fields.
#[derive(CrdtNode, Debug, Clone, Copy)]
pub struct Nothing {}

/// A tuple.
#[derive(CrdtNode, Debug)]
pub struct Tuple(
    /// The first.
    pub String,
    /// Not stored.
    #[crdt(skip)]
    pub u8,
    /// The last.
    pub u8,
);

/// A newtype.
#[derive(CrdtNode, Debug)]
pub struct Newtype(#[crdt(text)] pub String);

/// A generic struct.
#[derive(CrdtNode, Debug)]
pub struct Generic<T> {
    /// A field.
    pub value: T,
}

/// An enum.
#[derive(CrdtNode, Debug)]
#[allow(variant_size_differences)]
pub enum Choice {
    /// A unit variant.
    #[crdt(default)]
    One,
    /// A newtype variant.
    Two(String),
    /// A tuple variant.
    Three(
        /// Its first.
        String,
        /// Its second.
        u8,
    ),
    /// A struct variant.
    Four {
        /// A field.
        documented: String,
        #[allow(missing_docs)]
        undocumented: String,
    },
}

/// An enum with one variant.
#[derive(CrdtNode, Debug)]
pub enum Single {
    /// The only one.
    #[crdt(default)]
    Only(String),
}
