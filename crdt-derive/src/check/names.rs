//! Names on the wire, present and former: no two things of one parent share one.

use std::collections::BTreeMap;

use quote::ToTokens;

use crate::ast::{Field, Input, Variant};
use crate::ctxt::Ctxt;

/// A name where the user wrote it.
struct Name<'a> {
    text: String,
    tokens: &'a dyn ToTokens,
    /// What has the name, by its place.
    owner: usize,
    is_alias: bool,
}

/// Names by their text.
struct Names<'a> {
    /// The word for what has the names.
    what: &'static str,
    seen: BTreeMap<String, Name<'a>>,
}

/// Records former names of the type that are its own, or come twice.
pub(super) fn check_type(ctxt: &Ctxt, input: &Input<'_>) {
    let tokens: &dyn ToTokens = match input.attrs.rename.value() {
        Some(name) => name,
        None => input.ident,
    };
    let current = Name { text: input.name(), tokens, owner: 0, is_alias: false };
    let former = input.attrs.alias.values().iter().map(|alias| Name::former(0, alias));
    Names::check(ctxt, "type", [current].into_iter().chain(former));
}

/// Records the names that several fields have.
pub(super) fn check_fields(ctxt: &Ctxt, fields: &[Field<'_>]) {
    let stored = || fields.iter().enumerate().filter(|(_, field)| field.is_stored());
    let current = stored().map(|(owner, field)| {
        let (text, tokens) = (field.wire_name(), field.name_tokens());
        Name { text, tokens, owner, is_alias: false }
    });
    let former = stored().flat_map(|(owner, field)| {
        let name = move |alias| Name::former(owner, alias);
        field.attrs.alias.values().iter().map(name)
    });
    Names::check(ctxt, "field", current.chain(former));
}

/// Records the names that several variants have.
pub(super) fn check_variants(ctxt: &Ctxt, variants: &[Variant<'_>]) {
    let current = variants.iter().enumerate().map(|(owner, variant)| {
        let (text, tokens) = (variant.wire_name(), variant.name_tokens());
        Name { text, tokens, owner, is_alias: false }
    });
    let former = variants.iter().enumerate().flat_map(|(owner, variant)| {
        let name = move |alias| Name::former(owner, alias);
        variant.attrs.alias.values().iter().map(name)
    });
    Names::check(ctxt, "variant", current.chain(former));
}

impl<'a> Name<'a> {
    fn former(owner: usize, alias: &'a syn::LitStr) -> Self {
        Self { text: alias.value(), tokens: alias, owner, is_alias: true }
    }
}

impl<'a> Names<'a> {
    /// The current names come first, so that of a name and an alias the alias is at fault.
    fn check(ctxt: &Ctxt, what: &'static str, names: impl Iterator<Item = Name<'a>>) {
        let mut this = Self { what, seen: BTreeMap::new() };
        for name in names {
            if let Some(first) = this.seen.get(&name.text) {
                this.clash(ctxt, first, &name);
            } else {
                this.seen.insert(name.text.clone(), name);
            }
        }
    }

    fn clash(&self, ctxt: &Ctxt, first: &Name<'_>, second: &Name<'_>) {
        let (what, name) = (self.what, &second.text);
        let message = if !second.is_alias {
            format!(
                "two {what}s have the name `{name}` on the wire: give one of them another with `#[crdt(rename = \"...\")]`"
            )
        } else if first.owner == second.owner && first.is_alias {
            format!("the alias `{name}` is given twice: remove one of them")
        } else if first.owner == second.owner {
            format!(
                "`{name}` is the name of the {what} already: remove the alias, or write the name that it had before"
            )
        } else if first.is_alias {
            format!(
                "two {what}s have the alias `{name}`: keep it on the one that was stored under this name"
            )
        } else {
            format!(
                "the alias `{name}` is the name of another {what} on the wire: remove it, or rename the other {what}"
            )
        };
        let note = if first.is_alias {
            format!("the alias `{name}` is given here first")
        } else {
            format!("`{name}` is used here first")
        };
        ctxt.pair(second.tokens, message, first.tokens, note);
    }
}
