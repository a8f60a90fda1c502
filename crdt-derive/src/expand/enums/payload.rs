//! What is stored of a variant besides its name.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::ast::{Style, Variant};
use crate::bound::Params;
use crate::expand::implement::{Plain, Target};
use crate::expand::node::Node;
use crate::expand::record::{Names, Record};

/// The node that keeps what a variant holds.
pub(super) struct Payload {
    /// The node.
    pub(super) node: TokenStream,
    /// The nodes of the stored fields.
    pub(super) parts: Vec<TokenStream>,
    /// Its views and editors, if they are made for it.
    pub(super) names: Option<Names>,
    /// The table of its fields, if they are of a record.
    pub(super) fields: Option<TokenStream>,
    /// Its name on the wire, which is the variant's.
    pub(super) wire_name: String,
    /// The field of the enum's state that holds it.
    pub(super) slot: Ident,
}

impl Payload {
    /// The payload of a variant, if there is one, and the items it needs.
    ///
    /// A single unnamed field is the payload itself. Several become a record, which is the node of
    /// a type made for it; its plain value is a tuple.
    pub(super) fn declare(
        owner: &Ident,
        params: &Params,
        variant: &Variant<'_>,
        index: usize,
    ) -> Option<(Self, TokenStream)> {
        if !variant.has_payload() {
            return None;
        }
        let (node, fields, names, parts, items) =
            if let (Style::Newtype, [field]) = (variant.style, variant.fields.as_slice()) {
                let node = Node::declare(field, &format!("_{index}_0"), params);
                (node.ty.clone(), None, None, vec![node.ty], node.items)
            } else {
                let (record, mut items) = Record::of_variant(owner, params, variant, index);
                let name = format_ident!("__{}{}Payload", owner, variant.ident);
                items.extend(declare_type(&record, &name));
                let (_, ty_generics, _) = params.owned();
                let parts = record.stored().map(|(_, node)| node.clone()).collect();
                let (node, fields) = (quote!(#name #ty_generics), record.described_fields());
                (node, Some(fields), Some(record.names), parts, items)
            };
        let slot = format_ident!("payload_{}", variant.snake_name());
        let wire_name = variant.wire_name();
        Some((Self { node, parts, names, fields, wire_name, slot }, items))
    }

    /// Its state, to read, in that of the enum.
    pub(super) fn read(&self, state: &TokenStream) -> TokenStream {
        let slot = &self.slot;
        quote!(#state.payloads.#slot.get())
    }

    /// The expression that makes its view of the view of the enum.
    pub(super) fn viewed(&self) -> TokenStream {
        let (node, state) = (&self.node, self.read(&quote!(self.__held.the_state())));
        quote!(<#node as __crdt::CrdtNode>::view(#state, self.__held.the_chains()))
    }

    /// The type of its view.
    pub(super) fn view(&self, params: &Params) -> TokenStream {
        let node = &self.node;
        let made = self.names.as_ref().map(|names| params.lend(&names.view, &quote!('__a)));
        made.unwrap_or_else(|| quote!(__crdt::View<'__a, #node>))
    }

    /// The type of its editor.
    pub(super) fn editor(&self, params: &Params) -> TokenStream {
        let node = &self.node;
        let made = self.names.as_ref().map(|names| params.lend(&names.editor, &quote!('_)));
        made.unwrap_or_else(|| quote!(__crdt::Editor<'_, #node>))
    }
}

/// The type made for a payload, with its implementation.
///
/// It is not public, since its value names the types of the fields, which may be private.
fn declare_type(record: &Record<'_>, name: &Ident) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = record.params.owned();
    let marker = record.params.marker().unwrap_or_else(|| quote!(()));
    let doc = format!("The payload of {}.", record.names.title);
    let node = record.crdt_node(&Target {
        this: quote!(#name #ty_generics),
        names: TokenStream::new(),
        whole: TokenStream::new(),
        value: Plain::Tuple,
        describe: record.described_payload(),
    });
    let (items, viewed) = (record.items(), record.view_method(&quote!(#name #ty_generics)));
    let editor = &record.names.editor;
    let (lent_impl, lent_generics, lent_clause) = record.params.lent();
    quote! {
        #[doc = #doc]
        struct #name #impl_generics (::core::marker::PhantomData<#marker>) #where_clause;
        #items
        impl #lent_impl #editor #lent_generics #lent_clause {
            #viewed
        }
        #node
    }
}
