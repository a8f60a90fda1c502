//! Admission: the rules a change must keep with respect to what it refers to.

use super::bundle::{Bundle, Member, Reference};
use super::chains::ChangeIndex;
use super::error::Refusal;
use super::store::{Admitted, History};
use super::table::Table;
use crate::crypto::ChangeHash;
use crate::op::limits::MAX_COUNTER;
use crate::op::{Action, Body, Name, Op, Place, Segment};

impl History {
    /// What can be said of a bundle before its outside dependencies are here: that it is of this
    /// document, that every member is covered, and that the signatures are valid.
    ///
    /// A signature of a change that is already in the history is not looked at: it vouches for
    /// nothing new.
    pub(super) fn check_signatures(&self, bundle: &Bundle) -> Result<(), Refusal> {
        if bundle.document != self.document() {
            return Err(Refusal::WrongDocument(bundle.document));
        }
        let uncovered = |member: &&Member| !member.covered && !self.contains(&member.hash);
        if let Some(member) = bundle.members.iter().find(uncovered) {
            return Err(Refusal::Uncovered(member.hash));
        }
        for (index, signature) in &bundle.signatures {
            let member = &bundle.members[*index];
            let known = self.contains(&member.hash);
            if !known && !member.header.author.verify(&member.hash, signature) {
                return Err(Refusal::BadSignature(member.hash));
            }
        }
        Ok(())
    }

    /// Appends every member that is not here yet, and tells `seen` of each whether it was here. On
    /// an error some may have been appended: the caller rolls back. Everything outside that the
    /// bundle depends on is here.
    pub(super) fn admit(
        &mut self,
        bundle: &Bundle,
        mut seen: impl FnMut(ChangeHash, bool),
    ) -> Result<(), Refusal> {
        if self.genesis.is_none() {
            self.genesis.clone_from(&bundle.genesis);
        }
        let mut places = Places {
            outside: bundle.outside.iter().filter_map(|hash| self.index_of(hash)).collect(),
            members: Vec::with_capacity(bundle.members.len()),
        };
        for member in &bundle.members {
            let known = self.index_of(&member.hash);
            seen(member.hash, known.is_some());
            let index = match known {
                Some(index) => index,
                None => self.admit_member(member, bundle.body(member), &places)?,
            };
            places.members.push(index);
        }
        Ok(())
    }

    fn admit_member(
        &mut self,
        member: &Member,
        body: &[u8],
        places: &Places,
    ) -> Result<ChangeIndex, Refusal> {
        let header = &member.header;
        let prev = member.prev.map(|prev| places.find(prev));
        self.check_previous(member, prev)?;
        let dependencies: Box<[ChangeIndex]> =
            member.dependencies.iter().map(|reference| places.find(*reference)).collect();
        let start = prev.map_or(0, |prev| self.chains.end_of(prev));
        let end = start.checked_add(member.counters).filter(|end| *end <= MAX_COUNTER);
        let time = self.time_after(prev, &dependencies);
        if end.is_none() || time == u32::MAX {
            return Err(Refusal::ChainFull);
        }
        let author = self.author_number(&header.author);
        let index = self.append(Admitted {
            hash: member.hash,
            author,
            seq: header.seq,
            prev,
            dependencies,
            tags: header.tags.clone(),
            body,
            counters: member.counters,
            ops: member.totals.ops,
            bytes: member.totals.bytes,
        });
        self.check_names(index)?;
        Ok(index)
    }

    fn check_previous(&self, member: &Member, prev: Option<ChangeIndex>) -> Result<(), Refusal> {
        let Some(prev) = prev else { return Ok(()) };
        let record = self.record(prev);
        if self.author(record.author) != member.header.author {
            return Err(Refusal::PreviousOfAnotherAuthor(member.hash));
        }
        if record.seq.checked_add(1) != Some(member.header.seq) {
            return Err(Refusal::WrongSequence(member.hash));
        }
        Ok(())
    }

    /// Every name of every op resolves through the lowest entry that has it.
    fn check_names(&self, change: ChangeIndex) -> Result<(), Refusal> {
        let table = self.table(change);
        let mut body = Body::new(self.body(change), self.chains.start_of(change));
        while let Some((counter, op)) = body.next_op()? {
            each_name(op, |name, count| match count {
                None => table.resolve(&self.chains, name, counter).map(|_| ()),
                Some(count) => table.check_range(name, count, counter),
            })?;
        }
        Ok(())
    }

    /// The table of a change of this history.
    pub(super) fn table(&self, change: ChangeIndex) -> Table {
        Table::new(&self.chains, Some(change), &self.record(change).dependencies)
    }

    /// Whether all these changes are known.
    pub(super) fn first_missing(&self, hashes: &[ChangeHash], from: usize) -> Option<usize> {
        (from..hashes.len()).find(|index| !self.contains(&hashes[*index]))
    }
}

/// Where what a bundle refers to is in the history.
struct Places {
    outside: Vec<ChangeIndex>,
    members: Vec<ChangeIndex>,
}

impl Places {
    fn find(&self, reference: Reference) -> ChangeIndex {
        match reference {
            Reference::Member(place) => self.members[place],
            Reference::Outside(place) => self.outside[place],
        }
    }
}

/// Calls `visit` with every name in an op; for a delete also with the count.
fn each_name(
    op: &Op<'_, Name>,
    mut visit: impl FnMut(Name, Option<u32>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for segment in &op.path {
        if let Segment::Element(name) = segment {
            visit(*name, None)?;
        }
    }
    match &op.action {
        Action::Set { replaces, .. }
        | Action::Unset { replaces }
        | Action::Put { replaces }
        | Action::Remove { replaces } => replaces.iter().try_for_each(|name| visit(*name, None)),
        Action::Reset { annuls } => annuls.iter().try_for_each(|name| visit(*name, None)),
        Action::Insert { place, .. } | Action::InsertText { place, .. } => match place {
            Place::Root => Ok(()),
            Place::Child(parent, _) => visit(*parent, None),
        },
        Action::Delete { first, count } => visit(*first, Some(*count)),
        Action::Add { .. } | Action::Unknown { .. } => Ok(()),
    }
}
