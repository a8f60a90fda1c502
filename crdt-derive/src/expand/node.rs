//! The node that keeps a field: which type it is, and the check that it is one.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ExprPath, Ident, PathSegment as Segment, Type};

use crate::ast::{Field, Role};
use crate::attr;
use crate::bound::Params;
use crate::expand::foreign;

/// The node type of one stored field.
pub(crate) struct Node {
    /// Names the node type.
    pub(crate) ty: TokenStream,
    /// What must be declared for that.
    pub(crate) items: TokenStream,
}

impl Node {
    /// Declares the node of a field; `label` is unlike that of any other field of the type.
    ///
    /// The name is an alias that depends on a constant. If the field's type lacks a trait, the
    /// constant is the one place that is an error; the compiler then takes the alias for a type it
    /// has complained about and reports nothing else. A constant cannot depend on a type
    /// parameter, so a generic field is named as it is.
    pub(crate) fn declare(field: &Field<'_>, label: &str, params: &Params) -> Self {
        let generic =
            params.occur_in(&field.ty) || function(field).is_some_and(|path| params.occur_in(path));
        let default = Initial::of(field, label, generic.then_some(params));
        let ty = node_type(field, &default.ty);
        let mut items = default.items;
        if generic {
            return Self { ty, items };
        }
        let check = format_ident!("__CHECK{label}");
        let alias = format_ident!("__Node{label}");
        items.extend(check_with(field, &check, &default.ty));
        items.extend(quote! {
            type #alias = <__crdt::Checked<#check> as __crdt::Same<#ty>>::Type;
        });
        Self { ty: quote!(#alias), items }
    }
}

/// The constant `name`, which exists if the type of a field without attributes is a node.
pub(crate) fn check(field: &Field<'_>, name: &Ident) -> TokenStream {
    check_with(field, name, &TokenStream::new())
}

fn check_with(field: &Field<'_>, name: &Ident, default: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    let span = field.original.ty.span();
    let check = match field.role() {
        Role::Node | Role::Leaf if field.attrs.key.is_set() => {
            quote_spanned!(span=> __crdt::check::key::<#ty>())
        }
        Role::Node => check_node(ty, span),
        Role::Skip => quote_spanned!(span=> __crdt::check::node::<#ty>()),
        Role::Leaf => quote_spanned!(span=> __crdt::check::leaf::<#ty>()),
        Role::Text => quote_spanned!(span=> __crdt::check::text::<#ty>()),
        Role::Counter => quote_spanned!(span=> __crdt::check::counter::<#ty>()),
        // Without serde there is no second complaint about the default.
        Role::Register => quote_spanned! {span=>
            __crdt::check::initial::<
                <__crdt::Checked<{ __crdt::check::register::<#ty>() }> as __crdt::Same<#ty>>::Type,
                #default,
            >()
        },
        Role::Bytes => quote_spanned!(span=> __crdt::check::bytes::<#ty>()),
    };
    let mut name = name.clone();
    name.set_span(span);
    quote_spanned!(span=> const #name: bool = #check;)
}

fn check_node(ty: &Type, span: Span) -> TokenStream {
    if is_named_value(ty) {
        quote_spanned!(span=> __crdt::check::value::<#ty>())
    } else if let Some(part) = foreign::part(ty) {
        // Where it is no node there is no second complaint about what it is in.
        quote_spanned! {span=>
            __crdt::check::node::<
                <__crdt::Checked<{ __crdt::check::foreign::<#part>() }> as __crdt::Same<#ty>>::Type,
            >()
        }
    } else if may_be_alias(ty) {
        quote_spanned! {span=>
            __crdt::check::listed::<
                #ty,
                __crdt::check::OfBytes<{ __crdt::check::Listed::<#ty>::IS_BYTES }>,
            >()
        }
    } else {
        quote_spanned!(span=> __crdt::check::node::<#ty>())
    }
}

/// Whether the type may be the `Value` of `serde_json`, which needs its own advice.
fn is_named_value(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Value")
}

/// Whether the type may be an alias of another: what has no arguments and is no leaf by its name.
fn may_be_alias(ty: &Type) -> bool {
    const NODES: &[&str] = &["Text", "Counter", "Json", "Bytes"];
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|Segment { ident, arguments }| {
        arguments.is_none() && !is_leaf(ident) && !NODES.iter().any(|node| ident == node)
    })
}

/// Whether a type is a leaf of the standard library by its name.
pub(crate) fn is_leaf(ident: &Ident) -> bool {
    const LEAVES: &[&str] = &[
        "bool", "char", "String", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "u8", "u16",
        "u32", "u64", "u128",
    ];
    LEAVES.iter().any(|leaf| ident == leaf)
}

fn node_type(field: &Field<'_>, default: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match field.role() {
        Role::Node | Role::Skip => quote!(#ty),
        Role::Leaf => quote!(__crdt::LeafField<#ty, #default>),
        Role::Text => quote!(__crdt::TextField<#ty>),
        Role::Counter => quote!(__crdt::CounterField<#ty>),
        Role::Register => quote!(__crdt::RegisterField<#ty, #default>),
        Role::Bytes => quote!(__crdt::BytesField<#ty, #default>),
    }
}

/// What a field is before it is set, as a type.
struct Initial {
    ty: TokenStream,
    items: TokenStream,
}

impl Initial {
    fn of(field: &Field<'_>, label: &str, params: Option<&Params>) -> Self {
        let Some(path) = function(field) else {
            let span = field.original.ty.span();
            let ty = if field.role() == Role::Bytes {
                quote_spanned!(span=> __crdt::NoBytes)
            } else {
                quote_spanned!(span=> __crdt::StandardDefault)
            };
            return Self { ty, items: TokenStream::new() };
        };
        let name = format_ident!("__Default{label}");
        let split = params.map(Params::owned);
        let (impl_generics, ty_generics, where_clause) = match &split {
            Some((impl_generics, ty_generics, clause)) => {
                (Some(impl_generics), Some(ty_generics), *clause)
            }
            None => (None, None, None),
        };
        let marker = params.and_then(Params::marker).unwrap_or_else(|| quote!(()));
        let (ty, call) = (&field.ty, call(path));
        let items = quote! {
            #[doc = "What a field is before it is set."]
            pub struct #name #impl_generics (::core::marker::PhantomData<#marker>) #where_clause;
            #[automatically_derived]
            impl #impl_generics __crdt::Initial<#ty> for #name #ty_generics #where_clause {
                fn initial() -> #ty {
                    #call
                }
            }
        };
        Self { ty: quote!(#name #ty_generics), items }
    }
}

/// The value of a skipped field.
pub(crate) fn skipped(field: &Field<'_>) -> TokenStream {
    let ty = &field.ty;
    let standard = quote_spanned! {field.original.ty.span()=>
        <__crdt::StandardDefault as __crdt::Initial<#ty>>::initial()
    };
    function(field).map_or(standard, call)
}

/// A wrong result is reported where the function is named.
fn call(path: &ExprPath) -> TokenStream {
    quote_spanned!(path.span()=> #path())
}

fn function<'a>(field: &'a Field<'_>) -> Option<&'a ExprPath> {
    match field.attrs.default.value() {
        Some(attr::Default::Function(path)) => Some(path),
        Some(attr::Default::Standard) | None => None,
    }
}
