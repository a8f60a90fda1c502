//! The state of an enum, and how an op reaches it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::enums::Enum;
use crate::expand::enums::payload::Payload;

impl Enum<'_> {
    pub(super) fn state(&self) -> TokenStream {
        let name = &self.names.state;
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let doc = format!("What is known of {}.", self.names.title);
        let (nodes, slots): (Vec<_>, Vec<_>) =
            self.payloads().map(|payload| (&payload.node, &payload.slot)).unzip();
        let marker = self.params.marker();
        let marker = marker.map(|ty| quote!(__marker: ::core::marker::PhantomData<#ty>,));
        let no_marker = marker.as_ref().map(|_| quote!(__marker: ::core::marker::PhantomData,));
        let node_state = self.node_state();
        quote! {
            #[doc = #doc]
            pub struct #name #impl_generics #where_clause {
                selector: __crdt::Selector,
                #(#slots: __crdt::Lazy<<#nodes as __crdt::CrdtNode>::State>,)*
                unknown: __crdt::Unknown,
                #marker
            }
            #[automatically_derived]
            impl #impl_generics ::core::default::Default for #name #ty_generics #where_clause {
                fn default() -> Self {
                    Self {
                        selector: ::core::default::Default::default(),
                        #(#slots: ::core::default::Default::default(),)*
                        unknown: ::core::default::Default::default(),
                        #no_marker
                    }
                }
            }
            #node_state
        }
    }

    fn node_state(&self) -> TokenStream {
        let name = &self.names.state;
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let (apply, passed_on, saved) = (self.apply(), self.passed_on(), self.saved());
        quote! {
            #[automatically_derived]
            impl #impl_generics __crdt::NodeState for #name #ty_generics #where_clause {
                #apply
                #passed_on
                #saved
            }
        }
    }

    /// An op for the enum itself selects a variant, all others go to a payload. What a payload
    /// refuses is kept, also if it is that of an unknown variant.
    fn apply(&self) -> TokenStream {
        let arms = self.cases.iter().map(|case| {
            let (name, aliases) = (case.variant.wire_name(), case.variant.aliases());
            let fit = if let Some(Payload { slot, .. }) = &case.payload {
                quote!(__crdt::NodeState::apply(&mut self.#slot, __rest, __op, __chains))
            } else {
                quote!(__crdt::Fit::wrong_kind())
            };
            quote!(#name #(| #aliases)* => (#name, #fit),)
        });
        quote! {
            fn apply(
                &mut self,
                __path: &[__crdt::Segment<'_>],
                __op: &__crdt::Incoming<'_>,
                __chains: &__crdt::Chains,
            ) -> __crdt::Fit {
                match __path {
                    [] => self.selector.apply(__op, __chains, __VARIANTS),
                    [__crdt::Segment::Variant(__name), __rest @ ..] => {
                        let (__name, __fit) = match *__name {
                            #(#arms)*
                            __unknown => (__unknown, __crdt::Fit::unknown_variant()),
                        };
                        self.unknown.keep_in_variant(__fit, __name, __rest, __op, __chains)
                    }
                    _ => __crdt::Fit::wrong_kind(),
                }
            }
        }
    }

    /// What concerns the selector, all payloads and what is unknown alike.
    fn passed_on(&self) -> TokenStream {
        let (names, slots): (Vec<_>, Vec<_>) =
            self.payloads().map(|payload| (&payload.wire_name, &payload.slot)).unzip();
        quote! {
            fn clear(&mut self, __scope: __crdt::Scope<'_>) {
                let __scope = __scope.pinned();
                self.selector.clear(__scope);
                #(__crdt::NodeState::clear(&mut self.#slots, __scope.variant(#names));)*
                self.unknown.clear(__scope);
            }
            fn is_blank(&self) -> bool {
                self.selector.is_blank()
                    #(&& __crdt::NodeState::is_blank(&self.#slots))*
                    && self.unknown.is_blank()
            }
            fn is_set(&self) -> bool {
                self.selector.is_set()
            }
            fn append_sets(&self, __sets: &mut __crdt::Vec<__crdt::Id>) {
                self.selector.append_sets(__sets);
            }
            fn forget_sets(&mut self, __scope: __crdt::Scope<'_>) {
                self.selector.forget_sets(__scope);
            }
            fn digest(&self, __digest: &mut __crdt::DigestWriter<'_>) {
                self.selector.digest(__digest);
                #(__digest.variant(#names, &self.#slots);)*
                self.unknown.digest(__digest);
            }
        }
    }

    /// How the state is written and read.
    fn saved(&self) -> TokenStream {
        let slots: Vec<_> = self.payloads().map(|payload| &payload.slot).collect();
        let marker = self.params.marker().map(|_| quote!(__marker: ::core::marker::PhantomData,));
        quote! {
            fn save(&self, __writer: &mut __crdt::StateWriter<'_>) {
                self.selector.save(__writer);
                #(__crdt::NodeState::save(&self.#slots, __writer);)*
                self.unknown.save(__writer);
            }
            fn load(
                __reader: &mut __crdt::StateReader<'_>,
            ) -> ::core::result::Result<Self, __crdt::DecodeError> {
                ::core::result::Result::Ok(Self {
                    selector: __crdt::Selector::load(__reader, __VARIANTS)?,
                    #(#slots: __reader.nested()?,)*
                    unknown: ::core::default::Default::default(),
                    #marker
                })
            }
        }
    }
}
