//! Who is measured. Each peer is a module that says why the way it is driven is its own.

mod automerge;
mod cola;
mod diamond;
mod loro;
mod ours;
mod ropes;
mod yrs;

use crate::task::{Offer, Task, signing};

/// A peer.
#[derive(Clone, Copy)]
pub struct Peer {
    /// Its name on the command line and in tables.
    pub name: &'static str,
    /// What it is measured as.
    pub role: Role,
    /// Whether and how it does a task.
    pub offer: fn(Task) -> Offer,
}

/// What a peer is measured as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// This repository's engine.
    Ours,
    /// One that does the same work.
    Peer,
    /// One that does a part of the work: no ratio is made to it.
    Baseline,
}

impl Peer {
    /// The peer of a name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|peer| peer.name == name)
    }
}

const fn peer(name: &'static str, role: Role, offer: fn(Task) -> Offer) -> Peer {
    Peer { name, role, offer }
}

/// All peers, in the order of the report.
pub const ALL: &[Peer] = &[
    peer("ours", Role::Ours, ours::offer),
    peer("diamond-types", Role::Peer, diamond::offer),
    peer("loro", Role::Peer, loro::offer),
    peer("loro-snapshot", Role::Peer, loro::offer_snapshot),
    peer("yrs", Role::Peer, yrs::offer),
    peer("yrs-v2", Role::Peer, yrs::offer_v2),
    peer("automerge", Role::Peer, automerge::offer),
    peer("autosurgeon", Role::Peer, automerge::offer_autosurgeon),
    peer("cola", Role::Baseline, cola::offer),
    peer("jumprope", Role::Baseline, ropes::offer_jumprope),
    peer("crop", Role::Baseline, ropes::offer_crop),
    peer("ed25519-dalek", Role::Baseline, signing::offer),
];
