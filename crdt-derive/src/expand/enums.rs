//! An enum is a register of its variant's name, and one node for each payload.

mod access;
mod case;
mod delta;
mod implement;
mod payload;
mod selected;
mod serialize;
mod show;
mod state;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::ast::{self, Field, Input, Variant};
use crate::bound::Params;
use crate::expand::compare;
use crate::expand::describe::describe;
use crate::expand::enums::payload::Payload;
use crate::expand::record::Names;

/// An enum, with its payloads declared.
struct Enum<'a> {
    input: &'a Input<'a>,
    ident: &'a Ident,
    docs: &'a [&'a syn::Expr],
    names: Names,
    params: &'a Params,
    cases: Vec<Case<'a>>,
    /// The index of the variant that needs no selection.
    default: usize,
    /// The index of the variant that stands for unknown ones.
    other: Option<usize>,
}

/// A variant.
struct Case<'a> {
    variant: &'a Variant<'a>,
    index: usize,
    payload: Option<Payload>,
}

pub(crate) fn expand(input: &Input<'_>, params: &Params, variants: &[Variant<'_>]) -> TokenStream {
    let mut items = TokenStream::new();
    let case = |(index, variant)| {
        let (payload, declared) = Payload::declare(input.ident, params, variant, index).unzip();
        items.extend(declared);
        Case { variant, index, payload }
    };
    let this = Enum {
        input,
        ident: input.ident,
        docs: &input.docs,
        names: Names::of_type(input.ident),
        params,
        cases: variants.iter().enumerate().map(case).collect(),
        // That there is one has been checked.
        default: ast::default_variant(variants).unwrap_or_default(),
        other: ast::other_variant(variants),
    };
    let variants = this.variants();
    let (state, view, editor) = (this.state(), this.view(), this.editor());
    let (implement, shown, serialized) =
        (this.implement(), this.shown_and_copied(), this.serialized());
    let (selected, delta) = (this.selected(), this.delta());
    let (ident, (_, ty_generics, _)) = (this.ident, params.owned());
    let compared = compare::compared(params, &this.names.view, &quote!(#ident #ty_generics));
    quote! {
        #items #variants #state #view #editor #implement #selected #delta
        #shown #compared #serialized
    }
}

impl Case<'_> {
    /// The fields that are stored.
    fn stored(&self) -> impl Iterator<Item = &Field<'_>> {
        self.variant.fields.iter().filter(|field| field.is_stored())
    }

    /// The name of the variant as a path.
    fn path(&self) -> TokenStream {
        let ident = self.variant.ident;
        quote!(Self::#ident)
    }
}

impl Enum<'_> {
    fn payloads(&self) -> impl Iterator<Item = &Payload> {
        self.cases.iter().filter_map(|case| case.payload.as_ref())
    }

    /// How it describes itself.
    fn described(&self) -> TokenStream {
        let docs = self.docs;
        let variants = self.cases.iter().map(|case| {
            let docs = &case.variant.docs;
            let payload = case.payload.as_ref().map_or_else(
                || quote!(::core::option::Option::None),
                |Payload { node, .. }| {
                    quote!(::core::option::Option::Some(<#node as __crdt::CrdtNode>::describe))
                },
            );
            quote!(__crdt::DerivedVariant { docs: &[#(#docs),*], payload: #payload })
        });
        describe(&quote! {
            __schema.derived_enum::<Self>(&[#(#docs),*], __VARIANTS, &[#(#variants),*])
        })
    }

    /// The table of names.
    fn variants(&self) -> TokenStream {
        let names = self.cases.iter().map(|case| case.variant.wire_name());
        let aliases = self.cases.iter().flat_map(|case| {
            let index = case.index;
            case.variant.aliases().map(move |alias| quote!((#alias, #index)))
        });
        let default = self.default;
        let none = || quote!(::core::option::Option::None);
        let other = self.other.map_or_else(none, |at| quote!(::core::option::Option::Some(#at)));
        quote! {
            const __VARIANTS: &__crdt::Variants = &__crdt::Variants {
                names: &[#(#names),*],
                aliases: &[#(#aliases),*],
                default: #default,
                other: #other,
            };
        }
    }
}
