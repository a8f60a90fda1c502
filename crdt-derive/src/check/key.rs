//! `key`, the field by which `update` finds an element of a list again.

use crate::ast::{Body, Field, Input, Style};
use crate::check::ty;
use crate::ctxt::Ctxt;

/// Records every `key` that cannot identify a struct.
pub(super) fn check(ctxt: &Ctxt, input: &mut Input<'_>) {
    match &mut input.body {
        Body::Struct(fields, Style::Named) => check_fields(ctxt, fields),
        Body::Struct(fields, _) => refuse(ctxt, fields),
        Body::Enum(variants) => {
            for variant in variants {
                refuse(ctxt, &variant.fields);
            }
        }
        Body::Unsupported => {}
    }
}

fn refuse(ctxt: &Ctxt, fields: &[Field<'_>]) {
    for key in fields.iter().filter_map(|field| field.attrs.key.name()) {
        let message = "`key` tells the elements of a list apart by a field of a struct with named fields: name the fields, or remove `key`";
        ctxt.error(key, message);
    }
}

fn check_fields(ctxt: &Ctxt, fields: &mut [Field<'_>]) {
    let mut first = None;
    for field in fields {
        let Some(key) = field.attrs.key.name().cloned() else {
            continue;
        };
        if let Some(first) = &first {
            let message = "two fields are marked as `key`: keep one of the marks";
            ctxt.pair(&key, message, first, "the first mark is here");
        }
        let before = ctxt.count();
        check_conflicts(ctxt, field);
        if field.sound && ctxt.count() == before {
            ty::check_list_key(ctxt, &field.ty);
        }
        field.sound &= ctxt.count() == before;
        first.get_or_insert(key);
    }
}

/// A key is a plain value that is stored.
fn check_conflicts(ctxt: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    let Some(key) = attrs.key.name() else {
        return;
    };
    let others = [
        (&attrs.text, "is replaced as a whole, and a text merges"),
        (&attrs.counter, "is replaced as a whole, and a counter adds up"),
        (&attrs.register, "is a `String`, an integer or a `bool`, which needs no attribute"),
        (&attrs.bytes, "is a `String`, an integer or a `bool`, and bytes are none of them"),
        (&attrs.skip, "is stored, and this field is not"),
    ];
    for (other, reason) in others {
        if let Some(other) = other.name() {
            let message =
                format!("a key {reason}: remove `{other}`, or put `key` on another field");
            ctxt.pair(other, message, key, "`key` is given here");
        }
    }
}
