//! What of a saved history is read as soon as it is opened: its chains, without hashes and bodies.
//!
//! Chains are written as streaks in order of admission, so that they come out as they were, with
//! the same numbers for branches and changes. Of hashes only those are written that whoever goes on
//! from here needs: of the last change of every branch. `docs/wire-format.md` describes it field by
//! field.

use super::numbers::{AuthorIndex, BranchIndex, ChangeIndex, Number as _};
use super::totals::Totals;
use crate::codec::{
    ColumnReader, ColumnWriter, DecodeError, Reader, read_block, read_columns, write, write_block,
    write_columns,
};
use crate::crypto::{Author, ChangeHash, Signature};

/// The outline of a history.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Outline {
    /// By their numbers.
    pub(crate) authors: Vec<Author>,
    /// In order of admission.
    pub(crate) streaks: Vec<StreakRow>,
    /// Strictly ascending.
    pub(crate) heads: Vec<ChangeIndex>,
    /// Of each author the canonical bytes of its changes.
    pub(crate) sizes: Vec<u64>,
    /// Of each branch the hash of its last change.
    pub(crate) tips: Vec<ChangeHash>,
    pub(crate) stretches: Vec<StretchRow>,
}

/// Changes that follow on each other along a branch and in order of admission, and are otherwise
/// alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StreakRow {
    pub(crate) branch: BranchIndex,
    /// Of the first streak of a branch.
    pub(crate) opens: Option<BranchRow>,
    /// The time of the first change, from that after the streak before on the branch.
    pub(crate) later: u32,
    /// The counters that each change takes.
    pub(crate) step: u32,
    /// How many changes there are.
    pub(crate) count: u32,
}

/// Where a branch begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BranchRow {
    pub(crate) author: AuthorIndex,
    /// The change that its first one follows.
    pub(crate) prev: Option<ChangeIndex>,
}

/// Consecutive changes that are covered by the signatures of some of them.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct StretchRow {
    pub(crate) start: ChangeIndex,
    pub(crate) totals: Totals,
    /// By the branches of the signed changes.
    pub(crate) signatures: Vec<(ChangeIndex, Signature)>,
}

/// The columns, in the order in which they are written.
#[derive(Clone, Copy)]
enum Column {
    /// Of each streak its branch; a new one has the next free number.
    Branch,
    /// Of each branch its author.
    Author,
    /// Of each branch 0 if it begins a chain, else how far back what it follows is.
    Previous,
    /// Of each streak the time of its first change, from the one before on the branch.
    Time,
    /// Of each streak the counters that each of its changes takes.
    Step,
    /// Of each streak how many changes it has.
    Count,
    /// The heads, each from the one before.
    Head,
    /// Of each author the canonical bytes of its changes.
    Bytes,
}

/// How many columns there are.
const COLUMNS: usize = Column::Bytes as usize + 1;

impl Outline {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write::length(out, self.authors.len());
        self.authors.iter().for_each(|author| out.extend_from_slice(author.as_bytes()));
        write_block(out, &self.columns());
        self.tips.iter().for_each(|tip| out.extend_from_slice(tip.as_bytes()));
        write::length(out, self.stretches.len());
        self.stretches.iter().for_each(|stretch| stretch.write(out));
    }

    fn columns(&self) -> Vec<u8> {
        let mut columns: [ColumnWriter; COLUMNS] = Default::default();
        let mut put = |column: Column, value| columns[column as usize].push(value);
        let mut first = 0;
        for streak in &self.streaks {
            put(Column::Branch, streak.branch.get().into());
            if let Some(BranchRow { author, prev }) = streak.opens {
                put(Column::Author, author.get().into());
                put(Column::Previous, prev.map_or(0, |prev| (first - prev).into()));
            }
            put(Column::Time, streak.later.into());
            put(Column::Step, streak.step.into());
            put(Column::Count, streak.count.into());
            first += streak.count;
        }
        let mut last = 0;
        for head in &self.heads {
            put(Column::Head, (head - last).into());
            last = *head;
        }
        self.sizes.iter().for_each(|bytes| put(Column::Bytes, *bytes));
        write_columns(columns)
    }

    /// Reads the outline of so many changes. Keys were checked before they were saved; who does not
    /// believe that checks them afterwards.
    pub(crate) fn read(reader: &mut Reader<'_>, changes: ChangeIndex) -> Result<Self, DecodeError> {
        Self::read_of(reader, Some(changes))
    }

    /// Reads the outline of changes of which some may be lost, so that it is not known how many
    /// there were.
    pub(crate) fn read_alone(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::read_of(reader, None)
    }

    fn read_of(reader: &mut Reader<'_>, changes: Option<ChangeIndex>) -> Result<Self, DecodeError> {
        let authors = 0..reader.count(32)?;
        let authors = authors.map(|_| Ok(Author::unchecked(reader.array()?)));
        let authors = authors.collect::<Result<Vec<_>, DecodeError>>()?;
        let block = read_block(reader, usize::MAX)?;
        let changes = changes.map_or_else(|| Columns::read(&block)?.changes(), Ok)?;
        let mut columns = Columns::read(&block)?;
        let (streaks, branches) = columns.streaks(changes)?;
        let sizes = (0..authors.len()).map(|_| columns.0[Column::Bytes as usize].read());
        let sizes = sizes.collect::<Result<_, _>>()?;
        let heads = columns.heads(changes)?;
        columns.finish()?;
        let tips = (0..branches).map(|_| Ok(ChangeHash(reader.array()?)));
        let tips = tips.collect::<Result<_, DecodeError>>()?;
        let stretches = read_stretches(reader, changes)?;
        Ok(Self { authors, streaks, heads, sizes, tips, stretches })
    }
}

/// The columns of an outline that is read.
struct Columns<'a>([ColumnReader<'a>; COLUMNS]);

impl<'a> Columns<'a> {
    fn read(block: &'a [u8]) -> Result<Self, DecodeError> {
        read_columns(block).map(Self)
    }

    fn get(&mut self, column: Column) -> Result<u32, DecodeError> {
        self.0[column as usize].read_u32()
    }

    /// How many changes all streaks have.
    fn changes(mut self) -> Result<ChangeIndex, DecodeError> {
        let mut changes: ChangeIndex = 0;
        while self.0[Column::Count as usize].finish().is_err() {
            let sum = changes.checked_add(self.get(Column::Count)?);
            changes = sum.ok_or(DecodeError::WrongTotals)?;
        }
        Ok(changes)
    }

    /// The streaks that so many changes are, and how many branches they lie on.
    fn streaks(&mut self, changes: ChangeIndex) -> Result<(Vec<StreakRow>, u32), DecodeError> {
        let (mut streaks, mut branches, mut first) = (Vec::new(), 0, 0);
        while first < changes {
            let branch = self.get(Column::Branch)?;
            let opens = if branch == branches { Some(self.branch(first)?) } else { None };
            branches += u32::from(opens.is_some());
            let later = self.get(Column::Time)?;
            let (step, count) = (self.get(Column::Step)?, self.get(Column::Count)?);
            if count == 0 || count > changes - first || branch >= branches {
                return Err(DecodeError::WrongTotals);
            }
            let branch = BranchIndex::new(branch);
            streaks.push(StreakRow { branch, opens, later, step, count });
            first += count;
        }
        Ok((streaks, branches))
    }

    /// Where a branch begins of which the first change is `first`.
    fn branch(&mut self, first: ChangeIndex) -> Result<BranchRow, DecodeError> {
        let author = AuthorIndex::new(self.get(Column::Author)?);
        let prev = match self.get(Column::Previous)? {
            0 => None,
            back => Some(first.checked_sub(back).ok_or(DecodeError::DanglingReference)?),
        };
        Ok(BranchRow { author, prev })
    }

    /// The heads, which are among so many changes.
    fn heads(&mut self, changes: ChangeIndex) -> Result<Vec<ChangeIndex>, DecodeError> {
        let mut heads: Vec<ChangeIndex> = Vec::new();
        while self.0[Column::Head as usize].finish().is_err() {
            let distance = self.get(Column::Head)?;
            let head = match heads.last() {
                None => Some(distance),
                Some(last) => last.checked_add(distance).filter(|head| head > last),
            };
            let head = head.filter(|head| *head < changes);
            heads.push(head.ok_or(DecodeError::Unsorted("heads"))?);
        }
        Ok(heads)
    }

    fn finish(&self) -> Result<(), DecodeError> {
        self.0.iter().try_for_each(ColumnReader::finish)
    }
}

impl StretchRow {
    fn write(&self, out: &mut Vec<u8>) {
        write::varint(out, self.start.into());
        self.totals.write(out);
        write::length(out, self.signatures.len());
        for (change, signature) in &self.signatures {
            write::varint(out, (*change).into());
            out.extend_from_slice(signature.as_bytes());
        }
    }

    /// Reads a stretch among so many changes.
    fn read(reader: &mut Reader<'_>, changes: ChangeIndex) -> Result<Self, DecodeError> {
        let (start, totals) = (reader.varint32()?, Totals::read(reader)?);
        let mut signatures = Vec::new();
        for _ in 0..reader.count(65)? {
            let change = reader.varint32()?;
            if change >= changes || change < start {
                return Err(DecodeError::DanglingReference);
            }
            signatures.push((change, Signature(reader.array()?)));
        }
        Ok(Self { start, totals, signatures })
    }
}

/// Reads the stretches of so many changes: the first begins with these, and each where the one
/// before does or later.
fn read_stretches(
    reader: &mut Reader<'_>,
    changes: ChangeIndex,
) -> Result<Vec<StretchRow>, DecodeError> {
    let mut stretches: Vec<StretchRow> = Vec::new();
    for _ in 0..reader.count(5)? {
        let stretch = StretchRow::read(reader, changes)?;
        let follows = match stretches.last() {
            None => stretch.start == 0,
            Some(last) => stretch.start >= last.start,
        };
        if !follows || stretch.start > changes {
            return Err(DecodeError::Unsorted("stretches"));
        }
        stretches.push(stretch);
    }
    let whole = changes == 0 || !stretches.is_empty();
    if whole { Ok(stretches) } else { Err(DecodeError::WrongTotals) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Streaks that go on with a branch or open one, each of up to three changes.
    fn streaks() -> impl Strategy<Value = Vec<StreakRow>> {
        let streak = (0..4u32, any::<bool>(), 0..9u32, 0..3u32, 1..4u32);
        prop::collection::vec(streak, 1..40).prop_map(|all| {
            let (mut branches, mut first) = (0, 0);
            let row = |(number, goes_on, later, step, count): (u32, bool, u32, u32, u32)| {
                let (branch, opens) = if goes_on && branches > 0 {
                    (number % branches, None)
                } else {
                    branches += 1;
                    let prev = (first > number && number > 0).then(|| first - number);
                    let author = AuthorIndex::new(number);
                    (branches - 1, Some(BranchRow { author, prev }))
                };
                first += count;
                StreakRow { branch: BranchIndex::new(branch), opens, later, step, count }
            };
            all.into_iter().map(row).collect()
        })
    }

    fn outline(streaks: Vec<StreakRow>) -> (Outline, ChangeIndex) {
        let changes: u32 = streaks.iter().map(|streak| streak.count).sum();
        let branches = streaks.iter().filter(|streak| streak.opens.is_some()).count();
        let signatures = vec![(changes - 1, Signature([7; 64]))];
        let totals = Totals { changes: changes as usize, ops: 1, bytes: 100 };
        let outline = Outline {
            authors: (0..4).map(|number| Author::unchecked([number; 32])).collect(),
            streaks,
            heads: (0..changes).step_by(3).collect(),
            sizes: vec![0, 1, 300, u64::MAX],
            tips: vec![ChangeHash([3; 32]); branches],
            stretches: vec![StretchRow { start: 0, totals, signatures }],
        };
        (outline, changes)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(streaks in streaks()) {
            let (outline, changes) = outline(streaks);
            let mut bytes = Vec::new();
            outline.write(&mut bytes);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(Outline::read(&mut reader, changes), Ok(outline));
            prop_assert!(reader.is_empty());
        }

        /// Whatever the columns say, they are read or refused.
        #[test]
        fn no_columns_make_reading_panic(
            streaks in streaks(),
            spoiled in prop::collection::vec((any::<usize>(), any::<u8>()), 1..9),
        ) {
            let (outline, changes) = outline(streaks);
            let mut columns = outline.columns();
            for (place, byte) in spoiled {
                let place = place % columns.len();
                columns[place] = byte;
            }
            if let Ok(mut columns) = Columns::read(&columns)
                && let Ok((streaks, _)) = columns.streaks(changes)
            {
                prop_assert_eq!(streaks.iter().map(|streak| streak.count).sum::<u32>(), changes);
                if let Ok(heads) = columns.heads(changes) {
                    prop_assert!(heads.is_sorted_by(|one, other| one < other));
                }
            }
        }
    }
}
