//! Earlier versions, the log, and who wrote what.

mod blame;
mod log;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::prepared::scripts::Scripted;
use super::{create, key};
use crate::crypto::ChangeHash;
use crate::document::Document;
use crate::history::{Heads, History};
use crate::node::CrdtNode;

/// Some authors, and each change as the message that brought it to the others.
pub(super) struct World<T: CrdtNode> {
    pub(super) authors: Vec<Document<T>>,
    pub(super) messages: BTreeMap<ChangeHash, Vec<u8>>,
    /// Versions that an author had.
    pub(super) versions: BTreeSet<Heads>,
}

/// Who does something, with whom or what.
pub(super) type Step = (usize, usize, u32);

pub(super) fn script() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..3usize, 0..6usize, any::<u32>()), 1..24)
}

impl<T: Scripted> World<T> {
    pub(super) fn of(script: &[Step]) -> Self {
        let first = create::<T>();
        let mut authors: Vec<_> =
            (2..4).map(|number| Document::join(first.id(), key(number))).collect();
        authors.push(first);
        let mut world = Self {
            authors,
            messages: BTreeMap::new(),
            versions: BTreeSet::from([Heads::default()]),
        };
        for (who, with, by) in script {
            world.step(*who, *with, *by);
        }
        world
    }

    fn step(&mut self, who: usize, with: usize, by: u32) {
        if let Some(other) = self.authors.get(with)
            && with != who
        {
            let news = other.export_for(&self.authors[who].frontier());
            self.authors[who].apply(&news).expect("it is genuine");
        } else {
            let before = self.authors[who].heads();
            // Some edits fail.
            let _ = self.authors[who].change(|editor| T::edit_by(editor, by));
            let message = self.authors[who].export(&before);
            let made = self.authors[who].history().between(&before, &self.authors[who].heads());
            for change in made.expect("both are known").gained {
                self.messages.insert(change.hash(), message.clone());
            }
        }
        self.versions.insert(self.authors[who].heads());
    }

    /// A document with all changes.
    pub(super) fn whole(&self) -> Document<T> {
        self.with(self.messages.keys().copied())
    }

    pub(super) fn with(&self, changes: impl Iterator<Item = ChangeHash>) -> Document<T> {
        let mut document = create::<T>();
        let founded = document.export_all();
        document = Document::join(document.id(), key(9));
        document.apply(&founded).expect("it is genuine");
        for change in changes {
            document.apply(&self.messages[&change]).expect("it is genuine");
        }
        assert_eq!(document.history().pending(), (0, 0), "all that they depend on is there");
        document
    }

    /// A document that has nothing but the changes of a version.
    pub(super) fn alone(&self, history: &History, heads: &[ChangeHash]) -> Document<T> {
        self.with(ancestors(history, heads).into_iter())
    }
}

/// Changes and all that they depend on, by definition.
pub(super) fn ancestors(history: &History, heads: &[ChangeHash]) -> BTreeSet<ChangeHash> {
    let (mut all, mut open) = (BTreeSet::new(), heads.to_vec());
    while let Some(next) = open.pop() {
        if all.insert(next) {
            open.extend(history.change(&next).expect("it is known").made_upon().iter());
        }
    }
    all
}
