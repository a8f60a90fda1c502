//! What a connection asks its host, and the answers that follow from a history alone.

use std::sync::Arc;

use crdt_core::sorted::SortedSet;
use crdt_core::{
    ApplyError, Asked, Author, ChangeHash, DocumentId, Frontier, Have, History, LooseBundle,
    Outcome, Portion, PortionBundle, ShortTip, Tip,
};

use crate::shorthand;

use super::collection::Member;
use super::frame::Refused;

/// Names a request until it is answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RequestId(pub(crate) u64);

/// What a host has to find out or do. Each wants one [`Answer`], whenever it is there: those for
/// one document in the order in which they were asked, those for several in any.
#[derive(Clone, Debug)]
pub enum Request {
    /// Whether a peer may be here at all. [`Answer::Admitted`] or [`Answer::NotAdmitted`].
    Admit {
        /// The key that it has proven.
        peer: Author,
    },
    /// The documents of a set that hashes so, if the host remembers it from an earlier connection
    /// ([`Event::Set`](super::Event::Set)). [`Answer::Recalled`].
    Recall {
        /// The hash.
        hash: [u8; 32],
    },
    /// What some documents of a set are, in their order, without opening them if the host can tell.
    /// [`Answer::Members`].
    Members {
        /// At most 1024.
        documents: Vec<DocumentId>,
        /// Whether the other side follows them; else this one does.
        by_peer: bool,
    },
    /// Something of a document.
    Document {
        /// Which.
        document: DocumentId,
        /// What.
        ask: Ask,
    },
}

/// What is asked of a document.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Whether it is here and may be had, and its version. The host opens it.
    /// [`Answer::Opened`] or [`Answer::Refused`].
    Open {
        /// Whether the other side asks; else this one [subscribed](super::Connection::subscribe).
        by_peer: bool,
    },
    /// How heads compare with it. [`Answer::Compared`].
    Compare {
        /// Those that the other side stated.
        heads: Vec<ChangeHash>,
    },
    /// What follows from tips said in few bytes. [`Answer::Recognized`].
    Recognize {
        /// Those of the other side.
        tips: Vec<ShortTip>,
        /// Tips that the other side has for certain, since it chose them of those that were sent.
        known: Vec<Tip>,
    },
    /// What follows from a frontier. [`Answer::Recognized`].
    Place {
        /// The other side's.
        frontier: Frontier,
    },
    /// The tips of all chains. [`Answer::Tips`].
    Tips,
    /// What the other side lacks. [`Answer::Difference`].
    Difference {
        /// What it has.
        basis: Basis,
        /// From which change on, in the order of this replica.
        first: usize,
        /// Up to which change; to where it ends now if that is not known yet.
        end: Option<usize>,
        /// How many canonical bytes of it.
        bytes: u64,
        /// Whether the other side lacks the record of the document.
        genesis: bool,
    },
    /// Bundles to be taken in and made durable. [`Answer::Taken`] or [`Answer::Invalid`].
    TakeIn {
        /// As [`apply`](History::apply) takes them.
        bundles: Vec<u8>,
    },
}

/// What a replica has, as far as it is known.
#[derive(Clone, Debug)]
pub enum Basis {
    /// These heads and what is below them.
    Heads(Vec<ChangeHash>),
    /// What follows from a frontier.
    Frontier(Arc<Frontier>),
}

/// What is durable of a document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Version {
    /// Its heads, ascending.
    pub heads: Vec<ChangeHash>,
    /// How many changes it has.
    pub changes: usize,
}

impl Version {
    /// That of a history. All of it has to be durable, and signed: a stored document's is.
    pub fn of(history: &History) -> Self {
        Self { heads: history.heads().into(), changes: history.len() }
    }
}

/// How stated heads compare with a replica.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Relation {
    /// They are its heads.
    Equal,
    /// All of them are here: the other side lacks something.
    Behind,
    /// Not all of them are here, or only unpacking old changes could tell. The tips of all chains
    /// here.
    Unknown(Vec<Tip>),
}

/// Whether a peer may write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// It may.
    Write,
    /// It may only read: what it sends is not taken in, and it is told so.
    Read,
}

/// What a host has found out or done.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The peer may be here.
    Admitted,
    /// It may not: for good, or for now if it may try again after so many milliseconds.
    NotAdmitted {
        /// Why, for people.
        reason: String,
        /// Milliseconds.
        retry_after: Option<u64>,
    },
    /// The documents of a set, ascending.
    Recalled(Option<Arc<[DocumentId]>>),
    /// What is durable of each document, or why it is not served.
    Members(Vec<Member>),
    /// The document is here.
    Opened {
        /// What is durable of it.
        version: Version,
        /// Whether its record is here.
        genesis: bool,
        /// What the peer may do.
        access: Access,
    },
    /// The document is not served to this peer.
    Refused(Refused),
    /// How heads compare.
    Compared {
        /// What is durable.
        version: Version,
        /// How they do.
        relation: Relation,
    },
    /// The tips of all chains.
    Tips {
        /// What is durable.
        version: Version,
        /// They.
        tips: Vec<Tip>,
    },
    /// What follows from tips or a frontier.
    Recognized {
        /// What is durable.
        version: Version,
        /// What the other side has, as far as that can be told.
        frontier: Frontier,
        /// Whether it has a tip that is not here.
        is_ahead: bool,
        /// The tips of all chains here.
        tips: Vec<Tip>,
    },
    /// What the other side lacks.
    Difference {
        /// What is durable.
        version: Version,
        /// The bundles.
        portion: Portion,
    },
    /// Bundles were taken in, and that is durable.
    Taken {
        /// What is durable now.
        version: Version,
        /// How many changes and canonical bytes it has gained by that, if all that came was new and
        /// nothing of it waits.
        gained: Option<(usize, u64)>,
        /// Whether all of it is part of the document: nothing waits for what is not here.
        complete: bool,
        /// Whether the record of the document is here.
        genesis: bool,
    },
    /// Bundles were refused, and whoever sent them is to blame.
    Invalid(ApplyError),
    /// It could not be done, for reasons of the host's own.
    Failed,
}

impl Ask {
    /// The answer that follows from a history. For [`TakeIn`](Self::TakeIn) the host applies the
    /// bundles first, and answers with [`Answer::taken`]; to [`Open`](Self::Open) this says that
    /// the peer may write.
    ///
    /// What a document in memory has written is part of it from when it was signed, which is when
    /// something is exported or taken in.
    pub fn on(&self, history: &History) -> Answer {
        let version = Version::of(history);
        match self {
            Self::Open { .. } => {
                let genesis = history.genesis().is_some();
                Answer::Opened { version, genesis, access: Access::Write }
            }
            Self::Compare { heads } => {
                let relation = compare(history, &version, heads);
                Answer::Compared { version, relation }
            }
            Self::Recognize { tips, known } => {
                let recognized = history.recognize(tips);
                let all = recognized.tips().iter().chain(known).copied().collect();
                let found: SortedSet<ShortTip> =
                    recognized.tips().iter().map(Tip::shortened).collect();
                // Of authors that are not here nothing is recognized.
                let is_foreign = tips.iter().any(|tip| !found.contains(tip));
                place(history, version, Frontier::of(all), is_foreign)
            }
            Self::Place { frontier } => place(history, version, frontier.clone(), false),
            Self::Tips => Answer::Tips { version, tips: history.frontier().tips().to_vec() },
            Self::Difference { basis, first, end, bytes, genesis } => {
                let have = match basis {
                    Basis::Heads(heads) => Have::Heads(heads),
                    Basis::Frontier(frontier) => Have::Frontier(frontier),
                };
                let changes = *first..end.unwrap_or(version.changes);
                let asked = Asked { have, changes, bytes: *bytes, genesis: *genesis };
                Answer::Difference { portion: history.export_portion(&asked), version }
            }
            Self::TakeIn { .. } => Answer::taken(history, &Outcome::default()),
        }
    }
}

impl Answer {
    /// That bundles were taken in with an outcome, and that this is durable.
    pub fn taken(history: &History, outcome: &Outcome) -> Self {
        // What was given up had waited before: whoever sent this is not to blame for it.
        let is_new = outcome.known.is_empty() && outcome.waiting.is_empty();
        Self::Taken {
            version: Version::of(history),
            gained: is_new.then_some((outcome.applied.len(), outcome.bytes)),
            complete: outcome.waiting.is_empty(),
            genesis: history.genesis().is_some(),
        }
    }

    /// What there is to say of bundles of which the first were taken in, which this says, and then
    /// the rest.
    #[must_use]
    pub fn then(self, rest: Self) -> Self {
        match (self, rest) {
            (
                Self::Taken { gained: before, complete: was_complete, .. },
                Self::Taken { version, gained, complete, genesis },
            ) => {
                let sum = |(a, b): (usize, u64), (c, d)| (a + c, b + d);
                let gained = before.zip(gained).map(|(before, gained)| sum(before, gained));
                Self::Taken { version, gained, complete: was_complete && complete, genesis }
            }
            (_, rest) => rest,
        }
    }
}

fn compare(history: &History, version: &Version, heads: &[ChangeHash]) -> Relation {
    if version.heads == heads {
        return Relation::Equal;
    }
    // What only unpacking all old changes could tell is found by tips, which say where to look.
    if heads.iter().all(|head| history.contains_at_hand(head) == Some(true)) {
        Relation::Behind
    } else {
        Relation::Unknown(history.frontier().tips().to_vec())
    }
}

/// Answers with what a frontier comes to.
fn place(history: &History, version: Version, frontier: Frontier, is_foreign: bool) -> Answer {
    let tips = history.frontier().tips().to_vec();
    let is_ahead = is_foreign || !history.covers(&frontier);
    Answer::Recognized { version, is_ahead, frontier, tips }
}

/// Changes that are durable here and that peers may lack, for
/// [`local_change`](super::Connection::local_change). It is cheap to clone, for as many connections
/// as there are.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Whether the record of the document is here.
    pub(super) genesis: bool,
    pub(super) version: Arc<Version>,
    pub(super) bundles: Arc<[(PortionBundle, Option<LooseBundle>)]>,
    /// Whether these are all of the changes, and not left out.
    pub(super) is_whole: bool,
}

impl Fresh {
    /// The changes of a history from one on, in the order of [`changes`](History::changes): those
    /// that were made or taken in since it had so many. All of them have to be durable, and signed.
    pub fn since(history: &History, first: usize) -> Self {
        let changes = first..history.len();
        let asked = Asked { have: Have::Heads(&[]), changes, bytes: u64::MAX, genesis: false };
        let bundles = history.export_portion(&asked).bundles.into_iter();
        let bundles = bundles.map(|bundle| (loose(history, &bundle), bundle));
        let bundles = bundles.map(|(loose, bundle)| (bundle, loose)).collect();
        let genesis = history.genesis().is_some();
        Self { genesis, version: Arc::new(Version::of(history)), bundles, is_whole: true }
    }

    /// That there are some, without them, where there is no room to hold them: a peer is sent what it
    /// lacks when it is compared.
    #[must_use]
    pub fn without_changes(&self) -> Self {
        Self { bundles: Arc::new([]), is_whole: false, ..self.clone() }
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> u64 {
        // What can be said in shorthand is there once more, change by change.
        let held = |(bundle, loose): &(PortionBundle, Option<LooseBundle>)| {
            bundle.bytes.len() as u64 + loose.as_ref().map_or(0, |_| bundle.canonical_bytes)
        };
        self.bundles.iter().map(held).sum()
    }

    /// What is durable.
    pub fn version(&self) -> &Version {
        &self.version
    }
}

/// A bundle one change by one, if it can be said in shorthand. That is the same for every
/// connection.
fn loose(history: &History, bundle: &PortionBundle) -> Option<LooseBundle> {
    if bundle.canonical_bytes > shorthand::MAX_LIVE_BYTES as u64 {
        return None;
    }
    LooseBundle::read_all(history.document(), &bundle.bytes).ok()?.pop()
}
