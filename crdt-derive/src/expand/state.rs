//! States as structs: of the fields of a record, or of what the variants of an enum hold.
//!
//! The expansion only declares them, and says how to find a part by its place; all else is done by
//! the core, once for all types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::bound::Params;
use crate::expand::record::{Record, slot};

/// A struct of parts with their types, which is blank by default.
pub(super) fn declare(
    name: &Ident,
    params: &Params,
    doc: &str,
    parts: impl Iterator<Item = (TokenStream, TokenStream)>,
) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = params.owned();
    let (slots, types): (Vec<_>, Vec<_>) = parts.unzip();
    let marker =
        params.marker().map(|marker| quote!(__marker: ::core::marker::PhantomData<#marker>,));
    let no_marker = marker.as_ref().map(|_| quote!(__marker: ::core::marker::PhantomData,));
    quote! {
        #[doc = #doc]
        pub struct #name #impl_generics #where_clause {
            #(#slots: #types,)*
            #marker
        }
        #[automatically_derived]
        impl #impl_generics ::core::default::Default for #name #ty_generics #where_clause {
            fn default() -> Self {
                Self { #(#slots: __crdt::blank(),)* #no_marker }
            }
        }
    }
}

/// How a part is found by its place.
pub(super) fn find(
    name: &Ident,
    params: &Params,
    parts: impl Iterator<Item = (usize, TokenStream)>,
) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = params.owned();
    let (places, slots): (Vec<_>, Vec<_>) = parts.unzip();
    let body = |borrow: TokenStream| {
        if slots.is_empty() {
            return quote!(__crdt::None);
        }
        quote! {
            __crdt::Some(match __place {
                #(#places => #borrow self.#slots,)*
                _ => return __crdt::None,
            })
        }
    };
    let (read, write) = (body(quote!(&)), body(quote!(&mut)));
    quote! {
        #[automatically_derived]
        impl #impl_generics __crdt::Parts for #name #ty_generics #where_clause {
            fn part(&self, __place: usize) -> __crdt::Option<&dyn __crdt::NodeState> {
                #read
            }
            fn part_mut(
                &mut self,
                __place: usize,
            ) -> __crdt::Option<&mut dyn __crdt::NodeState> {
                #write
            }
        }
    }
}

impl Record<'_> {
    /// Where the states of the fields are, and what the fields are called.
    pub(super) fn parts(&self) -> TokenStream {
        let name = &self.names.state;
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let slots = self.stored().map(|(field, _)| slot(field));
        let found = find(name, self.params, slots.map(|slot| quote!(#slot)).enumerate());
        let fields = self.stored().map(|(field, node)| {
            let (name, aliases, docs) = (field.wire_name(), field.aliases(), field.doc_pieces());
            let (aliases, docs): (Vec<_>, Vec<_>) = (aliases.collect(), docs.collect());
            let aliases = (!aliases.is_empty()).then(|| quote!(.aliases(&[#(#aliases),*])));
            let docs = (!docs.is_empty()).then(|| quote!(.docs(&[#(#docs),*])));
            let key = field.attrs.key.is_set().then(|| quote!(.key()));
            quote!(__crdt::field::<#node>(#name) #aliases #docs #key)
        });
        quote! {
            #found
            #[automatically_derived]
            impl #impl_generics __crdt::Fields for #name #ty_generics #where_clause {
                const FIELDS: &'static [__crdt::Field] = &[#(#fields,)*];
            }
        }
    }
}
