//! What the host has found out of two replicas, and what is said of it.

use std::sync::Arc;

use crdt_core::sorted::{SortedSet, sort, sort_by_key};
use crdt_core::{Frontier, ShortTip, Tip};

use super::Channel;
use super::compare::Reply;
use crate::protocol::event::Event;
use crate::protocol::frame::{Message, PIECE, Piece};
use crate::protocol::request::{Basis, Relation, Version};
use crate::protocol::settings::Role;

/// From so many chains on, tips are sketched.
const MANY: usize = 64;

/// What the host has found out.
impl Channel {
    pub(super) fn compared(
        &mut self,
        version: Version,
        relation: Relation,
        events: &mut Vec<Event>,
    ) {
        let Some(question) = self.comparing.asked.take() else { return };
        self.note(version);
        match relation {
            Relation::Equal => self.equal(self.salt.heads(&question.heads), events),
            Relation::Behind => self.outgoing.begin(Basis::Heads(question.heads), true),
            Relation::Unknown(tips) => self.say_own(tips, question.exact),
        }
    }

    /// The host knows the tips of all chains here.
    pub(super) fn tips_known(&mut self, version: Version, tips: Vec<Tip>) {
        let Some(question) = self.comparing.asked.take() else { return };
        self.note(version);
        if self.comparing.sketching.is_decoding() {
            self.decode(tips);
        } else {
            self.say_own(tips, question.exact);
        }
    }

    /// Says what is here in the way that is due.
    fn say_own(&mut self, tips: Vec<Tip>, exact: bool) {
        self.due.tips = Some(if exact || self.comparing.rounds > 0 {
            full(&tips, false)
        } else if tips.len() > MANY {
            self.begin_sketch(tips)
        } else {
            Reply::Tips(tips)
        });
    }

    pub(super) fn recognized(
        &mut self,
        version: Version,
        frontier: Frontier,
        is_ahead: bool,
        tips: Vec<Tip>,
    ) {
        let Some(question) = self.comparing.asked.take() else { return };
        self.note(version);
        if is_ahead && !question.answers {
            // Of a sketch the other side knows what it lacks of the rest.
            let beside = self.comparing.sketching.beside.take().unwrap_or(tips);
            self.due.tips = Some(match question.said {
                Some(said) => differing(&said, &frontier, &beside),
                None => full(&beside, true),
            });
        }
        self.outgoing.begin(Basis::Frontier(Arc::new(frontier)), false);
    }

    /// Says tips, or as much of them as goes into one message.
    pub(super) fn say_tips(&mut self, reply: Reply, out: &mut Vec<u8>) {
        let (handle, lacks_genesis) = (self.handle, self.lacks_genesis);
        match reply {
            Reply::Tips(tips) => {
                let (tips, short) = abbreviated(tips);
                Message::Tips { handle, lacks_genesis, tips: short }.write(out);
                self.comparing.tips = Some(tips);
            }
            Reply::Differing(known, tips) => Message::Differing { handle, known, tips }.write(out),
            Reply::Sketch { at, symbols } => {
                let at = at as u64;
                Message::Sketch { handle, at, lacks_genesis, symbols: &symbols }.write(out);
            }
            Reply::More => Message::More { handle }.write(out),
            Reply::Sketched(theirs, tips) => {
                let (tips, short) = abbreviated(tips);
                Message::Sketched { handle, theirs, tips: short }.write(out);
                self.comparing.tips = Some(tips);
            }
            Reply::Frontier { bytes, at, answers } => {
                let end = bytes.len().min(at + PIECE);
                let more = end < bytes.len();
                let piece = Piece { at: at as u64, more, bytes: &bytes[at..end] };
                Message::Frontier { handle, answers, lacks_genesis, piece }.write(out);
                if more {
                    self.due.tips = Some(Reply::Frontier { bytes, at: end, answers });
                } else if !answers {
                    self.comparing.tips = Some(Vec::new());
                }
            }
        }
    }

    /// Looks whether both have the same now, and begins anew where that is to be.
    pub(super) fn finish(&mut self, events: &mut Vec<Event>) {
        let is_over =
            self.outgoing.is_idle() && self.incoming.is_idle() && self.comparing.is_idle();
        if self.comparing.theirs == Some(self.digest) {
            self.settle(events);
        } else if is_over && self.incoming.done.take().is_some() && self.outgoing.was_compared() {
            self.comparing.rounds = self.comparing.rounds.saturating_add(1);
            // One side alone begins, and not for ever at once: a ping goes on.
            if self.role == Role::Dialer && self.comparing.rounds < 8 {
                self.due.state = true;
            }
        }
    }

    /// Both have the same, if what the other side said of itself is still so here.
    pub(super) fn settle(&mut self, events: &mut Vec<Event>) {
        if self.comparing.theirs != Some(self.digest) {
            return;
        }
        self.comparing.rounds = 0;
        let document = self.document;
        self.send_genesis();
        if self.outgoing.agreed(&self.mine, self.digest) {
            events.push(Event::Durable { document, heads: self.mine.heads.clone() });
            events.push(Event::Synced { document });
        }
    }
}

/// Tips in few bytes, ascending, and what they stand for, by place. Where some begin alike an
/// answer cannot say which it means, and nothing is remembered.
fn abbreviated(mut tips: Vec<Tip>) -> (Vec<Tip>, Vec<ShortTip>) {
    sort_by_key(&mut tips, Tip::shortened);
    let mut short: Vec<_> = tips.iter().map(Tip::shortened).collect();
    short.dedup();
    if short.len() != tips.len() {
        tips.clear();
    }
    (tips, short)
}

/// The frontier in full.
fn full(tips: &[Tip], answers: bool) -> Reply {
    let bytes = Frontier::of(tips.to_vec()).to_bytes();
    Reply::Frontier { bytes, at: 0, answers }
}

/// Which of the tips that were said are here, and which tips are here beside them.
fn differing(said: &[ShortTip], recognized: &Frontier, own: &[Tip]) -> Reply {
    // What is claimed and not known has a hash that is not whole.
    let known: SortedSet<ShortTip> =
        recognized.tips().iter().filter(|tip| !is_claim(tip)).map(Tip::shortened).collect();
    let bits = said.iter().map(|tip| known.contains(tip)).collect();
    let mut beside: Vec<ShortTip> = own.iter().map(Tip::shortened).collect();
    beside.retain(|tip| said.binary_search(tip).is_err());
    sort(&mut beside);
    beside.dedup();
    Reply::Differing(bits, beside)
}

fn is_claim(tip: &Tip) -> bool {
    tip.change.as_bytes()[8..].iter().all(|byte| *byte == 0)
}
