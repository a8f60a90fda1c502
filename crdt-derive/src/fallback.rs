//! What stands in for the implementation when it cannot be derived.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use crate::ast::{Field, Input, Role};
use crate::expand::{node, private};

/// The faults of a type, and an implementation that hides their consequences.
///
/// Without one, every use of the type would be an error too. The associated types depend on a
/// constant that holds the faults; to the compiler they are types it has complained about
/// already, so whatever is done with them adds no error. The fields without a fault are still
/// checked for their traits.
pub(crate) fn expand(derive: &DeriveInput, input: &Input<'_>, errors: &TokenStream) -> TokenStream {
    let checks = sound_checks(input);
    let fault = quote! {
        #checks
        const __FAULTS: bool = { #errors true };
        type __Fault = <__crdt::Checked<__FAULTS> as __crdt::Same<()>>::Type;
    };
    implement(derive, input, &fault, &quote!(Self))
}

/// An implementation for a type that the compiler refuses for its infinite size. It does not have
/// the type for its value, since the compiler complains about every such use again.
pub(crate) fn expand_quietly(derive: &DeriveInput, input: &Input<'_>) -> TokenStream {
    let fault = quote!(
        type __Fault = <() as __crdt::CrdtNode>::State;
    );
    implement(derive, input, &fault, &quote!(__Fault))
}

/// The implementation, given what declares `__Fault`, the type of everything but the value.
fn implement(
    derive: &DeriveInput,
    input: &Input<'_>,
    fault: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let (krate, private, ident) = (input.krate(), private(), input.ident);
    let (impl_generics, ty_generics, where_clause) = derive.generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates);
    let methods = methods(value);
    quote! {
        const _: () = {
            use #krate::#private as __crdt;
            #[allow(unused_imports)]
            use __crdt::check::NotBytes as _;
            #fault
            #[automatically_derived]
            impl #impl_generics __crdt::CrdtNode for #ident #ty_generics
            where
                Self: 'static,
                #predicates
            {
                type Value = #value;
                type State = __Fault;
                type View<'__a> = __Fault;
                type Editor<'__a> = __Fault;
                type Delta = __Fault;
                type Kind = __crdt::Nested;
                #methods
            }
        };
    }
}

fn methods(value: &TokenStream) -> TokenStream {
    quote! {
        fn describe(_: &mut __crdt::SchemaBuilder) -> __crdt::schema::Node {
            ::core::unreachable!()
        }
        fn view<'__a>(_: &'__a __Fault, _: &'__a __crdt::Chains) -> __Fault {
            ::core::unreachable!()
        }
        fn edit<'__a>(_: &'__a mut __Fault, _: __crdt::Scope<'__a>) -> __Fault {
            ::core::unreachable!()
        }
        fn value_of(_: __Fault) -> #value {
            ::core::unreachable!()
        }
        fn view_of<'__a>(_: &'__a __Fault) -> __Fault {
            ::core::unreachable!()
        }
        fn write_in(_: &mut __Fault, _: #value, _: __crdt::Writing) -> __crdt::Written {
            ::core::unreachable!()
        }
        fn delta(
            _: &__Fault,
            _: &__Fault,
            _: &__crdt::Chains,
        ) -> __crdt::Option<__Fault> {
            ::core::unreachable!()
        }
        fn apply_delta(_: &mut #value, _: &__Fault) -> __crdt::Applied {
            ::core::unreachable!()
        }
        fn copy_value(_: &#value) -> #value {
            ::core::unreachable!()
        }
    }
}

/// The trait checks of fields that have no fault of their own.
fn sound_checks(input: &Input<'_>) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let sound = |field: &&Field<'_>| field.sound && field.role() == Role::Node;
    let check = |(index, field)| node::check(field, &format_ident!("__CHECK_{index}"));
    input.fields().filter(sound).enumerate().map(check).collect()
}
