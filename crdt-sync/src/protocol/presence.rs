//! Presence: where somebody is in a document, and whatever else an app shows of those that are
//! there. It is never part of the history.
//!
//! Its author signs it, with the document, a session and a number. So a relay cannot make it up,
//! and what was said once cannot be said again: of each author only what is later than all that
//! came before is taken, where later means of a higher session, or of the same and with a higher
//! number. A session is the time at which it began, by the author's own clock. What has not been
//! said anew for a while is forgotten, counted from when it was received; that there was something
//! later is remembered.

use crdt_core::sorted::{SortedMap, SortedSet};
use crdt_core::{Author, DocumentId, Keypair, Signature};

use super::time::Time;
use super::wire::{put_bytes, put_varint};

/// The most bytes of presence.
pub const MAX_PRESENCE: usize = 1024;
const CONTEXT: &str = "crdt-sync 1 presence";

/// Where somebody is, as its author signed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Presence {
    /// Whose it is.
    pub author: Author,
    /// When the author's session began, by its own clock.
    pub session: u64,
    /// Counts up in a session.
    pub number: u64,
    /// What the app says; at most 1024 bytes. None at all says that the author has left.
    pub bytes: Vec<u8>,
    /// Over all of it and the document.
    pub signature: Signature,
}

impl Presence {
    /// Signs presence. `None` if it is longer than [`MAX_PRESENCE`].
    pub fn sign(
        keypair: &Keypair,
        document: &DocumentId,
        (session, number): (u64, u64),
        bytes: &[u8],
    ) -> Option<Self> {
        let signed = signed(document, (session, number), bytes);
        let signature = keypair.sign_message(CONTEXT, &signed);
        let (author, bytes) = (keypair.author(), bytes.to_vec());
        let presence = Self { author, session, number, bytes, signature };
        (presence.bytes.len() <= MAX_PRESENCE).then_some(presence)
    }

    /// Whether its author said it of this document.
    pub fn is_genuine(&self, document: &DocumentId) -> bool {
        let signed = signed(document, (self.session, self.number), &self.bytes);
        self.author.verify_message(CONTEXT, &signed, &self.signature)
    }
}

fn signed(document: &DocumentId, (session, number): (u64, u64), bytes: &[u8]) -> Vec<u8> {
    let mut signed = document.as_bytes().to_vec();
    put_varint(&mut signed, session);
    put_varint(&mut signed, number);
    put_bytes(&mut signed, bytes);
    signed
}

/// Who is where, of all documents of a place.
#[derive(Debug)]
pub struct Presences {
    lifetime: u64,
    most: usize,
    all: SortedMap<DocumentId, SortedMap<Author, Entry>>,
    /// By when they were heard of last: all, so that the oldest can be forgotten, and those who are
    /// there, who expire.
    heard: SortedSet<(Time, DocumentId, Author)>,
    present: SortedSet<(Time, DocumentId, Author)>,
}

#[derive(Debug)]
struct Entry {
    latest: (u64, u64),
    heard: Time,
    shown: Option<Presence>,
}

impl Presences {
    /// What is not said anew within so many milliseconds expires. At most so many authors are
    /// remembered, each counted in each document; those heard of longest ago are forgotten first.
    pub const fn new(lifetime: u64, most: usize) -> Self {
        Self {
            lifetime,
            most,
            all: SortedMap::new(),
            heard: SortedSet::new(),
            present: SortedSet::new(),
        }
    }

    /// Takes presence that is genuine, unless it came before or is older than what did. Says
    /// whether it is news.
    pub fn take(&mut self, now: Time, document: DocumentId, presence: &Presence) -> bool {
        let latest = (presence.session, presence.number);
        let known = self.all.get(&document).and_then(|all| all.get(&presence.author));
        if known.is_some_and(|known| known.latest >= latest) {
            return false;
        }
        self.forget(&document, &presence.author);
        let shown = Some(presence).filter(|presence| !presence.bytes.is_empty()).cloned();
        let place = (now, document, presence.author);
        self.heard.insert(place);
        if shown.is_some() {
            self.present.insert(place);
        }
        let entry = Entry { latest, heard: now, shown };
        self.all.entry(document).or_default().insert(presence.author, entry);
        if self.heard.len() > self.most
            && let Some((_, document, author)) = self.heard.first().copied()
        {
            self.forget(&document, &author);
        }
        true
    }

    fn forget(&mut self, document: &DocumentId, author: &Author) {
        let Some(all) = self.all.get_mut(document) else { return };
        if let Some(entry) = all.remove(author) {
            let place = (entry.heard, *document, *author);
            self.heard.remove(&place);
            self.present.remove(&place);
        }
        if all.is_empty() {
            self.all.remove(document);
        }
    }

    /// Who has expired since it was last asked. Costs as much as there are of these.
    pub fn expire(&mut self, now: Time) -> Vec<(DocumentId, Author)> {
        let mut gone = Vec::new();
        while let Some((heard, document, author)) = self.present.first().copied()
            && heard + self.lifetime <= now
        {
            self.present.pop_first();
            let all = self.all.get_mut(&document);
            if let Some(entry) = all.and_then(|all| all.get_mut(&author)) {
                entry.shown = None;
            }
            gone.push((document, author));
        }
        gone
    }

    /// When the next one expires.
    pub fn next_expiry(&self) -> Option<Time> {
        self.present.first().map(|(heard, ..)| *heard + self.lifetime)
    }

    /// What those show who are in a document, as they signed it. Costs as much as are remembered of it.
    pub fn of(&self, document: &DocumentId) -> impl Iterator<Item = &Presence> {
        let all = self.all.get(document).into_iter().flatten();
        all.filter_map(|(_, entry)| entry.shown.as_ref())
    }
}
