//! Writes the name of the type where the user wrote `Self`.
//!
//! Types of fields are repeated inside other items, where `Self` means something else.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::Parse;
use syn::{DeriveInput, Ident};

/// A type or path of the input, with `Self` written out.
pub(crate) fn expand<T: Parse + ToTokens + Clone>(input: &DeriveInput, original: &T) -> T {
    let tokens = expand_tokens(input, original.to_token_stream());
    syn::parse2(tokens).unwrap_or_else(|_| original.clone())
}

fn expand_tokens(input: &DeriveInput, tokens: TokenStream) -> TokenStream {
    let replace = |token| match token {
        TokenTree::Ident(ident) if ident == "Self" => receiver(input, &ident),
        TokenTree::Group(group) => {
            let stream = expand_tokens(input, group.stream());
            let mut expanded = Group::new(group.delimiter(), stream);
            expanded.set_span(group.span());
            TokenTree::Group(expanded).into()
        }
        other => other.into(),
    };
    tokens.into_iter().flat_map::<TokenStream, _>(replace).collect()
}

/// The type in the form with `::<>`, which types and expressions both accept.
fn receiver(input: &DeriveInput, this: &Ident) -> TokenStream {
    let mut ident = input.ident.clone();
    ident.set_span(this.span());
    let (_, generics, _) = input.generics.split_for_impl();
    let generics = generics.as_turbofish();
    quote_spanned!(this.span()=> #ident #generics)
}
