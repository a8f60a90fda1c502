//! The view and the editor of an enum are printed as the value is.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::expand::enums::{Case, Enum};
use crate::expand::show;

impl Enum<'_> {
    /// `Debug` for view and editor, `Clone` and `Copy` for the view.
    pub(super) fn shown_and_copied(&self) -> TokenStream {
        let (view, editor) = (&self.names.view, &self.names.editor);
        let (impl_generics, lent_generics, where_clause) = self.params.shown();
        let shown = self.by_place(&quote!(self.__which()), Case::show);
        let shown = quote! {
            #[automatically_derived]
            impl #impl_generics ::core::fmt::Debug for #view #lent_generics #where_clause {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #shown
                }
            }
            #[automatically_derived]
            impl #impl_generics ::core::fmt::Debug for #editor #lent_generics #where_clause {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Debug::fmt(&self.view(), __f)
                }
            }
        };
        let (impl_generics, lent_generics, where_clause) = self.params.lent();
        let copied = show::copied(view, &impl_generics, &lent_generics, &where_clause);
        quote!(#shown #copied)
    }
}

impl Case<'_> {
    /// The arm that prints the variant. The view of a payload that was made for it prints the name
    /// itself.
    fn show(&self) -> TokenStream {
        let name = self.variant.ident.unraw().to_string();
        let Some(payload) = &self.payload else {
            return quote!(__f.write_str(#name));
        };
        let view = payload.viewed();
        if payload.names.is_some() {
            return quote!(::core::fmt::Debug::fmt(&#view, __f));
        }
        quote!({
            let __view = #view;
            __f.debug_tuple(#name).field((&__crdt::Shown(&__view)).shown()).finish()
        })
    }
}
