//! What a store must be after a power cut.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;

use crdt_core::{Digest, Document, DocumentId, Heads};
use crdt_store::{Identity, Store, StoreError, StoreOptions, Stored};
use power_cut::{Cut, Recording};

use crate::place::{self, FILE};
use crate::promise::Promise;
use crate::workload::{Note, guest_key};

/// What a power cut did to a store.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Something that was promised is not there.
    Lost(String),
    /// What is there is not what was written, or cannot be gone on with.
    Broken(String),
}

impl Damage {
    fn broken(what: impl fmt::Display, why: impl fmt::Debug) -> Self {
        Self::Broken(format!("{what}: {why:?}"))
    }
}

/// Looks at the cuts of one recording, in their order.
pub(crate) struct Examiner {
    promises: Vec<Promise>,
    /// Whether promises hold from when they were flushed.
    grouped: bool,
    /// What somebody has who received everything that was promised up to a promise.
    guests: HashMap<DocumentId, (usize, Vec<u8>)>,
    /// What the changes below heads come to.
    digests: HashMap<(DocumentId, Heads), Digest>,
}

/// The documents of a store that are spoken of in its promises; none where it was removed.
type Found = BTreeMap<DocumentId, Option<Stored<Note>>>;

impl Examiner {
    pub(crate) fn of(recording: &Recording) -> Self {
        let promises = recording.acknowledged().iter().map(|line| Promise::parse(line)).collect();
        let (guests, digests) = (HashMap::new(), HashMap::new());
        Self { promises, grouped: false, guests, digests }
    }

    /// What was promised may be lost, the newest first, until it was flushed.
    pub(crate) fn grouped(self) -> Self {
        Self { grouped: true, ..self }
    }

    /// What is wrong after a power cut, if anything is.
    pub(crate) fn damage(&mut self, cut: &Cut) -> Option<Damage> {
        let folder = cut.restore().unwrap();
        place::settle(folder.path()).unwrap();
        self.look(folder.path(), cut.acknowledged().len()).err()
    }

    fn look(&mut self, folder: &Path, made: usize) -> Result<(), Damage> {
        let store = Store::open(folder.join(FILE));
        let store = store.map_err(|error| Damage::broken("the store", error))?;
        self.see_author(&store, made)?;
        let mut found = self.found(&store, made)?;
        for document in found.values_mut().flatten() {
            self.see_whole(document)?;
        }
        let flushed =
            self.promises[..made].iter().rposition(|promise| *promise == Promise::Flushed);
        let certain = if self.grouped { flushed.unwrap_or(0) } else { made };
        self.see_promises(&mut found, folder, made, certain)?;
        for document in found.values_mut().flatten() {
            self.go_on(document, certain)?;
        }
        Ok(())
    }

    /// The key is the one that it was.
    fn see_author(&self, store: &Store, made: usize) -> Result<(), Damage> {
        let known = self.promises[..made].iter().rev().find_map(|promise| match promise {
            Promise::Author(author) => Some(*author),
            _ => None,
        });
        match (known, store.identity()) {
            (None, Identity::New | Identity::Known) => Ok(()),
            (Some(author), Identity::Known) if store.author() == Some(author) => Ok(()),
            (_, identity) => Err(Damage::Lost(format!("the key of {known:?}: it is {identity:?}"))),
        }
    }

    fn found(&self, store: &Store, made: usize) -> Result<Found, Damage> {
        let mut found = Found::new();
        let promises = &self.promises[..made];
        for id in promises.iter().filter_map(Promise::document) {
            if found.contains_key(&id) {
                continue;
            }
            match store.open_document::<Note>(id) {
                Ok(document) => drop(found.insert(id, Some(document))),
                Err(StoreError::UnknownDocument(_)) => {}
                Err(StoreError::Removed(_)) if promises.contains(&Promise::Removing(id)) => {
                    found.insert(id, None);
                }
                Err(error) => return Err(Damage::broken(id, error)),
            }
        }
        Ok(found)
    }

    /// A document is what somebody else makes of its changes.
    fn see_whole(&mut self, document: &Stored<Note>) -> Result<(), Damage> {
        let id = document.id();
        let digest = self.digests.entry((id, document.heads())).or_insert_with(|| {
            let mut rebuilt = Document::<Note>::join(id, guest_key());
            rebuilt.apply(&document.history().export(&[])).unwrap();
            rebuilt.digest()
        });
        if document.digest() == *digest {
            return Ok(());
        }
        Err(Damage::Broken(format!("{id} is not what its changes come to")))
    }

    /// All that is certain is there, and of the rest only the newest may not be.
    fn see_promises(
        &self,
        found: &mut Found,
        folder: &Path,
        made: usize,
        certain: usize,
    ) -> Result<(), Damage> {
        let mut lost = None;
        for (place, promise) in self.promises[..made].iter().enumerate() {
            let is_kept = match promise {
                Promise::Copied => self.holds_copy(folder, place)?,
                promise => holds(promise, found)?,
            };
            match (is_kept, &lost) {
                (Some(false), _) if place < certain => {
                    return Err(Damage::Lost(promise.to_string()));
                }
                (Some(false), None) => lost = Some(promise),
                (Some(true), Some(older)) => {
                    return Err(Damage::Broken(format!("{older} is lost, and {promise} is not")));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The copy has what was promised before it.
    fn holds_copy(&self, folder: &Path, before: usize) -> Result<Option<bool>, Damage> {
        let copy = Store::open_with(folder.join("copy.crdt"), &StoreOptions::new().read_only());
        let Ok(copy) = copy else { return Ok(Some(false)) };
        let mut found = self.found(&copy, before)?;
        for promise in &self.promises[..before] {
            let is_about_copy = !matches!(promise, Promise::Waits(..));
            if is_about_copy && holds(promise, &mut found)? == Some(false) {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// Whoever received what was certain takes in what is written next, and sees no fork.
    fn go_on(&mut self, document: &mut Stored<Note>, certain: usize) -> Result<(), Damage> {
        let id = document.id();
        let changed = document.change(|note| note.lines.push("after the cut".to_owned()));
        changed.map_err(|error| Damage::broken(id, error))?;
        let mut guest = self.guest(id, certain);
        let bundles = Document::export(document, &guest.heads());
        guest.apply(&bundles).map_err(|error| Damage::broken(id, error))?;
        if !document.equivocations().is_empty() || !guest.equivocations().is_empty() {
            return Err(Damage::Broken(format!("{id} is forked by going on")));
        }
        if guest.heads() != document.heads() || guest.digest() != document.digest() {
            return Err(Damage::Broken(format!("{id} is not what the guest has of it")));
        }
        Ok(())
    }

    fn guest(&mut self, id: DocumentId, certain: usize) -> Document<Note> {
        let (seen, saved) = self
            .guests
            .entry(id)
            .or_insert_with(|| (0, Document::<Note>::join(id, guest_key()).save()));
        let mut guest = Document::<Note>::load(saved, guest_key()).unwrap();
        if *seen < certain {
            for promise in &self.promises[*seen..certain] {
                if let Promise::Changed(changed, _, bundles) = promise
                    && *changed == id
                {
                    guest.apply(bundles).unwrap();
                }
            }
            (*seen, *saved) = (certain, guest.save());
        }
        guest
    }
}

/// Whether a promise holds, if it is one that can be lost.
fn holds(promise: &Promise, found: &mut Found) -> Result<Option<bool>, Damage> {
    let Some(id) = promise.document() else { return Ok(None) };
    let Some(document) = found.get_mut(&id) else {
        return Ok(Some(matches!(promise, Promise::Removing(_))));
    };
    let kept = match (promise, document) {
        (Promise::Removing(_), _) => return Ok(None),
        (Promise::Removed(_), document) => document.is_none(),
        (Promise::Changed(_, hash, _), Some(document)) => document.history().contains(hash),
        (Promise::Waits(_, hash, needed), Some(document)) => {
            if !document.history().contains(hash) {
                document.apply(needed).map_err(|error| Damage::broken(id, error))?;
            }
            document.history().contains(hash)
        }
        // A document that was removed has kept nothing, and one that was made is found.
        _ => true,
    };
    Ok(Some(kept))
}
