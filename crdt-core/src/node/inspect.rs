//! The whole state of a document as text.

use core::fmt;

use super::untyped::{EntryKey, Untyped};
use super::versions::Versions;
use super::{CounterState, ListState, Misfit, TextState};
use crate::crypto::{Author, ChangeHash};
use crate::history::{Chains, History};
use crate::op::{Id, IdRange};
use crate::sorted::SortedMap;

/// How many hexadecimal digits of a name are shown where they tell it from all others.
const DIGITS: usize = 8;

/// The whole state of a document, hidden parts included, to be printed for people who look for what
/// happened; made by [`History::inspect`] and [`Document::inspect`](crate::Document::inspect).
///
/// `Display` writes it line by line. It is not meant to be read by programs: how it looks may
/// change with any release.
pub struct Inspection<'h> {
    history: &'h History,
    root: Untyped,
    names: Names,
}

impl History {
    /// The whole state of the document, from its changes alone, with what no value shows: deleted
    /// elements, the values that lost, absent map entries and what they still hold, unknown fields,
    /// ops without effect, forks of authors. Replicas with the same changes print the same.
    ///
    /// An op or element is named by its change and its offset in it, as in an
    /// [`ElementId`](crate::ElementId). Of changes and authors the first eight digits are shown, or
    /// more where they would not tell two of them apart. Elements that were deleted side by side
    /// are counted; characters that an author typed one after the other are shown as one run, named
    /// by the first. A node is shown under its path as everything it was used as: no type is known
    /// here, so an optional node is a map with the key `true`, and the variant of an enum a
    /// register beside what its variants hold.
    ///
    /// ```
    /// use crdt_core::{CrdtNode, Document, Keypair};
    ///
    /// #[derive(CrdtNode)]
    /// struct Note {
    ///     title: String,
    ///     #[crdt(text)]
    ///     body: String,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut note = Document::<Note>::create(Keypair::generate()?)?;
    /// note.change(|note| {
    ///     note.title.set("Plan")?;
    ///     note.body.insert(0, "Hello, you")
    /// })?;
    /// let (author, first) = (note.author().unwrap().to_string(), note.heads()[0].to_string());
    /// note.change(|note| note.body.delete(5..9))?;
    ///
    /// let (author, first) = (&author[..8], &first[..8]);
    /// let inspection = note.inspect().to_string();
    /// let state: Vec<_> = inspection.lines().skip(1).collect();
    /// assert_eq!(state, [
    ///     "body",
    ///     "  text of 6 characters, 4 deleted",
    ///     &format!("    \"Hello\" {first}:1 by {author}"),
    ///     "    4 deleted",
    ///     &format!("    \"u\" {first}:10 by {author}"),
    ///     "title",
    ///     &format!("  register \"Plan\" {first}:0 by {author}"),
    /// ]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// O(changes): the state is built for this. Printing takes time in proportion to what it
    /// prints.
    pub fn inspect(&self) -> Inspection<'_> {
        Inspection { history: self, root: Untyped::of(self), names: Names::of(self) }
    }
}

/// How many digits of changes and authors it takes to tell them apart.
struct Names {
    change: usize,
    author: usize,
}

impl Names {
    fn of(history: &History) -> Self {
        let changes = history.changes().map(|change| *change.hash().as_bytes());
        let authors = history.authors().map(|author| *author.as_bytes());
        Self { change: digits(changes.collect()), author: digits(authors.collect()) }
    }
}

/// How many digits tell these names apart.
fn digits(mut names: Vec<[u8; 32]>) -> usize {
    names.sort_unstable();
    let shared = |pair: &[[u8; 32]]| {
        let (a, b) = (pair[0], pair[1]);
        let bytes = a.iter().zip(b).take_while(|(a, b)| *a == b).count();
        let half = a.get(bytes).zip(b.get(bytes)).is_some_and(|(a, b)| a >> 4 == b >> 4);
        2 * bytes + usize::from(half)
    };
    names.windows(2).map(shared).map(|shared| shared + 1).max().unwrap_or(0).max(DIGITS)
}

/// The text.
impl fmt::Debug for Inspection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Inspection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = self.history.len();
        write!(f, "{} {}", changes, if changes == 1 { "change" } else { "changes" })?;
        let mut before = ", heads ";
        for head in self.history.heads() {
            write!(f, "{before}{}", self.change(&head))?;
            before = " ";
        }
        writeln!(f)?;
        for fork in self.history.equivocations() {
            write!(f, "fork of {} at change {}:", self.author(&fork.author), fork.seq)?;
            fork.changes.iter().try_for_each(|change| write!(f, " {}", self.change(change)))?;
            writeln!(f)?;
        }
        Page { f, inspection: self, depth: 0 }.node(&self.root)
    }
}

impl Inspection<'_> {
    fn chains(&self) -> &Chains {
        self.history.chains()
    }

    fn change(&self, change: &ChangeHash) -> String {
        cut(change.to_string(), self.names.change)
    }

    fn author(&self, author: &Author) -> String {
        cut(author.to_string(), self.names.author)
    }

    /// Who wrote an op.
    fn author_of(&self, id: Id) -> Option<Author> {
        let (change, _) = self.chains().global_name(id)?;
        Some(self.history.change(&change)?.author())
    }

    /// The name of an op, and who wrote it.
    fn name(&self, id: Id) -> String {
        let (Some((change, offset)), Some(author)) =
            (self.chains().global_name(id), self.author_of(id))
        else {
            return String::new();
        };
        format!("{}:{offset} by {}", self.change(&change), self.author(&author))
    }

    /// Whether an op is the next one after another on its author's chain.
    fn follows(&self, id: Id, before: Id) -> bool {
        before.counter.checked_add(1) == Some(id.counter) && self.chains().on_chain(before, id)
    }
}

fn cut(mut digits: String, count: usize) -> String {
    digits.truncate(count);
    digits
}

/// Writes lines. Nodes nest no deeper than paths, so neither does this.
struct Page<'p, 'f> {
    f: &'p mut fmt::Formatter<'f>,
    inspection: &'p Inspection<'p>,
    depth: usize,
}

impl<'f> Page<'_, 'f> {
    fn line(&mut self, line: impl fmt::Display) -> fmt::Result {
        writeln!(self.f, "{:1$}{line}", "", 2 * self.depth)
    }

    /// What belongs under the last line.
    fn below(&mut self) -> Page<'_, 'f> {
        Page { f: &mut *self.f, inspection: self.inspection, depth: self.depth + 1 }
    }

    fn node(&mut self, node: &Untyped) -> fmt::Result {
        if let Some(register) = &node.register {
            self.register(register)?;
        }
        if let Some(counter) = &node.counter {
            self.counter(counter)?;
        }
        if let Some(text) = &node.text {
            self.text(text)?;
        }
        if let Some(list) = &node.list {
            self.list(list)?;
        }
        self.map(node)?;
        for (name, variant) in node.variants.iter() {
            self.line(format_args!("variant {}", name.escape_debug()))?;
            self.below().node(variant)?;
        }
        for (name, field) in node.fields.iter() {
            self.line(name.escape_debug())?;
            self.below().node(field)?;
        }
        self.inert(&node.inert)
    }

    /// The value that wins, then those that stand beside it.
    fn register<V: fmt::Display>(&mut self, register: &Versions<V>) -> fmt::Result {
        let mut word = "register";
        for version in register.descending(self.inspection.chains()) {
            let name = self.inspection.name(version.id);
            match &version.value {
                Ok(value) => {
                    self.line(format_args!("{word} {value} {name}"))?;
                    word = "overruled";
                }
                Err(_) => self.line(format_args!("unreadable value {name}"))?,
            }
        }
        Ok(())
    }

    /// The sum, then what each author added.
    fn counter(&mut self, counter: &CounterState) -> fmt::Result {
        self.line(format_args!("counter {}", counter.sum(self.inspection.chains())))?;
        let mut authors: SortedMap<Author, (i128, usize)> = SortedMap::new();
        for (id, delta) in counter.adds(self.inspection.chains()) {
            if let Some(author) = self.inspection.author_of(*id) {
                let (sum, count) = authors.entry(author).or_default();
                *sum += i128::from(*delta);
                *count += 1;
            }
        }
        for (author, (sum, count)) in authors {
            let author = self.inspection.author(&author);
            let ops = if count == 1 { "op" } else { "ops" };
            self.below().line(format_args!("{sum:+} in {count} {ops} by {author}"))?;
        }
        Ok(())
    }

    fn text(&mut self, text: &TextState) -> fmt::Result {
        let chains = self.inspection.chains();
        let (live, deleted) = count(text.runs(chains).map(|(range, run)| (range, run.is_some())));
        self.line(format_args!("text of {live}{deleted}", live = Count(live, "character")))?;
        let mut page = self.below();
        let mut typed = Typed::default();
        for (range, run) in text.runs(chains) {
            typed.take(&mut page, range, run)?;
        }
        typed.finish(&mut page)
    }

    fn list(&mut self, list: &ListState<Untyped>) -> fmt::Result {
        let chains = self.inspection.chains();
        let (live, deleted) = count(list.runs(chains).map(|(range, run)| (range, run.is_some())));
        self.line(format_args!("list of {live}{deleted}", live = Count(live, "element")))?;
        let mut page = self.below();
        let mut gone = 0;
        for (range, run) in list.runs(chains) {
            let Some(states) = run else {
                gone += u64::from(range.end - range.start);
                continue;
            };
            page.gone(&mut gone)?;
            for (counter, state) in (range.start..).zip(states) {
                let name = page.inspection.name(Id { chain: range.chain, counter });
                page.line(format_args!("element {name}"))?;
                page.below().node(state)?;
            }
        }
        page.gone(&mut gone)
    }

    /// How many elements were deleted side by side.
    fn gone(&mut self, count: &mut u64) -> fmt::Result {
        match core::mem::take(count) {
            0 => Ok(()),
            count => self.line(format_args!("{count} deleted")),
        }
    }

    fn map(&mut self, node: &Untyped) -> fmt::Result {
        if node.entries.is_empty() {
            return Ok(());
        }
        let all = node.entries.len() as u64;
        let present = node.entries.iter().filter(|(_, entry)| entry.is_present()).count() as u64;
        let absent = Deleted(all - present, "absent");
        self.line(format_args!("map of {}{absent}", Count(present, "entry")))?;
        let mut page = self.below();
        for (key, entry) in node.entries.iter() {
            let key = match key {
                EntryKey::Text(text) => format!("{text:?}"),
                key => key.to_text(),
            };
            let puts = entry.puts().descending(page.inspection.chains());
            let puts: Vec<_> = puts.iter().map(|put| page.inspection.name(put.id)).collect();
            match puts.as_slice() {
                [] if entry.is_present() => page.line(format_args!("{key} kept by its value"))?,
                [] => page.line(format_args!("{key} absent"))?,
                puts => page.line(format_args!("{key} put {}", puts.join(" and ")))?,
            }
            page.below().node(&entry.state)?;
        }
        Ok(())
    }

    fn inert(&mut self, inert: &[(Id, Misfit)]) -> fmt::Result {
        let mut inert = inert.to_vec();
        inert.sort_by(|a, b| self.inspection.chains().op_order(a.0, b.0));
        for (id, misfit) in inert {
            let reason = match misfit {
                Misfit::UnknownKind => "of an unknown kind",
                Misfit::UnknownElement => "on an unknown element",
                _ => "out of place",
            };
            self.line(format_args!("op {reason} {}", self.inspection.name(id)))?;
        }
        Ok(())
    }
}

/// A run of text on its way to a line, and the deleted characters before it.
#[derive(Default)]
struct Typed {
    first: Option<Id>,
    last: Option<Id>,
    text: String,
    gone: u64,
}

impl Typed {
    /// Takes the next characters of the text: deleted ones, or some that go on with the run or
    /// begin another.
    fn take(&mut self, page: &mut Page<'_, '_>, range: IdRange, run: Option<&str>) -> fmt::Result {
        let first = Id { chain: range.chain, counter: range.start };
        let Some(text) = run else {
            self.end_run(page)?;
            self.gone += u64::from(range.end - range.start);
            return Ok(());
        };
        if self.last.is_some_and(|last| !page.inspection.follows(first, last)) {
            self.end_run(page)?;
        }
        page.gone(&mut self.gone)?;
        self.first.get_or_insert(first);
        self.last = Some(Id { chain: range.chain, counter: range.end - 1 });
        self.text.push_str(text);
        Ok(())
    }

    fn end_run(&mut self, page: &mut Page<'_, '_>) -> fmt::Result {
        self.last = None;
        let Some(first) = self.first.take() else {
            return Ok(());
        };
        let (text, name) = (core::mem::take(&mut self.text), page.inspection.name(first));
        page.line(format_args!("{text:?} {name}"))
    }

    fn finish(mut self, page: &mut Page<'_, '_>) -> fmt::Result {
        self.end_run(page)?;
        page.gone(&mut self.gone)
    }
}

/// How many elements there are, and how many were deleted.
fn count(runs: impl Iterator<Item = (IdRange, bool)>) -> (u64, Deleted) {
    let (mut live, mut deleted) = (0, 0);
    for (range, is_live) in runs {
        let sum = if is_live { &mut live } else { &mut deleted };
        *sum += u64::from(range.end - range.start);
    }
    (live, Deleted(deleted, "deleted"))
}

/// A number of things.
struct Count(u64, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (1, thing) => write!(f, "1 {thing}"),
            (count, "entry") => write!(f, "{count} entries"),
            (count, thing) => write!(f, "{count} {thing}s"),
        }
    }
}

/// A number of things that are hidden, if there are any.
struct Deleted(u64, &'static str);

impl fmt::Display for Deleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            count => write!(f, ", {count} {}", self.1),
        }
    }
}
