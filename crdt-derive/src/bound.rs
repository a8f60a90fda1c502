//! The generics of the generated items: those of the type, with the bounds its fields need.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    GenericParam, Generics, Ident, ImplGenerics, Type, TypeGenerics, TypeParam, WhereClause,
    WherePredicate, parse_quote,
};

use crate::ast::{Field, Input, Role};
use crate::attr;

/// Generics in the two forms in which generated items have them.
pub(crate) struct Params {
    /// Those of the type.
    owned: Generics,
    /// Those of what borrows from a state: `'__a` first.
    lent: Generics,
    /// Those of `Debug` for what borrows from a state.
    shown: Generics,
}

/// What stands after `impl`, after the name of the type, and before the body.
pub(crate) type Split<'a> = (ImplGenerics<'a>, TypeGenerics<'a>, Option<&'a WhereClause>);

impl Params {
    pub(crate) fn of(input: &Input<'_>) -> Self {
        let mut owned = input.generics.clone();
        let inferred = owned.type_params().flat_map(|param| bounds_of(&param.ident, input));
        let bounds: Vec<_> = inferred.chain(given(input).cloned()).collect();
        if !bounds.is_empty() {
            owned.make_where_clause().predicates.extend(bounds);
        }
        let mut lent = owned.clone();
        lent.params.insert(0, parse_quote!('__a));
        let mut shown = lent.clone();
        let bounds = input.generics.type_params().flat_map(|param| shown_bounds(param, input));
        shown.make_where_clause().predicates.extend(bounds);
        Self { owned, lent, shown }
    }

    pub(crate) fn owned(&self) -> Split<'_> {
        self.owned.split_for_impl()
    }

    pub(crate) fn lent(&self) -> Split<'_> {
        self.lent.split_for_impl()
    }

    pub(crate) fn shown(&self) -> Split<'_> {
        self.shown.split_for_impl()
    }

    /// A type that borrows from a state, for this lifetime.
    pub(crate) fn lend(&self, name: &Ident, lifetime: &TokenStream) -> TokenStream {
        let arguments = self.names();
        quote!(#name<#lifetime, #(#arguments),*>)
    }

    /// Whether a type or path depends on a parameter.
    pub(crate) fn occur_in(&self, tokens: &impl ToTokens) -> bool {
        self.names().any(|name| occurs(name, tokens.to_token_stream()))
    }

    /// Whether every type parameter occurs in one of these types.
    pub(crate) fn all_occur_in<'t, I: Iterator<Item = &'t Type>>(
        &self,
        types: impl Fn() -> I,
    ) -> bool {
        let occurs = |name: &Ident| types().any(|ty| occurs(name, ty.to_token_stream()));
        self.owned.type_params().all(|param| occurs(&param.ident))
    }

    /// The names of all parameters; lifetimes have been refused.
    fn names(&self) -> impl Iterator<Item = &Ident> {
        self.owned.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            GenericParam::Const(param) => Some(&param.ident),
            GenericParam::Lifetime(_) => None,
        })
    }

    /// The type parameters, as the type of a marker field that uses them all.
    ///
    /// A generated struct has all parameters, but perhaps no field that needs them.
    pub(crate) fn marker(&self) -> Option<TokenStream> {
        let names: Vec<_> = self.owned.type_params().map(|param| &param.ident).collect();
        (!names.is_empty()).then(|| quote!(fn() -> (#(#names,)*)))
    }
}

/// What the user says is asked of the type parameters.
fn given<'a>(input: &'a Input<'_>) -> impl Iterator<Item = &'a WherePredicate> {
    let of_fields = input.fields().filter_map(|field| field.attrs.bound.value());
    input.attrs.bound.value().into_iter().chain(of_fields).flatten()
}

/// What the fields ask of a type parameter, as the derives of the standard library and serde do.
fn bounds_of(param: &Ident, input: &Input<'_>) -> Vec<WherePredicate> {
    let mut bounds: Vec<WherePredicate> = vec![parse_quote!(#param: 'static)];
    if input.attrs.bound.is_set() {
        return bounds;
    }
    let mut seen = Vec::new();
    let is_asking = |field: &&Field<'_>| !is_phantom(&field.ty) && !field.attrs.bound.is_set();
    for field in input.fields().filter(is_asking) {
        let (role, standard) = (field.role(), has_standard_default(field));
        let is_key = field.attrs.key.is_set();
        if seen.contains(&(role, standard, is_key)) || !occurs(param, field.ty.to_token_stream()) {
            continue;
        }
        seen.push((role, standard, is_key));
        match role {
            Role::Node => {
                bounds.push(parse_quote!(#param: __crdt::CrdtNode<Value = #param>));
                // What an `Option` of it needs.
                bounds.push(parse_quote!(<#param as __crdt::CrdtNode>::Kind: __crdt::Kind<#param>));
            }
            Role::Leaf => bounds.push(parse_quote!(#param: __crdt::LeafValue)),
            Role::Register => bounds.push(parse_quote!(#param: __crdt::RegisterValue)),
            Role::Text | Role::Counter | Role::Skip => {}
        }
        if is_key {
            bounds.push(parse_quote!(#param: __crdt::MapKey));
            bounds.push(parse_quote! {
                for<'__k> <#param as __crdt::CrdtNode>::View<'__k>: __crdt::key::KeyView<'__k>
            });
        }
        if standard && matches!(role, Role::Register | Role::Skip) {
            bounds.push(parse_quote!(#param: ::core::default::Default));
        }
    }
    bounds
}

/// What printing asks of a type parameter; less than all that the fields need, so that a type can
/// contain itself. What cannot be printed under these bounds is left out.
fn shown_bounds(param: &TypeParam, input: &Input<'_>) -> Vec<WherePredicate> {
    let param = &param.ident;
    let occurs = |role: Role| {
        let mut fields = input.fields().filter(|field| field.role() == role);
        fields.any(|field| {
            let is_asking = !is_phantom(&field.ty) && !field.attrs.bound.is_set();
            is_asking && occurs(param, field.ty.to_token_stream())
        })
    };
    let mut bounds = Vec::new();
    if input.attrs.bound.is_set() {
        return bounds;
    }
    if [Role::Node, Role::Leaf, Role::Register].into_iter().any(occurs) {
        bounds.push(parse_quote!(#param: ::core::fmt::Debug));
    }
    if occurs(Role::Node) {
        let optional = quote! {
            <<#param as __crdt::CrdtNode>::Kind as __crdt::Kind<#param>>::Optional
        };
        for node in [param.to_token_stream(), optional] {
            bounds.push(parse_quote! {
                for<'__s> <#node as __crdt::CrdtNode>::View<'__s>: ::core::fmt::Debug
            });
            bounds.push(parse_quote! {
                for<'__s> <#node as __crdt::CrdtNode>::Editor<'__s>: ::core::fmt::Debug
            });
        }
    }
    bounds
}

fn has_standard_default(field: &Field<'_>) -> bool {
    !matches!(field.attrs.default.value(), Some(attr::Default::Function(_)))
}

/// `PhantomData` is what it is whatever its parameter is.
fn is_phantom(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident == "PhantomData")
        }
        _ => false,
    }
}

fn occurs(name: &Ident, tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => occurs(name, group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
