//! Admission: the rules a change must keep with respect to what it refers to.

use super::bundle::{Bundle, Member, Reference, Totals};
use super::chains::ChangeIndex;
use super::error::Refusal;
use super::replay::Walk;
use super::store::{Admitted, History};
use crate::crypto::{Author, ChangeHash};
use crate::op::Id;
use crate::op::limits::MAX_COUNTER;
#[cfg(test)]
use crate::steps;

impl History {
    /// What can be said of a bundle before its outside dependencies are here: that every member is
    /// covered, and that the signatures are valid.
    ///
    /// A signature of a change that was in the history before the one with the index `new` is not
    /// looked at: it vouches for nothing new. What came with the bundle does not count, so that the
    /// answer does not depend on which came first.
    pub(super) fn check_signatures(
        &self,
        bundle: &Bundle,
        new: ChangeIndex,
    ) -> Result<(), Refusal> {
        let is_new = self.surely_new(bundle);
        let known = |place: usize| {
            !is_new[place] && self.index_of(&bundle.hashes[place]).is_some_and(|at| at < new)
        };
        let uncovered = |place: &usize| !bundle.covered[*place] && !known(*place);
        if let Some(place) = (0..bundle.members.len()).find(uncovered) {
            return Err(Refusal::Uncovered(bundle.hashes[place]));
        }
        for (place, signature) in &bundle.signatures {
            let hash = bundle.hashes[*place];
            if !known(*place) && !bundle.author(*place).verify(&hash, signature) {
                return Err(Refusal::BadSignature(hash));
            }
        }
        Ok(())
    }

    /// Of each member whether it cannot be in the history. Most of what comes goes on from where
    /// chains end, which shows without a look for hashes.
    fn surely_new(&self, bundle: &Bundle) -> Vec<bool> {
        let mut new: Vec<bool> = Vec::with_capacity(bundle.members.len());
        for (place, member) in bundle.members.iter().enumerate() {
            new.push(match member.prev {
                Some(Reference::Member(prev)) => new[prev as usize],
                Some(Reference::Outside(outside)) => {
                    let prev = self.index_of(&bundle.outside[outside as usize]);
                    prev.is_none_or(|prev| self.ends_with(bundle.author(place), Some(prev)))
                }
                None => self.ends_with(bundle.author(place), None),
            });
        }
        new
    }

    /// Whether no change of an author follows a change, or begins a chain.
    fn ends_with(&self, author: &Author, prev: Option<ChangeIndex>) -> bool {
        let after = |author| self.chains.first_after(author, prev);
        self.known_author(author).and_then(after).is_none()
    }

    /// Appends every member that is not here yet. Returns where they are and what was added. On an
    /// error some may have been appended: the caller rolls back. Everything outside that the bundle
    /// depends on is here.
    pub(super) fn admit(&mut self, bundle: &Bundle) -> Result<Taken, Refusal> {
        if self.genesis.is_none() {
            self.genesis.clone_from(&bundle.genesis);
        }
        let mut places = Places {
            outside: bundle.outside.iter().filter_map(|hash| self.index_of(hash)).collect(),
            authors: bundle.authors().iter().map(|author| self.author_number(author)).collect(),
            members: Vec::with_capacity(bundle.members.len()),
            start: self.chains.len(),
        };
        let mut below = Vec::new();
        let (mut known, mut added) = (Vec::new(), bundle.totals);
        let mut walk = Walk::default();
        for place in 0..bundle.members.len() {
            let index = if let Some(index) = places.known(place, bundle, self) {
                known.push(place);
                added.spend(bundle.totals_of(place))?;
                index
            } else {
                if places.members.is_empty() {
                    self.reserve(bundle);
                }
                below.clear();
                let references = bundle.dependencies(place).iter();
                below.extend(references.map(|reference| places.find(*reference)));
                self.admit_member(bundle, place, &places, &below, &mut walk)?
            };
            places.members.push(index);
        }
        Ok(Taken { start: places.start, members: places.members, known, added })
    }

    /// Appends a member, given its dependencies, and checks its ops.
    fn admit_member<'a>(
        &mut self,
        bundle: &'a Bundle,
        place: usize,
        places: &Places,
        dependencies: &[ChangeIndex],
        walk: &mut Walk<'a>,
    ) -> Result<ChangeIndex, Refusal> {
        let (member, hash, body) =
            (&bundle.members[place], bundle.hashes[place], bundle.body(place));
        let author = places.authors[member.author as usize];
        let prev = member.prev.map(|prev| places.find(prev));
        if let (Some(Reference::Outside(_)), Some(prev)) = (member.prev, prev) {
            self.check_previous(hash, member, author, prev)?;
        }
        let next = self.chains.next_after(prev);
        let end = next.start.checked_add(member.counters).filter(|end| *end <= MAX_COUNTER);
        let time = self.time_after(next, dependencies);
        if end.is_none() || time == u32::MAX {
            return Err(Refusal::ChainFull);
        }
        let (tags, counters) = (bundle.tags(place).clone(), member.counters);
        let index =
            self.append(Admitted { hash, author, next, time, dependencies, tags, body, counters });
        let first = Id { chain: next.segment, counter: next.start };
        walk.change(&self.chains, first, dependencies, body, &mut ())?;
        Ok(index)
    }

    /// That a change goes on from one outside its bundle as it says. What follows a member was
    /// checked when the bundle was decoded.
    fn check_previous(
        &self,
        hash: ChangeHash,
        member: &Member,
        author: u32,
        prev: ChangeIndex,
    ) -> Result<(), Refusal> {
        if self.chains.author_of(self.chains.segment_of(prev)) != author {
            return Err(Refusal::PreviousOfAnotherAuthor(hash));
        }
        if self.chains.seq_of(prev).checked_add(1) != Some(member.seq) {
            return Err(Refusal::WrongSequence(hash));
        }
        Ok(())
    }

    /// The place of the first of these changes, from one on, that is not known.
    pub(super) fn first_missing(&self, hashes: &[ChangeHash], from: usize) -> Option<usize> {
        let is_missing = |index: &usize| {
            #[cfg(test)]
            steps::count();
            !self.contains(&hashes[*index])
        };
        (from..hashes.len()).find(is_missing)
    }
}

/// A bundle that has been admitted.
#[derive(Debug)]
pub(super) struct Taken {
    /// Where its members are.
    pub(super) members: Vec<ChangeIndex>,
    /// The places of those that were here before, ascending.
    pub(super) known: Vec<usize>,
    /// The first change that was not here before.
    pub(super) start: ChangeIndex,
    /// What the others add.
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
    /// itself and need not be looked for, nor what is the first to follow a change.
    fn known(&self, place: usize, bundle: &Bundle, history: &History) -> Option<ChangeIndex> {
        let is_new = |reference: &Reference| self.find(*reference) >= self.start;
        let prev = bundle.members[place].prev;
        if prev.as_ref().is_some_and(is_new) || bundle.dependencies(place).iter().any(is_new) {
            return None;
        }
        let prev = prev.map(|prev| self.find(prev));
        if history.ends_with(bundle.author(place), prev) {
            return None;
        }
        history.index_of(&bundle.hashes[place])
    }
}
