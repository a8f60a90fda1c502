//! Finds what cannot be derived, before any code is generated.

mod key;
mod names;
pub(crate) mod recursion;
mod rename;
mod ty;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::GenericParam;

use crate::ast::{Body, Field, Input, Style, Variant};
use crate::attr;
use crate::ctxt::Ctxt;

/// Records every fault of the type.
pub(crate) fn check(ctxt: &Ctxt, input: &mut Input<'_>) {
    let before = ctxt.count();
    match &mut input.body {
        Body::Struct(fields, style) => check_struct(ctxt, fields, *style),
        Body::Enum(variants) => check_enum(ctxt, input.ident, variants),
        Body::Unsupported => {}
    }
    key::check(ctxt, input);
    rename::check(ctxt, input);
    names::check_type(ctxt, input);
    check_bounds(ctxt, input);
    recursion::check(ctxt, input);
    // A field that borrows has been refused with better advice than its lifetime can give.
    if ctxt.count() == before {
        check_lifetimes(ctxt, input);
    }
}

fn check_lifetimes(ctxt: &Ctxt, input: &Input<'_>) {
    for param in &input.generics.params {
        if let GenericParam::Lifetime(param) = param {
            let message = "a document owns its data: remove the lifetime and write owned types, as `String` for `&str`";
            ctxt.error(param, message);
        }
    }
}

/// Without a type parameter there is nothing to ask anything of.
fn check_bounds(ctxt: &Ctxt, input: &Input<'_>) {
    if input.generics.type_params().next().is_some() {
        return;
    }
    let of_fields = input.fields().filter_map(|field| field.attrs.bound.name());
    for bound in input.attrs.bound.name().into_iter().chain(of_fields) {
        ctxt.error(bound, "`bound` is for type parameters, and this type has none: remove it");
    }
}

fn check_struct(ctxt: &Ctxt, fields: &mut [Field<'_>], style: Style) {
    check_fields(ctxt, fields, style);
    if let ([field], Style::Newtype) = (&*fields, style)
        && let Some(skip) = field.attrs.skip.name()
    {
        let message =
            "a newtype is stored as its only field, which cannot be skipped: remove `skip`";
        ctxt.error(skip, message);
    }
}

fn check_fields(ctxt: &Ctxt, fields: &mut [Field<'_>], style: Style) {
    for field in &mut *fields {
        let before = ctxt.count();
        check_roles(ctxt, field);
        check_skip(ctxt, field);
        check_default(ctxt, field);
        // Attributes that contradict each other leave open what the type has to be.
        if field.sound && ctxt.count() == before {
            ty::check(ctxt, field);
        }
        field.sound &= ctxt.count() == before;
    }
    match style {
        Style::Newtype => check_unnamed(ctxt, fields),
        _ => names::check_fields(ctxt, fields),
    }
}

/// At most one attribute says how a field is merged.
fn check_roles(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    let mut roles = [&attrs.text, &attrs.counter, &attrs.register, &attrs.bytes].into_iter();
    let Some(first) = roles.by_ref().find_map(|role| role.name()) else {
        return;
    };
    for second in roles.filter_map(|role| role.name()) {
        ctxt.pair(
            second,
            format!("`{second}` conflicts with `{first}`: a field is kept in one way, remove one of them"),
            first,
            format!("`{first}` is given here"),
        );
    }
}

/// Nothing else can be said about a field that is not stored.
fn check_skip(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    let Some(skip) = attrs.skip.name() else {
        return;
    };
    let names = [attrs.rename.name(), attrs.alias.name()];
    let roles = [&attrs.text, &attrs.counter, &attrs.register, &attrs.bytes];
    for other in roles.into_iter().filter_map(attr::Once::name).chain(names.into_iter().flatten()) {
        ctxt.pair(
            other,
            format!(
                "`{other}` has no effect on a field that is not stored: remove it, or remove `skip`"
            ),
            skip,
            "`skip` is given here",
        );
    }
}

/// Texts and counters start empty, since increments and insertions of all replicas add up.
fn check_default(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    let (Some(default), Some(attr::Default::Function(_))) =
        (attrs.default.name(), attrs.default.value())
    else {
        return;
    };
    let starts = [(&attrs.text, "a text starts empty"), (&attrs.counter, "a counter starts at 0")];
    for (role, starts) in starts {
        if let Some(role) = role.name() {
            ctxt.pair(
                default,
                format!("{starts}: remove `default`, or write `register` instead of `{role}`"),
                role,
                format!("`{role}` is given here"),
            );
        }
    }
}

/// The field of a newtype adds nothing to a path, so it has no name.
fn check_unnamed(ctxt: &Ctxt, fields: &[Field<'_>]) {
    for field in fields.iter().filter(|field| field.is_stored()) {
        if let Some(rename) = field.attrs.rename.name() {
            let message = "a single unnamed field has no name on the wire: remove `rename`";
            ctxt.error(rename, message);
        }
        if let Some(alias) = field.attrs.alias.name() {
            let message = "a single unnamed field never had a name on the wire: remove `alias`";
            ctxt.error(alias, message);
        }
    }
}

fn check_enum(ctxt: &Ctxt, ident: &syn::Ident, variants: &mut [Variant<'_>]) {
    if variants.is_empty() {
        ctxt.error(ident, "an enum without variants has no value: add a variant");
        return;
    }
    for variant in &mut *variants {
        let style = variant.style;
        check_fields(ctxt, &mut variant.fields, style);
    }
    check_default_variant(ctxt, ident, variants);
    check_other(ctxt, variants);
    names::check_variants(ctxt, variants);
    check_methods(ctxt, variants);
}

/// Exactly one variant is what the enum is before anyone selects one.
fn check_default_variant(ctxt: &Ctxt, ident: &syn::Ident, variants: &[Variant<'_>]) {
    let mark = |variant: &Variant<'_>| -> Option<TokenStream> {
        let attrs = &variant.attrs;
        let own = attrs.default.name().map(ToTokens::to_token_stream);
        own.or_else(|| attrs.std_default.as_ref().map(ToTokens::to_token_stream))
    };
    let mut marks = variants.iter().filter_map(mark);
    let Some(first) = marks.next() else {
        let message = format!(
            "`{ident}` has no default variant: write `#[crdt(default)]` on the one that it is before any is selected"
        );
        ctxt.error(ident, message);
        return;
    };
    for second in marks {
        let message = "two variants are marked as the default: keep one of the marks";
        ctxt.pair(second, message, &first, "the first mark is here");
    }
}

/// At most one variant stands for unknown ones, of which it cannot hold anything.
fn check_other(ctxt: &Ctxt, variants: &[Variant<'_>]) {
    let mut first = None;
    for variant in variants {
        let Some(other) = variant.attrs.other.name() else {
            continue;
        };
        if !variant.fields.is_empty() {
            let message = "`other` stands for variants whose fields are unknown: remove the fields of this one (those of the unknown variant stay stored)";
            ctxt.error(other, message);
        }
        if let Some(first) = first {
            let message = "two variants are marked as `other`: keep one of the marks";
            ctxt.pair(other, message, first, "the first mark is here");
        } else {
            first = Some(other);
        }
    }
}

/// The variants are read with methods, whose names must differ too.
fn check_methods(ctxt: &Ctxt, variants: &[Variant<'_>]) {
    let mut seen: BTreeMap<String, &Variant<'_>> = BTreeMap::new();
    for variant in variants {
        let snake = variant.snake_name();
        if let Some(first) = seen.get(&snake) {
            let (one, two) = (first.ident, variant.ident);
            ctxt.pair(
                two,
                format!(
                    "`{two}` and `{one}` would both be read with `is_{snake}()`: write one of them differently (`#[crdt(rename = \"{two}\")]` keeps its name on the wire)"
                ),
                one,
                format!("`{one}` is here"),
            );
        } else {
            seen.insert(snake, variant);
        }
    }
}
