//! The implementation of `CrdtNode` for a record.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Index;

use crate::ast::{Field, Role};
use crate::expand::node;
use crate::expand::record::{Lent, Record, slot};

/// For which type a record is implemented.
pub(crate) struct Target {
    /// The type that implements `CrdtNode`.
    pub(crate) this: TokenStream,
    /// The constants with its names, where it is known by one.
    pub(crate) names: TokenStream,
    /// The statement before a value is taken apart.
    pub(crate) whole: TokenStream,
    /// What its plain values are.
    pub(crate) value: Plain,
    /// How it describes itself.
    pub(crate) describe: TokenStream,
}

/// What the plain values of a record are.
#[derive(Clone, Copy)]
pub(crate) enum Plain {
    /// The struct.
    Struct,
    /// A tuple of what is stored, in a type made for a payload.
    Tuple,
}

impl Record<'_> {
    /// The implementation of `CrdtNode` in terms of the stored fields.
    pub(crate) fn crdt_node(&self, target: &Target) -> TokenStream {
        let Target { this, names, describe, .. } = target;
        let (state, view, editor) = (self.state_type(), &self.names.view, &self.names.editor);
        let (impl_generics, _, where_clause) = self.params.owned();
        let (_, lent_generics, _) = self.params.lent();
        let (value, reading, writing) =
            (self.value_type(target.value), self.reading(target), self.writing(target));
        let (key, (delta, comparing)) = (self.key(), (self.delta_type(), self.comparing(target)));
        quote! {
            #[automatically_derived]
            impl #impl_generics __crdt::CrdtNode for #this #where_clause {
                type Value = #value;
                type State = #state;
                type View<'__a> = #view #lent_generics;
                type Editor<'__a> = #editor #lent_generics;
                type Delta = #delta;
                type Kind = __crdt::Nested;
                #names
                #describe
                #reading
                #writing
                #comparing
                #key
            }
        }
    }

    pub(super) fn value_type(&self, value: Plain) -> TokenStream {
        let types = self.stored().map(|(field, _)| &field.ty);
        match value {
            Plain::Struct => quote!(Self),
            Plain::Tuple => quote!((#(#types,)*)),
        }
    }

    /// The stored fields, each with where a plain value has it.
    pub(super) fn members(
        &self,
        value: Plain,
    ) -> impl Iterator<Item = (&Field<'_>, &TokenStream, TokenStream)> {
        self.stored().enumerate().map(move |(index, (field, node))| {
            let member = match value {
                Plain::Struct => field.member.to_token_stream(),
                Plain::Tuple => Index::from(index).to_token_stream(),
            };
            (field, node, member)
        })
    }

    /// The field that identifies the struct in a list; that it is a struct has been checked.
    fn key(&self) -> Option<TokenStream> {
        let (field, node) = self.stored().find(|(field, _)| field.attrs.key.is_set())?;
        let (member, slot) = (&field.member, slot(field));
        Some(quote! {
            fn key(__value: &Self) -> __crdt::Option<__crdt::Key<'_>> {
                __crdt::key::of_value::<#node>(&__value.#member)
            }
            fn key_in<'__a>(
                __state: &'__a Self::State,
                __chains: &'__a __crdt::Chains,
            ) -> __crdt::Option<__crdt::Key<'__a>> {
                __crdt::key::of_state::<#node>(&__state.0.#slot, __chains)
            }
        })
    }

    fn reading(&self, target: &Target) -> TokenStream {
        let view = self.make_lent(Lent::View, |field, node| {
            let slot = slot(field);
            quote!(<#node as __crdt::CrdtNode>::view(&__state.0.#slot, __chains))
        });
        let viewed = self.make_lent(Lent::View, |field, node| {
            let member = &field.member;
            quote!(<#node as __crdt::CrdtNode>::view_of(&__editor.#member))
        });
        let value = self.made(target.value);
        quote! {
            fn view<'__a>(
                __state: &'__a Self::State,
                __chains: &'__a __crdt::Chains,
            ) -> Self::View<'__a> {
                #view
            }
            fn value_of(__view: Self::View<'_>) -> Self::Value {
                #value
            }
            fn view_of<'__a>(__editor: &'__a Self::Editor<'_>) -> Self::View<'__a> {
                #viewed
            }
        }
    }

    /// The expression that makes a plain value of `__view`.
    fn made(&self, value: Plain) -> TokenStream {
        let read = |field: &Field<'_>, node: &TokenStream| {
            let member = &field.member;
            quote!(<#node as __crdt::CrdtNode>::value_of(__view.#member))
        };
        if let Plain::Tuple = value {
            let parts = self.stored().map(|(field, node)| read(field, node));
            return quote!((#(#parts,)*));
        }
        let members = self.every().map(|(field, node)| {
            let member = &field.member;
            let part = match node {
                Some(node) if field.role() != Role::Skip => read(field, node),
                _ => node::skipped(field),
            };
            quote!(#member: #part)
        });
        quote!(Self { #(#members,)* })
    }

    fn writing(&self, target: &Target) -> TokenStream {
        let editor = self.make_lent(Lent::Editor, |field, node| {
            let (slot, name) = (slot(field), field.wire_name());
            quote!(<#node as __crdt::CrdtNode>::edit(&mut __state.0.#slot, __scope.field(#name)))
        });
        let whole = &target.whole;
        let parts = self.members(target.value).map(|(field, node, member)| {
            let own = &field.member;
            quote! {
                <#node as __crdt::CrdtNode>::write_in(
                    &mut __editor.#own,
                    __value.#member,
                    __how,
                )?;
            }
        });
        quote! {
            fn edit<'__a>(
                __state: &'__a mut Self::State,
                __scope: __crdt::Scope<'__a>,
            ) -> Self::Editor<'__a> {
                let __scope = __scope.pinned();
                #editor
            }
            fn write_in(
                __editor: &mut Self::Editor<'_>,
                __value: Self::Value,
                __how: __crdt::Writing,
            ) -> __crdt::Written {
                #whole
                let __how = __how.of_parts();
                #(#parts)*
                __crdt::Ok(())
            }
        }
    }
}
