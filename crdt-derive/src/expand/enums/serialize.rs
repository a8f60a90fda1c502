//! The view of an enum is serialized as the value is: tagged from outside, as serde does by itself.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::ast::Style;
use crate::expand::enums::{Case, Enum};
use crate::expand::serialize::{Form, parts, serialize};

impl Enum<'_> {
    /// `Serialize` for the view.
    pub(super) fn serialized(&self) -> TokenStream {
        let name = self.ident.unraw().to_string();
        // The arm of the default comes last and takes every number; no other is left by then.
        let (default, others): (Vec<_>, Vec<_>) =
            self.cases.iter().partition(|case| case.index == self.default);
        let others = others.into_iter().map(|case| {
            let (index, write) = (case.index, case.serialize(&name));
            quote!(#index => { #write })
        });
        let default = default.into_iter().map(|case| case.serialize(&name));
        let body = quote! {
            match self.place {
                #(#others)*
                #(_ => { #default })*
            }
        };
        serialize(self.params, &self.names.view, &body)
    }
}

impl Case<'_> {
    /// Writes the variant to `__serializer`.
    fn serialize(&self, name: &str) -> TokenStream {
        let (index, variant) =
            (u32::try_from(self.index).unwrap_or(u32::MAX), self.variant.wire_name());
        let head = quote!(#name, #index, #variant);
        let view = self.payload.as_ref().map(|payload| {
            let (node, slot) = (&payload.node, &payload.slot);
            quote! {
                let __view =
                    <#node as __crdt::CrdtNode>::view(self.state.#slot.get(), self.chains);
            }
        });
        match self.variant.style {
            Style::Named | Style::Tuple => {
                let fields: Vec<_> =
                    self.variant.fields.iter().filter(|field| field.is_stored()).collect();
                let parts =
                    parts(self.variant.style, Form::Variant, &head, &fields, &quote!(__view));
                quote!(#view #parts)
            }
            Style::Newtype if view.is_some() => quote! {
                #view
                __serializer.serialize_newtype_variant(#head, &__view)
            },
            Style::Newtype | Style::Unit => quote!(__serializer.serialize_unit_variant(#head)),
        }
    }
}
