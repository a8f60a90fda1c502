//! A value is taken apart when it is written, which the compiler refuses of types with a `Drop`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::ast::Input;

/// The type `__Whole`: the derived one, unless it implements `Drop`, which is one error with
/// advice.
///
/// Then `__Whole` is a type that the compiler has complained about, and what is done with a value
/// of it adds no error. A constant cannot depend on a type parameter, so for a generic type the
/// question is asked where a value is taken apart.
pub(super) fn check(input: &Input<'_>) -> Option<TokenStream> {
    let ident = input.ident;
    input.generics.params.is_empty().then(|| {
        let check = quote_spanned! {ident.span()=>
            __crdt::check::apart::<
                __crdt::check::Drops<{ __crdt::check::Dropped::<#ident>::IS_IMPLEMENTED }>
            >()
        };
        quote! {
            const __APART: bool = #check;
            type __Whole = <__crdt::Checked<__APART> as __crdt::Same<#ident>>::Type;
        }
    })
}

/// The statement before `__value` is taken apart: it makes it one of `__Whole`.
pub(super) fn whole(input: &Input<'_>) -> TokenStream {
    if input.generics.params.is_empty() {
        return quote!(let __value: __Whole = __value;);
    }
    quote_spanned!(input.ident.span()=> __crdt::check::Dropped::<Self>::taken_apart();)
}
