//! How an op finds its way through a record, and what else is asked of a state.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::record::{Record, slot};

impl Record<'_> {
    /// The implementation of `NodeState`: everything is done field by field.
    pub(crate) fn node_state(&self) -> TokenStream {
        let name = &self.names.state;
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let slots: Vec<_> = self.stored().map(|(field, _)| slot(field)).collect();
        let wire_names: Vec<_> = self.stored().map(|(field, _)| field.wire_name()).collect();
        let aliases = self.stored().map(|(field, _)| {
            let aliases = field.aliases();
            quote!(#(| #aliases)*)
        });
        let saved = self.saved();
        quote! {
            #[automatically_derived]
            impl #impl_generics __crdt::NodeState for #name #ty_generics #where_clause {
                fn apply(
                    &mut self,
                    __path: &[__crdt::Segment<'_>],
                    __op: &__crdt::Incoming<'_>,
                    __chains: &__crdt::Chains,
                ) -> __crdt::Fit {
                    match __path {
                        [__crdt::Segment::Field(__name), __rest @ ..] => match *__name {
                            #(#wire_names #aliases => {
                                __crdt::NodeState::apply(&mut self.#slots, __rest, __op, __chains)
                            })*
                            _ => __crdt::Fit::unknown_field(),
                        },
                        _ => __crdt::Fit::wrong_kind(),
                    }
                }
                fn clear(&mut self, __scope: __crdt::Scope<'_>) {
                    let __scope = __scope.pinned();
                    #(__crdt::NodeState::clear(&mut self.#slots, __scope.field(#wire_names));)*
                }
                fn is_blank(&self) -> bool {
                    true #(&& __crdt::NodeState::is_blank(&self.#slots))*
                }
                fn digest(&self, __digest: &mut __crdt::DigestWriter<'_>) {
                    #(__digest.field(#wire_names, &self.#slots);)*
                }
                #saved
            }
        }
    }

    /// How the state is written and read.
    fn saved(&self) -> TokenStream {
        let slots: Vec<_> = self.stored().map(|(field, _)| slot(field)).collect();
        let marker = self.params.marker().map(|_| quote!(__marker: ::core::marker::PhantomData,));
        quote! {
            fn save(&self, __writer: &mut __crdt::StateWriter<'_>) {
                #(__crdt::NodeState::save(&self.#slots, __writer);)*
            }
            fn load(
                __reader: &mut __crdt::StateReader<'_>,
            ) -> ::core::result::Result<Self, __crdt::DecodeError> {
                ::core::result::Result::Ok(Self { #(#slots: __reader.nested()?,)* #marker })
            }
        }
    }
}
