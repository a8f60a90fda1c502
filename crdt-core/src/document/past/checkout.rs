//! The state of one version, and the way to that of another.

use crate::document::take_in;
use crate::history::{ChangeIndex, History, Version};
use crate::node::{Incoming, NodeState, keep_state, load_state};

/// How many changes lie at least between two versions that are kept for going back.
const GAP: usize = if cfg!(test) { 2 } else { 1024 };

/// The state of a version of a history, which whoever asks has beside it.
///
/// Forwards it takes in what comes. An op cannot be taken out of a state again, so backwards it is
/// built of what came before. What is kept on the way bounds that: whoever goes back through n
/// changes step by step has each taken in O(log n) times, on the whole.
#[derive(Debug)]
pub(in crate::document) struct Checkout<S> {
    version: Version,
    state: S,
    /// Whether the state keeps all that is deleted or reset.
    keeps_all: bool,
    /// Earlier versions. Each is a part of the next one, and all of them of this one.
    earlier: Vec<Earlier>,
    /// Whether the state can be kept: it knows of nothing that only a newer type does.
    is_kept: bool,
}

/// A version with its state as it is saved.
#[derive(Debug)]
struct Earlier {
    version: Version,
    state: Vec<u8>,
}

impl<S: NodeState + Default> Checkout<S> {
    /// The state of a version, given by changes that it has with all that they depend on.
    pub(in crate::document) fn at(history: &History, heads: &[ChangeIndex]) -> Self {
        let mut checkout = Self {
            version: Version::default(),
            state: S::default(),
            keeps_all: false,
            earlier: Vec::new(),
            is_kept: true,
        };
        checkout.goto(history, heads);
        checkout
    }

    pub(in crate::document) fn version(&self) -> &Version {
        &self.version
    }

    pub(in crate::document) fn state(&self) -> &S {
        &self.state
    }

    /// Goes to another version.
    pub(in crate::document) fn goto(&mut self, history: &History, heads: &[ChangeIndex]) {
        let way = history.way(&self.version, heads);
        if way.lost.is_empty() {
            return self.advance(history, &way.gained);
        }
        let gained = self.go_back(history, heads);
        let mut rest = &*gained;
        while self.is_kept && rest.len() >= 2 * GAP {
            let (half, later) = rest.split_at(rest.len() / 2);
            self.advance(history, half);
            self.keep(history);
            rest = later;
        }
        self.advance(history, rest);
    }

    /// Takes in changes, which come after all that they depend on.
    fn advance(&mut self, history: &History, gained: &[ChangeIndex]) {
        let version = history.version_with(&self.version, gained);
        if take_in_some(history, gained, &mut self.state, self.keeps_all) {
            // What it has let go of is annulled: from now on it lets go of nothing.
            self.keeps_all = true;
            self.state = S::default();
            let all = history.way(&Version::default(), version.heads()).gained;
            take_in_some(history, &all, &mut self.state, true);
        }
        self.version = version;
    }

    /// Goes back to the last version kept that is a part of another one, or to the start, and says
    /// what the other one has beyond that.
    fn go_back(&mut self, history: &History, heads: &[ChangeIndex]) -> Vec<ChangeIndex> {
        self.keeps_all = false;
        while let Some(last) = self.earlier.last() {
            let way = history.way(&last.version, heads);
            if way.lost.is_empty()
                && let Ok((state, _)) = load_state(&last.state, history.chains())
            {
                self.state = state;
                self.version.clone_from(&last.version);
                return way.gained;
            }
            self.earlier.pop();
        }
        self.state = S::default();
        self.version = Version::default();
        history.way(&self.version, heads).gained
    }

    /// Keeps the present version for going back. One that keeps all is not: saved, it would not.
    fn keep(&mut self, history: &History) {
        let saved = if self.keeps_all { None } else { keep_state(&self.state, history.chains()) };
        match saved {
            Some(state) => self.earlier.push(Earlier { version: self.version.clone(), state }),
            None => self.is_kept = false,
        }
    }
}

/// Has a state take in some changes. Says whether one of them annuls what it may have let go of;
/// then the state has not taken it in. Compiled once, not for each type.
fn take_in_some(
    history: &History,
    changes: &[ChangeIndex],
    state: &mut dyn NodeState,
    keeps_all: bool,
) -> bool {
    let (chains, mut let_go) = (history.chains(), false);
    history.replay_some(changes, |path, op| {
        #[cfg(test)]
        crate::steps::count();
        let op = Incoming::replayed(op, keeps_all, None);
        let_go |= op.wants_all();
        if !let_go {
            let _ = take_in(state, path, &op, chains);
        }
    });
    let_go
}
