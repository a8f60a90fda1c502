//! Bundles: changes in topological order with the signatures that cover them.
//!
//! A bundle leaves out what its place implies (document, predecessor and dependency hashes of
//! changes inside it, sequence numbers); the canonical bytes of every change are rebuilt from it
//! and are what is hashed. There are two forms: few changes lie in `rows`, one after the other with
//! their bodies as they are; many lie in `columns`. `docs/wire-format.md` describes both field by
//! field.
//!
//! [`decoding`] and [`encoding`] are the two ways; both know the forms, and the forms know how
//! members are checked and hashed ([`members`]).

mod columns;
mod decoding;
mod encoding;
mod leaving;
mod members;
mod reference;
mod rows;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use decoding::{Unreadable, check_mark, document_of, is_bundle};
pub(crate) use encoding::{BundleWriter, Frame};
pub(crate) use leaving::Leaving;
pub(crate) use members::check_body;
pub(crate) use reference::Reference;

use super::bodies::Bodies;
use super::extras::Extras;
use super::genesis::Genesis;
use super::header::canonical_size;
use super::numbers::{MemberIndex, Number as _, Numbered};
use super::tags::Tags;
use super::totals::Totals;
use crate::codec::DecodeError;
use crate::codec::mark::BUNDLE as MAGIC;
use crate::crypto::{Author, ChangeHash, Signature};

/// How the changes of a bundle lie: the byte after the mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    Rows = 1,
    Columns = 2,
}

impl Form {
    fn of(byte: u8) -> Result<Self, DecodeError> {
        let known = [Self::Rows, Self::Columns].into_iter().find(|form| *form as u8 == byte);
        known.ok_or(DecodeError::UnsupportedVersion(byte))
    }
}

/// A decoded bundle: every hash computed, signatures not yet verified.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) genesis: Option<Genesis>,
    /// The authors of members, ascending.
    authors: Vec<Author>,
    /// Changes outside that members name, ascending.
    pub(crate) outside: Vec<ChangeHash>,
    /// The hashes of the members.
    pub(crate) hashes: Vec<ChangeHash>,
    pub(crate) members: Numbered<MemberIndex, Member>,
    extras: Extras<Reference>,
    /// Of each member whether a signed member vouches for it.
    covered: Vec<bool>,
    /// Members that carry a signature, ascending.
    pub(crate) signatures: Vec<(MemberIndex, Signature)>,
    pub(crate) totals: Totals,
    /// The members' bodies in canonical bytes.
    bodies: Vec<u8>,
}

/// One change of a bundle, but for its hash. There can be very many, so it is small.
#[derive(Debug)]
pub(crate) struct Member {
    /// The place of its author among the bundle's.
    pub(crate) author: u32,
    pub(crate) seq: u32,
    pub(crate) prev: Option<Reference>,
    pub(crate) counters: u32,
    ops: u32,
    body_end: u32,
}

impl Bundle {
    /// The authors of its members.
    pub(crate) fn authors(&self) -> &[Author] {
        &self.authors
    }

    /// The author of a member.
    pub(crate) fn author(&self, member: MemberIndex) -> &Author {
        &self.authors[self.members[member].author as usize]
    }

    pub(crate) fn hash(&self, member: MemberIndex) -> ChangeHash {
        self.hashes[member.place()]
    }

    /// Whether a signed member vouches for one.
    pub(crate) fn is_covered(&self, member: MemberIndex) -> bool {
        self.covered[member.place()]
    }

    /// What a member depends on beside its predecessor.
    pub(crate) fn dependencies(&self, member: MemberIndex) -> &[Reference] {
        self.extras.dependencies(member.get())
    }

    /// The tags of a member.
    pub(crate) fn tags(&self, member: MemberIndex) -> &Tags {
        self.extras.tags(member.get())
    }

    /// The ops of a member in canonical bytes.
    pub(crate) fn body(&self, member: MemberIndex) -> &[u8] {
        let before = member.place().checked_sub(1);
        let start = before.map_or(0, |before| self.members.as_slice()[before].body_end);
        &self.bodies[start as usize..self.members[member].body_end as usize]
    }

    /// The bodies of all members.
    pub(crate) fn bodies(&self) -> &[u8] {
        &self.bodies
    }

    /// The hashes and bodies of all members, without the rest.
    pub(crate) fn into_hashes_and_bodies(self) -> (Vec<ChangeHash>, Bodies) {
        let ends = self.members.as_slice().iter().map(|member| member.body_end as usize).collect();
        (self.hashes, Bodies::new(self.bodies, ends))
    }

    /// What a member adds to the totals.
    pub(crate) fn totals_of(&self, member: MemberIndex) -> Totals {
        let Member { prev, ops, .. } = &self.members[member];
        let hashes = self.dependencies(member).len() + usize::from(prev.is_some());
        let bytes = canonical_size(hashes, self.tags(member), self.body(member));
        Totals { changes: 1, ops: *ops as usize, bytes }
    }
}
