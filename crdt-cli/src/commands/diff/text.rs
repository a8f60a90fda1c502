//! What changed, for people.

use std::io::{self, Write};

use crdt_core::Json;
use crdt_core::node::{EntryDelta, JsonDelta, ListDelta, ListRun, MapDelta, TextDelta, TextRun};
use crdt_core::serde_json::Value;
use serde::Serialize;

use crate::output::{BAD, CHANGED, GOOD, Styled, one_line};
use crate::pointer::{entry, in_one_line};

/// What changed on its way to lines. Deltas nest no deeper than paths.
pub(super) struct Text<'o, W>(&'o mut W);

impl<'o, W: Write> Text<'o, W> {
    pub(super) fn new(out: &'o mut W) -> Self {
        Self(out)
    }

    /// What changed at a place.
    pub(super) fn value(&mut self, at: &str, before: &Value, delta: &JsonDelta) -> io::Result<()> {
        match (delta, before) {
            (JsonDelta::Object(delta), _) => self.entries(at, before, delta),
            (JsonDelta::Array(delta), Value::Array(before)) => self.elements(at, before, delta),
            (JsonDelta::Array(delta), _) => self.elements(at, &[], delta),
            (JsonDelta::Text(delta), _) => {
                self.text(at, before.as_str().unwrap_or_default(), delta)
            }
            // Where nothing was, what came is more easily read entry by entry.
            (JsonDelta::Replaced(Value::Object(after)), Value::Null) if !after.is_empty() => {
                let mut entries = after.iter();
                entries.try_for_each(|(key, value)| self.came(&entry(at, key), value))
            }
            (JsonDelta::Replaced(after), _) => {
                let (before, after) = (one_line(before)?, one_line(after)?);
                let change = format!("{} -> {}", Styled(BAD, before), Styled(GOOD, after));
                self.line(Styled(CHANGED, '~'), at, &change)
            }
        }
    }

    fn entries(
        &mut self,
        at: &str,
        before: &Value,
        MapDelta(entries): &MapDelta<String, Json>,
    ) -> io::Result<()> {
        for (key, fate) in entries {
            let place = entry(at, key);
            let before = before.get(key).unwrap_or(&Value::Null);
            match fate {
                EntryDelta::Inserted(value) => self.came(&place, value)?,
                EntryDelta::Removed => self.went(&place, before)?,
                EntryDelta::Changed(delta) => self.value(&place, before, delta)?,
            }
        }
        Ok(())
    }

    fn elements(
        &mut self,
        at: &str,
        before: &[Value],
        ListDelta(runs): &ListDelta<Json>,
    ) -> io::Result<()> {
        let lifted = lifted(runs);
        let (mut old, mut new) = (0, 0);
        let element = |position: usize| before.get(position).unwrap_or(&Value::Null);
        let place = |position: usize| format!("{at}/{position}");
        for run in runs {
            match run {
                ListRun::Retain(count) => (old, new) = (old + count, new + count),
                ListRun::Edit(delta) => {
                    self.value(&place(new), element(old), delta)?;
                    (old, new) = (old + 1, new + 1);
                }
                ListRun::Insert(values) => {
                    let mut places = (new..).zip(values);
                    places.try_for_each(|(position, value)| self.came(&place(position), value))?;
                    new += values.len();
                }
                ListRun::Delete(count) => {
                    let mut places = old..old + count;
                    places.try_for_each(|gone| self.went(&place(gone), element(gone)))?;
                    old += count;
                }
                ListRun::Lift { .. } => old += 1,
                ListRun::Put { slot, delta } => {
                    let from = lifted.get(*slot).copied().unwrap_or_default();
                    self.moved(&place(from), &place(new))?;
                    let mut changed = delta.iter();
                    changed.try_for_each(|delta| self.value(&place(new), element(from), delta))?;
                    new += 1;
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, at: &str, before: &str, TextDelta(runs): &TextDelta) -> io::Result<()> {
        self.line(Styled(CHANGED, '~'), at, "text")?;
        let (mut before, mut new) = (before.chars(), 0);
        for run in runs {
            match run {
                TextRun::Retain { count, .. } => {
                    before.by_ref().take(*count).for_each(drop);
                    new += count;
                }
                TextRun::Insert { text, .. } => {
                    let came = Styled(GOOD, one_line(text)?);
                    writeln!(self.0, "    {} at {new}: {came}", Styled(GOOD, '+'))?;
                    new += text.chars().count();
                }
                TextRun::Delete(count) => {
                    let gone: String = before.by_ref().take(*count).collect();
                    let gone = Styled(BAD, one_line(&gone)?);
                    writeln!(self.0, "    {} at {new}: {gone}", Styled(BAD, '-'))?;
                }
            }
        }
        Ok(())
    }

    fn came(&mut self, at: &str, value: &impl Serialize) -> io::Result<()> {
        let value = one_line(value)?;
        self.line(Styled(GOOD, '+'), at, &Styled(GOOD, value).to_string())
    }

    fn went(&mut self, at: &str, value: &Value) -> io::Result<()> {
        let value = one_line(value)?;
        self.line(Styled(BAD, '-'), at, &Styled(BAD, value).to_string())
    }

    fn moved(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.line(Styled(CHANGED, '>'), to, &format!("from {}", in_one_line(from)))
    }

    fn line(&mut self, sign: Styled<char>, at: &str, what: &str) -> io::Result<()> {
        writeln!(self.0, "{sign} {}  {what}", in_one_line(at))
    }
}

/// The old place of what is in each slot.
fn lifted(runs: &[ListRun<Json>]) -> Vec<usize> {
    let (mut lifted, mut old) = (Vec::new(), 0);
    for run in runs {
        match run {
            ListRun::Retain(count) | ListRun::Delete(count) => old += count,
            ListRun::Edit(_) => old += 1,
            // Slots are numbered in the order of the old places.
            ListRun::Lift { .. } => {
                lifted.push(old);
                old += 1;
            }
            ListRun::Insert(_) | ListRun::Put { .. } => {}
        }
    }
    lifted
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use crdt_core::node::JsonEditor;
    use crdt_core::serde_json::json;
    use crdt_core::{Document, EditError, Keypair};

    use super::*;

    /// What an edit of a value is printed as.
    fn printed(
        before: &Value,
        edit: impl FnOnce(&mut JsonEditor<'_>) -> Result<(), EditError>,
    ) -> String {
        let key = Keypair::from_secret_bytes(&[1; 32]);
        let mut document = Document::<Json>::create(key).expect("the system has randomness");
        document.change(|json| json.set("", before.clone())).expect("it fits");
        let version = document.heads();
        document.change(edit).expect("it fits");
        let delta = document.history().delta(&version, &document.heads());
        let delta = delta.expect("both are known").expect("it changed");
        let mut out = Vec::new();
        Text::new(&mut out).value("", before, &delta).expect("there is room");
        strip_str(&String::from_utf8(out).expect("it is text")).to_string()
    }

    #[test]
    fn elements_have_the_positions_of_their_version() {
        let edited = printed(&json!(["a", "b", "c", "d", { "e": 1 }, "f", "g"]), |json| {
            json.set("/3", "D")?;
            json.set("/4/e", 2)?;
            json.move_to("/4", 5)?;
            json.move_to("/1", 5)?;
            json.remove("/6")?;
            json.remove("/0")?;
            json.insert("/1", "new").map(drop)
        });
        // Now it is c, new, D, f, { e: 2 }, b.
        assert_eq!(
            edited,
            "\
- /0  \"a\"
+ /1  \"new\"
~ /2  \"d\" -> \"D\"
> /3  from /5
~ /4/e  1 -> 2
> /5  from /1
- /6  \"g\"
"
        );
    }

    #[test]
    fn entries_are_named_by_pointers() {
        let edited = printed(&json!({ "a~/b": { "x\ny": 1 }, "": 0 }), |json| {
            json.remove("/")?;
            json.set("/a~0~1b/x\ny", 2)
        });
        assert_eq!(edited, "- /  0\n~ /a~0~1b/x\\ny  1 -> 2\n");
    }

    #[test]
    fn the_whole_can_be_replaced() {
        let whole = |before, after: Value| printed(&before, |json| json.set("", after));
        assert_eq!(whole(json!(1), json!([2])), "~ (the whole)  1 -> [2]\n");
        assert_eq!(whole(json!(null), json!({ "a": 1, "b": [] })), "+ /a  1\n+ /b  []\n");
    }
}
