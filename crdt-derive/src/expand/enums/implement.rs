//! The implementation of `CrdtNode` for an enum.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, TypeGenerics};

use crate::ast::{Field, Style};
use crate::expand::enums::payload::Payload;
use crate::expand::enums::{Case, Enum};
use crate::expand::{apart, structs};

impl Enum<'_> {
    pub(super) fn implement(&self) -> TokenStream {
        let (ident, names) = (self.ident, structs::names(self.input));
        let (view, editor) = (&self.names.view, &self.names.editor);
        let (state, ty_generics, lent_generics) = self.types();
        let (impl_generics, _, where_clause) = self.params.owned();
        let (reading, writing, seed) = (self.reading(), self.writing(), self.seed());
        let (comparing, read) = (self.comparing(), self.read());
        let described = self.described();
        quote! {
            #read
            #[automatically_derived]
            impl #impl_generics __crdt::CrdtNode for #ident #ty_generics #where_clause {
                type Value = Self;
                type State = #state #ty_generics;
                type View<'__a> = #view #lent_generics;
                type Editor<'__a> = #editor #lent_generics;
                type Kind = __crdt::Nested;
                #names
                #described
                #reading
                #writing
                #seed
                #comparing
            }
        }
    }

    fn reading(&self) -> TokenStream {
        let (view, editor) = (&self.names.view, &self.names.editor);
        let (state, ty_generics, lent_generics) = self.types();
        quote! {
            fn view<'__a>(
                __state: &'__a #state #ty_generics,
                __chains: &'__a __crdt::Chains,
            ) -> #view #lent_generics {
                let __place = __state.selector.current(__chains, __VARIANTS);
                #view { state: __state, chains: __chains, place: __place }
            }
            fn edit<'__a>(
                __state: &'__a mut #state #ty_generics,
                __scope: __crdt::Scope<'__a>,
            ) -> #editor #lent_generics {
                #editor { state: __state, scope: __scope }
            }
            fn value(__state: &#state #ty_generics, __chains: &__crdt::Chains) -> Self {
                __state.__read(__chains, __state.selector.current(__chains, __VARIANTS))
            }
        }
    }

    /// The method of the state that reads a variant, be it selected or not.
    fn read(&self) -> TokenStream {
        let (state, ty_generics, _) = self.types();
        let (ident, (impl_generics, _, where_clause)) = (self.ident, self.params.owned());
        // The arm of the default comes last and takes every number; no other is left by then.
        let (default, others): (Vec<_>, Vec<_>) =
            self.cases.iter().partition(|case| case.index == self.default);
        let others = others.into_iter().map(|case| {
            let (index, read) = (case.index, case.read(ident));
            quote!(#index => #read)
        });
        let default = default.into_iter().map(|case| case.read(ident));
        quote! {
            impl #impl_generics #state #ty_generics #where_clause {
                fn __read(&self, __chains: &__crdt::Chains, __place: usize) -> #ident #ty_generics {
                    match __place {
                        #(#others)*
                        #(_ => #default)*
                    }
                }
            }
        }
    }

    fn writing(&self) -> TokenStream {
        let patterns: Vec<_> = self.cases.iter().map(Case::pattern).collect();
        let indices = self.cases.iter().map(|case| case.index);
        let whole = apart::whole(self.input);
        let (state, ty_generics, _) = self.types();
        let writes: Vec<_> = self.cases.iter().map(Case::overwrite).collect();
        quote! {
            fn assign(
                __state: &mut #state #ty_generics,
                __scope: __crdt::Scope<'_>,
                __value: Self,
            ) -> ::core::result::Result<(), __crdt::EditError> {
                #whole
                match __value {
                    #(#patterns => {
                        __state.selector.select(__scope, __VARIANTS, #indices)?;
                        #writes
                    })*
                }
                ::core::result::Result::Ok(())
            }
            fn grow(
                __state: &mut #state #ty_generics,
                __scope: __crdt::Scope<'_>,
                __value: Self,
            ) -> ::core::result::Result<(), __crdt::EditError> {
                #whole
                match __value { #(#patterns => { #writes })* }
                ::core::result::Result::Ok(())
            }
        }
    }

    /// How a state becomes another value: the payload is edited where it is if the variant stays.
    fn comparing(&self) -> TokenStream {
        let patterns: Vec<_> = self.cases.iter().map(Case::pattern).collect();
        let paths: Vec<_> = self.cases.iter().map(Case::path).collect();
        let indices: Vec<_> = self.cases.iter().map(|case| case.index).collect();
        let parts = self.cases.iter().map(|case| case.write(&quote!(reconcile)));
        let prints = self.cases.iter().map(Case::print);
        let whole = apart::whole(self.input);
        let (state, ty_generics, _) = self.types();
        quote! {
            fn reconcile(
                __state: &mut #state #ty_generics,
                __scope: __crdt::Scope<'_>,
                __value: Self,
            ) -> ::core::result::Result<(), __crdt::EditError> {
                #whole
                let __index: usize = match &__value { #(#paths { .. } => #indices,)* };
                if __state.selector.current(__scope.chains(), __VARIANTS) != __index {
                    return <Self as __crdt::CrdtNode>::assign(__state, __scope, __value);
                }
                match __value { #(#patterns => { #parts })* }
                ::core::result::Result::Ok(())
            }
            fn fingerprint(__value: &Self, __print: &mut __crdt::Fingerprint) {
                match __value {
                    #(#patterns => {
                        __print.number(#indices);
                        #prints
                    })*
                }
            }
        }
    }

    /// What names the types; an associated type could be mistaken for a variant of its name.
    fn types(&self) -> (&Ident, TypeGenerics<'_>, TypeGenerics<'_>) {
        let ((_, ty_generics, _), (_, lent_generics, _)) =
            (self.params.owned(), self.params.lent());
        (&self.names.state, ty_generics, lent_generics)
    }

    /// An element is inserted with its variant; that of the default is understood.
    fn seed(&self) -> TokenStream {
        let paths = self.cases.iter().map(Case::path);
        let indices = self.cases.iter().map(|case| case.index);
        quote! {
            fn seed(
                __value: &Self,
            ) -> ::core::result::Result<
                ::core::option::Option<__crdt::Bytes>,
                __crdt::EditError,
            > {
                let __index = match __value { #(#paths { .. } => #indices,)* };
                __crdt::Selector::seed(__VARIANTS, __index)
            }
        }
    }
}

impl Case<'_> {
    /// The block that reads the variant from the state of the enum.
    fn read(&self, owner: &Ident) -> TokenStream {
        let ident = self.variant.ident;
        let make = structs::make(&quote!(#owner::#ident), &self.variant.fields);
        let payload = self.payload.as_ref().map(|Payload { node, slot, .. }| {
            let bindings = self.bindings();
            quote! {
                let #bindings = <#node as __crdt::CrdtNode>::value(self.#slot.get(), __chains);
            }
        });
        quote!({ #payload #make })
    }

    /// The pattern that takes the variant apart.
    fn pattern(&self) -> TokenStream {
        structs::take(&self.path(), &self.variant.fields)
    }

    /// The statements that write what the pattern bound over what is known of the payload, and over
    /// what is not.
    fn overwrite(&self) -> TokenStream {
        let (name, write) = (self.variant.wire_name(), self.write(&quote!(assign)));
        quote! {
            __state.unknown.clear_variant(#name, __scope);
            #write
        }
    }

    /// The statement that writes what the pattern bound, by a method of the payload.
    fn write(&self, method: &TokenStream) -> Option<TokenStream> {
        let Payload { node, wire_name, slot, .. } = self.payload.as_ref()?;
        let bindings = self.bindings();
        Some(quote! {
            <#node as __crdt::CrdtNode>::#method(
                __state.#slot.get_mut(),
                __scope.variant(#wire_name),
                #bindings,
            )?;
        })
    }

    /// The statements that feed what the pattern bound.
    fn print(&self) -> TokenStream {
        let parts = self.payload.iter().flat_map(|payload| &payload.parts);
        let fields = self.variant.fields.iter().filter(|field| field.is_stored());
        let prints = parts.zip(fields).map(|(node, field)| {
            let binding = field.binding();
            quote!(<#node as __crdt::CrdtNode>::fingerprint(#binding, __print);)
        });
        quote!(#(#prints)*)
    }

    /// The value of the payload, as pattern and as expression.
    fn bindings(&self) -> TokenStream {
        let fields = self.variant.fields.iter().filter(|field| field.is_stored());
        let bindings = fields.map(Field::binding);
        match self.variant.style {
            Style::Newtype => quote!(#(#bindings)*),
            Style::Named | Style::Tuple | Style::Unit => quote!((#(#bindings,)*)),
        }
    }
}
