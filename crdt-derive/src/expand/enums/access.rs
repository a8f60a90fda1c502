//! How an enum is read and edited.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::bound::Params;
use crate::expand::enums::payload::Payload;
use crate::expand::enums::{Case, Enum};

impl Enum<'_> {
    pub(super) fn view(&self) -> TokenStream {
        let (name, state) = (&self.names.view, self.state_type());
        let (impl_generics, lent_generics, where_clause) = self.params.lent();
        let (_, ty_generics, _) = self.params.owned();
        let doc = format!("Reads {}.", self.names.title);
        let (ident, questions, selected) = (self.ident, self.questions(), self.selected_method());
        let payloads = self.cases.iter().filter_map(|case| case.view_payload(self.params));
        quote! {
            #[doc = #doc]
            pub struct #name #impl_generics #where_clause {
                __held: __crdt::HeldView<'__a, #state>,
            }
            impl #impl_generics #name #lent_generics #where_clause {
                fn __which(&self) -> usize {
                    self.__held.the_place()
                }
                #[doc = "The variants that were selected concurrently, one view for each, the one that wins first: each reads what its own variant holds. Empty if none was ever selected."]
                pub fn conflicts(&self) -> __crdt::Vec<Self> {
                    let mut __views = __crdt::Vec::new();
                    for __place in self.__held.the_state().conflicts(self.__held.the_chains()) {
                        __views.push(Self { __held: self.__held.at_place(__place) });
                    }
                    __views
                }
                #[doc = "Who selected the variant that is read, and in which change. `None` if it is the default one and was never selected."]
                pub fn blame(&self) -> __crdt::Option<__crdt::Blame> {
                    self.__held.the_state().blame(self.__held.the_chains(), self.__which())
                }
                #[doc = "The plain value of the variant that is read."]
                pub fn value(&self) -> #ident #ty_generics {
                    __read(self.__held.the_state(), self.__held.the_chains(), self.__which())
                }
                #selected
                #questions
                #(#payloads)*
            }
        }
    }

    pub(super) fn editor(&self) -> TokenStream {
        let (name, state, ident) = (&self.names.editor, self.state_type(), self.ident);
        let (impl_generics, lent_generics, where_clause) = self.params.lent();
        let (_, ty_generics, _) = self.params.owned();
        let doc = format!("Edits {}.", self.names.title);
        let (questions, selected) = (self.questions(), self.selected_in_editor());
        let view = self.params.lend(&self.names.view, &quote!('_));
        let payloads = self.cases.iter().filter_map(|case| case.edit_payload(self.params));
        quote! {
            #[doc = #doc]
            pub struct #name #impl_generics #where_clause {
                __held: __crdt::HeldEditor<'__a, #state>,
            }
            impl #impl_generics #name #lent_generics #where_clause {
                fn __which(&self) -> usize {
                    self.__held.the_state().current(self.__held.the_scope().chains())
                }
                #[doc = "Views it, as it is now."]
                pub fn view(&self) -> #view {
                    <#ident #ty_generics as __crdt::CrdtNode>::view(
                        self.__held.the_state(),
                        self.__held.the_scope().chains(),
                    )
                }
                #[doc = "The plain value, as it is now."]
                pub fn value(&self) -> #ident #ty_generics {
                    self.view().value()
                }
                #[doc = "The variants that were selected concurrently, as the view gives them."]
                pub fn conflicts(&self) -> __crdt::Vec<#view> {
                    self.view().conflicts()
                }
                #selected
                #questions
                #(#payloads)*
                #[doc = "Selects a variant and writes what it holds."]
                pub fn set(
                    &mut self,
                    __value: #ident #ty_generics,
                ) -> ::core::result::Result<(), __crdt::EditError> {
                    let (__state, __scope) = self.__held.the_parts();
                    __scope.attempt(__state, |__state, __scope| {
                        __state.selector.set(__scope, __VARIANTS, __place(&__value))?;
                        let __how = __crdt::Writing::Seeded;
                        <#ident #ty_generics as __crdt::CrdtNode>::write(
                            __state, __scope, __value, __how,
                        )
                    })
                }
            }
        }
    }

    /// The methods that tell which variant is selected.
    fn questions(&self) -> TokenStream {
        let is = self.cases.iter().map(|case| {
            let (name, index) = (format_ident!("is_{}", case.variant.snake_name()), case.index);
            let doc = format!("Whether `{}` is selected.", case.variant.wire_name());
            quote! {
                #[doc = #doc]
                pub fn #name(&self) -> bool {
                    self.__which() == #index
                }
            }
        });
        quote! {
            #[doc = "The name of the selected variant, as it is stored."]
            pub fn variant_name(&self) -> &'static str {
                __VARIANTS.name(self.__which())
            }
            #(#is)*
        }
    }
}

impl Case<'_> {
    fn view_payload(&self, params: &Params) -> Option<TokenStream> {
        let payload = self.payload.as_ref()?;
        let (wire_name, viewed) = (&payload.wire_name, payload.viewed());
        let (name, index, view) = (self.accessor(), self.index, payload.view(params));
        let doc = format!("What `{wire_name}` holds, if it is selected.");
        Some(quote! {
            #[doc = #doc]
            pub fn #name(&self) -> ::core::option::Option<#view> {
                if self.__which() != #index {
                    return ::core::option::Option::None;
                }
                ::core::option::Option::Some(#viewed)
            }
        })
    }

    fn edit_payload(&self, params: &Params) -> Option<TokenStream> {
        let payload = self.payload.as_ref()?;
        let Payload { node, wire_name, slot, .. } = payload;
        let (name, index, editor) = (self.accessor(), self.index, payload.editor(params));
        let doc = format!("Edits what `{wire_name}` holds, if it is selected.");
        Some(quote! {
            #[doc = #doc]
            pub fn #name(&mut self) -> ::core::option::Option<#editor> {
                if self.__which() != #index {
                    return ::core::option::Option::None;
                }
                let (__state, __scope) = self.__held.the_parts();
                let __payload = __state.payloads.#slot.get_mut();
                let __scope = __scope.variant(#wire_name);
                let __editor = <#node as __crdt::CrdtNode>::edit(__payload, __scope);
                ::core::option::Option::Some(__editor)
            }
        })
    }

    /// The method that gives access to the payload.
    fn accessor(&self) -> syn::Ident {
        format_ident!("as_{}", self.variant.snake_name())
    }
}
