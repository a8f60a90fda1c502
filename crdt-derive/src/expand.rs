//! Generates the implementation of a type without faults.

mod apart;
mod compare;
mod delta;
pub(crate) mod describe;
mod enums;
mod foreign;
mod implement;
mod newtype;
pub(crate) mod node;
mod record;
mod serialize;
mod show;
mod state;
mod structs;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Ident};

use crate::ast::{Body, Input, Style};
use crate::bound::Params;
use crate::check::{self, recursion};
use crate::ctxt::Ctxt;
use crate::fallback;

/// Derives `CrdtNode`, or explains why not.
pub(crate) fn derive(derive: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new(&derive.generics);
    let mut input = Input::from_syn(&ctxt, derive);
    check::check(&ctxt, &mut input);
    match ctxt.finish() {
        Some(errors) => fallback::expand(derive, &input, &errors),
        None if recursion::is_infinite(&input) => fallback::expand_quietly(derive, &input),
        None => expand(&input),
    }
}

/// The module of `crdt-core` that expansions are written against. It has the version in its name,
/// so that the expansion of another version finds nothing rather than something else.
pub(crate) fn private() -> Ident {
    let version = env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_");
    format_ident!("__private_{version}")
}

/// Everything stands in an unnamed constant, which keeps the generated names to itself.
fn expand(input: &Input<'_>) -> TokenStream {
    let (krate, private) = (input.krate(), private());
    let params = Params::of(input);
    let intact = apart::check(input);
    let items = match &input.body {
        Body::Struct(fields, Style::Newtype) => newtype::expand(input, &params, fields),
        Body::Struct(fields, style) => structs::expand(input, &params, fields, *style),
        Body::Enum(variants) => enums::expand(input, &params, variants),
        Body::Unsupported => TokenStream::new(),
    };
    quote! {
        #[allow(
            dead_code,
            deprecated,
            non_camel_case_types,
            non_snake_case,
            private_bounds,
            private_interfaces,
            unused_qualifications,
            unused_variables
        )]
        const _: () = {
            use #krate::#private as __crdt;
            #[allow(unused_imports)]
            use __crdt::{ViaDebug as _, ViaNothing as _};
            #[allow(unused_imports)]
            use __crdt::check::{NotBytes as _, NotDropped as _};
            #intact
            #items
        };
    }
}
