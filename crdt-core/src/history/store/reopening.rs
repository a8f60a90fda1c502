//! A store as the outline of a saved history, and a store again of one.

use super::Store;
use super::archive::Archive;
use super::hashes::Hashes;
use crate::codec::DecodeError;
use crate::history::format::numbers::{AuthorIndex, BranchIndex, Number as _};
use crate::history::format::outline::{BranchRow, Outline, StreakRow, StretchRow};

impl Store {
    /// The outline, given that of which signatures are kept.
    pub(crate) fn outline(&self, stretches: Vec<StretchRow>) -> Outline {
        Outline {
            authors: self.chains.authors.as_slice().to_vec(),
            streaks: self.streak_rows(),
            heads: self.head_indexes().collect(),
            sizes: self.sizes.by_author().to_vec(),
            tips: self.chains.tips().map(|tip| self.chains.hash_of(tip)).collect(),
            stretches,
        }
    }

    fn streak_rows(&self) -> Vec<StreakRow> {
        // Of each branch the time after its last change so far.
        let mut times = Vec::new();
        let row = |(streak, count): (&super::chains::Streak, u32)| {
            let branch = streak.branch;
            let opens = (branch.place() == times.len()).then(|| {
                times.push(0);
                let (author, prev) = self.chains.root_of(branch);
                BranchRow { author, prev }
            });
            let time = &mut times[branch.place()];
            let later = streak.time - *time;
            *time = streak.time + count;
            StreakRow { branch, opens, later, step: streak.step, count }
        };
        self.chains.streaks().map(row).collect()
    }

    /// Enters all changes of an archive into this store, which is empty, by their outline.
    pub(crate) fn reopen(
        &mut self,
        outline: &Outline,
        archive: Archive,
    ) -> Result<(), DecodeError> {
        for (number, author) in (0..).map(AuthorIndex::new).zip(&outline.authors) {
            if self.number_author(author)? != number {
                return Err(DecodeError::Unsorted("authors"));
            }
        }
        outline.streaks.iter().try_for_each(|streak| self.enter_streak(streak))?;
        if self.chains.counters() as u64 > archive.bytes() {
            return Err(DecodeError::WrongTotals);
        }
        self.enter_sizes(&outline.sizes, archive.bytes())?;
        self.heads.restore(&outline.heads, self.chains.len());
        let tips = self.chains.tips().zip(outline.tips.iter().copied()).collect();
        self.chains.set_hashes(Hashes::archived(archive.clone(), tips));
        self.archive = archive;
        Ok(())
    }

    fn enter_streak(&mut self, streak: &StreakRow) -> Result<(), DecodeError> {
        let StreakRow { branch, opens, later, step, count } = *streak;
        if let Some(row) = opens
            && self.open_branch(row)? != branch
        {
            return Err(DecodeError::WrongTotals);
        }
        self.chains.restore(branch, later, step, count).ok_or(DecodeError::WrongTotals)
    }

    /// Opens the branch of changes to come.
    fn open_branch(
        &mut self,
        BranchRow { author, prev }: BranchRow,
    ) -> Result<BranchIndex, DecodeError> {
        if author.get() >= self.chains.authors.count() {
            return Err(DecodeError::DanglingReference);
        }
        let forks = prev.is_none_or(|prev| {
            self.chains.author_of(self.chains.branch_of(prev)) == author
                && self.chains.next_after(Some(prev)).opens
        });
        if !forks {
            return Err(DecodeError::PreviousOfAnotherAuthor);
        }
        if let Some(first) = self.chains.first_after(author, prev) {
            self.forks.note(first, author, prev, self.chains.len());
        }
        Ok(self.chains.open_branch(author, prev)?)
    }

    /// Enters the sizes of all authors, which come to so many bytes.
    fn enter_sizes(&mut self, sizes: &[u64], all: u64) -> Result<(), DecodeError> {
        for (author, bytes) in (0..).map(AuthorIndex::new).zip(sizes) {
            if *bytes > all - self.sizes.all() {
                return Err(DecodeError::WrongTotals);
            }
            self.sizes.add(author, *bytes);
        }
        if self.sizes.all() == all { Ok(()) } else { Err(DecodeError::WrongTotals) }
    }
}
