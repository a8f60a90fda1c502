//! What changed since somebody looked.

use super::Document;
use crate::history::{Change, ChangeIndex};
use crate::node::{Before, CrdtNode, Mark};

/// Looks at a document from time to time, and is told what has changed since then; made by
/// [`Document::observe`]. Once it is dropped nothing is kept for it any more.
#[derive(Debug)]
pub struct Observer {
    mark: Mark,
    /// How many changes there were when it looked last.
    changes: ChangeIndex,
}

/// What an observer has not seen; made by [`Document::look`].
pub struct Look<'d, T: CrdtNode> {
    /// What changed.
    pub seen: Seen<T>,
    /// The changes that it comes from, each after everything it depends on. What was made here is
    /// that of which this document's is the author.
    pub changes: Vec<Change<'d>>,
}

/// What changed since an observer looked last.
pub enum Seen<T: CrdtNode> {
    /// Nothing that can be seen.
    Nothing,
    /// This.
    Delta(T::Delta),
    /// Too much to have been kept. Read the document as a whole.
    Wholly,
}

impl<T: CrdtNode> Document<T> {
    /// Begins to observe the document: from now on [`look`](Self::look) tells what has changed,
    /// whether it came from here or from elsewhere, and in however many changes. There can be
    /// several observers, each with what it has seen.
    ///
    /// What changes is kept until all observers have seen it. That takes memory in what changes, up
    /// to some megabytes; an observer that has not looked until then is told that all may have
    /// changed.
    ///
    /// ```
    /// use crdt_core::node::TextRun;
    /// use crdt_core::{Document, Keypair, Seen, Text};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut mine = Document::<Text>::create(Keypair::generate()?)?;
    /// mine.change(|text| text.insert(0, "Hello"))?;
    /// let mut yours = mine.fork(Keypair::generate()?)?;
    ///
    /// let mut shown = mine.value();
    /// let mut observer = mine.observe();
    /// mine.change(|text| text.insert(5, " world"))?;
    /// yours.change(|text| text.insert(0, "> "))?;
    /// mine.merge(&mut yours)?;
    ///
    /// match mine.look(&mut observer).seen {
    ///     Seen::Nothing => {}
    ///     Seen::Wholly => shown = mine.value(),
    ///     Seen::Delta(delta) => {
    ///         assert_eq!(
    ///             delta.0,
    ///             [TextRun::insert("> "), TextRun::retain(5), TextRun::insert(" world")]
    ///         );
    ///         delta.apply(&mut shown.0)?;
    ///     }
    /// }
    /// assert_eq!(shown, mine.value());
    /// # Ok(())
    /// # }
    /// ```
    pub fn observe(&mut self) -> Observer {
        Observer { mark: self.effects.begin(), changes: self.history.end() }
    }

    /// What has changed since an observer of this document looked last, or began to. The observer
    /// has seen it then.
    ///
    /// Applied to the value that it had then, the delta [makes](CrdtNode::apply_delta) the value it
    /// has now. It costs what changed, whatever the size of the document: O(log n) for each edit,
    /// and what came. (Counters of which an addition or a reset was annulled are added up anew.)
    ///
    /// An observer of another document is told that all has changed.
    pub fn look(&mut self, observer: &mut Observer) -> Look<'_, T> {
        let chains = self.history.chains();
        let seen = match self.effects.since(&observer.mark) {
            None => Seen::Wholly,
            Some(touched) if touched.is_empty() => Seen::Nothing,
            Some(touched) => {
                let delta = T::delta(Before::Touched(&touched), &self.state, chains);
                delta.map_or(Seen::Nothing, Seen::Delta)
            }
        };
        self.effects.seen(&observer.mark);
        let from = core::mem::replace(&mut observer.changes, self.history.end());
        Look { seen, changes: self.history.changes_from(from).collect() }
    }
}
