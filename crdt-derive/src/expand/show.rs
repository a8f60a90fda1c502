//! What views and editors have beside their methods: they are printed as the value is, and views
//! are copied.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, Ident, PathArguments, PathSegment as Segment, Type, TypePath};

use crate::ast::{Field, Role, Style};
use crate::expand::node;
use crate::expand::record::Record;

impl Record<'_> {
    /// `Debug` for view and editor, `Clone` and `Copy` for the view.
    pub(crate) fn shown_and_copied(&self) -> TokenStream {
        let fields: Vec<_> = self.stored().map(|(field, _)| field).collect();
        let view =
            self.show(&self.names.view, &show_fields(&self.names.shown, self.style, &fields));
        let viewed = quote!(::core::fmt::Debug::fmt(&self.view(), __f));
        let (editor, copied) = (self.show(&self.names.editor, &viewed), self.copied());
        quote!(#view #editor #copied)
    }

    fn show(&self, name: &Ident, body: &TokenStream) -> TokenStream {
        let (impl_generics, lent_generics, where_clause) = self.params.shown();
        quote! {
            #[automatically_derived]
            impl #impl_generics ::core::fmt::Debug for #name #lent_generics #where_clause {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #body
                }
            }
        }
    }

    fn copied(&self) -> TokenStream {
        let view = &self.names.view;
        let (impl_generics, lent_generics, where_clause) = self.params.lent();
        copied(view, &impl_generics, &lent_generics, &where_clause)
    }
}

/// `Clone` and `Copy`.
pub(super) fn copied(
    view: &Ident,
    impl_generics: &impl ToTokens,
    lent_generics: &impl ToTokens,
    clause: &impl ToTokens,
) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #view #lent_generics #clause {
            fn clone(&self) -> Self {
                *self
            }
        }
        #[automatically_derived]
        impl #impl_generics ::core::marker::Copy for #view #lent_generics #clause {}
    }
}

/// A value that cannot be printed, as one in a register without `Debug`, is left out.
fn show_fields(name: &str, style: Style, fields: &[&Field<'_>]) -> TokenStream {
    let labels = fields.iter().map(|field| match &field.member {
        syn::Member::Named(ident) => syn::ext::IdentExt::unraw(ident).to_string(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    });
    let parts = fields.iter().map(|field| {
        let member = &field.member;
        if can_be_printed(field) {
            quote!(&self.#member)
        } else {
            quote!((&__crdt::Shown(&self.#member)).shown())
        }
    });
    match style {
        _ if fields.is_empty() => quote!(__f.write_str(#name)),
        Style::Named | Style::Unit => quote! {
            __f.debug_struct(#name)
                #(.field(#labels, #parts))*
                .finish()
        },
        Style::Tuple | Style::Newtype => quote! {
            __f.debug_tuple(#name)
                #(.field(#parts))*
                .finish()
        },
    }
}

/// Whether a field is known to be printed by what its type is called. The compiler takes its time
/// to find out, and most fields are such.
fn can_be_printed(field: &Field<'_>) -> bool {
    matches!(field.role(), Role::Node | Role::Text | Role::Counter) && is_of_leaves(&field.ty)
}

/// Whether a type is a leaf, or a container of the standard library of such, by its name.
fn is_of_leaves(ty: &Type) -> bool {
    const CONTAINERS: &[&str] = &["Option", "Vec", "VecDeque", "BTreeMap", "BTreeSet"];
    let Type::Path(TypePath { qself: None, path, .. }) = ty else { return false };
    let Some(Segment { ident, arguments }) = path.segments.last() else { return false };
    match arguments {
        _ if path.segments.len() > 1 => false,
        PathArguments::None => node::is_leaf(ident),
        PathArguments::AngleBracketed(arguments) => {
            let is_of_leaves =
                |argument: &_| matches!(argument, GenericArgument::Type(ty) if is_of_leaves(ty));
            CONTAINERS.iter().any(|container| ident == container)
                && arguments.args.iter().all(is_of_leaves)
        }
        PathArguments::Parenthesized(_) => false,
    }
}
