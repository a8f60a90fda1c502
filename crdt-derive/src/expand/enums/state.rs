//! The state of an enum: what the variants hold. Which of them is selected, and how an op finds its
//! way, is the core's.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::enums::Enum;
use crate::expand::state;

impl Enum<'_> {
    pub(super) fn state(&self) -> TokenStream {
        let name = &self.names.state;
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let doc = format!("What the variants of {} hold.", self.names.title);
        let slots = self.payloads().map(|payload| {
            let (slot, node) = (&payload.slot, &payload.node);
            (quote!(#slot), quote!(__crdt::Lazy<__crdt::State<#node>>))
        });
        let declared = state::declare(name, self.params, &doc, slots);
        let places = self.cases.iter().filter_map(|case| {
            let slot = &case.payload.as_ref()?.slot;
            Some((case.index, quote!(#slot)))
        });
        let found = state::find(name, self.params, places);
        quote! {
            #declared
            #found
            #[automatically_derived]
            impl #impl_generics __crdt::Payloads for #name #ty_generics #where_clause {
                const VARIANTS: &'static __crdt::Variants = __VARIANTS;
            }
        }
    }

    /// The type of the state.
    pub(super) fn state_type(&self) -> TokenStream {
        let (name, (_, ty_generics, _)) = (&self.names.state, self.params.owned());
        quote!(__crdt::ChoiceState<#name #ty_generics>)
    }
}
