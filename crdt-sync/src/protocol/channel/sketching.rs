//! Comparing the tips of very many chains by a sketch of them.
//!
//! The side that was stated unknown heads sends symbols of a sketch of its tips. The other one
//! takes them until it knows what the two sets differ in, and answers with the items of tips that
//! it has not, and with its own tips that are not in the sketch. From there on both go on as if it
//! had said all of its tips. If the two differ in too much, or the symbols contradict each other,
//! it says all of its tips instead.

use crdt_core::sorted::SortedSet;
use crdt_core::{ShortTip, Tip};

use super::Channel;
use super::compare::{Heard, Reply};
use crate::sketch::{self, Item, Reconciler, SYMBOL_BYTES, Salt, Sketch};

/// How many symbols are sent first: enough for some 24 items. Each time that more are asked for
/// there are as many more as there have been.
const FIRST: usize = 48;
/// How many bytes a tip takes in a list.
const TIP_BYTES: usize = 18;

/// A sketch that is being sent or taken.
#[derive(Debug, Default)]
pub(super) struct Sketching {
    /// That of the tips here, and how many symbols there have been.
    sending: Option<(Sketch, Vec<Tip>, usize)>,
    /// Symbols that came and are not decoded.
    symbols: Vec<u8>,
    /// How many have come.
    taken: u64,
    taking: Option<(Reconciler, Vec<Tip>)>,
    /// The tips here that the other side has said it has not.
    pub(super) beside: Option<Vec<Tip>>,
}

impl Sketching {
    pub(super) fn is_idle(&self) -> bool {
        self.sending.is_none() && self.taking.is_none() && self.symbols.is_empty()
    }

    /// Bytes that it holds.
    pub(super) fn held(&self) -> usize {
        let tips = |tips: &Vec<Tip>| tips.capacity() * size_of::<Tip>();
        let sending = self.sending.as_ref();
        let sending = sending.map_or(0, |(sketch, own, _)| sketch.held() + tips(own));
        let taking = self.taking.as_ref();
        let taking = taking.map_or(0, |(reconciler, own)| reconciler.held() + tips(own));
        sending + taking + self.symbols.capacity() + self.beside.as_ref().map_or(0, tips)
    }

    /// Whether symbols wait to be decoded.
    pub(super) fn is_decoding(&self) -> bool {
        !self.symbols.is_empty()
    }
}

impl Channel {
    /// Begins a sketch of the tips here, or says them all if there are too many for one.
    pub(super) fn begin_sketch(&mut self, tips: Vec<Tip>) -> Reply {
        let salt = Salt::new(self.salt.0);
        let items: Vec<Item> = tips.iter().map(|tip| item(&salt, tip)).collect();
        let Ok(mut sketch) = Sketch::new(items) else { return Reply::Tips(tips) };
        let symbols = sketch.symbols(FIRST);
        self.comparing.sketching.sending = Some((sketch, tips, FIRST));
        Reply::Sketch { at: 0, symbols }
    }

    /// The other side needs more symbols.
    pub(in crate::protocol) fn hear_more(&mut self) {
        self.has_moved = true;
        if let Some((sketch, _, sent)) = &mut self.comparing.sketching.sending {
            let (at, symbols) = (*sent, sketch.symbols(*sent));
            *sent += symbols.len() / SYMBOL_BYTES;
            if !symbols.is_empty() {
                self.due.tips = Some(Reply::Sketch { at, symbols });
            }
        }
    }

    /// Symbols come.
    pub(in crate::protocol) fn hear_sketch(
        &mut self,
        at: u64,
        lacks_genesis: bool,
        symbols: &[u8],
    ) {
        self.has_moved = true;
        self.comparing.they_lack_genesis = lacks_genesis;
        let sketching = &mut self.comparing.sketching;
        if at == 0 {
            (sketching.taking, sketching.taken) = (None, 0);
        }
        // What does not follow was lost before, or comes twice.
        let follows = at == sketching.taken && (at == 0 || sketching.taking.is_some());
        if follows && sketch::are_enough(at, symbols) {
            sketching.taken += (symbols.len() / SYMBOL_BYTES) as u64;
            sketching.symbols = symbols.to_vec();
            self.comparing.heard = Some(Heard::Sketch);
        }
    }

    /// Decodes the symbols that came, against the tips here.
    pub(super) fn decode(&mut self, tips: Vec<Tip>) {
        let salt = Salt::new(self.salt.0);
        let items = tips.iter().map(|tip| (item(&salt, tip), *tip)).collect::<Vec<_>>();
        let symbols = core::mem::take(&mut self.comparing.sketching.symbols);
        let taking = self.comparing.sketching.taking.take().or_else(|| {
            // More symbols than the list would take are of no use.
            let most = (tips.len() * TIP_BYTES / SYMBOL_BYTES).max(2 * FIRST);
            let reconciler = Reconciler::new(items.iter().map(|(item, _)| *item), most).ok()?;
            Some((reconciler, tips.clone()))
        });
        let Some((mut reconciler, tips)) = taking else {
            self.due.tips = Some(Reply::Tips(tips));
            return;
        };
        match reconciler.receive(&symbols) {
            Ok(None) => {
                self.comparing.sketching.taking = Some((reconciler, tips));
                self.due.tips = Some(Reply::More);
            }
            Ok(Some(difference)) => {
                let mine: SortedSet<Item> = difference.mine.into_iter().collect();
                let is_mine = |tip: &Tip| mine.contains(&item(&salt, tip));
                let (mine, common) = tips.into_iter().partition(is_mine);
                self.comparing.common = common;
                self.due.tips = Some(Reply::Sketched(difference.theirs, mine));
            }
            Err(_) => self.due.tips = Some(Reply::Tips(tips)),
        }
    }

    /// The other side has decoded the sketch.
    pub(in crate::protocol) fn hear_sketched(&mut self, theirs: &[Item], tips: Vec<ShortTip>) {
        self.has_moved = true;
        let Some((_, own, _)) = self.comparing.sketching.sending.take() else { return };
        let salt = Salt::new(self.salt.0);
        let is_new = |tip: &Tip| theirs.binary_search(&item(&salt, tip)).is_ok();
        let (new, known) = own.into_iter().partition(is_new);
        self.comparing.sketching.beside = Some(new);
        self.comparing.heard = Some(Heard::Tips { tips, known, answers: false });
    }
}

/// What stands for a tip.
fn item(salt: &Salt, tip: &Tip) -> Item {
    salt.item(tip.change.as_bytes())
}
