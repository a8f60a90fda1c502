//! Admission: the rules a change must keep with respect to what it refers to.
//!
//! What a change must keep by itself was checked when it was decoded
//! ([`bundle`](super::format::bundle)), and what vouches for it is looked at in
//! [`coverage`](super::coverage). Here it is given its place on its chain and its time, and its ops
//! are resolved; [`Refusal`] lists the rules.

use super::format::bundle::{Bundle, Member, Reference};
use super::format::numbers::{AuthorIndex, ChangeIndex, Full, MemberIndex, Number as _, Numbered};
use super::format::totals::Totals;
use super::store::refusal::Refusal;
use super::store::resolve::Walk;
use super::store::{Admitted, Store};
use crate::codec::DecodeError;
use crate::crypto::ChangeHash;
use crate::op::Id;
use crate::op::limits::MAX_COUNTER;

/// A bundle that has been admitted.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Where its members are.
    pub(crate) members: Vec<ChangeIndex>,
    /// The places of those that were here before, ascending.
    pub(crate) known: Vec<usize>,
    /// The first change that was not here before.
    pub(crate) start: ChangeIndex,
    /// What the others add.
    pub(crate) added: Totals,
}

/// Appends every member of a bundle that is not here yet. Returns where they are and what was
/// added. On an error some may have been appended: the caller rolls back. Everything outside that
/// the bundle depends on is here.
pub(crate) fn admit(store: &mut Store, bundle: &Bundle) -> Result<Taken, Refusal> {
    if store.genesis.is_none() {
        store.genesis.clone_from(&bundle.genesis);
    }
    let mut places = Places::of(store, bundle)?;
    let mut below = Vec::new();
    let (mut known, mut added) = (Vec::new(), bundle.totals);
    let mut walk = Walk::default();
    for member in bundle.members.numbers() {
        let index = if let Some(index) = places.known(member, bundle, store) {
            known.push(member.place());
            added.spend(bundle.totals_of(member))?;
            index
        } else {
            if places.members.is_empty() {
                store.reserve(bundle.hashes.len(), bundle.bodies().len());
            }
            below.clear();
            let references = bundle.dependencies(member).iter();
            below.extend(references.map(|reference| places.find(*reference)));
            admit_member(store, bundle, member, &places, &below, &mut walk)?
        };
        places.members.push(index)?;
    }
    let Places { members, start, .. } = places;
    Ok(Taken { start, members: members.into_vec(), known, added })
}

/// Appends a member, given its dependencies, and checks its ops.
fn admit_member<'a>(
    store: &mut Store,
    bundle: &'a Bundle,
    place: MemberIndex,
    places: &Places,
    dependencies: &[ChangeIndex],
    walk: &mut Walk<'a>,
) -> Result<ChangeIndex, Refusal> {
    let (member, hash, body) = (&bundle.members[place], bundle.hash(place), bundle.body(place));
    let author = places.authors[member.author as usize];
    let prev = member.prev.map(|prev| places.find(prev));
    if let (Some(Reference::Outside(_)), Some(prev)) = (member.prev, prev) {
        check_previous(store, hash, member, author, prev)?;
    }
    let next = store.chains.next_after(prev);
    let end = next.start.checked_add(member.counters).filter(|end| *end <= MAX_COUNTER);
    let time = store.time_after(next, dependencies);
    if end.is_none() || time == u32::MAX {
        return Err(Refusal::ChainFull);
    }
    let (tags, counters) = (bundle.tags(place).clone(), member.counters);
    let change = Admitted { hash, author, next, time, dependencies, tags, body, counters };
    let index = store.append(change)?;
    let first = Id { chain: next.branch.get(), counter: next.start };
    walk.change(&store.chains, first, dependencies, body, &mut ())?;
    Ok(index)
}

/// That a change goes on from one outside its bundle as it says. What follows a member was
/// checked when the bundle was decoded.
fn check_previous(
    store: &Store,
    hash: ChangeHash,
    member: &Member,
    author: AuthorIndex,
    prev: ChangeIndex,
) -> Result<(), Refusal> {
    if store.author_number_of(prev) != author {
        return Err(Refusal::PreviousOfAnotherAuthor(hash));
    }
    if store.chains.seq_of(prev).checked_add(1) != Some(member.seq) {
        return Err(Refusal::WrongSequence(hash));
    }
    Ok(())
}

/// Whoever admits a bundle has seen to it that all is here that it names.
const MISSING: Refusal = Refusal::Malformed(DecodeError::DanglingReference);

/// Where what a bundle refers to is in the store.
struct Places {
    outside: Vec<ChangeIndex>,
    /// The numbers of its authors.
    authors: Vec<AuthorIndex>,
    members: Numbered<MemberIndex, ChangeIndex>,
    /// The first change that the bundle adds.
    start: ChangeIndex,
}

impl Places {
    /// Those of a bundle of which no member has a place yet.
    fn of(store: &mut Store, bundle: &Bundle) -> Result<Self, Refusal> {
        let outside = bundle.outside.iter().map(|hash| store.index_of(hash));
        let outside = outside.collect::<Option<_>>().ok_or(MISSING)?;
        let start = store.chains.len();
        let authors = bundle.authors().iter().map(|author| store.number_author(author));
        let authors = authors.collect::<Result<_, Full>>()?;
        let members = Numbered::with_capacity(bundle.hashes.len());
        Ok(Self { outside, authors, members, start })
    }

    fn find(&self, reference: Reference) -> ChangeIndex {
        match reference {
            Reference::Member(member) => self.members[member],
            Reference::Outside(place) => self.outside[place as usize],
        }
    }

    /// The index of a member that was in the history before. What depends on a new change is new
    /// itself and need not be looked for, nor what is the first to follow a change.
    fn known(&self, member: MemberIndex, bundle: &Bundle, store: &Store) -> Option<ChangeIndex> {
        let is_new = |reference: &Reference| self.find(*reference) >= self.start;
        let prev = bundle.members[member].prev;
        if prev.as_ref().is_some_and(is_new) || bundle.dependencies(member).iter().any(is_new) {
            return None;
        }
        let prev = prev.map(|prev| self.find(prev));
        if store.ends_with(bundle.author(member), prev) {
            return None;
        }
        store.index_of(&bundle.hash(member))
    }
}
