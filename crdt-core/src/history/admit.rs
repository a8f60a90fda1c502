//! Admission: the rules a change must keep with respect to what it refers to.

use super::bundle::{Bundle, Member, Reference, Totals};
use super::chains::ChangeIndex;
use super::error::Refusal;
use super::replay::Walk;
use super::store::{Admitted, Extra, History};
use crate::crypto::ChangeHash;
use crate::op::limits::MAX_COUNTER;

impl History {
    /// What can be said of a bundle before its outside dependencies are here: that every member is
    /// covered, and that the signatures are valid.
    ///
    /// A signature of a change that is already in the history is not looked at: it vouches for
    /// nothing new.
    pub(super) fn check_signatures(&self, bundle: &Bundle) -> Result<(), Refusal> {
        let uncovered = |member: &&Member| !member.covered && !self.contains(&member.hash);
        if let Some(member) = bundle.members.iter().find(uncovered) {
            return Err(Refusal::Uncovered(member.hash));
        }
        for (index, signature) in &bundle.signatures {
            let member = &bundle.members[*index];
            let known = self.contains(&member.hash);
            if !known && !bundle.author(member).verify(&member.hash, signature) {
                return Err(Refusal::BadSignature(member.hash));
            }
        }
        Ok(())
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
            authors: bundle.authors().iter().map(|author| self.author_number(author)).collect(),
            members: Vec::with_capacity(bundle.members.len()),
            start: self.chains.len(),
        };
        if bundle.members.first().is_some_and(|first| places.known(first, self).is_none()) {
            self.reserve(bundle);
        }
        let mut added = bundle.totals;
        let mut walk = Walk::default();
        for (place, member) in bundle.members.iter().enumerate() {
            let known = places.known(member, self);
            seen(member.hash, known.is_some());
            let index = if let Some(index) = known {
                added.spend(bundle.totals_of(place))?;
                index
            } else {
                let index = self.admit_member(bundle, place, &places)?;
                let below =
                    if member.dependencies().is_empty() { &[] } else { self.dependencies(index) };
                walk.change(self, index, below, bundle.body(place), |_, _, _| {})?;
                index
            };
            places.members.push(index);
        }
        Ok(Taken { start: places.start, members: places.members, added })
    }

    /// Appends a member. Its ops have not been checked yet.
    fn admit_member(
        &mut self,
        bundle: &Bundle,
        place: usize,
        places: &Places,
    ) -> Result<ChangeIndex, Refusal> {
        let member = &bundle.members[place];
        let author = places.authors[member.author as usize];
        let prev = member.prev.map(|prev| places.find(prev));
        if let (Some(Reference::Outside(_)), Some(prev)) = (member.prev, prev) {
            self.check_previous(member, author, prev)?;
        }
        let dependencies: Box<[ChangeIndex]> =
            member.dependencies().iter().map(|reference| places.find(*reference)).collect();
        let start = prev.map_or(0, |prev| self.chains.end_of(prev));
        let end = start.checked_add(member.counters).filter(|end| *end <= MAX_COUNTER);
        let time = self.time_after(prev, &dependencies);
        if end.is_none() || time == u32::MAX {
            return Err(Refusal::ChainFull);
        }
        Ok(self.append(Admitted {
            hash: member.hash,
            author,
            prev,
            time,
            extra: Extra { dependencies, tags: member.tags().clone() },
            body: bundle.body(place),
            counters: member.counters,
        }))
    }

    /// That a change goes on from one outside its bundle as it says. What follows a member was
    /// checked when the bundle was decoded.
    fn check_previous(
        &self,
        member: &Member,
        author: u32,
        prev: ChangeIndex,
    ) -> Result<(), Refusal> {
        if self.chains.author_of(self.chains.segment_of(prev)) != author {
            return Err(Refusal::PreviousOfAnotherAuthor(member.hash));
        }
        if self.chains.seq_of(prev).checked_add(1) != Some(member.seq) {
            return Err(Refusal::WrongSequence(member.hash));
        }
        Ok(())
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
    /// The numbers of its authors.
    authors: Vec<u32>,
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
    /// itself and need not be looked for.
    fn known(&self, member: &Member, history: &History) -> Option<ChangeIndex> {
        let mut below = member.prev.iter().chain(member.dependencies());
        let is_new = below.any(|reference| self.find(*reference) >= self.start);
        if is_new { None } else { history.index_of(&member.hash) }
    }
}
