//! A struct is one record.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Field, Input, Style};
use crate::bound::{self, Params};
use crate::expand::implement::{Plain, Target};
use crate::expand::record::Record;
use crate::expand::{apart, compare};

pub(crate) fn expand(
    input: &Input<'_>,
    params: &Params,
    fields: &[Field<'_>],
    style: Style,
) -> TokenStream {
    let (record, nodes) = Record::of_struct(input.ident, params, fields, style);
    let (_, ty_generics, _) = params.owned();
    let ident = input.ident;
    let this = quote!(#ident #ty_generics);
    let methods = record.methods(&this);
    let compared = compare::compared(params, &record.names.view, &this);
    let node = record.crdt_node(&Target {
        this,
        names: names(input),
        whole: apart::whole(input),
        value: Plain::Struct,
        describe: record.described_struct(&input.docs),
    });
    let items = record.items();
    quote!(#nodes #items #methods #compared #node)
}

/// The names under which documents of the type say what they are of.
pub(crate) fn names(input: &Input<'_>) -> TokenStream {
    let name = input.name();
    let aliases: Vec<_> = input.aliases().collect();
    let former = (!aliases.is_empty())
        .then(|| quote!(const ALIASES: &'static [&'static str] = &[#(#aliases),*];));
    let arguments = bound::arguments(input);
    quote!(const NAME: &'static str = #name; #former #arguments)
}
