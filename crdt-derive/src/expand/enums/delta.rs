//! What changed in what a variant holds, as an enum with those variants that hold something, and
//! what is done with plain values that a delta holds.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::ast::{Role, Style};
use crate::expand::delta::{skipped_member, traits};
use crate::expand::enums::{Case, Enum};

impl Enum<'_> {
    /// The type of the delta within a variant.
    pub(super) fn delta_type(&self) -> TokenStream {
        if self.payloads().next().is_none() {
            return quote!(__crdt::NoDelta);
        }
        let (name, (_, ty_generics, _)) = (&self.names.delta, self.params.owned());
        quote!(#name #ty_generics)
    }

    /// The enum and what can be done with it, if a variant holds something.
    pub(super) fn delta(&self) -> Option<TokenStream> {
        self.payloads().next()?;
        let name = &self.names.delta;
        let traits = traits(name, self.params, &format!("{}Delta", self.ident.unraw()));
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let doc = format!("What changed in what a variant of {} holds.", self.names.title);
        let held: Vec<_> = self.cases.iter().filter_map(Case::held_delta).collect();
        let (declared, visits, builds) = (
            held.iter().map(|held| &held.declared),
            held.iter().map(|held| &held.visit),
            held.iter().map(|held| &held.build),
        );
        let state = self.state_type();
        let unused = self.unused().map(|ty| quote!(#[doc(hidden)] __Marker(#ty, __crdt::NoDelta),));
        let never =
            unused.is_some().then(|| quote!(Self::__Marker(_, __never) => match *__never {},));
        Some(quote! {
            #[doc = #doc]
            pub enum #name #impl_generics #where_clause { #(#declared,)* #unused }
            #traits
            #[automatically_derived]
            impl #impl_generics __crdt::DeltaParts for #name #ty_generics #where_clause {
                type Names = #state;
                fn visit<'__d, __V: __crdt::DeltaVisitor<'__d>>(
                    &'__d self,
                    __visit: &mut __crdt::Visit<__V>,
                ) {
                    match self { #(#visits,)* #never }
                }
                fn build<__B: __crdt::DeltaBuilder>(
                    __build: &mut __crdt::Build<__B>,
                ) -> __crdt::Option<Self> {
                    match __build.place() {
                        #(#builds,)*
                        _ => __crdt::None,
                    }
                }
            }
        })
    }

    /// The type that uses all parameters, if what the variants hold does not.
    fn unused(&self) -> Option<TokenStream> {
        let fields = || self.cases.iter().flat_map(Case::stored).map(|field| &field.ty);
        if self.params.all_occur_in(fields) {
            return None;
        }
        self.params.marker().map(|marker| quote!(::core::marker::PhantomData<#marker>))
    }

    /// What `CrdtNode` has for deltas.
    pub(super) fn comparing(&self) -> TokenStream {
        let (ident, (_, ty_generics, _)) = (self.ident, self.params.owned());
        let (state, name) = (self.state_type(), self.ident.unraw().to_string());
        let patterns: Vec<_> = self.cases.iter().map(Case::pattern).collect();
        let copies = self.cases.iter().map(Case::copy);
        let shows = self.cases.iter().map(|case| case.visit_value(&name));
        let delta = quote!(__crdt::EnumDelta<#ident #ty_generics>);
        let applied = self.applied();
        quote! {
            fn delta(
                __before: &#state,
                __after: &#state,
                __chains: &__crdt::Chains,
            ) -> __crdt::Option<#delta> {
                __crdt::choice_delta(__before, __after, __chains, || {
                    <Self as __crdt::CrdtNode>::value(__after, __chains)
                })
            }
            fn apply_delta(__value: &mut Self, __delta: &#delta) -> __crdt::Applied {
                match __delta {
                    __crdt::EnumDelta::Selected(__selected) => {
                        *__value = <Self as __crdt::CrdtNode>::copy_value(__selected);
                        __crdt::Ok(())
                    }
                    __crdt::EnumDelta::Changed(__delta) => #applied,
                }
            }
            fn copy_value(__value: &Self) -> Self {
                match __value { #(#patterns => #copies,)* }
            }
            fn visit_value<__V: __crdt::ValueVisitor>(
                __value: &Self,
                __visitor: &mut __V,
            ) {
                match __value { #(#patterns => { #shows })* }
            }
        }
    }

    /// Applies `__delta` to what the variant of `__value` holds, if it is of that variant.
    fn applied(&self) -> TokenStream {
        if self.payloads().next().is_none() {
            return quote!(match *__delta {});
        }
        let name = &self.names.delta;
        let arms = self.cases.iter().filter(|case| case.payload.is_some()).map(|case| {
            let (ident, pattern, apply) = (case.variant.ident, case.pattern(), case.apply());
            quote!((#name::#ident(__delta), #pattern) => { #apply })
        });
        // Of one variant alone there is no other.
        let other = (self.cases.len() > 1 || self.unused().is_some())
            .then(|| quote!(_ => __crdt::Applied::Err(__crdt::DeltaError::OtherVariant),));
        quote!(match (__delta, __value) { #(#arms)* #other })
    }
}

/// The delta within one variant.
struct HeldDelta {
    declared: TokenStream,
    /// The arm that shows it.
    visit: TokenStream,
    /// The arm that makes it.
    build: TokenStream,
}

impl Case<'_> {
    fn held_delta(&self) -> Option<HeldDelta> {
        let payload = self.payload.as_ref()?;
        let (node, wire_name) = (&payload.node, &payload.wire_name);
        let (ident, place) = (self.variant.ident, self.index);
        let doc = format!("In what `{wire_name}` holds.");
        Some(HeldDelta {
            declared: quote!(#[doc = #doc] #ident(__crdt::Delta<#node>)),
            visit: quote! {
                Self::#ident(__delta) => __crdt::visit_held::<#node, __V>(__visit, #place, __delta)
            },
            build: quote! {
                #place => {
                    __crdt::Option::map(__crdt::build_held::<#node, __B>(__build), Self::#ident)
                }
            },
        })
    }

    /// Applies `__delta` to what the pattern bound.
    fn apply(&self) -> TokenStream {
        let nodes = self.payload.iter().flat_map(|payload| &payload.parts);
        let parts: Vec<_> = self.stored().zip(nodes).collect();
        if let (Style::Newtype, [(field, node)]) = (self.variant.style, parts.as_slice()) {
            let binding = field.binding();
            return quote!(<#node as __crdt::CrdtNode>::apply_delta(#binding, __delta));
        }
        let parts = parts.iter().map(|(field, node)| {
            let (binding, member) = (field.binding(), &field.member);
            quote! {
                __crdt::apply_field::<#node>(&mut __applied, #binding, &__delta.#member);
            }
        });
        quote! {
            let mut __applied = __crdt::Ok(());
            #(#parts)*
            __applied
        }
    }

    /// Shows what the pattern bound.
    fn visit_value(&self, owner: &str) -> TokenStream {
        let (place, name) =
            (u32::try_from(self.index).unwrap_or(u32::MAX), self.variant.wire_name());
        let fields = match &self.payload {
            Some(payload) => payload
                .fields
                .as_ref()
                .map_or_else(|| quote!(__crdt::None), |fields| quote!(__crdt::Some(#fields))),
            None => match self.variant.style {
                Style::Named => quote!(__crdt::Some(__crdt::DerivedFields::Named(&[]))),
                Style::Tuple => quote!(__crdt::Some(__crdt::DerivedFields::Tuple(&[]))),
                Style::Newtype | Style::Unit => {
                    quote!(__crdt::Some(__crdt::DerivedFields::Unit))
                }
            },
        };
        let nodes = self.payload.iter().flat_map(|payload| &payload.parts);
        let parts = self.stored().zip(nodes).map(|(field, node)| {
            let binding = field.binding();
            quote!(__crdt::show_field::<#node, __V>(__visitor, #binding);)
        });
        quote! {
            __visitor.variant(#owner, (#place, #name), #fields);
            #(#parts)*
        }
    }

    /// A copy of what the pattern bound.
    fn copy(&self) -> TokenStream {
        let path = self.path();
        let mut nodes = self.payload.iter().flat_map(|payload| &payload.parts);
        let members = self.variant.fields.iter().map(|field| {
            if field.role() == Role::Skip {
                return skipped_member(field);
            }
            let (member, binding, node) = (&field.member, field.binding(), nodes.next());
            quote!(#member: <#node as __crdt::CrdtNode>::copy_value(#binding))
        });
        quote!(#path { #(#members,)* })
    }
}
