//! The implementation of `CrdtNode` for an enum.

use proc_macro2::TokenStream;
use quote::quote;
use syn::TypeGenerics;

use crate::expand::enums::{Case, Enum};
use crate::expand::{apart, structs};

impl Enum<'_> {
    pub(super) fn implement(&self) -> TokenStream {
        let (ident, names) = (self.ident, structs::names(self.input));
        let (view, editor) = (&self.names.view, &self.names.editor);
        let (state, ty_generics, lent_generics) = self.types();
        let (impl_generics, _, where_clause) = self.params.owned();
        let (reading, writing, comparing) = (self.reading(), self.writing(), self.comparing());
        let (functions, described) = (self.functions(), self.described());
        quote! {
            #functions
            #[automatically_derived]
            impl #impl_generics __crdt::CrdtNode for #ident #ty_generics #where_clause {
                type Value = Self;
                type State = #state;
                type View<'__a> = #view #lent_generics;
                type Editor<'__a> = #editor #lent_generics;
                type Delta = __crdt::EnumDelta<Self>;
                type Kind = __crdt::Nested;
                #names
                #described
                #reading
                #writing
                #comparing
            }
        }
    }

    /// What names the types; an associated type could be mistaken for a variant of its name.
    fn types(&self) -> (TokenStream, TypeGenerics<'_>, TypeGenerics<'_>) {
        let ((_, ty_generics, _), (_, lent_generics, _)) =
            (self.params.owned(), self.params.lent());
        (self.state_type(), ty_generics, lent_generics)
    }

    /// The functions that read a variant, be it selected or not, and that say at which place the
    /// variant of a value is.
    fn functions(&self) -> TokenStream {
        let (ident, (impl_generics, ty_generics, where_clause)) = (self.ident, self.params.owned());
        let state = self.state_type();
        let read = self.by_place(&quote!(__place), |case| case.read(ident));
        let (variants, places): (Vec<_>, Vec<_>) =
            self.cases.iter().map(|case| (case.variant.ident, case.index)).unzip();
        quote! {
            fn __read #impl_generics (
                __state: &#state,
                __chains: &__crdt::Chains,
                __place: usize,
            ) -> #ident #ty_generics #where_clause {
                #read
            }
            fn __place #impl_generics (
                __value: &#ident #ty_generics,
            ) -> usize #where_clause {
                match __value { #(#ident::#variants { .. } => #places,)* }
            }
        }
    }

    fn reading(&self) -> TokenStream {
        let (view, editor) = (&self.names.view, &self.names.editor);
        let (state, _, lent_generics) = self.types();
        let lend = |name| self.params.lend(name, &quote!('_));
        let (view_lent, editor_lent) = (lend(view), lend(editor));
        quote! {
            fn view<'__a>(
                __state: &'__a #state,
                __chains: &'__a __crdt::Chains,
            ) -> #view #lent_generics {
                let __place = __state.current(__chains);
                #view { __held: __crdt::HeldView::new(__state, __chains, __place) }
            }
            fn edit<'__a>(
                __state: &'__a mut #state,
                __scope: __crdt::Scope<'__a>,
            ) -> #editor #lent_generics {
                #editor { __held: __crdt::HeldEditor::new(__state, __scope) }
            }
            fn value_of(__view: #view_lent) -> Self {
                __view.value()
            }
            fn view_of<'__a>(__editor: &'__a #editor_lent) -> #view #lent_generics {
                __editor.view()
            }
        }
    }

    /// An element is inserted with its variant; that of the default is understood.
    fn writing(&self) -> TokenStream {
        let patterns: Vec<_> = self.cases.iter().map(Case::pattern).collect();
        let whole = apart::whole(self.input);
        let editor = self.params.lend(&self.names.editor, &quote!('_));
        let writes = self.cases.iter().map(Case::write);
        quote! {
            fn write_in(
                __editor: &mut #editor,
                __value: Self,
                __how: __crdt::Writing,
            ) -> __crdt::Written {
                #whole
                let (__state, __scope) = __editor.__held.the_parts();
                let __how = __state.select(__scope, __place(&__value), __how)?;
                match __value { #(#patterns => { #writes })* }
                __crdt::Ok(())
            }
            fn seed(__value: &Self) -> __crdt::Seeded {
                __crdt::Selector::seed(__VARIANTS, __place(__value))
            }
        }
    }
}

impl<'e> Enum<'e> {
    /// The match over a place among the variants. The arm of the default comes last and takes every
    /// number; no other is left by then.
    pub(super) fn by_place(
        &self,
        place: &TokenStream,
        mut arm: impl FnMut(&Case<'e>) -> TokenStream,
    ) -> TokenStream {
        let mut body = |case: &Case<'e>| {
            let arm = arm(case);
            quote!(#arm,)
        };
        let (default, others): (Vec<_>, Vec<_>) =
            self.cases.iter().partition(|case| case.index == self.default);
        let places = others.iter().map(|case| case.index);
        let others: Vec<_> = others.iter().map(|case| body(case)).collect();
        let default = default.iter().map(|case| body(case));
        quote!(match #place { #(#places => #others)* #(_ => #default)* })
    }
}
