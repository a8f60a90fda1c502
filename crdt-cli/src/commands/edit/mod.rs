mod editor;
mod failure;
mod set;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use crdt_core::serde_json::{self, Value};
use crdt_core::{ChangeHash, ChangeOptions, Json};
use json_patch::{Patch, PatchOperation};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::keys::KeyOption;
use crate::output::{self, HASH, Output, Styled};
use crate::source::{Destination, Editing, value_of};
use crate::time::{self, Claim};

use editor::Edited;
pub(crate) use failure::EditFailure;

/// Edit a document of JSON, as one signed change
///
/// Without --set, --patch or --value the JSON is opened in $VISUAL or $EDITOR. What differs
/// afterwards is written, and nothing else: entries of objects, elements of arrays, and characters
/// of texts that are as they were stay what they are, so that edits which others make meanwhile
/// merge.
///
/// A string is replaced as a whole, where it is not a text that an app made. An element that is
/// moved in an array stays the same element.
///
/// Documents of other types cannot be edited here. How a value is written depends on its type: what
/// is a number in JSON can be a counter, which is added to, or a register, which is set. The app
/// that a document belongs to knows that.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Edit {
    #[command(flatten)]
    destination: Destination,
    /// Set the value at a JSON Pointer: an entry of an object, there or not, or an element of an
    /// array; `-` in place of its position appends one. VALUE is JSON, so a string is written
    /// '"text"'
    #[arg(long, num_args = 2, value_names = ["POINTER", "VALUE"], allow_hyphen_values = true)]
    set: Vec<String>,
    /// Apply a JSON Patch (RFC 6902) from a file; `-` reads standard input
    #[arg(long, value_name = "PATCHFILE", conflicts_with = "set")]
    patch: Option<PathBuf>,
    /// Make it the JSON in a file; `-` reads standard input
    #[arg(long, value_name = "JSONFILE", conflicts_with_all = ["set", "patch"])]
    value: Option<PathBuf>,
    /// What to say about the change
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// When to say that it was made, such as 2026-01-31T12:00:00Z, or `none` [default: now]
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    time: Option<Claim>,
    #[command(flatten)]
    key: KeyOption,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  crdt edit plan.crdt
  crdt edit plan.crdt --set /title '\"Launch\"' --set /tasks/0/done true -m 'Ready'
  crdt edit plan.crdt --set /tasks/- '{\"name\": \"Test\", \"done\": false}'
  echo '[{\"op\": \"remove\", \"path\": \"/draft\"}]' | crdt edit plan.crdt --patch -";

impl Edit {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let made = if let Some(path) = &self.patch {
            let patch = read_patch(path)?;
            self.write(None, |json| {
                Ok(json_patch::patch(&mut json.0, &patch).map_err(EditFailure::from)?)
            })?
        } else if let Some(path) = &self.value {
            self.write_value(None, &read_json(path)?)?
        } else if self.set.is_empty() {
            self.in_editor()?
        } else {
            let pairs = self.set.chunks_exact(2).map(|pair| (&*pair[0], &*pair[1]));
            let sets: Vec<_> =
                pairs.map(|(at, value)| set::parse(at, value)).collect::<Result<_, _>>()?;
            let apply = |json: &mut Json| sets.iter().try_for_each(|set| set.apply(&mut json.0));
            self.write(None, |json| Ok(apply(json)?))?
        };
        self.print(out, &made)?;
        Ok(Exit::Fine)
    }

    /// Makes an edit of what the document says now a change, if that is what has been seen.
    fn write(
        &self,
        seen: Option<&Json>,
        edit: impl Fn(&mut Json) -> Result<(), Failure>,
    ) -> Result<Vec<ChangeHash>, Failure> {
        let (path, options) = (self.destination.path(), &self.options());
        let how = Editing { seen, path, key: &self.key, options };
        self.destination.target()?.edit(&how, edit)
    }

    fn write_value(&self, seen: Option<&Json>, value: &Value) -> Result<Vec<ChangeHash>, Failure> {
        self.write(seen, |json| {
            json.0.clone_from(value);
            Ok(())
        })
    }

    fn in_editor(&self) -> Result<Vec<ChangeHash>, Failure> {
        let value = value_of(&self.destination.place()?)?;
        let Some(mut edited) = Edited::of(&value)? else { return Ok(Vec::new()) };
        let written = edited.value().map_err(Failure::from);
        let written = written.and_then(|edited| self.write_value(Some(&value), &edited));
        written.map_err(|cause| {
            let (cause, draft) = (Box::new(cause), edited.keep());
            Failure::Kept { cause, document: self.named(), draft }
        })
    }

    /// The document as the command line names it.
    fn named(&self) -> String {
        let path = self.destination.path().display();
        match self.destination.wanted() {
            None => path.to_string(),
            Some(wanted) => format!("{path} --document '{wanted}'"),
        }
    }

    fn options(&self) -> ChangeOptions {
        let mut options = ChangeOptions::new();
        if let Some(message) = &self.message {
            options = options.message(message);
        }
        let time = match self.time {
            None => time::now(),
            Some(Claim::At(time)) => Some(time),
            Some(Claim::Nothing) => None,
        };
        match time {
            Some(time) => options.claimed_time(time),
            None => options,
        }
    }

    fn print(&self, out: &mut Output, made: &[ChangeHash]) -> io::Result<()> {
        if self.json {
            return output::json(out, &json!({ "changes": made }));
        }
        if made.is_empty() {
            output::note("nothing differs, so no change was made");
        }
        made.iter().try_for_each(|change| writeln!(out, "change {}", Styled(HASH, change)))
    }
}

/// Reads JSON from a file, or standard input for `-`.
pub(crate) fn read_json(path: &Path) -> Result<Value, EditFailure> {
    read(path, "JSON")
}

fn read_patch(path: &Path) -> Result<Vec<PatchOperation>, EditFailure> {
    let Patch(operations) = read(path, "JSON Patch")?;
    Ok(operations)
}

fn read<T: DeserializeOwned>(path: &Path, what: &'static str) -> Result<T, EditFailure> {
    let (name, bytes) = match path.to_str() {
        Some("-") => {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes);
            ("standard input".into(), read.map(|_| bytes))
        }
        _ => (path.display().to_string(), fs::read(path)),
    };
    match bytes {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|cause| EditFailure::Malformed {
            name,
            what,
            cause,
        }),
        Err(cause) => Err(EditFailure::Unreadable { name, cause }),
    }
}
