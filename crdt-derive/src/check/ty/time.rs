//! Points in time.

use syn::{PathArguments, Type, TypePath};

use super::{At, name_of, standard, type_argument};

/// What to do with a `SystemTime`.
pub(super) const NO_DEFAULT: &str = "a `SystemTime` has no default for a document to start with: put `#[crdt(register, default = \"path::to::function\")]` on the field, or `#[crdt(register)]` on an `Option<SystemTime>`, or write a type of `chrono`, `time` or `jiff`";

/// Why a type that is a point in time cannot stand here, if it is one.
pub(super) fn refusal(path: &TypePath, at: At) -> Option<&'static str> {
    if at.atomic {
        return None;
    }
    if standard(path).is_some_and(|(name, _)| name == "SystemTime") {
        return Some(NO_DEFAULT);
    }
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(all) = &last.arguments else { return None };
    let is_local = |ty: &Type| match ty {
        Type::Path(zone) => zone.path.segments.last().is_some_and(|last| last.ident == "Local"),
        _ => false,
    };
    let is_local =
        last.ident == "DateTime" && all.args.iter().filter_map(type_argument).any(is_local);
    is_local.then_some(
        "`Local` depends on the time zone of each machine: write `DateTime<Utc>`, and show it in local time",
    )
}

pub(super) fn is_system_time(ty: &Type) -> bool {
    name_of(ty).as_deref() == Some("SystemTime")
}
