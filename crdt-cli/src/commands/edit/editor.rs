//! Editing JSON in the editor of the user's choice.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crdt_core::serde_json::{self, Value};
use tempfile::{NamedTempFile, TempPath};

use super::EditFailure;

/// What was written in the editor.
pub(super) struct Edited {
    draft: TempPath,
    text: String,
}

impl Edited {
    /// Has a value edited. `None` if it was left as it was.
    pub(super) fn of(value: &Value) -> Result<Option<Self>, EditFailure> {
        let editor = editor().ok_or(EditFailure::NoEditor)?;
        let before = format!("{value:#}\n");
        let draft = draft(&before).map_err(EditFailure::Draft)?.into_temp_path();
        edit(editor, &draft)?;
        let text = fs::read_to_string(&draft).map_err(EditFailure::Draft)?;
        Ok((text != before).then_some(Self { draft, text }))
    }

    /// The JSON that it is.
    pub(super) fn value(&self) -> Result<Value, EditFailure> {
        serde_json::from_str(&self.text).map_err(|cause| EditFailure::Malformed {
            name: "the edited text".into(),
            what: "JSON",
            cause,
        })
    }

    /// Leaves the text where it can be found, as it could not be taken over. `None` if it is lost.
    pub(super) fn keep(self) -> Option<PathBuf> {
        self.draft.keep().ok()
    }
}

/// A file that only its owner can read, as far as there are such.
fn draft(text: &str) -> std::io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("crdt-").suffix(".json").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

fn editor() -> Option<OsString> {
    let mut chosen = ["VISUAL", "EDITOR"].into_iter().filter_map(env::var_os);
    chosen.find(|editor| !editor.is_empty())
}

fn edit(editor: OsString, draft: &Path) -> Result<(), EditFailure> {
    let status = command(editor, draft).status();
    let status = status.map_err(|error| EditFailure::Editor(error.to_string()))?;
    if status.success() { Ok(()) } else { Err(EditFailure::Editor(status.to_string())) }
}

/// What is in the variable is for the shell, as everywhere: it can have quotes and arguments.
#[cfg(unix)]
fn command(editor: OsString, draft: &Path) -> Command {
    let mut script = editor;
    script.push(" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg("crdt").arg(draft);
    command
}

#[cfg(not(unix))]
fn command(editor: OsString, draft: &Path) -> Command {
    let editor = editor.to_string_lossy();
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(draft);
    command
}
