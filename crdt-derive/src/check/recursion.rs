//! Types that contain themselves without end.
//!
//! A document holds every field of a struct from the beginning, so a struct may contain itself
//! only where there can be none: in an `Option`, a list or a map.

use syn::{GenericArgument, Ident, PathArguments, Type};

use crate::ast::{self, Body, Field, Input, Role, Style};
use crate::ctxt::Ctxt;

/// How a type contains another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contains {
    /// Within itself, and always.
    Inside,
    /// Within itself, or not at all.
    Perhaps,
    /// Behind a pointer, and always.
    Boxed,
}

/// Whether the compiler refuses the type because it has no finite size.
pub(crate) fn is_infinite(input: &Input<'_>) -> bool {
    let inside = [Some(Contains::Inside), Some(Contains::Perhaps)];
    input.fields().any(|field| inside.contains(&contains(&field.ty, input.ident)))
}

/// Records what has a finite size, but no finite value.
pub(super) fn check(ctxt: &Ctxt, input: &Input<'_>) {
    // The compiler says so, and well.
    if is_infinite(input) {
        return;
    }
    let ident = input.ident;
    match &input.body {
        Body::Struct(fields, Style::Newtype) => check_newtype(ctxt, ident, fields),
        Body::Struct(fields, _) => {
            let message = format!(
                "a `{ident}` in every `{ident}` has no end: write `Option<Box<{ident}>>` or `Vec<{ident}>`"
            );
            check_boxed(ctxt, ident, fields, &message);
        }
        Body::Enum(variants) => {
            let message = format!(
                "the default variant holds another `{ident}`, which starts as the default variant too: mark one that does not"
            );
            let fields =
                ast::default_variant(variants).map_or(&[][..], |place| &variants[place].fields);
            check_boxed(ctxt, ident, fields, &message);
        }
        Body::Unsupported => {}
    }
}

fn check_boxed(ctxt: &Ctxt, ident: &Ident, fields: &[Field<'_>], message: &str) {
    for field in fields.iter().filter(|field| field.role() == Role::Node) {
        if contains(&field.ty, ident) == Some(Contains::Boxed) {
            ctxt.error(&field.original.ty, message);
        }
    }
}

/// A newtype has no state of its own that could hold another one.
fn check_newtype(ctxt: &Ctxt, ident: &Ident, fields: &[Field<'_>]) {
    for field in fields.iter().filter(|field| field.role() == Role::Node) {
        if mentions(&field.ty, ident) {
            let message = format!(
                "a newtype is stored as what it wraps, so `{ident}` cannot contain itself: name the field"
            );
            ctxt.error(&field.original.ty, message);
        }
    }
}

fn contains(ty: &Type, ident: &Ident) -> Option<Contains> {
    let path = match ty {
        Type::Group(group) => return contains(&group.elem, ident),
        Type::Paren(paren) => return contains(&paren.elem, ident),
        Type::Path(path) => path,
        _ => return None,
    };
    let last = path.path.segments.last()?;
    if path.path.segments.len() == 1 && last.ident == *ident {
        return Some(Contains::Inside);
    }
    let mut arguments = arguments(&last.arguments);
    match last.ident.to_string().as_str() {
        "Option" => match contains(arguments.next()?, ident)? {
            Contains::Inside | Contains::Perhaps => Some(Contains::Perhaps),
            Contains::Boxed => None,
        },
        "Box" => match contains(arguments.next()?, ident)? {
            Contains::Inside | Contains::Boxed => Some(Contains::Boxed),
            Contains::Perhaps => None,
        },
        _ => None,
    }
}

fn mentions(ty: &Type, ident: &Ident) -> bool {
    let path = match ty {
        Type::Group(group) => return mentions(&group.elem, ident),
        Type::Paren(paren) => return mentions(&paren.elem, ident),
        Type::Path(path) => path,
        _ => return false,
    };
    path.path.is_ident(ident)
        || path
            .path
            .segments
            .iter()
            .any(|segment| arguments(&segment.arguments).any(|argument| mentions(argument, ident)))
}

fn arguments(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let list = match arguments {
        PathArguments::AngleBracketed(list) => Some(&list.args),
        _ => None,
    };
    list.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
