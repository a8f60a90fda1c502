//! What leaves in portions, and what comes abbreviated: for protocols.

use super::History;
use crate::codec::{DecodeError, Reader};
use crate::crypto::ChangeHash;
use crate::history::export::had;
use crate::history::export::portion::{Asked, Portion};
use crate::history::format::bundle;
use crate::history::format::frontier::{Frontier, ShortTip};

impl History {
    /// Part of what another replica lacks, as bundles that each can be applied where those before
    /// it were: so what has arrived of them is not lost if the rest does not.
    ///
    /// What this replica wrote and has not signed yet is left out. Costs what
    /// [`export`](Self::export) or [`export_for`](Self::export_for) would, without writing what is
    /// not asked for.
    ///
    /// ```
    /// # use crdt_core::{Asked, Document, Have, History, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
    /// # for _ in 0..10 { text.change(|text| text.push_str("Hello"))?; text.export(&[]); }
    /// # let mut history = History::new(text.id());
    /// # history.apply(&text.export(&[]))?;
    /// let mut other = History::new(history.document());
    /// let mut next = Some(0);
    /// while let Some(first) = next {
    ///     let changes = first..history.len();
    ///     let have = Have::Heads(&[]);
    ///     let portion =
    ///         history.export_portion(&Asked { have, changes, bytes: 1 << 20, genesis: true });
    ///     for bundle in &portion.bundles {
    ///         other.apply(&bundle.bytes)?;
    ///     }
    ///     next = portion.next;
    /// }
    /// assert_eq!(other.heads(), history.heads());
    /// # Ok(())
    /// # }
    /// ```
    pub fn export_portion(&self, asked: &Asked<'_>) -> Portion {
        self.exporter(None).portion(asked)
    }

    /// The frontier that abbreviated tips stand for, as far as it can be told here: each change
    /// here that one may mean, or else that its author has gone on. O(n log n) in the number of
    /// tips and chains. It may be wrong, so [heads](Self::heads) have to be compared after what
    /// follows.
    pub fn recognize(&self, tips: &[ShortTip]) -> Frontier {
        had::recognized(self.store(), tips)
    }

    /// Whether a change is known, if that can be told without unpacking an opened document's old
    /// changes, as [`contains`](Self::contains) does. O(1).
    ///
    /// ```
    /// # use crdt_core::{Document, History, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
    /// # text.change(|text| text.push_str("Hello"))?;
    /// let old = text.heads()[0];
    /// text.change(|text| text.push_str("!"))?;
    /// let opened = History::load(&text.save())?;
    /// assert_eq!(opened.contains_at_hand(&text.heads()[0]), Some(true));
    /// assert_eq!(opened.contains_at_hand(&old), None);
    /// assert!(opened.contains(&old));
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains_at_hand(&self, change: &ChangeHash) -> Option<bool> {
        self.chains().contains_at_hand(change)
    }

    /// Whether every tip of a frontier is here: who has it has nothing that is not here. Costs what
    /// [`export_for`](Self::export_for) does to compare.
    pub fn covers(&self, frontier: &Frontier) -> bool {
        had::is_known(self.store(), frontier)
    }

    /// The canonical bytes that bundles state, each after its length as
    /// [`apply`](Self::apply) takes them: the work that they make, which is known without
    /// decoding them.
    ///
    /// # Errors
    /// [`DecodeError`] if they do not begin as bundles do, or state what their length cannot hold.
    pub fn stated_bytes(bundles: &[u8]) -> Result<u64, DecodeError> {
        let mut reader = Reader::new(bundles);
        let mut sum = 0;
        while !reader.is_empty() {
            bundle::check_mark(reader.rest())?;
            sum += bundle::Bundle::stated(reader.bytes()?)?.bytes as u64;
        }
        Ok(sum)
    }

    /// How long the first of several bundles are, each after its length, which are so many at most
    /// and [state](Self::stated_bytes) so many canonical bytes at most; but one of them always. For
    /// whoever takes in much, and has something else to do in between: every bundle costs verifying
    /// a signature, and hashing what it states.
    ///
    /// # Errors
    /// As [`stated_bytes`](Self::stated_bytes).
    pub fn first_bundles(bundles: &[u8], most: usize, bytes: u64) -> Result<usize, DecodeError> {
        let mut reader = Reader::new(bundles);
        let (mut length, mut sum) = (0, 0);
        for _ in 0..most.max(1) {
            if reader.is_empty() {
                break;
            }
            bundle::check_mark(reader.rest())?;
            sum += bundle::Bundle::stated(reader.bytes()?)?.bytes as u64;
            if length > 0 && sum > bytes {
                break;
            }
            length = bundles.len() - reader.rest().len();
        }
        Ok(length)
    }
}
