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
        let (index, variant) =
            (u32::try_from(self.index).unwrap_or(u32::MAX), self.variant.wire_name());
        let head = quote!(#name, #index, #variant);
        let view = self.payload.as_ref().map(|payload| {
            let view = payload.viewed();
            quote!(let __view = #view;)
        });
        match self.variant.style {
            Style::Named | Style::Tuple => {
                let fields: Vec<_> = self.stored().collect();
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
