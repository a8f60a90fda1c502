//! Changes in columns, for people.

use crdt_core::{Author, Change, History};

use crate::names::{self, Names};
use crate::output::{FAINT, HASH, NAME, STRONG, Styled};
use crate::time;

/// How many columns a claimed time takes.
const TIME: usize = 19;

/// What a line about a change begins with: its hash, its author, its number among the author's, and
/// when it was made.
pub(crate) struct Columns {
    authors: Names<Author>,
    author_digits: usize,
    hash_digits: usize,
}

impl Columns {
    pub(crate) fn new(history: &History) -> Self {
        let authors = Names::new(history.authors());
        let author_digits = authors.digits();
        Self { authors, author_digits, hash_digits: names::digits_for(history.len()) }
    }

    /// The authors, to be found by their first digits.
    pub(crate) fn authors(&self) -> &Names<Author> {
        &self.authors
    }

    /// What stands above, with what stands above the rest of each line.
    pub(crate) fn heading(&self, rest: &str) -> String {
        let (hash, author) = (self.hash_digits, self.author_digits);
        let heading = format!(
            "{:hash$}  {:author$} {:>6}  {:TIME$} {rest}",
            "CHANGE", "AUTHOR", "SEQ", "CLAIMED TIME (UTC)"
        );
        Styled(STRONG, heading).to_string()
    }

    /// The columns of a change.
    pub(crate) fn of(&self, change: &Change<'_>) -> String {
        let time = change.claimed_time().map_or_else(|| "-".into(), time::for_people);
        let mut hash = change.hash().to_string();
        hash.truncate(self.hash_digits);
        format!(
            "{}  {} {:>6}  {}",
            Styled(HASH, hash),
            Styled(NAME, self.authors.short(&change.author())),
            change.seq(),
            Styled(FAINT, format!("{time:TIME$}")),
        )
    }

    /// The columns where no change is meant.
    pub(crate) fn of_none(&self) -> String {
        let (hash, author) = (self.hash_digits, self.author_digits);
        format!("{:hash$}  {:author$} {:>6}  {:TIME$}", "-", "-", "-", "-")
    }
}
