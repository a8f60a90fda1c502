//! A record is what structs and payloads of variants have in common: nodes with names.
//!
//! Its state, its view and its editor are structs with one field per stored field.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Index, Member};

use crate::ast::{Field, Style, Variant};
use crate::bound::Params;
use crate::expand::node::Node;
use crate::expand::state;

/// The generated names of one record or enum.
pub(crate) struct Names {
    /// What is known of its parts.
    pub(crate) state: Ident,
    pub(crate) view: Ident,
    pub(crate) editor: Ident,
    pub(crate) delta: Ident,
    /// The words for it in documentation.
    pub(crate) title: String,
    /// The name with which views and editors are printed.
    pub(crate) shown: String,
}

impl Names {
    pub(crate) fn of_type(ident: &Ident) -> Self {
        let shown = ident.unraw().to_string();
        Self::new(&shown, format!("`{shown}`"), shown.clone())
    }

    pub(crate) fn of_variant(owner: &Ident, variant: &Ident) -> Self {
        let (owner, variant) = (owner.unraw(), variant.unraw());
        let shown = variant.to_string();
        Self::new(&format!("{owner}{variant}"), format!("`{owner}::{variant}`"), shown)
    }

    fn new(stem: &str, title: String, shown: String) -> Self {
        Self {
            state: format_ident!("__{stem}State"),
            view: format_ident!("__{stem}View"),
            editor: format_ident!("__{stem}Editor"),
            delta: format_ident!("__{stem}Delta"),
            title,
            shown,
        }
    }
}

/// A struct or the payload of a variant.
pub(crate) struct Record<'a> {
    pub(crate) names: Names,
    pub(crate) params: &'a Params,
    pub(crate) fields: &'a [Field<'a>],
    pub(crate) style: Style,
    /// The node of every field; `None` if it is not stored.
    nodes: Vec<Option<TokenStream>>,
    /// Whether the fields are public whatever they say, as those of a variant are.
    is_payload: bool,
}

impl<'a> Record<'a> {
    /// A struct, and the items its nodes need.
    pub(crate) fn of_struct(
        ident: &Ident,
        params: &'a Params,
        fields: &'a [Field<'a>],
        style: Style,
    ) -> (Self, TokenStream) {
        let (nodes, items) = declare_all(fields, params, "");
        let names = Names::of_type(ident);
        (Self { names, params, fields, style, nodes, is_payload: false }, items)
    }

    /// The payload of the variant with this index, and the items its nodes need.
    pub(crate) fn of_variant(
        owner: &Ident,
        params: &'a Params,
        variant: &'a Variant<'a>,
        index: usize,
    ) -> (Self, TokenStream) {
        let (nodes, items) = declare_all(&variant.fields, params, &format!("_{index}"));
        let names = Names::of_variant(owner, variant.ident);
        let (fields, style) = (&variant.fields, variant.style);
        (Self { names, params, fields, style, nodes, is_payload: true }, items)
    }

    /// The structs, and what is asked of them.
    pub(crate) fn items(&self) -> TokenStream {
        let (state, title) = (self.state(), &self.names.title);
        let view = self.lent(Lent::View, &format!("Reads {title}."));
        let editor = self.lent(Lent::Editor, &format!("Edits {title}."));
        let (parts, shown) = (self.parts(), self.shown_and_copied());
        let (serialized, delta) = (self.serialized(), self.delta());
        quote!(#state #view #editor #parts #shown #serialized #delta)
    }

    /// The stored fields with their nodes.
    pub(crate) fn stored(&self) -> impl Iterator<Item = (&'a Field<'a>, &TokenStream)> {
        let pairs = self.fields.iter().zip(&self.nodes);
        pairs.filter_map(|(field, node)| Some((field, node.as_ref()?)))
    }

    /// All fields, with the nodes of those that are stored.
    pub(crate) fn every(&self) -> impl Iterator<Item = (&'a Field<'a>, Option<&TokenStream>)> {
        self.fields.iter().zip(self.nodes.iter().map(Option::as_ref))
    }

    /// The struct of the fields' states.
    fn state(&self) -> TokenStream {
        let doc = format!("What is known of {}.", self.names.title);
        let slots = self.stored().map(|(field, node)| {
            let slot = slot(field);
            (quote!(#slot), quote!(__crdt::State<#node>))
        });
        state::declare(&self.names.state, self.params, &doc, slots)
    }

    /// The type of the state, for which the core knows what there is to do.
    pub(crate) fn state_type(&self) -> TokenStream {
        let (name, (_, ty_generics, _)) = (&self.names.state, self.params.owned());
        quote!(__crdt::RecordState<#name #ty_generics>)
    }

    /// A struct that borrows from the state, with the fields of the record.
    fn lent(&self, lent: Lent, doc: &str) -> TokenStream {
        let (name, associated) = match lent {
            Lent::View => (&self.names.view, quote!(View)),
            Lent::Editor => (&self.names.editor, quote!(Editor)),
        };
        let (impl_generics, _, where_clause) = self.params.lent();
        let field = |(field, node): (&Field<'_>, &Option<TokenStream>)| {
            let head = self.lent_head(field);
            let ty = node.as_ref().map(|node| quote!(__crdt::#associated<'__a, #node>));
            let ty = ty.unwrap_or_else(|| quote!(()));
            quote!(#head #ty)
        };
        let hidden = self.hidden(lent).into_iter().map(|hidden| match hidden.member {
            Member::Named(ident) => (quote!(#ident:), hidden.ty),
            Member::Unnamed(_) => (quote!(), hidden.ty),
        });
        let hidden = hidden.map(|(name, ty)| quote!(#name #ty));
        let fields = self.shown().map(field).chain(hidden);
        match self.style {
            Style::Named | Style::Unit => quote! {
                #[doc = #doc]
                pub struct #name #impl_generics #where_clause { #(#fields,)* }
            },
            Style::Tuple | Style::Newtype => quote! {
                #[doc = #doc]
                pub struct #name #impl_generics (#(#fields,)*) #where_clause;
            },
        }
    }

    /// The fields of views and editors.
    ///
    /// Those of a tuple that are not stored hold the place of their index.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&Field<'a>, &Option<TokenStream>)> {
        let is_shown = |(_, node): &(_, &Option<_>)| node.is_some() || self.style == Style::Tuple;
        self.fields.iter().zip(&self.nodes).filter(is_shown)
    }

    /// What stands before the type of a field: documentation, visibility and name.
    fn lent_head(&self, field: &Field<'_>) -> TokenStream {
        let mut docs: Vec<_> = field.docs().map(ToTokens::to_token_stream).collect();
        if docs.is_empty() {
            let doc = format!("The field `{}`.", field.wire_name());
            docs.push(quote!(#[doc = #doc]));
        }
        let rest = self.lent_name(field);
        quote!(#(#docs)* #rest)
    }

    /// The visibility and the name of a field.
    pub(super) fn lent_name(&self, field: &Field<'_>) -> TokenStream {
        let vis = if self.is_payload { quote!(pub) } else { field.vis().to_token_stream() };
        let name = field.original.ident.as_ref().map(|ident| quote!(#ident:));
        quote!(#vis #name)
    }

    /// The fields of a view or editor that are not of the record: where an editor is, and one that
    /// uses parameters which no other field may use.
    fn hidden(&self, lent: Lent) -> Vec<Hidden> {
        let mut fields = Vec::new();
        if let Lent::Editor = lent {
            fields.push(("__scope", quote!(__crdt::Scope<'__a>), quote!(__scope)));
        }
        let params = self.params.marker();
        if params.is_some() || self.stored().next().is_none() {
            let ty = quote!(::core::marker::PhantomData<(&'__a (), #params)>);
            fields.push(("__marker", ty, quote!(::core::marker::PhantomData)));
        }
        let hidden = |(index, (name, ty, value))| {
            let member = match self.style {
                Style::Named | Style::Unit => Member::Named(format_ident!("{name}")),
                Style::Tuple | Style::Newtype => Member::Unnamed(Index::from(index)),
            };
            Hidden { member, ty, value }
        };
        (self.fields.len()..).zip(fields).map(hidden).collect()
    }

    /// Makes a view or editor; `part` makes the one of a stored field.
    pub(crate) fn make_lent(
        &self,
        lent: Lent,
        part: impl Fn(&Field<'_>, &TokenStream) -> TokenStream,
    ) -> TokenStream {
        let name = match lent {
            Lent::View => &self.names.view,
            Lent::Editor => &self.names.editor,
        };
        let field = |(field, node): (&Field<'_>, &Option<TokenStream>)| {
            let member = &field.member;
            let part = node.as_ref().map_or_else(|| quote!(()), |node| part(field, node));
            quote!(#member: #part)
        };
        let hidden = self.hidden(lent).into_iter();
        let hidden = hidden.map(|Hidden { member, value, .. }| quote!(#member: #value));
        let fields = self.shown().map(field).chain(hidden);
        quote!(#name { #(#fields,)* })
    }

    /// The methods of the view and the editor of a struct.
    pub(crate) fn methods(&self, this: &TokenStream) -> TokenStream {
        let (view, editor) = (&self.names.view, &self.names.editor);
        let (impl_generics, lent_generics, where_clause) = self.params.lent();
        let hidden = self.hidden(Lent::Editor);
        let scope = hidden.iter().map(|hidden| &hidden.member).take(1);
        let viewed = self.view_method(this);
        quote! {
            impl #impl_generics #view #lent_generics #where_clause {
                #[doc = "The plain value."]
                pub fn value(&self) -> #this {
                    <#this as __crdt::CrdtNode>::value_of(*self)
                }
            }
            impl #impl_generics #editor #lent_generics #where_clause {
                #viewed
                #[doc = "The plain value, as it is now."]
                pub fn value(&self) -> #this {
                    self.view().value()
                }
                #[doc = "Makes it read as a plain value: of every field what differs is written."]
                pub fn set(&mut self, __value: #this) -> __crdt::Written {
                    __crdt::set_record::<#this>(self, #(self.#scope)*, __value)
                }
            }
        }
    }

    /// The method of the editor that views it; `node` is whose editor it is.
    pub(crate) fn view_method(&self, node: &TokenStream) -> TokenStream {
        let view = self.params.lend(&self.names.view, &quote!('_));
        quote! {
            #[doc = "Views it, as it is now."]
            pub fn view(&self) -> #view {
                <#node as __crdt::CrdtNode>::view_of(self)
            }
        }
    }
}

/// What borrows from a state.
#[derive(Clone, Copy)]
pub(crate) enum Lent {
    View,
    Editor,
}

/// A field of a view or editor that its user does not see.
struct Hidden {
    member: Member,
    ty: TokenStream,
    /// What it is made of.
    value: TokenStream,
}

/// The field of the state that belongs to a field of the record.
pub(crate) fn slot(field: &Field<'_>) -> Ident {
    match &field.member {
        Member::Named(ident) => ident.clone(),
        Member::Unnamed(index) => format_ident!("field_{}", index.index),
    }
}

fn declare_all(
    fields: &[Field<'_>],
    params: &Params,
    label: &str,
) -> (Vec<Option<TokenStream>>, TokenStream) {
    let mut items = TokenStream::new();
    let declare = |(index, field): (usize, &Field<'_>)| {
        if !field.is_stored() {
            return None;
        }
        let node = Node::declare(field, &format!("{label}_{index}"), params);
        items.extend(node.items);
        Some(node.ty)
    };
    let nodes = fields.iter().enumerate().map(declare).collect();
    (nodes, items)
}
