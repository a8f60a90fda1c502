//! A newtype is stored, read and edited as what it wraps.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::ast::{Field, Input, Role};
use crate::bound::Params;
use crate::expand::describe::describe;
use crate::expand::node::Node;
use crate::expand::{apart, structs};

pub(crate) fn expand(input: &Input<'_>, params: &Params, fields: &[Field<'_>]) -> TokenStream {
    let nodes: Vec<_> = fields.iter().map(|field| Node::declare(field, "_0", params)).collect();
    let items = nodes.iter().map(|node| &node.items);
    let implementations = fields.iter().zip(&nodes).map(|(field, node)| {
        let newtype = newtype(input, params, (field, node));
        let node = crdt_node(input, params, (field, node));
        let key = (field.role() == Role::Node).then(|| map_key(input, params, field));
        quote!(#newtype #node #key)
    });
    quote!(#(#items)* #(#implementations)*)
}

/// How a value is put in and taken out.
fn newtype(input: &Input<'_>, params: &Params, (field, node): (&Field<'_>, &Node)) -> TokenStream {
    let (ident, node, whole) = (input.ident, &node.ty, apart::whole(input));
    let (impl_generics, ty_generics, where_clause) = params.owned();
    let inner = quote_spanned!(field.original.ty.span()=> type Inner = #node;);
    quote! {
        #[automatically_derived]
        impl #impl_generics __crdt::Newtype for #ident #ty_generics #where_clause {
            #inner
            fn wrap(__inner: <#node as __crdt::CrdtNode>::Value) -> Self {
                Self(__inner)
            }
            fn unwrap(self) -> <#node as __crdt::CrdtNode>::Value {
                let __value = self;
                #whole
                __value.0
            }
        }
    }
}

fn crdt_node(
    input: &Input<'_>,
    params: &Params,
    (field, node): (&Field<'_>, &Node),
) -> TokenStream {
    let (ident, names) = (input.ident, structs::names(input));
    let (impl_generics, ty_generics, where_clause) = params.owned();
    let (types, reading, writing) = (types(field, node), reading(&node.ty), writing(&node.ty));
    let (docs, inner) = (&input.docs, &node.ty);
    let describe = describe(&quote! {
        __schema.derived_newtype::<Self>(
            &[#(#docs),*],
            <#inner as __crdt::CrdtNode>::describe,
        )
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics __crdt::CrdtNode for #ident #ty_generics #where_clause {
            type Value = Self;
            type Kind = __crdt::Transparent;
            #names
            fn is_known_as(__name: &str) -> bool {
                __crdt::is_newtype_known_as::<Self>(__name)
            }
            #describe
            #types
            #reading
            #writing
        }
    }
}

/// The types that are those of the field. That it is less public than the newtype, which would make
/// them less public too, is an error at the field.
fn types(field: &Field<'_>, node: &Node) -> TokenStream {
    let node = &node.ty;
    quote_spanned! {field.original.ty.span()=>
        type State = <#node as __crdt::CrdtNode>::State;
        type View<'__a> = <#node as __crdt::CrdtNode>::View<'__a>;
        type Editor<'__a> = <#node as __crdt::CrdtNode>::Editor<'__a>;
        type Delta = <#node as __crdt::CrdtNode>::Delta;
    }
}

fn reading(node: &TokenStream) -> TokenStream {
    quote! {
        fn view<'__a>(
            __state: &'__a Self::State,
            __chains: &'__a __crdt::Chains,
        ) -> Self::View<'__a> {
            <#node as __crdt::CrdtNode>::view(__state, __chains)
        }
        fn value_of(__view: Self::View<'_>) -> Self::Value {
            Self(<#node as __crdt::CrdtNode>::value_of(__view))
        }
        fn view_of<'__a>(__editor: &'__a Self::Editor<'_>) -> Self::View<'__a> {
            <#node as __crdt::CrdtNode>::view_of(__editor)
        }
        fn key(__value: &Self::Value) -> __crdt::Option<__crdt::Key<'_>> {
            <#node as __crdt::CrdtNode>::key(&__value.0)
        }
        fn key_in<'__a>(
            __state: &'__a Self::State,
            __chains: &'__a __crdt::Chains,
        ) -> __crdt::Option<__crdt::Key<'__a>> {
            <#node as __crdt::CrdtNode>::key_in(__state, __chains)
        }
    }
}

fn writing(node: &TokenStream) -> TokenStream {
    quote! {
        fn edit<'__a>(
            __state: &'__a mut Self::State,
            __scope: __crdt::Scope<'__a>,
        ) -> Self::Editor<'__a> {
            <#node as __crdt::CrdtNode>::edit(__state, __scope)
        }
        fn write_in(
            __editor: &mut Self::Editor<'_>,
            __value: Self::Value,
            __how: __crdt::Writing,
        ) -> __crdt::Written {
            let __inner = <Self as __crdt::Newtype>::unwrap(__value);
            <#node as __crdt::CrdtNode>::write_in(__editor, __inner, __how)
        }
        fn delta(
            __before: &Self::State,
            __after: &Self::State,
            __chains: &__crdt::Chains,
        ) -> __crdt::Option<__crdt::Delta<#node>> {
            <#node as __crdt::CrdtNode>::delta(__before, __after, __chains)
        }
        fn apply_delta(__value: &mut Self, __delta: &Self::Delta) -> __crdt::Applied {
            <#node as __crdt::CrdtNode>::apply_delta(&mut __value.0, __delta)
        }
        fn copy_value(__value: &Self) -> Self {
            Self(<#node as __crdt::CrdtNode>::copy_value(&__value.0))
        }
        fn serialize_value<__S: __crdt::Serializer>(
            __value: &Self,
            __serializer: __S,
        ) -> __crdt::Serialized<__S> {
            <#node as __crdt::CrdtNode>::serialize_value(&__value.0, __serializer)
        }
        fn seed(__value: &Self::Value) -> __crdt::Seeded {
            <#node as __crdt::CrdtNode>::seed(&__value.0)
        }
        fn fingerprint(__value: &Self::Value, __print: &mut __crdt::Fingerprint) {
            <#node as __crdt::CrdtNode>::fingerprint(&__value.0, __print)
        }
    }
}

/// A newtype of a key is a key too.
///
/// The bound mentions a lifetime it does not need, because the compiler accepts such a bound
/// where it does not hold and refuses only the use that depends on it.
fn map_key(input: &Input<'_>, params: &Params, field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (input.ident, &field.ty);
    let (impl_generics, ty_generics, where_clause) = params.owned();
    let predicates = where_clause.map(|clause| &clause.predicates);
    quote! {
        #[automatically_derived]
        impl #impl_generics __crdt::MapKey for #ident #ty_generics
        where
            for<'__unused> #ty: __crdt::MapKey,
            for<'__unused> Self: ::core::cmp::Ord,
            #predicates
        {
            fn to_key(&self) -> __crdt::Key<'_> {
                __crdt::MapKey::to_key(&self.0)
            }
            fn from_key(__key: __crdt::Key<'_>) -> __crdt::Option<Self> {
                __crdt::Option::map(__crdt::MapKey::from_key(__key), Self)
            }
            fn comes_back(&self) -> bool {
                __crdt::MapKey::comes_back(&self.0)
            }
            fn key_type() -> &'static str {
                <#ty as __crdt::MapKey>::key_type()
            }
            fn serialize_key<__S: __crdt::Serializer>(
                &self,
                __serializer: __S,
            ) -> __crdt::Serialized<__S> {
                __crdt::MapKey::serialize_key(&self.0, __serializer)
            }
        }
    }
}
