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
        let body = self.by_place(&quote!(self.__which()), |case| {
            let write = case.serialize(&name);
            quote!({ #write })
        });
        serialize(self.params, &self.names.view, &body)
    }
}

impl Case<'_> {
    /// Writes the variant to `__serializer`.
    fn serialize(&self, name: &str) -> TokenStream {
        let head = self.head(name);
        let view = self.payload.as_ref().map(|payload| {
            let view = payload.viewed();
            quote!(let __view = #view;)
        });
        match self.variant.style {
            Style::Named | Style::Tuple => {
                let members = self.stored().map(|field| {
                    let member = &field.member;
                    (field, quote!(&__view.#member))
                });
                let members: Vec<_> = members.collect();
                let parts = parts(self.variant.style, Form::Variant, &head, &members);
                quote!(#view #parts)
            }
            Style::Newtype if view.is_some() => quote! {
                #view
                __serializer.serialize_newtype_variant(#head, &__view)
            },
            Style::Newtype | Style::Unit => quote!(__serializer.serialize_unit_variant(#head)),
        }
    }

    /// What serde wants to know of a variant.
    fn head(&self, name: &str) -> TokenStream {
        let (index, variant) =
            (u32::try_from(self.index).unwrap_or(u32::MAX), self.variant.wire_name());
        quote!(#name, #index, #variant)
    }

    /// Writes what a pattern bound to `__serializer`.
    pub(super) fn serialize_bound(&self, name: &str) -> TokenStream {
        let head = self.head(name);
        let nodes = self.payload.iter().flat_map(|payload| &payload.parts);
        let members = self.stored().zip(nodes).map(|(field, node)| {
            let binding = field.binding();
            (field, quote!(&__crdt::ValueOf::<#node>(#binding)))
        });
        let members: Vec<_> = members.collect();
        match (self.variant.style, members.as_slice()) {
            (Style::Named | Style::Tuple, _) => {
                parts(self.variant.style, Form::Variant, &head, &members)
            }
            (Style::Newtype, [(_, member)]) => {
                quote!(__serializer.serialize_newtype_variant(#head, #member))
            }
            _ => quote!(__serializer.serialize_unit_variant(#head)),
        }
    }
}
