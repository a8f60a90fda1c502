//! The implementation of `CrdtNode` for a record.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::record::{Lent, Record, slot};

/// For which type a record is implemented, and how its value is made of the parts.
///
/// The parts are bound to `Field::binding`.
pub(crate) struct Target {
    /// The type that implements `CrdtNode`.
    pub(crate) this: TokenStream,
    /// The constants with its names, where it is known by one.
    pub(crate) names: TokenStream,
    /// The statement before a value is taken apart.
    pub(crate) whole: Option<TokenStream>,
    /// Its plain value.
    pub(crate) value: TokenStream,
    /// The expression that makes a value of the bindings.
    pub(crate) make: TokenStream,
    /// The pattern that takes a value apart into the bindings.
    pub(crate) take: TokenStream,
    /// How it describes itself.
    pub(crate) describe: TokenStream,
}

impl Record<'_> {
    /// The implementation of `CrdtNode` in terms of the stored fields.
    pub(crate) fn crdt_node(&self, target: &Target) -> TokenStream {
        let Target { this, value, names, describe, .. } = target;
        let (state, view, editor) = (&self.names.state, &self.names.view, &self.names.editor);
        let (impl_generics, ty_generics, where_clause) = self.params.owned();
        let (_, lent_generics, _) = self.params.lent();
        let (reading, writing) = (self.reading(target), self.writing(target));
        let key = self.key();
        let comparing = self.comparing(target);
        quote! {
            #[automatically_derived]
            impl #impl_generics __crdt::CrdtNode for #this #where_clause {
                type Value = #value;
                type State = #state #ty_generics;
                type View<'__a> = #view #lent_generics;
                type Editor<'__a> = #editor #lent_generics;
                type Kind = __crdt::Nested;
                #names
                #describe
                #reading
                #writing
                #key
                #comparing
            }
        }
    }

    /// The field that identifies the struct in a list; that it is a struct has been checked.
    fn key(&self) -> Option<TokenStream> {
        let (field, node) = self.stored().find(|(field, _)| field.attrs.key.is_set())?;
        let (member, slot) = (&field.member, slot(field));
        Some(quote! {
            fn key(__value: &Self) -> ::core::option::Option<__crdt::Key<'_>> {
                __crdt::key::of_value::<#node>(&__value.#member)
            }
            fn key_in<'__a>(
                __state: &'__a Self::State,
                __chains: &'__a __crdt::Chains,
            ) -> ::core::option::Option<__crdt::Key<'__a>> {
                __crdt::key::of_state::<#node>(&__state.#slot, __chains)
            }
        })
    }

    fn reading(&self, target: &Target) -> TokenStream {
        let make = &target.make;
        let view = self.make_lent(Lent::View, |field, node| {
            let slot = slot(field);
            quote!(<#node as __crdt::CrdtNode>::view(&__state.#slot, __chains))
        });
        let parts = self.stored().map(|(field, node)| {
            let (binding, slot) = (field.binding(), slot(field));
            quote!(let #binding = <#node as __crdt::CrdtNode>::value(&__state.#slot, __chains);)
        });
        quote! {
            fn view<'__a>(
                __state: &'__a Self::State,
                __chains: &'__a __crdt::Chains,
            ) -> Self::View<'__a> {
                #view
            }
            fn value(__state: &Self::State, __chains: &__crdt::Chains) -> Self::Value {
                #(#parts)*
                #make
            }
        }
    }

    /// How a state becomes another value, field by field.
    fn comparing(&self, target: &Target) -> TokenStream {
        let Target { take, whole, .. } = target;
        let parts = self.stored().map(|(field, node)| {
            let (binding, slot, name) = (field.binding(), slot(field), field.wire_name());
            quote! {
                <#node as __crdt::CrdtNode>::reconcile(
                    &mut __state.#slot,
                    __scope.field(#name),
                    #binding,
                )?;
            }
        });
        let prints = self.stored().map(|(field, node)| {
            let binding = field.binding();
            quote!(<#node as __crdt::CrdtNode>::fingerprint(#binding, __print);)
        });
        quote! {
            fn reconcile(
                __state: &mut Self::State,
                __scope: __crdt::Scope<'_>,
                __value: Self::Value,
            ) -> ::core::result::Result<(), __crdt::EditError> {
                #whole
                let #take = __value;
                let __scope = __scope.pinned();
                #(#parts)*
                ::core::result::Result::Ok(())
            }
            fn fingerprint(__value: &Self::Value, __print: &mut __crdt::Fingerprint) {
                let #take = __value;
                #(#prints)*
            }
        }
    }

    fn writing(&self, target: &Target) -> TokenStream {
        let Target { take, whole, .. } = target;
        let editor = self.make_lent(Lent::Editor, |field, node| {
            let (slot, name) = (slot(field), field.wire_name());
            quote!(<#node as __crdt::CrdtNode>::edit(&mut __state.#slot, __scope.field(#name)))
        });
        let parts = self.stored().map(|(field, node)| {
            let (binding, slot, name) = (field.binding(), slot(field), field.wire_name());
            quote! {
                <#node as __crdt::CrdtNode>::assign(
                    &mut __state.#slot,
                    __scope.field(#name),
                    #binding,
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
            fn assign(
                __state: &mut Self::State,
                __scope: __crdt::Scope<'_>,
                __value: Self::Value,
            ) -> ::core::result::Result<(), __crdt::EditError> {
                #whole
                let #take = __value;
                let __scope = __scope.pinned();
                #(#parts)*
                ::core::result::Result::Ok(())
            }
        }
    }
}
