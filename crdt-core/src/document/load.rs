use super::files::Saved;
use super::{Document, Opened, UndoLimits};
use crate::crypto::Keypair;
use crate::history::{History, LoadError, OpenedAs, PendingLimits};
use crate::node::{CrdtNode, load_state};
use crate::schema::state_hash;

/// How a saved document is opened, for [`load_with`](Document::load_with).
///
/// ```
/// use crdt_core::{Document, Keypair, LoadOptions, PendingLimits, Text};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut text = Document::<Text>::create(Keypair::generate()?)?;
/// text.change(|text| text.push_str("from elsewhere"))?;
/// let saved = text.save();
///
/// let few = PendingLimits { bytes: 1 << 20, bundles: 100 };
/// let options = LoadOptions::new().verified().any_type().pending_limits(few);
/// let opened = Document::<Text>::load_with(&options, &saved, None)?;
/// assert_eq!(opened.read(), "from elsewhere");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LoadOptions {
    verified: bool,
    any_type: bool,
    pending: Option<PendingLimits>,
    undo: UndoLimits,
}

impl LoadOptions {
    /// The bytes are trusted, and the document has to be of the type that it is opened as.
    pub fn new() -> Self {
        Self::default()
    }

    /// Somebody else could have written the bytes: everything is checked as if it had been
    /// received, and the state is built from the changes.
    ///
    /// What the bytes say of the changes beside them has to be what these come to, the bundles that
    /// wait are checked as those that come in are, and the state in the bytes is passed over. Costs
    /// what receiving all the changes costs. Memory is bounded by four times
    /// [`MAX_BUNDLE_EXPANSION`](crate::limits::MAX_BUNDLE_EXPANSION) for each of the bytes, beside
    /// 4 MiB: so many changes can bytes state, and of each there is more than its canonical bytes.
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// The document may be of any type. What does not fit the one that it is opened as reads as if
    /// it had not been written, and stays.
    ///
    /// A `Document<Json>` opens any document anyway, and so does [`History`], which shows it without
    /// a type.
    #[must_use]
    pub fn any_type(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// Bounds what may wait for changes it depends on. Of what waits in the file already, what has
    /// waited longest is dropped until the rest is within the bounds. Without them all of it is
    /// kept.
    #[must_use]
    pub fn pending_limits(mut self, limits: PendingLimits) -> Self {
        self.pending = Some(limits);
        self
    }

    /// Bounds what can be undone and redone, as [`Document::with_undo_limits`] does.
    #[must_use]
    pub fn undo_limits(mut self, limits: UndoLimits) -> Self {
        self.undo = limits;
        self
    }

    /// Whether nothing is believed that is not proven.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// Reads a document that is to be of a type, and what to believe of its state.
    fn read<'a>(
        &self,
        bytes: &'a [u8],
        opened_as: Option<OpenedAs>,
    ) -> Result<Saved<'a>, LoadError> {
        let mut saved = Saved::read_as(bytes, opened_as.filter(|_| !self.any_type))?;
        if self.verified {
            saved = Saved { history: saved.history.verified()?, state: None };
        }
        if let Some(limits) = self.pending {
            saved.history.bound_pending(limits);
        }
        Ok(saved)
    }
}

impl<T: CrdtNode> Document<T> {
    /// Opens a saved document to go on writing as `keypair`: the key it was written with here, or a
    /// new one, which makes this replica another author.
    ///
    /// One key must write in one place only: load the newest bytes that were saved with it, and
    /// give another device a key of its own.
    ///
    /// The bytes are trusted as what this program has saved: a checksum finds damage, but no
    /// signature is verified again. Open what somebody else could have written with
    /// [`load_verified`](Self::load_verified).
    ///
    /// Costs time in the size of the state, and a copy and a hash of the bytes; changes are not
    /// looked at. Old ones are unpacked, O(changes), when they are first asked for: by an export to
    /// a replica that lacks some of them, by looking at changes, by naming elements for outside
    /// ([`ElementId`](crate::ElementId)), where concurrent writes of one time have to be ordered,
    /// and by changes from elsewhere that follow on old ones. Where the type's definition is not
    /// the one that the document was saved with, or changes say what that type does not know, the
    /// state is built from all changes.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes. It is [`LoadError::OfAnotherType`] if the
    /// document was created as a type that is not `T`, and was never called so: `#[crdt(alias =
    /// "..")]` on a type gives its former names. What stands in the type is asked too: a document
    /// of `Vec<Task>` is none of `Vec<Note>`, one of `Titled<String>` none of `Titled<u32>`. As in
    /// fields, an integer may have another width, a leaf become an `Option`, a type be wrapped in a
    /// newtype, and lists, maps and sets be those of other types of the library.
    ///
    /// Not asked is what the document does not say: what a [`Register`](crate::Register) holds,
    /// parameters that are constants or stored neither as nodes nor as keys, those of a type with a
    /// `bound` of its own. A [`Json`](crate::Json), whole or as a part, fits whatever was
    /// written.
    pub fn load(bytes: &[u8], keypair: Keypair) -> Result<Self, LoadError> {
        Self::load_with(&LoadOptions::new(), bytes, Some(keypair))
    }

    /// Opens a saved document for reading, trusting the bytes as [`load`](Self::load) does.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_read_only(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::load_with(&LoadOptions::new(), bytes, None)
    }

    /// Opens a saved document that somebody else could have written, as [`LoadOptions::verified`]
    /// says, for reading if there is no key.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_verified(bytes: &[u8], keypair: Option<Keypair>) -> Result<Self, LoadError> {
        Self::load_with(&LoadOptions::new().verified(), bytes, keypair)
    }

    /// Opens a saved document as the options say, to go on writing as `keypair` or, without one,
    /// for reading.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with(
        options: &LoadOptions,
        bytes: &[u8],
        keypair: Option<Keypair>,
    ) -> Result<Self, LoadError> {
        let saved = options.read(bytes, Some(Self::as_this_type()))?;
        let opened = Self { any_type: options.any_type, ..Self::open(saved, keypair) };
        Ok(opened.with_undo_limits(options.undo))
    }

    fn open(Saved { history, state }: Saved<'_>, keypair: Option<Keypair>) -> Self {
        let Some(bytes) = state.filter(|(schema, _)| *schema == state_hash::<T>()) else {
            return Self::replayed(history, keypair);
        };
        match load_state(bytes.1, history.chains()) {
            Ok((state, partial)) => Self { partial, ..Self::with_state(history, state, keypair) },
            Err(error) => {
                tracing::warn!(%error, "a saved state is not one; it is built from the changes");
                Self::replayed(history, keypair)
            }
        }
    }

    fn replayed(history: History, keypair: Option<Keypair>) -> Self {
        Self { opened: Opened::Replayed, ..Self::over(history, keypair) }
    }

    /// Whether its state was built from all its changes when it was opened, since what was saved had
    /// no state, or that of a type with another schema. Saved as it is now, it is opened in time
    /// that does not depend on them.
    pub fn was_replayed(&self) -> bool {
        self.opened == Opened::Replayed
    }
}

impl History {
    /// Opens a saved document without knowing its type, trusting the bytes as
    /// [`Document::load`] does.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::load_with(&LoadOptions::new(), bytes)
    }

    /// Opens a saved document that somebody else could have written, as [`LoadOptions::verified`]
    /// says.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_verified(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::load_with(&LoadOptions::new().verified(), bytes)
    }

    /// Opens a saved document without knowing its type, as the options say.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_with(options: &LoadOptions, bytes: &[u8]) -> Result<Self, LoadError> {
        Ok(options.read(bytes, None)?.history)
    }
}
