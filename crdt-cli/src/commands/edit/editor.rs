//! Editing JSON in the editor of the user's choice.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crdt_core::serde_json::{self, Value};
use tempfile::TempDir;

use super::EditFailure;

/// What was written in the editor.
pub(super) struct Edited {
    folder: TempDir,
    text: Vec<u8>,
    /// How the editor failed, if it did.
    failed: Option<EditFailure>,
}

impl Edited {
    /// Has a value edited. `None` if it was left as it was.
    pub(super) fn of(value: &Value) -> Result<Option<Self>, EditFailure> {
        let editor = editor().ok_or(EditFailure::NoEditor)?;
        let before = format!("{value:#}\n");
        let folder = draft(&before).map_err(EditFailure::Draft)?;
        let draft = folder.path().join(NAME);
        let failed = edit(editor, &draft).err();
        let text = match (fs::read(&draft), failed) {
            (Ok(text), failed) if text != before.as_bytes() => {
                return Ok(Some(Self { folder, text, failed }));
            }
            (_, Some(failed)) => return Err(failed),
            (text, None) => text,
        };
        text.map(|_| None).map_err(EditFailure::Draft)
    }

    /// The JSON that it is.
    pub(super) fn value(&mut self) -> Result<Value, EditFailure> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        serde_json::from_slice(&self.text).map_err(|cause| EditFailure::Malformed {
            name: "the edited text".into(),
            what: "JSON",
            cause,
        })
    }

    /// Leaves the text where it can be found, as it could not be taken over.
    pub(super) fn keep(self) -> PathBuf {
        self.folder.keep().join(NAME)
    }
}

/// What the text is called, so that editors know that it is JSON.
const NAME: &str = "document.json";

/// A folder with the text. It has the text alone, so that what an editor puts beside it, such as a
/// copy of what it was, goes with it; as far as there are such, only its owner can look into it.
fn draft(text: &str) -> std::io::Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    #[cfg(unix)]
    folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = folder.prefix("crdt-").tempdir()?;
    fs::write(folder.path().join(NAME), text)?;
    Ok(folder)
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
