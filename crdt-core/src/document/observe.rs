//! What changed since somebody looked.

use core::fmt;

use super::Document;
use crate::history::{Change, ChangeIndex};
use crate::node::{Before, CrdtNode, DeltaError, Mark};

/// Looks at a document from time to time, and is told what has changed since then; made by
/// [`Document::observe`]. Once it is dropped nothing is kept for it any more.
#[derive(Debug)]
pub struct Observer {
    mark: Mark,
    /// How many changes there were when it looked last.
    changes: ChangeIndex,
}

/// What an observer has not seen; made by [`Document::look`]. It borrows the document, which can be
/// read meanwhile.
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

impl<T: CrdtNode> Seen<T> {
    /// What changed, if that is known: nothing may have, or [all](Self::Wholly).
    pub fn delta(&self) -> Option<&T::Delta> {
        if let Self::Delta(delta) = self { Some(delta) } else { None }
    }

    /// Makes a plain value that is kept as the document was when the observer looked last what the
    /// document is now.
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair, Text};
    /// # let mut document = Document::<Text>::create(Keypair::generate()?)?;
    /// let (mut observer, mut shown) = (document.observe(), document.value());
    /// document.change(|text| text.insert(0, "Hello"))?;
    /// document.look(&mut observer).seen.apply(&mut shown, &document)?;
    /// assert_eq!(shown, document.value());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DeltaError`] if it is another value than the document had then.
    pub fn apply(&self, value: &mut T::Value, document: &Document<T>) -> Result<(), DeltaError> {
        match self {
            Self::Nothing => Ok(()),
            Self::Delta(delta) => T::apply_delta(value, delta),
            Self::Wholly => {
                *value = document.value();
                Ok(())
            }
        }
    }
}

impl<T: CrdtNode> Document<T> {
    /// Begins to observe the document: from now on [`look`](Self::look) tells what has changed,
    /// whether it came from here or from elsewhere, and in however many changes. There can be
    /// several observers, each with what it has seen.
    ///
    /// What changes is kept until all observers have seen it, and something changes again. That
    /// takes memory in what changes, up to some megabytes; an observer that has not looked until
    /// then is told that all may have changed.
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
        self.settle();
        Observer { mark: self.effects.begin(), changes: self.history.end() }
    }

    /// What has changed since an observer of this document looked last, or began to. The observer
    /// has seen it then.
    ///
    /// Applied to the value that it had then, the delta [makes](CrdtNode::apply_delta) the value it
    /// has now. It costs what changed, whatever the size of the document: O(log n) for each edit,
    /// and what came. (Counters of which an addition or a reset was annulled are added up anew.)
    ///
    /// An observer of another `Document` is told that all has changed, each time: also one of this
    /// document before it was loaded again. Begin to [observe](Self::observe) what was loaded.
    pub fn look(&self, observer: &mut Observer) -> Look<'_, T> {
        if !self.effects.knows(&observer.mark) {
            return Look { seen: Seen::Wholly, changes: Vec::new() };
        }
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

impl<T: CrdtNode> fmt::Debug for Look<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("seen", &self.seen).field("changes", &self.changes).finish()
    }
}

impl<T: CrdtNode> Clone for Seen<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Delta(delta) => Self::Delta(delta.clone()),
            Self::Wholly => Self::Wholly,
        }
    }
}

impl<T: CrdtNode> PartialEq for Seen<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) | (Self::Wholly, Self::Wholly) => true,
            (Self::Delta(a), Self::Delta(b)) => a == b,
            _ => false,
        }
    }
}

impl<T: CrdtNode> fmt::Debug for Seen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Delta(delta) => f.debug_tuple("Delta").field(delta).finish(),
            Self::Wholly => f.write_str("Wholly"),
        }
    }
}
