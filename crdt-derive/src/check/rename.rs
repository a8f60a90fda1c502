//! Rules for names where there is nothing to name.

use crate::ast::{Body, Input, Style, Variant};
use crate::ctxt::Ctxt;

/// Records every rule that would have no effect.
pub(super) fn check(ctxt: &Ctxt, input: &Input<'_>) {
    let attrs = &input.attrs;
    match &input.body {
        Body::Struct(_, style) => {
            if let Some(name) = attrs.rename_all.name()
                && *style != Style::Named
            {
                ctxt.error(name, without_names("struct", "rename_all"));
            }
            if let Some(name) = attrs.rename_all_fields.name() {
                let message =
                    "`rename_all_fields` is for the variants of an enum: write `rename_all`";
                ctxt.error(name, message);
            }
        }
        Body::Enum(variants) => {
            if let Some(name) = attrs.rename_all_fields.name()
                && variants.iter().all(|variant| variant.style != Style::Named)
            {
                ctxt.error(name, without_names("enum", "rename_all_fields"));
            }
            for variant in variants {
                check_variant(ctxt, variant);
            }
        }
        Body::Unsupported => {}
    }
}

fn check_variant(ctxt: &Ctxt, variant: &Variant<'_>) {
    if let Some(name) = variant.attrs.rename_all.name()
        && variant.style != Style::Named
    {
        let message = "`rename_all` on a variant is for its named fields, and it has none: write `rename` for the name of the variant";
        ctxt.error(name, message);
    }
}

fn without_names(what: &str, attribute: &str) -> String {
    format!("this {what} has no named fields: remove `{attribute}`")
}
