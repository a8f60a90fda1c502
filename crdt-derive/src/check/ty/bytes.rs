//! Bytes: a list of them takes some twenty times their size, which nobody means.

use syn::{GenericArgument, PathArguments, Type};

use super::{At, name_of};
use crate::ctxt::Ctxt;

/// Why a type that holds bytes cannot stand here, if it does.
pub(super) fn refusal(ty: &Type, at: At) -> Option<&'static str> {
    if at.atomic {
        return None;
    }
    let part = match name_of(ty).as_deref() {
        Some("Option") => argument(ty),
        _ => None,
    };
    // The attribute is for an `Option` of bytes too.
    let holder = part.unwrap_or(ty);
    if is_slice_of_bytes(holder) {
        return Some(if at.whole {
            "bytes that are kept as one value are a `Vec<u8>`: write one with `#[crdt(bytes)]`"
        } else {
            "bytes that are kept as one value are a `Vec<u8>`: write `Bytes`"
        });
    }
    let is_array = matches!(holder, Type::Array(array) if is_byte(&array.elem));
    if !is_array && !is_list_of_bytes(holder) {
        return None;
    }
    Some(match (is_array, at.whole) {
        (true, true) => {
            "an array has a fixed length and cannot be merged: put `#[crdt(bytes)]` on the field to keep its bytes as one value"
        }
        (true, false) => {
            "an array has a fixed length and cannot be merged: wrap it in `Bytes<...>` to keep its bytes as one value"
        }
        (false, true) => {
            "a list of bytes takes twenty times their size: put `#[crdt(bytes)]` on the field to keep them as one value, or write `List<u8>` to merge them byte by byte"
        }
        (false, false) => {
            "a list of bytes takes twenty times their size: write `Bytes` to keep them as one value, or `List<u8>` to merge them byte by byte"
        }
    })
}

/// Records why `bytes` cannot be on a field, as far as the syntax of its type tells.
pub(super) fn check(ctxt: &Ctxt, ty: &Type) {
    let message = match name_of(ty).as_deref() {
        Some("Bytes") => "`Bytes` needs no attribute: remove `bytes`",
        Some("String") => {
            "`bytes` is for `Vec<u8>` and `[u8; N]`: remove it, a `String` is one value by itself"
        }
        Some("Vec") if !is_list_of_bytes(ty) => {
            "`bytes` is for `Vec<u8>` and `[u8; N]`: write one of these, or remove `bytes`"
        }
        Some("Box" | "BTreeMap" | "HashMap" | "VecDeque" | "List" | "Map") => {
            "`bytes` works on a whole field of type `Vec<u8>` or `[u8; N]`: write `Bytes` inside the container instead"
        }
        None if !matches!(ty, Type::Array(array) if is_byte(&array.elem)) => {
            "`bytes` is for `Vec<u8>` and `[u8; N]`: write one of these, or remove `bytes`"
        }
        // Perhaps an alias; the compiler knows.
        _ => return,
    };
    ctxt.error(ty, message);
}

/// Whether it is an owned slice, as a `Box<[u8]>`.
fn is_slice_of_bytes(ty: &Type) -> bool {
    let is_owner = matches!(name_of(ty).as_deref(), Some("Box" | "Rc" | "Arc"));
    let slice = argument(ty).filter(|_| is_owner);
    matches!(slice, Some(Type::Slice(slice)) if is_byte(&slice.elem))
}

fn is_list_of_bytes(ty: &Type) -> bool {
    name_of(ty).as_deref() == Some("Vec") && argument(ty).is_some_and(is_byte)
}

fn is_byte(ty: &Type) -> bool {
    name_of(ty).as_deref() == Some("u8")
}

/// The only generic argument of a type.
fn argument(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Group(group) => return argument(&group.elem),
        Type::Paren(paren) => return argument(&paren.elem),
        Type::Path(path) => path,
        _ => return None,
    };
    match &path.path.segments.last()?.arguments {
        PathArguments::AngleBracketed(list) => match list.args.first()? {
            GenericArgument::Type(ty) if list.args.len() == 1 => Some(ty),
            _ => None,
        },
        _ => None,
    }
}
