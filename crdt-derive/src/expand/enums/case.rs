//! What is done with the value of one variant.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Ident;

use crate::ast::{Field, Role, Style};
use crate::expand::enums::Case;
use crate::expand::enums::payload::Payload;
use crate::expand::node;

impl Case<'_> {
    /// The block that reads the variant from the state of the enum.
    pub(super) fn read(&self, owner: &Ident) -> TokenStream {
        let (ident, bindings) = (self.variant.ident, self.bindings());
        let payload = self.payload.as_ref().map(|payload| {
            let (node, state) = (&payload.node, payload.read(&quote!(__state)));
            quote!(let #bindings = <#node as __crdt::CrdtNode>::value(#state, __chains);)
        });
        let fields = self.variant.fields.iter().map(|field| {
            let member = &field.member;
            let value = match field.role() {
                Role::Skip => node::skipped(field),
                _ => field.binding().to_token_stream(),
            };
            quote!(#member: #value)
        });
        quote!({ #payload #owner::#ident { #(#fields,)* } })
    }

    /// The pattern that takes the variant apart into the bindings of its fields.
    pub(super) fn pattern(&self) -> TokenStream {
        let path = self.path();
        let fields = self.variant.fields.iter().map(|field| {
            let member = &field.member;
            let binding = match field.role() {
                Role::Skip => quote!(_),
                _ => field.binding().to_token_stream(),
            };
            quote!(#member: #binding)
        });
        quote!(#path { #(#fields,)* })
    }

    /// The statement that writes what the pattern bound.
    pub(super) fn write(&self) -> Option<TokenStream> {
        let Payload { node, wire_name, slot, .. } = self.payload.as_ref()?;
        let bindings = self.bindings();
        Some(quote! {
            <#node as __crdt::CrdtNode>::write(
                __state.payloads.#slot.get_mut(),
                __scope.variant(#wire_name),
                #bindings,
                __how,
            )?;
        })
    }

    /// The value of the payload, as pattern and as expression.
    fn bindings(&self) -> TokenStream {
        let bindings = self.stored().map(Field::binding);
        match self.variant.style {
            Style::Newtype => quote!(#(#bindings)*),
            Style::Named | Style::Tuple | Style::Unit => quote!((#(#bindings,)*)),
        }
    }
}
