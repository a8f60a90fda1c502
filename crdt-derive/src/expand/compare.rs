//! Views are compared with the plain value, if values are compared with each other.
//!
//! Not with other views: that would be an implementation more for every type to compile, and
//! `view == other.value()` says the same.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::bound::Params;

/// `PartialEq` for the view of the type `this`.
///
/// The bound mentions a lifetime it does not need, because the compiler accepts such a bound where
/// it does not hold and refuses only the use that depends on it.
pub(super) fn compared(params: &Params, view: &Ident, this: &TokenStream) -> TokenStream {
    let (impl_generics, lent_generics, where_clause) = params.lent();
    let predicates = where_clause.map(|clause| &clause.predicates);
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::cmp::PartialEq<#this> for #view #lent_generics
        where
            for<'__unused> #this: ::core::cmp::PartialEq,
            #predicates
        {
            fn eq(&self, __other: &#this) -> bool {
                self.value() == *__other
            }
        }
    }
}
