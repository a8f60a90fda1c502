//! Deltas: what changed of a record, as a struct with the fields of the record, and what is done
//! with plain values that a delta holds.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Ident;

use crate::ast::{Field, Role, Style};
use crate::bound::Params;
use crate::expand::implement::{Plain, Target};
use crate::expand::node;
use crate::expand::record::Record;

impl Record<'_> {
    /// The struct and what can be done with it, unless nothing is stored, of which nothing changes.
    pub(super) fn delta(&self) -> Option<TokenStream> {
        self.stored().next()?;
        let (declared, name) = (self.declared_delta(), &self.names.delta);
        let traits = traits(name, self.params, &format!("{}Delta", self.names.shown));
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let (mut visits, mut builds) = (Vec::new(), Vec::new());
        for (field, node) in self.stored() {
            let member = &field.member;
            visits.push(quote!(__crdt::visit_field::<#node, __V>(__visit, &self.#member);));
            builds.push(quote!(#member: __crdt::build_field::<#node, __B>(__build)));
        }
        builds.extend(self.blanks());
        let state = self.state_type();
        Some(quote! {
            #declared
            #traits
            #[automatically_derived]
            impl #impl_generics __crdt::DeltaParts for #name #ty_generics #where_clause {
                type Names = #state;
                fn visit<'__d, __V: __crdt::DeltaVisitor<'__d>>(
                    &'__d self,
                    __visit: &mut __crdt::Visit<__V>,
                ) {
                    #(#visits)*
                }
                fn build<__B: __crdt::DeltaBuilder>(
                    __build: &mut __crdt::Build<__B>,
                ) -> __crdt::Option<Self> {
                    __crdt::Some(Self { #(#builds,)* })
                }
            }
        })
    }

    fn declared_delta(&self) -> TokenStream {
        let (name, title) = (&self.names.delta, &self.names.title);
        let (impl_generics, _, where_clause) = self.params.owned();
        let doc = format!("What changed of {title}: of each field that did, its delta.");
        let fields = self.shown().map(|(field, node)| {
            let head = self.delta_head(field);
            let ty = node.as_ref().map(|node| quote!(__crdt::Option<__crdt::Delta<#node>>));
            let ty = ty.unwrap_or_else(|| quote!(()));
            quote!(#head #ty)
        });
        match self.style {
            Style::Named | Style::Unit => {
                let marker = self.marker().map(|ty| quote!(__marker: #ty));
                let fields = fields.chain(marker);
                quote! {
                    #[doc = #doc]
                    pub struct #name #impl_generics #where_clause { #(#fields,)* }
                }
            }
            Style::Tuple | Style::Newtype => {
                let fields = fields.chain(self.marker());
                quote! {
                    #[doc = #doc]
                    pub struct #name #impl_generics (#(#fields,)*) #where_clause;
                }
            }
        }
    }

    /// What stands before the type of a field: the documentation that it has, visibility and name.
    fn delta_head(&self, field: &Field<'_>) -> TokenStream {
        let (docs, rest) = (field.docs(), self.lent_name(field));
        quote!(#(#docs)* #rest)
    }

    /// The type of a field that uses all parameters, if the other fields do not. Without one the
    /// struct can be matched exhaustively.
    fn marker(&self) -> Option<TokenStream> {
        if self.params.all_occur_in(|| self.stored().map(|(field, _)| &field.ty)) {
            return None;
        }
        self.params.marker().map(|marker| quote!(::core::marker::PhantomData<#marker>))
    }

    /// The fields that hold no delta, with what they hold.
    fn blanks(&self) -> impl Iterator<Item = TokenStream> {
        let skipped = self.shown().filter(|(_, node)| node.is_none()).map(|(field, _)| {
            let member = &field.member;
            quote!(#member: ())
        });
        let marker = self.marker().map(|_| match self.style {
            Style::Named | Style::Unit => quote!(__marker: ::core::marker::PhantomData),
            Style::Tuple | Style::Newtype => {
                let index = syn::Index::from(self.fields.len());
                quote!(#index: ::core::marker::PhantomData)
            }
        });
        skipped.chain(marker)
    }

    /// The type of the delta.
    pub(super) fn delta_type(&self) -> TokenStream {
        if self.stored().next().is_none() {
            return quote!(__crdt::NoDelta);
        }
        let (name, (_, ty_generics, _)) = (&self.names.delta, self.params.owned());
        quote!(#name #ty_generics)
    }

    /// What `CrdtNode` has for deltas.
    pub(super) fn comparing(&self, target: &Target) -> TokenStream {
        let (delta, value) = (self.delta_type(), self.value_type(target.value));
        let applied = self.applied(target.value);
        let (copied, shown) = (self.copied_value(target.value), self.shown_value(target.value));
        quote! {
            fn delta(
                __before: &Self::State,
                __after: &Self::State,
                __chains: &__crdt::Chains,
            ) -> __crdt::Option<#delta> {
                __crdt::record_delta(&__before.0, &__after.0, __chains)
            }
            fn apply_delta(
                __value: &mut Self::Value,
                __delta: &Self::Delta,
            ) -> __crdt::Applied {
                #applied
            }
            fn copy_value(__value: &Self::Value) -> Self::Value {
                #copied
            }
            fn visit_value<__V: __crdt::ValueVisitor>(
                __value: &#value,
                __visitor: &mut __V,
            ) {
                #shown
            }
        }
    }

    /// Applies the parts of `__delta`, of which there is none if nothing is stored.
    fn applied(&self, value: Plain) -> TokenStream {
        if self.stored().next().is_none() {
            return quote!(match *__delta {});
        }
        let applied = self.members(value).map(|(field, node, member)| {
            let own = &field.member;
            quote! {
                __crdt::apply_field::<#node>(
                    &mut __applied,
                    &mut __value.#member,
                    &__delta.#own,
                );
            }
        });
        quote! {
            let mut __applied = __crdt::Ok(());
            #(#applied)*
            __applied
        }
    }

    fn copied_value(&self, value: Plain) -> TokenStream {
        let copies = self.members(value).map(|(_, node, member)| {
            (quote!(<#node as __crdt::CrdtNode>::copy_value(&__value.#member)), member)
        });
        if let Plain::Tuple = value {
            let copies = copies.map(|(copy, _)| copy);
            return quote!((#(#copies,)*));
        }
        let copies = copies.map(|(copy, member)| quote!(#member: #copy));
        let skipped = self.every().filter(|(field, _)| field.role() == Role::Skip);
        let skipped = skipped.map(|(field, _)| skipped_member(field));
        quote!(Self { #(#copies,)* #(#skipped,)* })
    }

    fn shown_value(&self, value: Plain) -> TokenStream {
        let (name, fields) = (&self.names.shown, self.described_fields());
        let members = self.members(value).map(|(_, node, member)| {
            quote!(__crdt::show_field::<#node, __V>(__visitor, &__value.#member);)
        });
        quote! {
            __visitor.record(#name, #fields);
            #(#members)*
        }
    }
}

/// A skipped field with its default.
pub(super) fn skipped_member(field: &Field<'_>) -> TokenStream {
    let (member, value) = (field.member.to_token_stream(), node::skipped(field));
    quote!(#member: #value)
}

/// What every delta can do, by its parts.
pub(super) fn traits(name: &Ident, params: &Params, shown: &str) -> TokenStream {
    let (impl_generics, ty_generics, where_clause) = params.owned();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #name #ty_generics #where_clause {
            fn clone(&self) -> Self {
                __crdt::copy_parts(self)
            }
        }
        #[automatically_derived]
        impl #impl_generics ::core::cmp::PartialEq for #name #ty_generics #where_clause {
            fn eq(&self, __other: &Self) -> bool {
                __crdt::same_parts(self, __other)
            }
        }
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #name #ty_generics #where_clause {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __crdt::show_parts(#shown, self, __f)
            }
        }
        #[automatically_derived]
        impl #impl_generics __crdt::Serialize for #name #ty_generics #where_clause {
            fn serialize<__S: __crdt::Serializer>(
                &self,
                __serializer: __S,
            ) -> __crdt::Serialized<__S> {
                __crdt::serialize_parts(self, __serializer)
            }
        }
    }
}
