//! Taking in what somebody else could have written: everything is checked as if received.

use std::collections::BTreeSet;

use crdt_core::{ApplyError, ChangeHash, DocumentId, History, Journal, LoadOptions, Refusal};
use serde::Serialize;

use super::error::{SourceError, apply_problem, load_problem};
use super::file::{DocumentFile, NO_LIMITS, Piece};
use super::place::Place;
use crate::progress::Progress;

/// A document, and what of its files is not valid.
pub(crate) struct Checked {
    /// What is valid; `None` if nothing says which document it is.
    pub(crate) history: Option<History>,
    /// What is not.
    pub(crate) problems: Vec<Problem>,
    /// How many waiting bundles could not be taken over.
    pub(crate) left_out: usize,
}

/// A document that is valid, and what was passed over.
pub(super) struct Valid {
    pub(super) history: History,
    pub(super) problems: Vec<Problem>,
    pub(super) left_out: usize,
}

/// A piece of a document that is damaged, forged, or of another document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Problem {
    /// The file or place it is in.
    pub(crate) source: String,
    /// Where in it.
    pub(crate) offset: usize,
    /// Which piece it is.
    pub(crate) piece: String,
    /// What is wrong with it.
    pub(crate) what: String,
}

impl Problem {
    /// The error for those who take only what is whole, or who found that nothing is.
    pub(super) fn into_error(self, salvage: bool) -> SourceError {
        let (name, problem) = (self.source, format!("{}: {}", self.piece, self.what));
        if salvage {
            SourceError::NothingValid { name, problem }
        } else {
            SourceError::Damaged { name, problem }
        }
    }
}

impl Checked {
    /// Begins with a document that is believed, or with nothing.
    pub(super) fn new(history: Option<History>) -> Self {
        Self { history, problems: Vec::new(), left_out: 0 }
    }

    /// Takes in the pieces of a file that are valid. `seen` is told how many bytes are done.
    pub(super) fn take(&mut self, file: &DocumentFile, mut seen: impl FnMut(usize)) {
        for piece in file.pieces() {
            let bytes = file.bytes_of(&piece);
            let taken = match piece.number {
                0 => self.take_saved(bytes),
                _ => self.take_bundle(bytes),
            };
            if let Err(what) = taken {
                self.problems.push(problem(file, &piece, what));
            }
            seen(piece.range.end);
        }
        let torn = file.torn();
        if torn > 0 {
            self.problems.push(Problem {
                source: file.name.clone(),
                offset: file.bytes.len() - torn,
                piece: "the end".into(),
                what: format!("{torn} bytes are no whole bundle"),
            });
        }
    }

    /// Takes in what is valid of documents elsewhere, which are one.
    pub(super) fn take_all(&mut self, places: &[Place]) -> Result<(), SourceError> {
        for place in places {
            match place {
                Place::File(file) => {
                    let progress = Progress::bar("importing", file.bytes.len());
                    self.take(file, |done| progress.set(done));
                    progress.finish();
                }
                Place::Stored(document) => {
                    let saved = place.history()?.save();
                    if let Err(what) = self.take_saved(&saved) {
                        let (source, piece) = (document.file.name(), "the document".into());
                        self.problems.push(Problem { source, offset: 0, piece, what });
                    }
                }
            }
        }
        Ok(())
    }

    /// What is valid, if all of it is or what is not is to be passed over.
    pub(super) fn valid(self, salvage: bool) -> Result<Valid, SourceError> {
        let Self { history, problems, left_out } = self;
        match (history, problems.first()) {
            (Some(history), None) => Ok(Valid { history, problems, left_out }),
            (Some(history), Some(_)) if salvage => Ok(Valid { history, problems, left_out }),
            (_, Some(problem)) => Err(problem.clone().into_error(salvage)),
            (None, None) => Err(SourceError::NothingNamed),
        }
    }

    fn take_saved(&mut self, saved: &[u8]) -> Result<(), String> {
        let options = LoadOptions::new().verified();
        let saved = History::load_with(&options, saved).map_err(|error| load_problem(&error))?;
        let Some(known) = self.history.take() else {
            self.history = Some(saved);
            return Ok(());
        };
        let (history, left_out) = merge(known, saved);
        self.history = Some(history);
        self.left_out += left_out?;
        Ok(())
    }

    fn take_bundle(&mut self, bundle: &[u8]) -> Result<(), String> {
        if self.history.is_none() {
            let document = Journal::new(bundle).document();
            let document = document.ok_or("it does not say of which document it is")?;
            self.history = Some(History::with_limits(document, NO_LIMITS));
        }
        let Some(history) = &mut self.history else { return Ok(()) };
        match history.apply(bundle) {
            Ok(outcome) => match outcome.given_up.first() {
                None => Ok(()),
                Some(given_up) => Err(format!("of what had waited for it, {given_up}")),
            },
            Err(ApplyError::Refused(Refusal::WrongDocument(document))) => {
                Err(other_document(document))
            }
            Err(error) => Err(apply_problem(&error)),
        }
    }
}

/// Two histories of one document as one, and how many bundles that wait are left out; or what is
/// known as it is, and why the other cannot be taken in.
///
/// What waits leaves no history, so one in which something does is the one to go on with.
fn merge(known: History, saved: History) -> (History, Result<usize, String>) {
    if known.document() != saved.document() {
        let problem = other_document(saved.document());
        return (known, Err(problem));
    }
    let goes_on = known.pending().0 > 0;
    let (mut into, from) = if goes_on { (known, saved) } else { (saved, known) };
    match into.apply(&from.export(&common_heads(&into, &from))) {
        Ok(_) => (into, Ok(from.pending().0)),
        Err(error) => (if goes_on { into } else { from }, Err(apply_problem(&error))),
    }
}

fn other_document(document: DocumentId) -> String {
    format!("it is of another document, {document}")
}

fn problem(file: &DocumentFile, piece: &Piece, what: String) -> Problem {
    Problem { source: file.name.clone(), offset: piece.range.start, piece: piece.name(), what }
}

/// The heads of what two histories both have. O(changes).
pub(crate) fn common_heads(one: &History, other: &History) -> Vec<ChangeHash> {
    let mut heads = BTreeSet::new();
    for change in one.changes().filter(|change| other.contains(&change.hash())) {
        let below = change.previous().into_iter().chain(change.dependencies());
        below.for_each(|below| {
            heads.remove(&below);
        });
        heads.insert(change.hash());
    }
    heads.into_iter().collect()
}
