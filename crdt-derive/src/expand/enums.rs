//! An enum is a register of its variant's name, and one node for each payload.

mod access;
mod implement;
mod state;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::ast::{self, Input, Style, Variant};
use crate::bound::Params;
use crate::expand::implement::Target;
use crate::expand::node::Node;
use crate::expand::record::{Names, Record};

/// An enum, with its payloads declared.
struct Enum<'a> {
    ident: &'a Ident,
    names: Names,
    params: &'a Params,
    cases: Vec<Case<'a>>,
    /// The index of the variant that needs no selection.
    default: usize,
}

/// A variant.
struct Case<'a> {
    variant: &'a Variant<'a>,
    index: usize,
    payload: Option<Payload>,
}

/// How the payload of a variant is kept and seen.
struct Payload {
    /// The node that keeps it.
    node: TokenStream,
    /// The type of its view, for the lifetime `'__a`.
    view: TokenStream,
    /// The type of its editor, for the lifetime `'__b`.
    editor: TokenStream,
}

pub(crate) fn expand(input: &Input<'_>, params: &Params, variants: &[Variant<'_>]) -> TokenStream {
    let mut items = TokenStream::new();
    let case = |(index, variant)| {
        let (payload, declared) = declare_payload(input.ident, params, variant, index).unzip();
        items.extend(declared);
        Case { variant, index, payload }
    };
    let this = Enum {
        ident: input.ident,
        names: Names::of_type(input.ident),
        params,
        cases: variants.iter().enumerate().map(case).collect(),
        // That there is one has been checked.
        default: ast::default_variant(variants).unwrap_or_default(),
    };
    let variants = this.variants();
    let (state, view, editor) = (this.state(), this.view(), this.editor());
    let implement = this.implement();
    quote!(#items #variants #state #view #editor #implement)
}

/// The node of a variant's payload, and the items it needs.
///
/// A single unnamed field is the payload itself. Several become a record, which is the node of a
/// type made for it; its plain value is a tuple.
fn declare_payload(
    owner: &Ident,
    params: &Params,
    variant: &Variant<'_>,
    index: usize,
) -> Option<(Payload, TokenStream)> {
    if !variant.has_payload() {
        return None;
    }
    if let (Style::Newtype, [field]) = (variant.style, variant.fields.as_slice()) {
        let Node { ty: node, items } = Node::declare(field, &format!("_{index}_0"), params);
        let view = quote!(<#node as __crdt::CrdtNode>::View<'__a>);
        let editor = quote!(<#node as __crdt::CrdtNode>::Editor<'__b>);
        return Some((Payload { node, view, editor }, items));
    }
    let (record, nodes) = Record::of_variant(owner, params, variant, index);
    let name = format_ident!("__{}{}Payload", owner, variant.ident);
    let (_, ty_generics, _) = params.owned();
    let node = quote!(#name #ty_generics);
    let items = payload_items(&record, &name, &node);
    // Named themselves: the node is private, which they would be too as its associated types.
    let lent = |name: &Ident, lifetime| {
        let generics = params.lent_for(&lifetime);
        quote!(#name #generics)
    };
    let view = lent(&record.names.view, quote!('__a));
    let editor = lent(&record.names.editor, quote!('__b));
    Some((Payload { node, view, editor }, quote!(#nodes #items)))
}

/// The type made for a payload, with its implementation.
fn payload_items(record: &Record<'_>, name: &Ident, this: &TokenStream) -> TokenStream {
    let (impl_generics, _, where_clause) = record.params.owned();
    let marker = record.params.marker().unwrap_or_else(|| quote!(()));
    let doc = format!("The payload of {}.", record.names.title);
    let (values, bindings): (Vec<_>, Vec<_>) =
        record.stored().map(|(field, _)| (&field.ty, field.binding())).unzip();
    let node = record.crdt_node(&Target {
        this: this.clone(),
        name: None,
        value: quote!((#(#values,)*)),
        make: quote!((#(#bindings,)*)),
        take: quote!((#(#bindings,)*)),
    });
    let items = record.items();
    // Not public, since its value names the types of the fields, which may be private.
    quote! {
        #[doc = #doc]
        struct #name #impl_generics (::core::marker::PhantomData<#marker>) #where_clause;
        #items
        #node
    }
}

impl Case<'_> {
    /// The field of the state that holds the payload.
    fn slot(&self) -> Ident {
        format_ident!("payload_{}", self.variant.snake_name())
    }

    /// The name of the variant as a path.
    fn path(&self) -> TokenStream {
        let ident = self.variant.ident;
        quote!(Self::#ident)
    }

    /// The payload, with the name on the wire and the field of the state.
    fn stored(&self) -> Option<(&TokenStream, String, Ident)> {
        let payload = self.payload.as_ref()?;
        Some((&payload.node, self.variant.wire_name(), self.slot()))
    }
}

impl Enum<'_> {
    /// The variants that have a payload: node, name on the wire, field of the state.
    fn payloads(&self) -> impl Iterator<Item = (&TokenStream, String, Ident)> {
        self.cases.iter().filter_map(Case::stored)
    }

    /// The table of names.
    fn variants(&self) -> TokenStream {
        let names = self.cases.iter().map(|case| case.variant.wire_name());
        let default = self.default;
        quote! {
            const __VARIANTS: &__crdt::Variants = &__crdt::Variants {
                names: &[#(#names),*],
                default: #default,
            };
        }
    }
}
