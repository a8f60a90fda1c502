//! Types of other crates that are leaves with a feature, told by their names.

use syn::{GenericArgument, PathArguments, Type};

/// The names that are hardly used for anything else.
const NAMES: &[&str] = &[
    "Uuid",
    "NaiveDate",
    "NaiveTime",
    "NaiveDateTime",
    "DateTime",
    "TimeDelta",
    "OffsetDateTime",
    "PlainDateTime",
    "UtcDateTime",
    "Timestamp",
    "SignedDuration",
];

/// The first part of a type that is called so.
pub(super) fn part(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => part(&group.elem),
        Type::Paren(paren) => part(&paren.elem),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            if NAMES.iter().any(|name| last.ident == name) {
                return Some(ty);
            }
            // What is kept as one value need not be a leaf.
            let PathArguments::AngleBracketed(all) = &last.arguments else { return None };
            let is_node = last.ident != "Register" && last.ident != "PhantomData";
            let mut parts =
                all.args.iter().filter(|_| is_node).filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
            parts.find_map(part)
        }
        _ => None,
    }
}
