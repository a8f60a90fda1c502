//! Which parts of a state are blank, found for all of them in one walk.

use super::NodeState;
use crate::history::Chains;

/// Of each part of a state that is left out when it is blank, whether it is; of each group of such
/// parts, how many are not. In the order in which a [`StateWriter`](super::StateWriter) comes to
/// them, without what lies in blank parts, which it does not enter.
///
/// A part is blank if all that lies in it is. Were it asked for that as it is written, what lies
/// deep would be walked once for every part around it.
#[derive(Debug)]
pub struct Blanks<'a> {
    found: Vec<u32>,
    chains: &'a Chains,
}

impl<'a> Blanks<'a> {
    /// Nothing has been found yet.
    pub(super) fn new(chains: &'a Chains) -> Self {
        Self { found: Vec::new(), chains }
    }

    /// How ops are ordered.
    pub(super) fn chains(&self) -> &'a Chains {
        self.chains
    }

    /// Takes note of a part in which `find` looks. Says whether it is blank.
    pub(super) fn part(&mut self, find: impl FnOnce(&mut Self) -> bool) -> bool {
        let place = self.found.len();
        self.found.push(0);
        let blank = find(self);
        if blank {
            self.found.truncate(place + 1);
        } else {
            self.found[place] = 1;
        }
        blank
    }

    /// Takes note of a group of parts, in each of which `find` looks. Says whether all are blank.
    pub(super) fn group<P>(
        &mut self,
        parts: impl Iterator<Item = P>,
        find: impl Fn(P, &mut Self) -> bool,
    ) -> bool {
        let place = self.found.len();
        self.found.push(0);
        let mut written = 0;
        for part in parts {
            written += u32::from(!self.part(|blanks| find(part, blanks)));
        }
        self.found[place] = written;
        written == 0
    }

    /// Looks into all of some states, which are written whether they are blank or not. Says whether
    /// all are.
    pub(super) fn all<'s>(&mut self, states: impl Iterator<Item = &'s dyn NodeState>) -> bool {
        let mut blank = true;
        for state in states {
            blank &= state.find_blanks(self);
        }
        blank
    }

    /// What has been found, in order.
    pub(super) fn into_found(self) -> std::vec::IntoIter<u32> {
        self.found.into_iter()
    }
}
