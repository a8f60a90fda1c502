//! The generics of the generated items: those of the type, with the bounds its fields need.

mod asked;

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    GenericParam, Generics, Ident, ImplGenerics, TypeGenerics, WhereClause, WherePredicate,
    parse_quote,
};

use crate::ast::{Field, Input, Role};
use crate::attr;
use crate::bound::asked::{Asked, Place};

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
        let bounds: Vec<_> = inferred(input).into_iter().chain(given(input).cloned()).collect();
        if !bounds.is_empty() {
            owned.make_where_clause().predicates.extend(bounds);
        }
        let mut lent = owned.clone();
        lent.params.insert(0, parse_quote!('__a));
        let mut shown = lent.clone();
        shown.make_where_clause().predicates.extend(self::shown(input));
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
    pub(crate) fn all_occur_in<'t, I: Iterator<Item = &'t syn::Type>>(
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

/// What the name of the type says of its type parameters: those that are nodes or keys in it, by
/// what the fields ask of them.
pub(crate) fn arguments(input: &Input<'_>) -> Option<TokenStream> {
    let params: Vec<_> = input.generics.type_params().map(|param| &param.ident).collect();
    let nodes = asking(input).filter(|field| field.role() == Role::Node);
    let asked: Vec<_> = nodes.flat_map(|field| asked::of(&field.ty, &params)).collect();
    let place = |param: &Ident| {
        let is_it = |asked: &&Asked| *param == asked.ty.to_string();
        asked.iter().filter(is_it).map(|asked| asked.place).find(|place| *place != Place::Hasher)
    };
    let is_said = params.iter().any(|param| place(param).is_some());
    let arguments = params.iter().map(|param| match place(param) {
        Some(Place::Part) => quote!(__crdt::Argument::node::<#param>()),
        Some(Place::Key { .. }) => quote!(__crdt::Argument::key::<#param>()),
        Some(Place::Hasher) | None => quote!(__crdt::Argument::OPEN),
    });
    is_said.then(|| quote!(const ARGUMENTS: &'static [__crdt::Argument] = &[#(#arguments),*];))
}

/// What the user says is asked of the type parameters.
fn given<'a>(input: &'a Input<'_>) -> impl Iterator<Item = &'a WherePredicate> {
    let of_fields = input.fields().filter_map(|field| field.attrs.bound.value());
    input.attrs.bound.value().into_iter().chain(of_fields).flatten()
}

/// Predicates of which each is there once.
#[derive(Default)]
struct Bounds {
    list: Vec<WherePredicate>,
    seen: BTreeSet<String>,
}

impl Bounds {
    fn add(&mut self, predicate: WherePredicate) {
        if self.seen.insert(predicate.to_token_stream().to_string()) {
            self.list.push(predicate);
        }
    }
}

/// What the fields ask of the type parameters, as the derives of the standard library and serde do.
fn inferred(input: &Input<'_>) -> Vec<WherePredicate> {
    let params: Vec<_> = input.generics.type_params().map(|param| &param.ident).collect();
    let mut bounds = Bounds::default();
    for param in &params {
        bounds.add(parse_quote!(#param: 'static));
    }
    for field in asking(input) {
        if let Some(asked) = asked_of_whole(field)
            && params.iter().any(|param| occurs(param, field.ty.to_token_stream()))
        {
            let ty = &field.ty;
            bounds.add(parse_quote!(#ty: __crdt::#asked));
        }
        for asked in asked::of(&field.ty, &params) {
            ask(&mut bounds, field, &asked);
        }
    }
    bounds.list
}

/// The fields whose needs are not written out in a `bound`.
fn asking<'a>(input: &'a Input<'_>) -> impl Iterator<Item = &'a Field<'a>> {
    let is_given = input.attrs.bound.is_set();
    input.fields().filter(move |field| !is_given && !field.attrs.bound.is_set())
}

/// The trait that is asked of the whole type of a field.
fn asked_of_whole(field: &Field<'_>) -> Option<TokenStream> {
    Some(match field.role() {
        Role::Text => quote!(TextString),
        Role::Counter => quote!(CounterInteger),
        Role::Bytes => quote!(ByteString),
        Role::Node | Role::Leaf | Role::Register | Role::Skip => return None,
    })
}

/// Asks of a part of a field's type what the field needs of it.
fn ask(bounds: &mut Bounds, field: &Field<'_>, Asked { ty, place }: &Asked) {
    let role = field.role();
    match (role, place) {
        (Role::Node | Role::Register, Place::Hasher) => {
            bounds.add(parse_quote!(#ty: ::core::hash::BuildHasher + ::core::default::Default));
        }
        (Role::Node, Place::Key { hashed }) => ask_key(bounds, ty, *hashed),
        (Role::Node, Place::Part) => {
            bounds.add(parse_quote!(#ty: __crdt::CrdtNode<Value = #ty>));
        }
        (Role::Leaf, _) => bounds.add(parse_quote!(#ty: __crdt::LeafValue)),
        (Role::Register, _) => {
            bounds.add(parse_quote!(#ty: __crdt::RegisterValue));
            if let Place::Key { hashed } = place {
                ask_order(bounds, ty, *hashed);
            }
        }
        (Role::Text | Role::Counter | Role::Bytes | Role::Skip, _) => {}
    }
    if field.attrs.key.is_set() {
        bounds.add(parse_quote!(#ty: __crdt::MapKey));
        bounds.add(parse_quote! {
            for<'__k> <#ty as __crdt::CrdtNode>::View<'__k>: __crdt::key::KeyView<'__k>
        });
    }
    if has_standard_default(field) && matches!(role, Role::Register | Role::Skip) {
        bounds.add(parse_quote!(#ty: ::core::default::Default));
    }
}

fn ask_key(bounds: &mut Bounds, ty: &TokenStream, hashed: bool) {
    bounds.add(parse_quote!(#ty: __crdt::MapKey + ::core::clone::Clone));
    ask_order(bounds, ty, hashed);
}

/// What a map asks of its keys.
fn ask_order(bounds: &mut Bounds, ty: &TokenStream, hashed: bool) {
    if hashed {
        bounds.add(parse_quote!(#ty: ::core::hash::Hash + ::core::cmp::Eq));
    } else {
        bounds.add(parse_quote!(#ty: ::core::cmp::Ord));
    }
}

/// What printing asks of the type parameters; less than all that the fields need, so that a type
/// can contain itself. What cannot be printed under these bounds is left out.
fn shown(input: &Input<'_>) -> Vec<WherePredicate> {
    let params: Vec<_> = input.generics.type_params().map(|param| &param.ident).collect();
    let mut bounds = Bounds::default();
    for field in asking(input) {
        let role = field.role();
        if !matches!(role, Role::Node | Role::Leaf | Role::Register) {
            continue;
        }
        for Asked { ty, place } in asked::of(&field.ty, &params) {
            if place != Place::Hasher {
                bounds.add(parse_quote!(#ty: ::core::fmt::Debug));
            }
            if role == Role::Node && place == Place::Part {
                show_node(&mut bounds, &ty);
            }
        }
    }
    bounds.list
}

fn show_node(bounds: &mut Bounds, ty: &TokenStream) {
    let optional = quote! {
        <<#ty as __crdt::CrdtNode>::Kind as __crdt::Kind<#ty>>::Optional
    };
    for node in [ty, &optional] {
        bounds.add(parse_quote! {
            for<'__s> <#node as __crdt::CrdtNode>::View<'__s>: ::core::fmt::Debug
        });
        bounds.add(parse_quote! {
            for<'__s> <#node as __crdt::CrdtNode>::Editor<'__s>: ::core::fmt::Debug
        });
    }
}

fn has_standard_default(field: &Field<'_>) -> bool {
    !matches!(field.attrs.default.value(), Some(attr::Default::Function(_)))
}

fn occurs(name: &Ident, tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => occurs(name, group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
