//! What the counters of names are written from.

use crate::history::bundle::Reference;

/// The chain that a name points into, as far as a bundle knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Chain {
    /// The chain of a lane.
    Lane(u32),
    /// The chain of a change outside.
    Outside(u32),
    /// None: no honest writer names it.
    None,
}

/// The counter that was named last on every chain; 0 where none was.
#[derive(Debug, Default)]
pub(super) struct Near {
    lanes: Vec<u32>,
    outside: Vec<u32>,
}

impl Near {
    pub(super) fn get(&self, chain: Chain) -> u32 {
        match chain {
            Chain::Lane(lane) => self.lanes.get(lane as usize).copied().unwrap_or(0),
            Chain::Outside(place) => self.outside.get(place as usize).copied().unwrap_or(0),
            Chain::None => 0,
        }
    }

    pub(super) fn set(&mut self, chain: Chain, counter: u32) {
        let (all, place) = match chain {
            Chain::Lane(lane) => (&mut self.lanes, lane as usize),
            Chain::Outside(place) => (&mut self.outside, place as usize),
            Chain::None => return,
        };
        if place >= all.len() {
            all.resize(place + 1, 0);
        }
        all[place] = counter;
    }
}

/// The chains that the names in one member point into.
#[derive(Debug, Default)]
pub(super) struct Table {
    own: u32,
    others: Vec<Chain>,
}

impl Table {
    /// Enters the table of a member of a lane. `lane_of` knows the lanes of members.
    pub(super) fn enter(
        &mut self,
        own: u32,
        dependencies: impl Iterator<Item = Reference>,
        lane_of: impl Fn(u32) -> u32,
    ) {
        self.own = own;
        self.others.clear();
        self.others.extend(dependencies.map(|reference| match reference {
            Reference::Member(member) => Chain::Lane(lane_of(member)),
            Reference::Outside(place) => Chain::Outside(place),
        }));
    }

    pub(super) fn chain(&self, index: u32) -> Chain {
        match index.checked_sub(1) {
            None => Chain::Lane(self.own),
            Some(other) => self.others.get(other as usize).copied().unwrap_or(Chain::None),
        }
    }

    pub(super) fn own(&self) -> Chain {
        Chain::Lane(self.own)
    }
}
