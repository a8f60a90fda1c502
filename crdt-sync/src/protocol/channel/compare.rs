//! Finding out what each side lacks.
//!
//! A side states its heads. The other one compares:
//!
//! - They are its own: `Same`, and nothing else.
//! - It knows all of them: the other side lacks what is not below them, which is sent at once.
//! - Otherwise it says the tips of its chains, in few bytes. The first side sees which of them it
//!   knows, sends what is beyond them, and says which it knows and what other tips it has; the
//!   second then sends what is beyond these.
//!
//! # Why it ends with both having the same
//!
//! Few bytes of a hash can stand for another one, and a tip of a higher seq than here can be of
//! another branch. So a comparison can come to an end and leave the two different. What tells is
//! their heads: each says eight bytes for its heads when it is done sending and when it has taken
//! in, hashed with what both sides have chosen for this connection, so that nobody can make heads
//! that look alike. Where they differ and nothing is under way any more, the dialer states its
//! heads again and asks for the frontier in full (`exact`): an exchange of the frontiers that the
//! core's docs on them prove to settle it in two rounds, forks of authors included, since nothing
//! in it is abbreviated. Changes that come in the meantime start no round: they are sent as they
//! are.
//!
//! Messages can be lost, if the transport loses them or a queue is full. Whatever is not settled
//! and has not moved between two pings is stated again, by either side. A statement resets all that
//! went before it, so it does not matter what was lost.
//!
//! A peer that lies gets less than it lacks or more, and costs what it would cost to serve it:
//! every round is one message of its own or a ping's.

use crdt_core::{ChangeHash, Frontier, ShortTip, Tip};

use super::sketching::Sketching;
use super::{Channel, chosen};
use crate::protocol::event::Event;
use crate::protocol::frame::{Digest, Heads, Piece, Statement};
use crate::protocol::request::{Ask, Basis, RequestId};
use crate::protocol::violation::{Limit, Violation};
use crate::sketch::Item;

/// The most bytes of a frontier.
pub(super) const MAX_FRONTIER: usize = 16 << 20;

/// What is known of the other side, and what is being found out.
#[derive(Debug, Default)]
pub(super) struct Comparing {
    /// Eight bytes for the heads of the other side, as it said last.
    pub(super) theirs: Option<Digest>,
    /// The same for those that were stated last here.
    pub(super) stated: Option<Digest>,
    pub(super) they_lack_genesis: bool,
    /// What the other side said last and the host has not been asked about yet.
    pub(super) heard: Option<Heard>,
    /// Whether the host is being asked about something, and whether that answered something said
    /// here.
    pub(super) asked: Option<Question>,
    /// The tips that were said here and not answered yet.
    pub(super) tips: Option<Vec<Tip>>,
    /// Tips that the other side has too, as a sketch has told, beside what it says.
    pub(super) common: Vec<Tip>,
    pub(super) sketching: Sketching,
    /// A frontier of which not all pieces are here.
    pub(super) pieces: Vec<u8>,
    /// How often in a row a comparison left the two different.
    pub(super) rounds: u32,
}

/// What the other side said.
#[derive(Debug)]
pub(super) enum Heard {
    Statement {
        heads: Heads,
        exact: bool,
    },
    /// Symbols of a sketch.
    Sketch,
    Tips {
        tips: Vec<ShortTip>,
        known: Vec<Tip>,
        answers: bool,
    },
    Frontier {
        frontier: Frontier,
        answers: bool,
    },
}

/// What the host is being asked about.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) id: RequestId,
    /// The heads that were stated, if they were.
    pub(super) heads: Vec<ChangeHash>,
    pub(super) exact: bool,
    /// Whether it answers something that was said here, and wants no answer.
    pub(super) answers: bool,
    /// Which tips the other side has said, if it did so in few bytes.
    pub(super) said: Option<Vec<ShortTip>>,
}

/// Tips to be said.
#[derive(Debug)]
pub(super) enum Reply {
    Tips(Vec<Tip>),
    Differing(Vec<bool>, Vec<ShortTip>),
    Frontier { bytes: Vec<u8>, at: usize, answers: bool },
    Sketch { at: usize, symbols: Vec<u8> },
    More,
    Sketched(Vec<Item>, Vec<Tip>),
}

impl Comparing {
    pub(super) fn wants_to_ask(&self) -> bool {
        self.heard.is_some() && self.asked.is_none()
    }

    pub(super) fn ask(&mut self, id: RequestId) -> Option<Ask> {
        if self.asked.is_some() {
            return None;
        }
        let mut question =
            Question { id, heads: Vec::new(), exact: false, answers: false, said: None };
        let ask = match self.heard.take()? {
            Heard::Statement { heads: Heads::All(heads), exact } => {
                (question.heads, question.exact) = (heads.clone(), exact);
                Ask::Compare { heads }
            }
            Heard::Statement { heads: Heads::Hash(_), exact } => {
                question.exact = exact;
                Ask::Tips
            }
            Heard::Sketch => Ask::Tips,
            Heard::Tips { tips, known, answers } => {
                (question.answers, question.said) = (answers, Some(tips.clone()));
                Ask::Recognize { tips, known }
            }
            Heard::Frontier { frontier, answers } => {
                (question.answers, question.exact) = (answers, true);
                Ask::Place { frontier }
            }
        };
        self.asked = Some(question);
        Some(ask)
    }

    /// Whether nothing is being found out.
    pub(super) fn is_idle(&self) -> bool {
        let is_asking = self.heard.is_some() || self.asked.is_some() || self.tips.is_some();
        !is_asking && self.sketching.is_idle()
    }

    /// Forgets what was being found out.
    pub(super) fn restart(&mut self) {
        (self.heard, self.tips, self.stated) = (None, None, None);
        (self.sketching, self.common) = (Sketching::default(), Vec::new());
        self.pieces = Vec::new();
    }
}

/// What the other side says.
impl Channel {
    /// It states its heads.
    pub(in crate::protocol) fn hear_statement(
        &mut self,
        statement: Statement,
        events: &mut Vec<Event>,
    ) {
        self.has_moved = true;
        // Who states what it has asks for what was refused before.
        self.reopen();
        self.outgoing.doubt();
        self.outgoing.released(statement.taken);
        if self.incoming.skip(statement.sent) {
            self.due.durable = false;
        }
        self.comparing.restart();
        self.comparing.they_lack_genesis = statement.lacks_genesis;
        self.comparing.theirs = Some(self.salt.stated(&statement.heads));
        if statement.exact {
            self.comparing.rounds = self.comparing.rounds.max(1);
        }
        self.due.tips = None;
        let Statement { heads, exact, .. } = statement;
        self.comparing.heard = Some(Heard::Statement { heads, exact });
        self.look_for_equal(events);
    }

    /// What was stated may be what is here, which need not be asked.
    pub(super) fn look_for_equal(&mut self, events: &mut Vec<Event>) {
        let Some(Heard::Statement { heads, .. }) = &self.comparing.heard else { return };
        let is_equal = match heads {
            Heads::All(heads) => *heads == self.mine.heads,
            Heads::Hash(hash) => *hash == self.hash,
        };
        if is_equal && self.can_state() && self.comparing.asked.is_none() {
            let stated = self.salt.stated(heads);
            self.comparing.heard = None;
            self.equal(stated, events);
        }
    }

    /// The heads that were stated are those that are here. The other side may have said others
    /// since.
    pub(super) fn equal(&mut self, stated: Digest, events: &mut Vec<Event>) {
        if self.lacks_genesis && !self.comparing.they_lack_genesis {
            // Who states its heads without the record of the document is sent that.
            self.due.state = true;
        } else {
            self.due.same = Some(stated);
        }
        self.outgoing.stop_difference();
        self.caught_up();
        self.settle(events);
    }

    /// It has the heads that were stated here.
    pub(in crate::protocol) fn hear_same(
        &mut self,
        taken: u64,
        lacks_genesis: bool,
        heads: Digest,
        events: &mut Vec<Event>,
    ) {
        self.has_moved = true;
        self.comparing.they_lack_genesis = lacks_genesis;
        self.outgoing.doubt();
        self.outgoing.released(taken);
        self.comparing.theirs = Some(heads);
        // It may answer a statement before the last one.
        if self.comparing.stated == Some(heads) {
            self.caught_up();
        }
        self.settle(events);
    }

    /// Sends the record of the document by itself, where that is all that lacks.
    pub(super) fn send_genesis(&mut self) {
        let is_lacking = self.comparing.they_lack_genesis && !self.lacks_genesis;
        if is_lacking && !self.outgoing.is_comparing() {
            // That the other side has these is not known.
            self.outgoing.begin(Basis::Heads(self.mine.heads.clone()), false);
        }
    }

    /// It says its tips in few bytes.
    pub(in crate::protocol) fn hear_tips(&mut self, lacks_genesis: bool, tips: Vec<ShortTip>) {
        self.has_moved = true;
        self.comparing.they_lack_genesis = lacks_genesis;
        // Tips that were said here at the same time count as the answer.
        let answers = self.comparing.tips.take().is_some();
        self.comparing.heard = Some(Heard::Tips { tips, known: Vec::new(), answers });
    }

    /// It says which tips it knows of those that were said here, and which it has beside them.
    pub(in crate::protocol) fn hear_differing(&mut self, known: &[bool], tips: Vec<ShortTip>) {
        self.has_moved = true;
        // What answers nothing that was said since the last statement is too late.
        if let Some(said) = self.comparing.tips.take()
            && said.len() == known.len()
        {
            let mut known = chosen(&said, known);
            known.append(&mut self.comparing.common);
            self.comparing.heard = Some(Heard::Tips { tips, known, answers: true });
        }
    }

    /// It says a piece of its frontier.
    pub(in crate::protocol) fn hear_frontier(
        &mut self,
        (answers, lacks_genesis): (bool, bool),
        piece: Piece<'_>,
    ) -> Result<(), Violation> {
        self.has_moved = true;
        self.comparing.they_lack_genesis = lacks_genesis;
        let pieces = &mut self.comparing.pieces;
        if piece.at == 0 {
            *pieces = Vec::new();
        }
        if pieces.len() + piece.bytes.len() > MAX_FRONTIER {
            return Err(Violation::OverLimit(Limit::Tips));
        }
        if piece.at != pieces.len() as u64 {
            // One before it was lost. That nothing comes of this shows at a ping.
            return Ok(());
        }
        pieces.extend_from_slice(piece.bytes);
        if piece.more {
            return Ok(());
        }
        let bytes = core::mem::take(&mut self.comparing.pieces);
        let frontier = Frontier::from_bytes(&bytes);
        let frontier = frontier.map_err(|_| crate::protocol::Malformed::Content)?;
        let answers = answers || self.comparing.tips.take().is_some();
        self.comparing.tips = None;
        self.comparing.heard = Some(Heard::Frontier { frontier, answers });
        Ok(())
    }

    /// It has sent all that was lacking here, and this is what its heads come to.
    pub(in crate::protocol) fn hear_done(
        &mut self,
        lacks_genesis: bool,
        heads: Digest,
        events: &mut Vec<Event>,
    ) {
        self.has_moved = true;
        self.comparing.they_lack_genesis = lacks_genesis;
        self.comparing.theirs = Some(heads);
        self.incoming.done = Some(heads);
        // It has made of what was said here what there is to be made of it.
        self.comparing.tips = None;
        if self.comparing.is_idle() && !self.outgoing.is_comparing() {
            self.caught_up();
            self.send_genesis();
        }
        self.finish(events);
    }
}
