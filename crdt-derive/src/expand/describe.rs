//! How a type describes itself: what its schema says of it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Style;
use crate::expand::record::Record;

impl Record<'_> {
    /// A struct, which has a name in the schema.
    pub(crate) fn described_struct(&self, docs: &[&syn::Expr]) -> TokenStream {
        let fields = self.described_fields();
        describe(&quote!(__schema.derived_struct::<Self>(&[#(#docs),*], #fields)))
    }

    /// What a variant holds, which has none.
    pub(crate) fn described_payload(&self) -> TokenStream {
        let fields = self.described_fields();
        describe(&quote!(__schema.derived_payload(#fields)))
    }

    /// The table of its fields, and how they are written.
    pub(crate) fn described_fields(&self) -> TokenStream {
        let (state, (_, ty_generics, _)) = (&self.names.state, self.params.owned());
        let fields = quote!(<#state #ty_generics as __crdt::Fields>::FIELDS);
        match self.style {
            Style::Named => quote!(__crdt::DerivedFields::Named(#fields)),
            Style::Tuple | Style::Newtype => quote!(__crdt::DerivedFields::Tuple(#fields)),
            Style::Unit => quote!(__crdt::DerivedFields::Unit),
        }
    }
}

/// The method, given its body.
pub(crate) fn describe(body: &TokenStream) -> TokenStream {
    quote! {
        fn describe(__schema: &mut __crdt::SchemaBuilder) -> __crdt::schema::Node {
            #body
        }
    }
}
