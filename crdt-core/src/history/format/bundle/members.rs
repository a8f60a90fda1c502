//! Building the members of a bundle, in whichever form they lie: each is checked and hashed, and
//! none may go beyond what the bundle stated.

use super::{Bundle, Member, Reference};
use crate::codec::DecodeError;
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};
use crate::history::format::extras::Extras;
use crate::history::format::genesis::Genesis;
use crate::history::format::header::{ChangeHasher, Header, canonical_size, check_dependencies};
use crate::history::format::numbers::{MemberIndex, Number as _, Numbered};
use crate::history::format::tags::Tags;
use crate::history::format::totals::Totals;
use crate::op::Body;
use crate::op::limits::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS};
use crate::sorted::SortedSet;

/// The members read so far.
pub(super) struct Members {
    authors: Vec<Author>,
    /// Of each author what hashes its changes.
    hashers: Vec<ChangeHasher>,
    outside: Vec<ChangeHash>,
    hashes: Vec<ChangeHash>,
    done: Numbered<MemberIndex, Member>,
    extras: Extras<Reference>,
    /// What the member that is being read depends on, in the order of their hashes.
    dependencies: Vec<Reference>,
    /// The header that is being hashed, kept for its space.
    header: Header,
    /// The bodies of all members, and of the one that is being read.
    pub(super) bodies: Vec<u8>,
    /// What the stated totals still allow.
    left: Totals,
    /// The first member that follows each member, the very first where none does yet.
    followed: Vec<MemberIndex>,
    used: Used,
    /// Members that begin a chain, follow a change outside or follow what another one follows too:
    /// what they follow, and their hashes.
    siblings: SortedSet<(u32, Option<Reference>, ChangeHash)>,
}

/// Which entries of the bundle's lists some member has referred to.
struct Used {
    authors: Vec<bool>,
    outside: Vec<bool>,
}

/// A member's header as it is read: what its place implies is left out.
pub(super) struct Lead {
    pub(super) author: u32,
    pub(super) seq: u32,
    pub(super) prev: Option<Reference>,
    pub(super) tags: Tags,
}

impl Members {
    pub(super) fn new(
        document: &DocumentId,
        authors: Vec<Author>,
        outside: Vec<ChangeHash>,
        left: Totals,
    ) -> Self {
        let used =
            Used { authors: vec![false; authors.len()], outside: vec![false; outside.len()] };
        Self {
            hashers: authors.iter().map(|author| ChangeHasher::new(document, author)).collect(),
            authors,
            outside,
            hashes: Vec::new(),
            done: Numbered::default(),
            extras: Extras::default(),
            dependencies: Vec::new(),
            header: Header::default(),
            bodies: Vec::new(),
            left,
            followed: Vec::new(),
            used,
            siblings: SortedSet::new(),
        }
    }

    /// What the stated totals still allow.
    pub(super) fn left(&self) -> Totals {
        self.left
    }

    /// The place of the next member.
    pub(super) fn next(&self) -> MemberIndex {
        self.done.next()
    }

    /// Where the body of the next member begins.
    pub(super) fn body_start(&self) -> usize {
        self.done.as_slice().last().map_or(0, |member| member.body_end as usize)
    }

    /// An author by its place in the bundle's list.
    pub(super) fn author(&self, place: u64) -> Result<u32, DecodeError> {
        let found =
            u32::try_from(place).ok().filter(|place| (*place as usize) < self.authors.len());
        found.ok_or(DecodeError::DanglingReference)
    }

    /// A reference: twice how many members back, or twice the place in the list of changes outside
    /// and one more.
    pub(super) fn reference(&self, raw: u64) -> Result<Reference, DecodeError> {
        let number = u32::try_from(raw >> 1).map_err(|_| DecodeError::DanglingReference)?;
        let found = if raw & 1 == 0 {
            let last = self.done.count().checked_sub(1);
            let back = last.and_then(|last| last.checked_sub(number));
            back.map(|back| Reference::Member(MemberIndex::new(back)))
        } else {
            ((number as usize) < self.outside.len()).then_some(Reference::Outside(number))
        };
        found.ok_or(DecodeError::DanglingReference)
    }

    /// Lets the member that is being read depend on another change, after those before by hash.
    pub(super) fn depend_on(&mut self, reference: Reference) {
        self.dependencies.push(reference);
    }

    /// What the member that is being read depends on.
    pub(super) fn dependencies(&self) -> &[Reference] {
        &self.dependencies
    }

    /// The sequence number of a change by `author` that follows a member.
    pub(super) fn seq_after(&self, prev: MemberIndex, author: u32) -> Result<u32, DecodeError> {
        let prev = &self.done[prev];
        if prev.author != author {
            return Err(DecodeError::PreviousOfAnotherAuthor);
        }
        prev.seq.checked_add(1).ok_or(DecodeError::VarintOverflow)
    }

    /// Adds a member, whose body has been appended to the bodies, and of which the dependencies lie
    /// ready.
    pub(super) fn push(&mut self, lead: Lead) -> Result<(), DecodeError> {
        let (ops, counters) = check_body(&self.bodies[self.body_start()..])?;
        self.push_checked(lead, ops, counters)
    }

    /// Adds a member whose body is known to be canonical, with so many ops that take so many
    /// counters.
    pub(super) fn push_checked(
        &mut self,
        lead: Lead,
        ops: u32,
        counters: u32,
    ) -> Result<(), DecodeError> {
        self.used.authors[lead.author as usize] = true;
        for reference in lead.prev.iter().chain(&self.dependencies) {
            if let Reference::Outside(place) = reference {
                self.used.outside[*place as usize] = true;
            }
        }
        self.set_header(lead.seq, lead.prev, lead.tags)?;
        let body = &self.bodies[self.body_start()..];
        let bytes = canonical_size(self.header.references(), &self.header.tags, body);
        if bytes > MAX_CHANGE_BYTES {
            return Err(DecodeError::OverLimit("bytes of a change"));
        }
        debug_assert_eq!(check_body(body), Ok((ops, counters)), "the body was checked");
        self.left.spend(Totals { changes: 1, ops: ops as usize, bytes })?;
        let hash = self.hashers[lead.author as usize].hash(&self.header, body);
        self.enter(lead.author, lead.prev, hash)?;
        let body_end = u32::try_from(self.bodies.len());
        let tags = core::mem::take(&mut self.header.tags);
        self.extras.push(self.done.count(), self.dependencies.drain(..), tags);
        self.done.push(Member {
            author: lead.author,
            seq: lead.seq,
            prev: lead.prev,
            counters,
            ops,
            body_end: body_end.map_err(|_| DecodeError::OverLimit("bytes of a bundle"))?,
        })?;
        self.hashes.push(hash);
        Ok(())
    }

    /// Fills in the header of a member and checks it.
    fn set_header(
        &mut self,
        seq: u32,
        prev: Option<Reference>,
        tags: Tags,
    ) -> Result<(), DecodeError> {
        let Self { header, hashes, outside, dependencies, .. } = self;
        let hash = |reference: &Reference| match *reference {
            Reference::Member(member) => hashes[member.place()],
            Reference::Outside(place) => outside[place as usize],
        };
        header.seq = seq;
        header.prev = prev.as_ref().map(hash);
        header.dependencies.clear();
        header.dependencies.extend(dependencies.iter().map(hash));
        header.tags = tags;
        check_dependencies(&header.dependencies, header.prev.as_ref())
    }

    /// Every change once, and nothing both inside and outside. Changes that follow different ones
    /// differ, so only those that follow the same one are compared.
    fn enter(
        &mut self,
        author: u32,
        prev: Option<Reference>,
        hash: ChangeHash,
    ) -> Result<(), DecodeError> {
        self.followed.push(MemberIndex::FIRST);
        if !self.outside.is_empty() && self.outside.binary_search(&hash).is_ok() {
            return Err(DecodeError::RepeatedChange);
        }
        if let Some(Reference::Member(before)) = prev {
            let next = self.next();
            let first = &mut self.followed[before.place()];
            if *first == MemberIndex::FIRST {
                *first = next;
                return Ok(());
            }
            self.siblings.insert((author, prev, self.hashes[first.place()]));
        }
        let is_new = self.siblings.insert((author, prev, hash));
        if is_new { Ok(()) } else { Err(DecodeError::RepeatedChange) }
    }

    /// The bundle, if there is exactly what it stated.
    pub(super) fn finish(
        self,
        genesis: Option<Genesis>,
        signatures: Vec<(MemberIndex, Signature)>,
        totals: Totals,
    ) -> Result<Bundle, DecodeError> {
        if self.left != Totals::default() {
            return Err(DecodeError::WrongTotals);
        }
        if !self.used.authors.iter().all(|used| *used) {
            return Err(DecodeError::Unused("authors"));
        }
        if !self.used.outside.iter().all(|used| *used) {
            return Err(DecodeError::Unused("outside hashes"));
        }
        let covered = self.covered(&signatures);
        let Self { authors, outside, hashes, done: members, extras, bodies, .. } = self;
        Ok(Bundle {
            genesis,
            authors,
            outside,
            hashes,
            members,
            extras,
            covered,
            signatures,
            totals,
            bodies,
        })
    }

    /// Of each member whether a signed one vouches for it.
    fn covered(&self, signatures: &[(MemberIndex, Signature)]) -> Vec<bool> {
        let mut covered = vec![false; self.hashes.len()];
        for (member, _) in signatures {
            covered[member.place()] = true;
        }
        for member in self.done.numbers().rev() {
            if let (true, Some(Reference::Member(prev))) =
                (covered[member.place()], self.done[member].prev)
            {
                covered[prev.place()] = true;
            }
        }
        covered
    }
}

/// Checks that a body is canonical and within the limits. Returns how many ops are in it and the
/// counters they take.
pub(crate) fn check_body(body: &[u8]) -> Result<(u32, u32), DecodeError> {
    let mut ops = 0;
    let mut reader = Body::unplaced(body);
    while reader.next_op()?.is_some() {
        ops += 1;
        if ops as usize > MAX_CHANGE_OPS {
            return Err(DecodeError::OverLimit("ops of a change"));
        }
    }
    Ok((ops, reader.next_counter()))
}
