//! A newtype is stored, read and edited as what it wraps.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::ast::{Field, Input, Role};
use crate::bound::Params;
use crate::expand::node::Node;
use crate::expand::structs;

pub(crate) fn expand(input: &Input<'_>, params: &Params, fields: &[Field<'_>]) -> TokenStream {
    let nodes: Vec<_> = fields.iter().map(|field| Node::declare(field, "_0", params)).collect();
    let items = nodes.iter().map(|node| &node.items);
    let implementations = fields.iter().zip(&nodes).map(|(field, node)| {
        let node = crdt_node(input, params, field, &node.ty);
        let key = (field.role() == Role::Node).then(|| map_key(input, params, field));
        quote!(#node #key)
    });
    quote!(#(#items)* #(#implementations)*)
}

fn crdt_node(
    input: &Input<'_>,
    params: &Params,
    field: &Field<'_>,
    node: &TokenStream,
) -> TokenStream {
    let (ident, name) = (input.ident, input.ident.unraw().to_string());
    let (impl_generics, ty_generics, where_clause) = params.owned();
    let (reading, writing) = (reading(field, node), writing(node));
    quote! {
        #[automatically_derived]
        impl #impl_generics __crdt::CrdtNode for #ident #ty_generics #where_clause {
            type Value = Self;
            type State = <#node as __crdt::CrdtNode>::State;
            type View<'__a> = <#node as __crdt::CrdtNode>::View<'__a>;
            type Editor<'__a> = <#node as __crdt::CrdtNode>::Editor<'__a>;
            type Kind = <#node as __crdt::CrdtNode>::Kind;
            const NAME: &'static str = #name;
            #reading
            #writing
        }
    }
}

fn reading(field: &Field<'_>, node: &TokenStream) -> TokenStream {
    let binding = field.binding();
    let make = structs::make(&quote!(Self), std::slice::from_ref(field));
    quote! {
        fn view<'__a>(
            __state: &'__a Self::State,
            __chains: &'__a __crdt::Chains,
        ) -> Self::View<'__a> {
            <#node as __crdt::CrdtNode>::view(__state, __chains)
        }
        fn value(__state: &Self::State, __chains: &__crdt::Chains) -> Self::Value {
            let #binding = <#node as __crdt::CrdtNode>::value(__state, __chains);
            #make
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
        fn assign(
            __state: &mut Self::State,
            __scope: __crdt::Scope<'_>,
            __value: Self::Value,
        ) -> ::core::result::Result<(), __crdt::EditError> {
            <#node as __crdt::CrdtNode>::assign(__state, __scope, __value.0)
        }
        fn seed(
            __value: &Self::Value,
        ) -> ::core::result::Result<
            ::core::option::Option<__crdt::Bytes>,
            __crdt::EditError,
        > {
            <#node as __crdt::CrdtNode>::seed(&__value.0)
        }
        fn grow(
            __state: &mut Self::State,
            __scope: __crdt::Scope<'_>,
            __value: Self::Value,
        ) -> ::core::result::Result<(), __crdt::EditError> {
            <#node as __crdt::CrdtNode>::grow(__state, __scope, __value.0)
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
            for<'__unused> Self: ::core::cmp::Ord + ::core::clone::Clone,
            #predicates
        {
            fn to_key(&self) -> __crdt::Key<'_> {
                __crdt::MapKey::to_key(&self.0)
            }
            fn from_key(__key: __crdt::Key<'_>) -> ::core::option::Option<Self> {
                ::core::option::Option::map(__crdt::MapKey::from_key(__key), Self)
            }
        }
    }
}
