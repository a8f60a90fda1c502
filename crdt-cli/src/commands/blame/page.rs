//! Who wrote what is at a place, for people.

use std::io::{self, Write};

use crdt_core::serde_json::Value;
use crdt_core::{ChangeHash, History};

use super::place::Place;
use crate::columns::Columns;
use crate::output::one_line;
use crate::pointer::in_one_line;

/// Lines about places, below a heading.
pub(super) struct Page<'o, 'h, W> {
    out: &'o mut W,
    history: &'h History,
    columns: Columns,
}

impl<'o, 'h, W: Write> Page<'o, 'h, W> {
    pub(super) fn new(out: &'o mut W, history: &'h History) -> Self {
        Self { out, history, columns: Columns::new(history) }
    }

    /// Prints places.
    pub(super) fn print<'p>(
        &mut self,
        mut places: impl Iterator<Item = Place<'p>>,
    ) -> io::Result<()> {
        writeln!(self.out, "{}", self.columns.heading(" WHAT"))?;
        places.try_for_each(|place| self.place(&place))
    }

    fn place(&mut self, place: &Place<'_>) -> io::Result<()> {
        let at = in_one_line(&place.pointer);
        let [made, set] = [place.blame.made, place.blame.set].map(|it| it.map(|it| it.change));
        if let Some(made) = made.filter(|made| set != Some(*made)) {
            self.line(Some(made), &format!("put  {at}"))?;
        }
        if place.runs().is_some() {
            return self.text(&at, place);
        }
        let value = match place.value {
            Value::Object(entries) if !entries.is_empty() => "{..}".into(),
            Value::Array(elements) if !elements.is_empty() => "[..]".into(),
            value => one_line(value)?,
        };
        match set {
            Some(set) => self.line(Some(set), &format!("set  {at}  {value}")),
            // What others are in is there as soon as they are.
            None if matches!(&*value, "{..}" | "[..]") => Ok(()),
            None => self.line(None, &format!("-    {at}  {value}")),
        }
    }

    /// A text, line by line, and each line by who wrote what of it.
    fn text(&mut self, at: &str, place: &Place<'_>) -> io::Result<()> {
        let mut line = 1;
        for run in place.runs().into_iter().flatten() {
            for part in run.text.split_inclusive('\n') {
                let text = one_line(&part)?;
                self.line(Some(run.change), &format!("text {at}:{line}  {text}"))?;
                line += usize::from(part.ends_with('\n'));
            }
        }
        Ok(())
    }

    fn line(&mut self, change: Option<ChangeHash>, what: &str) -> io::Result<()> {
        let change = change.and_then(|change| self.history.change(&change));
        let columns = change.map_or_else(|| self.columns.of_none(), |it| self.columns.of(&it));
        writeln!(self.out, "{columns}  {what}")
    }
}
