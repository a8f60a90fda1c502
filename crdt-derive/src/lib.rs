//! The derive macro of `crdt-core`; its documentation is at `crdt_core::CrdtNode`.

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

/// Derives `CrdtNode` for a struct or enum. See `crdt_core::CrdtNode` for the attributes.
#[proc_macro_derive(CrdtNode, attributes(crdt))]
pub fn derive_crdt_node(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::derive(&input).into()
}
