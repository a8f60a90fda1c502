//! Of which types the type of a field asks something: type parameters, and what is associated with
//! them, each where it stands.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Type, TypePath};

use crate::bound::occurs;

/// A parameter, or what is associated with one, in the type of a field.
pub(super) struct Asked {
    pub(super) ty: TokenStream,
    pub(super) place: Place,
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// As a part of the value.
    Part,
    /// As the key of a map or the element of a set.
    Key { hashed: bool },
    /// As what hashes such keys.
    Hasher,
}

/// What is asked of a field's type.
pub(super) fn of(ty: &Type, params: &[&Ident]) -> Vec<Asked> {
    let mut walk = Walk { params, found: Vec::new() };
    walk.ty(ty, Place::Part);
    walk.found
}

struct Walk<'a> {
    params: &'a [&'a Ident],
    found: Vec<Asked>,
}

impl Walk<'_> {
    fn ty(&mut self, ty: &Type, place: Place) {
        match ty {
            Type::Group(group) => self.ty(&group.elem, place),
            Type::Paren(paren) => self.ty(&paren.elem, place),
            Type::Array(array) => self.ty(&array.elem, place),
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| self.ty(ty, place)),
            Type::Path(path) => self.path(path, place),
            other => self.all(other, place),
        }
    }

    fn path(&mut self, path: &TypePath, place: Place) {
        let segments = &path.path.segments;
        let is_param = |first: &PathSegment| self.params.iter().any(|param| first.ident == **param);
        let Some(last) = segments.last() else { return };
        // `T`, `T::Item` or `<T as Trait>::Item`.
        if path.qself.is_none() && segments.first().is_some_and(is_param) {
            self.found.push(Asked { ty: path.to_token_stream(), place });
        } else if path.qself.is_some() {
            if self.params.iter().any(|param| occurs(param, path.to_token_stream())) {
                self.found.push(Asked { ty: path.to_token_stream(), place });
            }
        } else if last.ident != "PhantomData" {
            self.arguments(last, place);
        }
    }

    fn arguments(&mut self, segment: &PathSegment, place: Place) {
        let PathArguments::AngleBracketed(list) = &segment.arguments else {
            return self.all(&segment.arguments, place);
        };
        let name = segment.ident.to_string();
        let hashed = name.starts_with("Hash");
        for (at, argument) in list.args.iter().enumerate() {
            let place = match (name.as_str(), at) {
                ("BTreeMap" | "HashMap" | "Map" | "BTreeSet" | "HashSet", 0) => {
                    Place::Key { hashed }
                }
                ("HashMap", 2) | ("HashSet", 1) => Place::Hasher,
                _ => place,
            };
            if let GenericArgument::Type(ty) = argument {
                self.ty(ty, place);
            }
        }
    }

    /// Every parameter among tokens that say no more.
    fn all(&mut self, tokens: &impl ToTokens, place: Place) {
        let is_there = |param: &&&Ident| occurs(param, tokens.to_token_stream());
        let params = self.params.iter().filter(is_there);
        self.found.extend(params.map(|param| Asked { ty: param.to_token_stream(), place }));
    }
}
