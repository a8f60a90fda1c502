//! What the selected variant of an enum is matched on: an enum with the same variants, which hold
//! views. Where no variant holds anything that is stored, it is the enum itself.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Member};

use crate::ast::{Field, Style};
use crate::expand::enums::{Case, Enum};

impl Enum<'_> {
    /// The enum to match on, and its place in `Choice`.
    pub(super) fn selected(&self) -> TokenStream {
        let ident = self.ident;
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let (items, ty) = if self.has_views() {
            let (name, (_, lent_generics, _)) = (self.selected_name(), self.params.lent());
            (self.selected_items(&name), quote!(#name #lent_generics))
        } else {
            (TokenStream::new(), quote!(#ident #ty_generics))
        };
        let delta = self.delta_type();
        quote! {
            #items
            #[automatically_derived]
            impl #impl_generics __crdt::Choice for #ident #ty_generics #where_clause {
                type Variant<'__a> = #ty;
                type VariantDelta = #delta;
            }
        }
    }

    /// The method of the view that gives it.
    pub(super) fn selected_method(&self) -> TokenStream {
        let ident = self.ident;
        let (_, ty_generics, _) = self.params.owned();
        let (ty, body) = if self.has_views() {
            let (name, (_, lent_generics, _)) = (self.selected_name(), self.params.lent());
            let body = self.by_place(&quote!(self.__which()), |case| case.make_selected(&name));
            (quote!(#name #lent_generics), body)
        } else {
            (quote!(#ident #ty_generics), quote!(self.value()))
        };
        quote! {
            #[doc = "The variant, to match on, with views of what it holds."]
            pub fn variant(&self) -> #ty {
                #body
            }
        }
    }

    /// The method of the editor that gives it.
    pub(super) fn selected_in_editor(&self) -> TokenStream {
        let ident = self.ident;
        let (_, ty_generics, _) = self.params.owned();
        let ty = if self.has_views() {
            self.params.lend(&self.selected_name(), &quote!('_))
        } else {
            quote!(#ident #ty_generics)
        };
        quote! {
            #[doc = "The variant, to match on, with views of what it holds; methods such as `as_done` edit that."]
            pub fn variant(&self) -> #ty {
                let __view = <#ident #ty_generics as __crdt::CrdtNode>::view(
                    self.__held.the_state(),
                    self.__held.the_scope().chains(),
                );
                __view.variant()
            }
        }
    }

    /// Whether there are views to hold, and they use every type parameter.
    fn has_views(&self) -> bool {
        let fields = || self.cases.iter().flat_map(Case::stored);
        fields().next().is_some() && self.params.all_occur_in(|| fields().map(|field| &field.ty))
    }

    fn selected_name(&self) -> Ident {
        format_ident!("__{}Variant", self.ident.unraw())
    }

    fn selected_items(&self, name: &Ident) -> TokenStream {
        let (impl_generics, lent_generics, where_clause) = self.params.lent();
        let doc = format!("The variants of {}, with views of what they hold.", self.names.title);
        let variants = self.cases.iter().map(Case::declare_selected);
        let idents: Vec<_> = self.cases.iter().map(|case| case.variant.ident).collect();
        let names = idents.iter().map(|ident| ident.unraw().to_string());
        quote! {
            #[doc = #doc]
            pub enum #name #impl_generics #where_clause { #(#variants,)* }
            #[automatically_derived]
            impl #impl_generics ::core::fmt::Debug for #name #lent_generics #where_clause {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    __f.write_str(match self { #(#name::#idents { .. } => #names,)* })
                }
            }
        }
    }
}

impl Case<'_> {
    /// The fields that hold views; those of a tuple that are not stored hold their index's place.
    fn held(&self) -> impl Iterator<Item = &Field<'_>> {
        let is_tuple = self.variant.style == Style::Tuple && self.payload.is_some();
        self.variant.fields.iter().filter(move |field| field.is_stored() || is_tuple)
    }

    fn declare_selected(&self) -> TokenStream {
        let (ident, style) = (self.variant.ident, self.variant.style);
        let doc = format!("`{}` is selected.", self.variant.wire_name());
        let mut nodes = self.payload.iter().flat_map(|payload| &payload.parts);
        let fields = self.held().map(|field| {
            let node = if field.is_stored() { nodes.next() } else { None };
            let ty = node.map(|node| quote!(__crdt::View<'__a, #node>));
            let ty = ty.unwrap_or_else(|| quote!(()));
            let doc = format!("The field `{}`.", field.wire_name());
            let name = field.original.ident.as_ref().map(|ident| quote!(#ident:));
            quote!(#[doc = #doc] #name #ty)
        });
        let fields: Vec<_> = fields.collect();
        let fields = match style {
            _ if fields.is_empty() => None,
            Style::Named | Style::Unit => Some(quote!({ #(#fields,)* })),
            Style::Tuple | Style::Newtype => Some(quote!((#(#fields,)*))),
        };
        quote!(#[doc = #doc] #ident #fields)
    }

    /// The expression that makes it of a view's state.
    fn make_selected(&self, name: &Ident) -> TokenStream {
        let ident = self.variant.ident;
        let Some(payload) = &self.payload else {
            return quote!(#name::#ident);
        };
        let view = payload.viewed();
        if payload.names.is_none() {
            return quote!(#name::#ident(#view));
        }
        let members: Vec<&dyn ToTokens> = self
            .held()
            .map(|field| match &field.member {
                Member::Named(ident) => ident as &dyn ToTokens,
                Member::Unnamed(index) => index,
            })
            .collect();
        quote! {{
            let __view = #view;
            #name::#ident { #(#members: __view.#members,)* }
        }}
    }
}
