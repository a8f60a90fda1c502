//! Attributes that serde has and this derive has not, with what to do instead.

/// Why an attribute of serde does not exist here; `None` if it is not one.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    Some(match name {
        "flatten" => {
            "a nested type is stored under the name of its field, so that no two types can claim one place: remove it, or move the fields of the nested type here"
        }
        "skip_serializing_if" => {
            "nothing is written for a field that was never set anyway: remove it"
        }
        "skip_serializing" | "skip_deserializing" => {
            "a field is stored or not, in both directions: write `skip`, or remove it"
        }
        "with" | "serialize_with" | "deserialize_with" | "getter" => {
            "a value is written as its type says: wrap it in a type of your own that implements `Serialize` and `Deserialize`, and put `#[crdt(register)]` on the field"
        }
        "tag" | "content" | "untagged" => {
            "an enum is always stored as the name of its variant, with what it holds beside it: remove it"
        }
        "transparent" => {
            "a struct with one unnamed field is always stored as what it wraps: remove it"
        }
        "deny_unknown_fields" => {
            "fields of newer apps are always kept, so that nothing they wrote is lost: remove it"
        }
        "from" | "try_from" | "into" | "remote" => {
            "a document merges the fields that it sees: remove the derive, implement `Serialize` and `Deserialize`, and put `#[crdt(register)]` on the fields of this type"
        }
        "borrow" => "a document owns its data: remove it, and write owned types",
        "expecting" | "variant_identifier" | "field_identifier" => {
            "there is nothing like it in a document: remove it"
        }
        _ => return None,
    })
}
