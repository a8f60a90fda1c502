//! A struct is one record.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::ast::{Field, Input, Role, Style};
use crate::bound::Params;
use crate::expand::implement::Target;
use crate::expand::record::Record;
use crate::expand::{apart, node};

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
    let view_value = record.view_value(&this);
    let node = record.crdt_node(&Target {
        this,
        names: names(input),
        whole: apart::whole(input),
        value: quote!(Self),
        make: make(&quote!(Self), fields),
        take: take(&quote!(Self), fields),
        describe: record.described_struct(&input.docs),
    });
    let items = record.items();
    quote!(#nodes #items #view_value #node)
}

/// The names under which documents of the type say what they are of.
pub(crate) fn names(input: &Input<'_>) -> TokenStream {
    let name = input.name();
    let aliases: Vec<_> = input.aliases().collect();
    let former = (!aliases.is_empty())
        .then(|| quote!(const ALIASES: &'static [&'static str] = &[#(#aliases),*];));
    quote!(const NAME: &'static str = #name; #former)
}

/// Makes a struct or variant of the bindings of its fields.
pub(crate) fn make(name: &TokenStream, fields: &[Field<'_>]) -> TokenStream {
    let field = |field: &Field<'_>| {
        let member = &field.member;
        let value = match field.role() {
            Role::Skip => node::skipped(field),
            _ => field.binding().to_token_stream(),
        };
        quote!(#member: #value)
    };
    let fields = fields.iter().map(field);
    quote!(#name { #(#fields,)* })
}

/// Takes a struct or variant apart into the bindings of its fields.
pub(crate) fn take(name: &TokenStream, fields: &[Field<'_>]) -> TokenStream {
    let field = |field: &Field<'_>| {
        let member = &field.member;
        let binding = match field.role() {
            Role::Skip => quote!(_),
            _ => field.binding().to_token_stream(),
        };
        quote!(#member: #binding)
    };
    let fields = fields.iter().map(field);
    quote!(#name { #(#fields,)* })
}
