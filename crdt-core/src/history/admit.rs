//! Admission: the rules a change must keep with respect to what it refers to.

use super::bundle::{Bundle, Member, Reference, Totals};
use super::chains::ChangeIndex;
use super::error::Refusal;
use super::store::{Admitted, Extra, History};
use super::table::Table;
use crate::crypto::{Author, ChangeHash};
use crate::op::Body;
use crate::op::limits::MAX_COUNTER;

impl History {
    /// What can be said of a bundle before its outside dependencies are here: that every member is
    /// covered, and that the signatures are valid.
    ///
    /// A signature of a change that is already in the history is not looked at: it vouches for
    /// nothing new.
    pub(super) fn check_signatures(&self, bundle: &Bundle) -> Result<(), Refusal> {
        let new = self.surely_new(bundle);
        let known = |place: usize| !new[place] && self.contains(&bundle.members[place].hash);
        let uncovered = |(place, member): &(usize, &Member)| !member.covered && !known(*place);
        if let Some((_, member)) = bundle.members.iter().enumerate().find(uncovered) {
            return Err(Refusal::Uncovered(member.hash));
        }
        for (place, signature) in &bundle.signatures {
            let member = &bundle.members[*place];
            if !known(*place) && !bundle.author(member).verify(&member.hash, signature) {
                return Err(Refusal::BadSignature(member.hash));
            }
        }
        Ok(())
    }

    /// Of each member whether it cannot be in the history. Most of what comes goes on from where
    /// chains end, which shows without a look for hashes.
    fn surely_new(&self, bundle: &Bundle) -> Vec<bool> {
        let mut new: Vec<bool> = Vec::with_capacity(bundle.members.len());
        for member in &bundle.members {
            new.push(match member.prev {
                Some(Reference::Member(prev)) => new[prev as usize],
                Some(Reference::Outside(place)) => {
                    let prev = self.index_of(&bundle.outside[place as usize]);
                    prev.is_none_or(|prev| self.ends_with(bundle.author(member), Some(prev)))
                }
                None => self.ends_with(bundle.author(member), None),
            });
        }
        new
    }

    /// Whether no change of an author follows a change, or begins a chain.
    fn ends_with(&self, author: &Author, prev: Option<ChangeIndex>) -> bool {
        let after = |author| self.chains.first_after(author, prev);
        self.known_author(author).and_then(after).is_none()
    }

    /// Appends every member that is not here yet, and tells `seen` of each whether it was here.
    /// Returns where they are and what was added. On an error some may have been appended: the caller rolls back.
    /// Everything outside that the bundle depends on is here.
    pub(super) fn admit(
        &mut self,
        bundle: &Bundle,
        mut seen: impl FnMut(ChangeHash, bool),
    ) -> Result<Taken, Refusal> {
        if self.genesis.is_none() {
            self.genesis.clone_from(&bundle.genesis);
        }
        let mut places = Places {
            outside: bundle.outside.iter().filter_map(|hash| self.index_of(hash)).collect(),
            members: Vec::with_capacity(bundle.members.len()),
            start: self.chains.len(),
        };
        if bundle.members.first().is_some_and(|first| places.known(bundle, first, self).is_none()) {
            self.reserve(bundle);
        }
        let mut added = Totals::default();
        for (place, member) in bundle.members.iter().enumerate() {
            let known = places.known(bundle, member, self);
            seen(member.hash, known.is_some());
            let index = if let Some(index) = known {
                index
            } else {
                added.add(bundle.totals_of(place));
                self.admit_member(bundle, place, &places)?
            };
            places.members.push(index);
        }
        Ok(Taken { start: places.start, members: places.members, added })
    }

    fn admit_member(
        &mut self,
        bundle: &Bundle,
        place: usize,
        places: &Places,
    ) -> Result<ChangeIndex, Refusal> {
        let member = &bundle.members[place];
        let author = bundle.author(member);
        let prev = member.prev.map(|prev| places.find(prev));
        self.check_previous(member, author, prev)?;
        let dependencies: Box<[ChangeIndex]> =
            member.dependencies().iter().map(|reference| places.find(*reference)).collect();
        let start = prev.map_or(0, |prev| self.chains.end_of(prev));
        let end = start.checked_add(member.counters).filter(|end| *end <= MAX_COUNTER);
        let time = self.time_after(prev, &dependencies);
        if end.is_none() || time == u32::MAX {
            return Err(Refusal::ChainFull);
        }
        let author = self.author_number(author);
        let index = self.append(Admitted {
            hash: member.hash,
            author,
            prev,
            extra: Extra { dependencies, tags: member.tags().clone() },
            body: bundle.body(place),
            counters: member.counters,
        });
        self.check_names(index)?;
        Ok(index)
    }

    fn check_previous(
        &self,
        member: &Member,
        author: &Author,
        prev: Option<ChangeIndex>,
    ) -> Result<(), Refusal> {
        let Some(prev) = prev else { return Ok(()) };
        if self.author_of(prev) != *author {
            return Err(Refusal::PreviousOfAnotherAuthor(member.hash));
        }
        if self.chains.seq_of(prev).checked_add(1) != Some(member.seq) {
            return Err(Refusal::WrongSequence(member.hash));
        }
        Ok(())
    }

    /// Every name of every op resolves through the lowest entry that has it.
    fn check_names(&self, change: ChangeIndex) -> Result<(), Refusal> {
        let table = self.table(change);
        let mut body = Body::new(self.body(change), self.chains.start_of(change));
        while let Some((counter, op)) = body.next_op()? {
            op.each_name(|name, count| match count {
                None => table.resolve(&self.chains, name, counter).map(|_| ()),
                Some(count) => table.check_range(name, count, counter),
            })?;
        }
        Ok(())
    }

    /// The table of a change of this history.
    pub(super) fn table(&self, change: ChangeIndex) -> Table {
        Table::new(&self.chains, Some(change), self.dependencies(change))
    }

    /// The place of the first of these changes, from one on, that is not known.
    pub(super) fn first_missing(&self, hashes: &[ChangeHash], from: usize) -> Option<usize> {
        (from..hashes.len()).find(|index| !self.contains(&hashes[*index]))
    }
}

/// A bundle that has been admitted.
#[derive(Debug)]
pub(super) struct Taken {
    /// Where its members are.
    pub(super) members: Vec<ChangeIndex>,
    /// The first change that was not here before.
    pub(super) start: ChangeIndex,
    /// Those that were not.
    pub(super) added: Totals,
}

/// Where what a bundle refers to is in the history.
struct Places {
    outside: Vec<ChangeIndex>,
    members: Vec<ChangeIndex>,
    /// The first change that the bundle adds.
    start: ChangeIndex,
}

impl Places {
    fn find(&self, reference: Reference) -> ChangeIndex {
        match reference {
            Reference::Member(place) => self.members[place as usize],
            Reference::Outside(place) => self.outside[place as usize],
        }
    }

    /// The index of a member that was in the history before. What depends on a new change is new
    /// itself and need not be looked for, nor what is the first to follow a change.
    fn known(&self, bundle: &Bundle, member: &Member, history: &History) -> Option<ChangeIndex> {
        let mut below = member.prev.iter().chain(member.dependencies());
        if below.any(|reference| self.find(*reference) >= self.start) {
            return None;
        }
        let prev = member.prev.map(|prev| self.find(prev));
        if history.ends_with(bundle.author(member), prev) {
            return None;
        }
        history.index_of(&member.hash)
    }
}
