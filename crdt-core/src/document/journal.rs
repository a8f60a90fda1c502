use core::iter::FusedIterator;

use super::files::{saved_at_front, saved_id};
use crate::codec::Reader;
use crate::crypto::DocumentId;
use crate::history::{document_of, is_bundle};

/// A journal, taken apart: a saved document, if there is one, and the bundles that were appended to
/// it since.
///
/// It is the natural file of an app: what comes from [`export`](crate::Document::export) or from
/// others is appended, and now and then the whole is replaced by what
/// [`save`](crate::Document::save) gives. Where a write was torn, or something else was appended,
/// the whole pieces before it are still there:
///
/// ```
/// # use crdt_core::{CrdtNode, Document, Journal, Keypair};
/// # #[derive(CrdtNode, Clone, Debug, PartialEq)]
/// # struct Note { title: String }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = || Keypair::from_secret_bytes(&[1; 32]);
/// # let mut note = Document::<Note>::create(key())?;
/// # let mut file = note.save();
/// # for title in ["Draft", "Plan", "Launch"] {
/// #     let heads = note.heads();
/// #     note.change(|note| note.title.set(title))?;
/// #     file.extend(note.export(&heads));
/// # }
/// # file.truncate(file.len() - 10);
/// let mut journal = Journal::new(&file);
/// let mut note = match journal.saved() {
///     Some(saved) => Document::<Note>::load(saved, key())?,
///     None => return Err("not a journal of mine".into()),
/// };
/// for bundle in &mut journal {
///     note.apply(bundle)?;
/// }
/// // The last write was torn: what is left of it goes, so that the next one can be read.
/// let whole = journal.offset();
/// file.truncate(whole);
/// assert_eq!(note.read().title, "Plan");
/// # assert_eq!(Journal::new(&file).count(), 2);
/// # Ok(())
/// # }
/// ```
///
/// Nothing but lengths and marks is looked at: what is given out is whole, and
/// [`load`](crate::Document::load) and [`apply`](crate::Document::apply) say whether it is valid. A
/// bundle that [`apply`](crate::Document::apply) refuses as malformed was damaged; those behind it
/// may be good still. Reading takes time in the number of pieces.
#[derive(Clone, Debug)]
pub struct Journal<'a> {
    bytes: &'a [u8],
    saved: Option<&'a [u8]>,
    /// How many bytes have been given out.
    offset: usize,
}

impl<'a> Journal<'a> {
    /// Takes bytes apart that begin with a saved document or with a bundle.
    pub fn new(bytes: &'a [u8]) -> Self {
        let saved = saved_at_front(bytes);
        Self { bytes, saved, offset: saved.map_or(0, <[u8]>::len) }
    }

    /// The saved document that the bytes begin with, to be [loaded](crate::Document::load).
    pub fn saved(&self) -> Option<&'a [u8]> {
        self.saved
    }

    /// Which document the bytes are of, by what their first piece says, unchecked: the one to
    /// [begin](crate::History::new) with where there are bundles alone. `None` if there is no piece
    /// or the first one is damaged where it says so.
    ///
    /// ```
    /// # use crdt_core::{Document, History, Journal, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
    /// # text.change(|text| text.push_str("from elsewhere"))?;
    /// let received = text.export(&[]);
    /// let document = Journal::new(&received).document().ok_or("nothing was received")?;
    /// let mut history = History::new(document);
    /// history.apply(&received)?;
    /// assert_eq!(history.to_json(), "from elsewhere");
    /// # Ok(())
    /// # }
    /// ```
    pub fn document(&self) -> Option<DocumentId> {
        let document = match self.saved {
            Some(saved) => saved_id(saved),
            None => Reader::new(self.bytes).bytes().and_then(document_of),
        };
        document.ok()
    }

    /// How many bytes the saved document and the bundles given out so far take. When there are no
    /// more, what is torn or foreign begins here, if it is not the end.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

/// The bundles one by one, each as [`apply`](crate::Document::apply) takes it.
impl<'a> Iterator for Journal<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = &self.bytes[self.offset..];
        let mut reader = Reader::new(rest);
        reader.bytes().ok().filter(|bundle| is_bundle(bundle))?;
        let (bundle, _) = rest.split_at(rest.len() - reader.rest().len());
        self.offset += bundle.len();
        Some(bundle)
    }
}

impl FusedIterator for Journal<'_> {}
