//! Edits that follow from numbers.

use serde_json::json;

use crate::node::{Counter, CrdtNode, EditError, Editor, Json, Map, Text};

/// A type with edits that a script can make.
pub(in crate::document::tests) trait Scripted: CrdtNode {
    /// Edits of several kinds, some of which fail.
    fn edit_by(editor: &mut Editor<'_, Self>, by: u32) -> Result<(), EditError>;
}

/// Of some number the lower part, below a bound, and the rest.
fn split(by: u32, bound: usize) -> (usize, u32) {
    let bound = u32::try_from(bound.max(1)).expect("few");
    ((by % bound) as usize, by / bound)
}

/// Some edits one after the other, each by what the one before has left.
fn some(mut by: u32, mut edit: impl FnMut(u32) -> Result<(), EditError>) -> Result<(), EditError> {
    for _ in 0..=by % 4 {
        edit(by / 4)?;
        by = by.rotate_right(5) ^ 0x9e37;
    }
    if by.is_multiple_of(9) { Err(EditError::NoEntry) } else { Ok(()) }
}

impl Scripted for Text {
    fn edit_by(text: &mut Editor<'_, Self>, by: u32) -> Result<(), EditError> {
        some(by, |by| {
            let (kind, by) = split(by, 5);
            let (at, by) = split(by, text.len() + 1);
            let (count, _) = split(by, text.len() + 1 - at);
            match kind {
                0 => text.insert(at, "ab"),
                1 => text.push_str("größe"),
                2 => text.delete(at..at + count),
                3 => text.replace(at..at + count, "x"),
                _ => {
                    text.insert(at, "mine")?;
                    text.delete(at + 1..at + 3)
                }
            }
        })
    }
}

/// Lists in a list.
pub(in crate::document::tests) type Shelf = Vec<Vec<String>>;

impl Scripted for Shelf {
    fn edit_by(shelf: &mut Editor<'_, Self>, by: u32) -> Result<(), EditError> {
        some(by, |by| {
            let (kind, by) = split(by, 6);
            let (at, by) = split(by, shelf.len());
            let (to, _) = split(by, shelf.len());
            if shelf.is_empty() || kind == 0 {
                return shelf.insert(at, vec![by.to_string()]).map(drop);
            }
            match kind {
                1 => shelf.extend([vec![], vec!["two".to_owned()]]).map(drop),
                2 => shelf.remove(at).map(drop),
                3 => shelf.move_to(at, to),
                4 => shelf.at(at)?.push(by.to_string()).map(drop),
                _ => shelf.at(at)?.set([by.to_string(), "set".to_owned()]),
            }
        })
    }
}

/// Counters under keys.
pub(in crate::document::tests) type Sums = Map<String, Counter>;

impl Scripted for Sums {
    fn edit_by(sums: &mut Editor<'_, Self>, by: u32) -> Result<(), EditError> {
        some(by, |by| {
            let (kind, by) = split(by, 4);
            let (key, by) = split(by, 3);
            let key = ["a", "b", "c"][key];
            match kind {
                0 => sums.entry(key)?.add(i64::from(by % 9) - 4),
                1 => sums.insert(key, Counter(i64::from(by % 5))),
                2 => sums.remove(key).map(drop),
                _ => sums.entry(key)?.reset(),
            }
        })
    }
}

impl Scripted for Json {
    fn edit_by(json: &mut Editor<'_, Self>, by: u32) -> Result<(), EditError> {
        some(by, |by| {
            let (kind, by) = split(by, 8);
            let (key, by) = split(by, 3);
            let path = ["", "/a", "/b/c"][key];
            match kind {
                0 => json.set(path, by),
                1 => json.set(path, json!({ "a": [by, "x"], "b": { "c": null } })),
                2 => json.set(path, json!(["list"])),
                3 => json.push("/a", by).map(drop),
                4 => json.insert("/a/0", json!({ "in": by })).map(drop),
                5 => json.remove(path).map(drop),
                6 => json.set("/a/0", json!([])),
                _ => json.text("/b/c")?.insert(0, "text"),
            }
        })
    }
}
