//! Field types that are known not to work, with what to write instead.
//!
//! The compiler finds all others by their missing traits; what is listed here can be explained
//! better from its syntax. Only names that are hardly used for anything else are recognised, and
//! only where they are written without a path of the user's own.

mod bytes;
mod time;

use syn::{
    Expr, ExprLit, GenericArgument, Ident, Lit, PathArguments, Type, TypeArray, TypePath,
    TypeReference,
};

use crate::ast::{Field, Role};
use crate::ctxt::Ctxt;

/// The longest array that serde writes.
const MAX_SERDE_ARRAY: u64 = 32;

/// What the advice can refer to.
#[derive(Clone, Copy)]
struct At {
    /// Whether the type is the whole type of the field, so that an attribute applies to it.
    whole: bool,
    /// Whether the type is part of a value that is kept as one.
    atomic: bool,
}

/// Records why a field's type cannot work.
pub(crate) fn check(ctxt: &Ctxt, field: &Field<'_>) {
    let ty = &field.ty;
    match field.role() {
        Role::Skip => {}
        Role::Text => check_text(ctxt, ty),
        Role::Counter => check_counter(ctxt, ty),
        Role::Leaf => check_leaf(ctxt, ty),
        Role::Node => check_parts(ctxt, ty, At { whole: true, atomic: false }),
        Role::Register => check_parts(ctxt, ty, At { whole: true, atomic: true }),
        Role::Bytes => bytes::check(ctxt, ty),
    }
}

fn check_text(ctxt: &Ctxt, ty: &Type) {
    let message = match name_of(ty).as_deref() {
        Some("String") => return,
        Some("Text") => "a `Text` needs no attribute: remove `text`".to_owned(),
        Some(container @ ("Option" | "Vec" | "Box" | "BTreeMap")) => format!(
            "`text` works on a whole field of type `String`: write `Text` inside the `{container}` instead"
        ),
        Some(number) if is_number(number) || matches!(number, "bool" | "char") => {
            format!("`text` works on a `String`, not on `{number}`: remove `text`")
        }
        None => "`text` works on a `String`: write `String`, or remove `text`".to_owned(),
        // An alias of `String`, perhaps; the compiler knows.
        Some(_) => return,
    };
    ctxt.error(ty, message);
}

fn check_counter(ctxt: &Ctxt, ty: &Type) {
    let message = match name_of(ty).as_deref() {
        Some("Counter") => "a `Counter` needs no attribute: remove `counter`".to_owned(),
        Some("usize") => machine_sized("usize"),
        Some("isize") => machine_sized("isize"),
        Some(wide @ ("i128" | "u128")) => {
            format!("a counter has at most 64 bits: write `{}64`, or remove `counter`", &wide[..1])
        }
        Some(float @ ("f32" | "f64")) => {
            format!(
                "a counter adds up integers: write `i64`, or remove `counter` to keep one `{float}`"
            )
        }
        Some(container @ ("Option" | "Vec" | "Box" | "BTreeMap")) => format!(
            "`counter` works on a whole field with an integer type: write `Counter` inside the `{container}` instead"
        ),
        Some(other @ ("String" | "bool" | "char")) => {
            format!("a counter adds up integers, not `{other}`: write `i64`, or remove `counter`")
        }
        None => "a counter adds up integers: write `i64`, or remove `counter`".to_owned(),
        Some(_) => return,
    };
    ctxt.error(ty, message);
}

/// A leaf is one value; containers have no default but being empty.
fn check_leaf(ctxt: &Ctxt, ty: &Type) {
    if let Some(message) = bytes::refusal(ty, At { whole: true, atomic: false }) {
        return ctxt.error(ty, message);
    }
    if let Some(container @ ("Vec" | "BTreeMap" | "Text" | "Counter" | "List" | "Map")) =
        name_of(ty).as_deref()
    {
        let message = format!(
            "a `{container}` starts empty: remove `default`, or add `register` to keep it as one value"
        );
        ctxt.error(ty, message);
        return;
    }
    check_parts(ctxt, ty, At { whole: true, atomic: false });
}

/// Checks a type and what the containers in it contain.
fn check_parts(ctxt: &Ctxt, ty: &Type, at: At) {
    if let Some(message) = bytes::refusal(ty, at) {
        return ctxt.error(ty, message);
    }
    match ty {
        Type::Group(group) => check_parts(ctxt, &group.elem, at),
        Type::Paren(paren) => check_parts(ctxt, &paren.elem, at),
        Type::Path(path) => check_path(ctxt, path, at),
        Type::Tuple(tuple) if at.atomic => {
            let part = At { whole: false, ..at };
            tuple.elems.iter().for_each(|ty| check_parts(ctxt, ty, part));
        }
        Type::Array(array) if at.atomic => {
            check_array(ctxt, array);
            check_parts(ctxt, &array.elem, At { whole: false, ..at });
        }
        _ => {
            if let Some(message) = refusal(ty, at) {
                ctxt.error(ty, message);
            }
        }
    }
}

/// Serde knows arrays up to a length, one by one.
fn check_array(ctxt: &Ctxt, array: &TypeArray) {
    let is_known = match &array.len {
        Expr::Lit(ExprLit { lit: Lit::Int(length), .. }) => {
            length.base10_parse::<u64>().is_ok_and(|length| length <= MAX_SERDE_ARRAY)
        }
        // The value of a constant; the compiler knows.
        Expr::Path(path) => !path.path.get_ident().is_some_and(|name| ctxt.is_const_param(name)),
        _ => true,
    };
    if is_known {
        return;
    }
    let instead = if name_of(&array.elem).as_deref() == Some("u8") {
        "put `#[crdt(bytes)]` on the field, which keeps bytes of any number"
    } else {
        "write a `Vec`"
    };
    let message = format!(
        "serde does not write arrays of more than {MAX_SERDE_ARRAY} elements, nor of a number that is a parameter: {instead}"
    );
    ctxt.error(array, message);
}

/// Why a type that is not a path cannot be stored.
fn refusal(ty: &Type, at: At) -> Option<String> {
    let message = match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => return None,
        Type::Tuple(_) => format!(
            "a tuple cannot be merged: write a struct that derives `CrdtNode`, or {}",
            as_one_value(at)
        ),
        Type::Array(_) => format!(
            "an array has a fixed length and cannot be merged: write a `Vec`, or {}",
            as_one_value(at)
        ),
        Type::Slice(_) => "a slice is borrowed: write a `Vec`".to_owned(),
        Type::Reference(reference) => borrowed(reference),
        Type::Ptr(_) => "a pointer means nothing on another machine: write the type it points to, or put `#[crdt(skip)]` on the field".to_owned(),
        Type::FnPtr(_) => "a function cannot be stored: put `#[crdt(skip)]` on the field".to_owned(),
        Type::TraitObject(_) => "a trait object cannot be stored: write an enum that derives `CrdtNode`, with one variant for each type".to_owned(),
        _ => return None,
    };
    Some(message)
}

fn check_path(ctxt: &Ctxt, path: &TypePath, at: At) {
    if let Some(message) = time::refusal(path, at) {
        return ctxt.error(path, message);
    }
    let Some((name, arguments)) = standard(path) else {
        return;
    };
    let name = name.to_string();
    match (name.as_str(), arguments.as_slice()) {
        ("usize" | "isize", []) => ctxt.error(path, machine_sized(&name)),
        ("str", []) => ctxt.error(path, "a `str` is borrowed: write `String`"),
        ("Rc", [_]) => ctxt.error(
            path,
            "an `Rc` shares memory, which a document cannot: write the type inside it, or a `Box`",
        ),
        ("Arc", [_]) if !at.atomic => ctxt.error(
            path,
            format!(
                "an `Arc` shares memory, which a document cannot: write the type inside it, or {}",
                as_one_value(at)
            ),
        ),
        ("Mutex" | "RwLock" | "RefCell", [_]) => ctxt.error(
            path,
            format!(
                "a document is edited through its own methods: write the type inside the `{name}`"
            ),
        ),
        ("Vec" | "Option" | "Box" | "VecDeque" | "List", [_])
        | ("BTreeMap" | "HashMap" | "Map", [_, _]) => check_arguments(ctxt, &name, &arguments, at),
        ("BTreeSet" | "HashSet", [element, ..]) => {
            let place = format!("the element of a `{name}`");
            if at.atomic || check_key(ctxt, &place, element) {
                check_parts(ctxt, element, At { whole: false, atomic: true });
            }
        }
        ("Register", [value]) if time::is_system_time(value) => {
            ctxt.error(path, time::NO_DEFAULT);
        }
        ("Register", [value]) => check_parts(ctxt, value, At { whole: false, atomic: true }),
        _ => {}
    }
}

fn check_arguments(ctxt: &Ctxt, name: &str, arguments: &[&Type], at: At) {
    let part = At { whole: false, ..at };
    match arguments {
        [key, value] => {
            let place = format!("the key of a `{name}`");
            if at.atomic || check_key(ctxt, &place, key) {
                check_parts(ctxt, key, At { atomic: true, ..part });
            }
            check_parts(ctxt, value, part);
        }
        _ => arguments.iter().for_each(|ty| check_parts(ctxt, ty, part)),
    }
}

/// Whether a type may be the key of an entry as far as its syntax tells.
fn check_key(ctxt: &Ctxt, place: &str, key: &Type) -> bool {
    let what = match key {
        Type::Tuple(_) => Some("a tuple".to_owned()),
        Type::Array(_) => Some("an array".to_owned()),
        _ => no_key(key),
    };
    let Some(what) = what else {
        return true;
    };
    let message = format!(
        "{what} cannot be {place}: write a `String`, an integer, a `bool`, or a newtype of one"
    );
    ctxt.error(key, message);
    false
}

/// Records why a type cannot tell the elements of a list apart, as far as its syntax tells.
pub(super) fn check_list_key(ctxt: &Ctxt, ty: &Type) {
    if let Some(what) = no_key(ty) {
        let message = format!(
            "{what} cannot tell the elements of a list apart: put `key` on a `String`, an integer, a `bool`, or a newtype of one"
        );
        ctxt.error(ty, message);
    }
}

/// What a type with a name is, if it is known not to be a key.
fn no_key(ty: &Type) -> Option<String> {
    Some(match name_of(ty)?.as_str() {
        float @ ("f32" | "f64") => format!("the float `{float}`"),
        "char" => "a `char`".to_owned(),
        "Option" => "an `Option`".to_owned(),
        nested @ ("Vec" | "VecDeque" | "BTreeMap" | "HashMap" | "BTreeSet" | "HashSet" | "Text"
        | "Counter" | "Register" | "List" | "Map" | "Json") => format!("a `{nested}`"),
        _ => return None,
    })
}

/// How to keep a type as one value.
fn as_one_value(at: At) -> &'static str {
    if at.whole {
        "put `#[crdt(register)]` on the field to keep it as one value"
    } else {
        "wrap it in `Register<...>` to keep it as one value"
    }
}

fn borrowed(reference: &TypeReference) -> String {
    let owned = match &*reference.elem {
        Type::Slice(_) => "a `Vec`",
        elem if name_of(elem).as_deref() == Some("str") => "`String`",
        _ => "the type without the `&`",
    };
    format!("a document owns its data: write {owned}")
}

fn machine_sized(name: &str) -> String {
    let fixed = if name == "usize" { "u64" } else { "i64" };
    format!("`{name}` differs between machines: write `{fixed}`")
}

fn is_number(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| "iuf".contains(first))
        && (chars.as_str() == "size" || chars.as_str().parse::<u8>().is_ok())
}

/// The last name of a type's path, if it may be one of the standard library or of `crdt-core`.
fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Group(group) => name_of(&group.elem),
        Type::Paren(paren) => name_of(&paren.elem),
        // What a macro or a path of the user's own stands for is unknown.
        Type::Path(path) => {
            Some(standard(path).map_or_else(String::new, |(name, _)| name.to_string()))
        }
        Type::Macro(_) => Some(String::new()),
        _ => None,
    }
}

/// The last name of a path and the types it is applied to, unless the path is the user's own.
fn standard(path: &TypePath) -> Option<(&Ident, Vec<&Type>)> {
    let segments = &path.path.segments;
    let root = &segments.first()?.ident;
    let known = segments.len() == 1
        || ["std", "core", "alloc", "crdt_core"].iter().any(|name| root == name);
    if path.qself.is_some() || !known {
        return None;
    }
    let last = segments.last()?;
    let arguments = match &last.arguments {
        PathArguments::AngleBracketed(all) => all.args.iter().filter_map(type_argument).collect(),
        _ => Vec::new(),
    };
    Some((&last.ident, arguments))
}

fn type_argument(argument: &GenericArgument) -> Option<&Type> {
    match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}
