//! Views are serialized as serde's own derive would serialize the value, under the names on the
//! wire and without what is not stored.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::ast::{Field, Style};
use crate::bound::Params;
use crate::expand::record::Record;

impl Record<'_> {
    /// `Serialize` for the view.
    pub(crate) fn serialized(&self) -> TokenStream {
        let name = &self.names.shown;
        let fields: Vec<_> = self.stored().map(|(field, _)| field).collect();
        let body = match self.style {
            Style::Unit => quote!(__serializer.serialize_unit_struct(#name)),
            style => parts(style, Form::Struct, &quote!(#name), &fields, &quote!(self)),
        };
        serialize(self.params, &self.names.view, &body)
    }
}

/// The implementation for a view; `body` writes `self` to `__serializer`.
pub(super) fn serialize(params: &Params, view: &syn::Ident, body: &TokenStream) -> TokenStream {
    let (impl_generics, lent_generics, where_clause) = params.lent();
    quote! {
        #[automatically_derived]
        impl #impl_generics __crdt::Serialize for #view #lent_generics #where_clause {
            fn serialize<__S: __crdt::Serializer>(
                &self,
                __serializer: __S,
            ) -> __crdt::Serialized<__S> {
                #body
            }
        }
    }
}

/// What the fields belong to.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Struct,
    Variant,
}

/// Writes the fields of the view that `view` names, as a struct or as a variant. `head` is what
/// serde wants to know of these before it is told how many fields there are.
pub(super) fn parts(
    style: Style,
    form: Form,
    head: &TokenStream,
    fields: &[&Field<'_>],
    view: &TokenStream,
) -> TokenStream {
    let (begin, compound) = match (style, form) {
        (Style::Tuple, Form::Struct) => ("serialize_tuple_struct", "SerializeTupleStruct"),
        (Style::Tuple, Form::Variant) => ("serialize_tuple_variant", "SerializeTupleVariant"),
        (_, Form::Struct) => ("serialize_struct", "SerializeStruct"),
        (_, Form::Variant) => ("serialize_struct_variant", "SerializeStructVariant"),
    };
    let (begin, compound) = (format_ident!("{begin}"), format_ident!("{compound}"));
    let count = fields.len();
    let members = fields.iter().map(|field| &field.member);
    let names = fields.iter().map(|field| {
        let name = field.wire_name();
        (style != Style::Tuple).then(|| quote!(#name,))
    });
    quote! {
        let mut __parts = __serializer.#begin(#head, #count)?;
        #(__crdt::#compound::serialize_field(
            &mut __parts,
            #names
            &#view.#members,
        )?;)*
        __crdt::#compound::end(__parts)
    }
}
