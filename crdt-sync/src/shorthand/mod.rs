//! Live changes in as few bytes as their signatures leave: a keystroke in some 80 bytes, 64 of
//! which are its signature.
//!
//! A [`Session`] is one side's end of a connection, for one document. It says a bundle as a
//! [frame](Session::encode), and makes a bundle of a [frame](Session::decode) that the other side's
//! session made: one with the same changes and signatures, to be taken in, and verified, as any
//! other. It is compression that knows what changes are made of, and nothing else: the canonical
//! bytes of each change come back to the last bit, or an error does.
//!
//! ```
//! # use crdt_core::{Document, History, Keypair, LooseBundle, Text};
//! # use crdt_sync::shorthand::Session;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut text = Document::<Text>::create(Keypair::generate()?)?;
//! # let mut relay = History::new(text.id());
//! let (mut here, mut there) = (Session::new(text.id()), Session::new(text.id()));
//! for letter in ["H", "e", "y"] {
//!     let had = text.heads();
//!     text.change(|text| text.push_str(letter))?;
//!     for bundle in LooseBundle::read_all(text.id(), &text.export(&had))? {
//!         if let Some(frame) = here.encode(&bundle) {
//!             relay.apply(&there.decode(&frame)?)?;
//!         }
//!     }
//! }
//! assert_eq!(relay.heads(), text.heads());
//! # Ok(())
//! # }
//! ```
//!
//! # What a frame leaves out
//!
//! Each direction of a connection has a dictionary that both sides keep alike, of what came that
//! way: the last change of each author, and the hashes that were used last. So of a change that
//! goes on with its author's chain are implied the document, the author, its number and what it
//! follows; a hash that it depends on is a place in a list; and its tags and ops are a patch of
//! those of the change before it. There is no grammar of what people do most often.
//!
//! What comes the other way is of use as well: whoever types by turns with somebody depends on what
//! it has just heard. A frame acknowledges the signed changes that have been received, and from
//! there on they are in the dictionary of both sides. What is not acknowledged is kept for that, up
//! to [`MAX_UNACKNOWLEDGED`] of them; while there are so many, a frame says that its changes are
//! not to be acknowledged.
//!
//! # Losses
//!
//! Frames lean on those before them, so they have to be made when they are sent, in the order in
//! which they are sent. One that is dropped or comes twice is noticed: each holds a check, which is
//! 4 bytes of the hashes of its changes and its number. Then [`decode`](Session::decode) fails
//! once, and the session begins a new *era*, in which neither direction leans on anything before.
//! The caller tells the other side, before any other frame, which era was [lost](Session::lost),
//! and hands what it is told itself to [`begin_anew`](Session::begin_anew). Frames say whether
//! their era is odd, so what was still on its way is skipped; and if both sides give up one era at
//! once, each is told what it has done already. What was lost or skipped is found by comparing
//! heads. An error says nothing of whose fault it is; a caller counts them.
//!
//! # What a hostile sender can reach
//!
//! An error, or a bundle. The hash of a change is over all of its canonical bytes, so no bundle is
//! accepted that its authors did not sign, however it was said. A session keeps at most some 40
//! KiB; a frame costs at most what [`MAX_LIVE_BYTES`] canonical bytes do: hashing them, and looking
//! at every entry of the dictionary for each hash in them.

mod bytes;
mod decode;
mod dictionary;
mod encode;
mod patch;

use std::collections::VecDeque;

use crdt_core::{ApplyError, ChangeHash, DocumentId};
use thiserror::Error;

use dictionary::Dictionary;

/// The most canonical bytes that the changes of a frame may have, as the limits of bundles count
/// them, and the most bytes of the record of a document in it. More goes as a bundle.
pub const MAX_LIVE_BYTES: usize = 1 << 14;

/// The most hashes in the dictionary of a direction.
pub const MAX_HASHES: usize = 128;

/// The most authors in the dictionary of a direction.
pub const MAX_CHAINS: usize = 32;

/// The most bytes that are kept of a change for the next one to be a patch of.
pub const MAX_BASE_BYTES: usize = 256;

/// The most signed changes that are kept until they are acknowledged.
pub const MAX_UNACKNOWLEDGED: usize = 64;

/// Why a frame was not understood. The session has begun anew.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ShorthandError {
    /// The frame ends before what it announces.
    #[error("the frame ends too early")]
    Truncated,
    /// There are bytes after the end.
    #[error("there are bytes after the end of the frame")]
    TrailingBytes,
    /// Something is larger than may be in a frame.
    #[error("more than a frame may hold: {0}")]
    TooLarge(&'static str),
    /// It refers to what is not in the dictionary.
    #[error("the frame refers to {0} that is not in the dictionary")]
    Unknown(&'static str),
    /// It acknowledges more than was sent.
    #[error("the frame acknowledges more changes than were sent")]
    NothingToAcknowledge,
    /// More was sent than is kept until it is acknowledged.
    #[error("the frame has changes to acknowledge beyond those that are kept")]
    Unkept,
    /// What it says is no change, or not of this document.
    #[error("the frame says what is no change: {0}")]
    NoChange(ApplyError),
    /// It is not what its sender said: frames have been lost, or the two sides' dictionaries
    /// differ.
    #[error("the frame was said with another dictionary: frames have been lost")]
    OutOfStep,
}

impl From<ApplyError> for ShorthandError {
    fn from(error: ApplyError) -> Self {
        Self::NoChange(error)
    }
}

/// One side's end of a connection, for one document.
#[derive(Clone, Debug)]
pub struct Session {
    document: DocumentId,
    /// How often both sides have begun anew. They do so once for each era that either gives up.
    era: u8,
    sending: Direction,
    /// Signed changes that were sent and that the other side has not acknowledged.
    unacknowledged: VecDeque<ChangeHash>,
    /// Nothing until a frame has come that leans on nothing before it.
    receiving: Option<Receiving>,
}

/// What both sides know of the frames that were sent one way.
#[derive(Clone, Default, Debug)]
struct Direction {
    dictionary: Dictionary,
    /// How many frames there were. What comes after as many as can be counted goes as it is.
    frames: u32,
}

/// What there is of frames received, since one that began anew.
#[derive(Clone, Default, Debug)]
struct Receiving {
    direction: Direction,
    /// Signed changes that came and are to be acknowledged.
    received: Vec<ChangeHash>,
}

impl Session {
    /// The end of a new connection.
    pub fn new(document: DocumentId) -> Self {
        Self {
            document,
            era: 0,
            sending: Direction::default(),
            unacknowledged: VecDeque::new(),
            receiving: None,
        }
    }

    /// What the other side has to be told when [`decode`](Self::decode) has failed, before any
    /// other frame: the era that is over.
    pub fn lost(&self) -> u8 {
        self.era.wrapping_sub(1)
    }

    /// Bytes that it holds.
    pub fn held(&self) -> usize {
        let received = self.receiving.as_ref().map_or(0, |receiving| {
            receiving.direction.dictionary.held()
                + receiving.received.capacity() * size_of::<ChangeHash>()
        });
        let unacknowledged = self.unacknowledged.capacity() * size_of::<ChangeHash>();
        self.sending.dictionary.held() + unacknowledged + received
    }

    /// Begins anew, to hold nothing. The other side has to be told of the era that is over.
    pub fn give_up(&mut self) -> u8 {
        self.forget();
        self.lost()
    }

    /// Begins anew because the other side has lost frames of an era, unless that is over here too.
    pub fn begin_anew(&mut self, lost: u8) {
        if lost == self.era {
            self.forget();
        }
    }

    /// Forgets everything, as the other side has or will.
    fn forget(&mut self) {
        let era = self.era.wrapping_add(1);
        *self = Self { era, ..Self::new(self.document) };
    }

    fn is_odd(&self) -> bool {
        self.era % 2 == 1
    }
}

impl Direction {
    /// The check of the next frame.
    fn check(&self, hashes: impl Iterator<Item = ChangeHash>) -> [u8; 4] {
        let first = |hash: ChangeHash| {
            let [a, b, c, d, ..] = *hash.as_bytes();
            u32::from_be_bytes([a, b, c, d])
        };
        hashes.map(first).fold(self.frames, |all, hash| all ^ hash).to_be_bytes()
    }
}

/// The first byte of a frame.
#[derive(Clone, Copy, Debug)]
struct Head {
    flags: u8,
    /// How many changes there are, up to [`Self::MANY`], which says that their number follows.
    changes: u8,
}

impl Head {
    const MANY: u8 = 7;

    /// It leans on nothing before it.
    const FIRST: u8 = 1;
    /// The record of the document follows.
    const GENESIS: u8 = 1 << 1;
    /// How many changes it acknowledges follows.
    const ACKNOWLEDGES: u8 = 1 << 2;
    /// Its changes are not to be acknowledged.
    const MUTE: u8 = 1 << 3;
    /// It is of an odd era.
    const ODD: u8 = 1 << 4;

    fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn set(&mut self, flag: u8, is_set: bool) {
        self.flags |= if is_set { flag } else { 0 };
    }

    fn to_byte(self) -> u8 {
        self.flags | self.changes << 5
    }

    fn of_byte(byte: u8) -> Self {
        Self { flags: byte & 0x1f, changes: byte >> 5 }
    }
}
