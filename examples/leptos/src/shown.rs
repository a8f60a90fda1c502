//! What the page shows: signals, each of which is set when its part of the document has changed, and not else.

use crdt_core::{Delta, DeltaError, Document, ElementId, Seen};
use leptos::prelude::{RwSignal, Set as _, Update as _};

use crate::{Card, Plan};

/// A card. Its signals go with it wherever it moves.
#[derive(Clone, Copy)]
pub struct ShownCard {
    pub id: ElementId,
    pub title: RwSignal<String>,
    pub done: RwSignal<bool>,
}

#[derive(Clone, Copy, Default)]
pub struct Shown {
    pub title: RwSignal<String>,
    pub cards: RwSignal<Vec<ShownCard>>,
}

impl Shown {
    /// Shows what somebody sees who looks.
    pub fn see(&self, seen: &Seen<Plan>, plan: &Document<Plan>) {
        let is_shown = match seen {
            Seen::Nothing => true,
            Seen::Delta(delta) => self.change(delta, plan).is_ok(),
            Seen::Wholly => false,
        };
        if !is_shown {
            self.draw(plan);
        }
    }

    /// Shows all of it.
    pub fn draw(&self, plan: &Document<Plan>) {
        let plan = plan.read();
        self.title.set(plan.title.to_string());
        let cards = plan.cards.iter_with_ids();
        self.cards.set(cards.map(|(id, card)| ShownCard::new(id, &card.value())).collect());
    }

    fn change(&self, delta: &Delta<Plan>, plan: &Document<Plan>) -> Result<(), DeltaError> {
        // Named in full, a field that comes later is not forgotten here.
        let Delta::<Plan> { title, cards } = delta;
        if let Some(title) = title {
            self.title.set(title.to.clone());
        }
        let Some(cards) = cards else { return Ok(()) };
        let all = plan.read().cards;
        let make = |at, card: &Card| ShownCard::new(all.id_at(at).expect("it came in there"), card);
        let mut applied = Ok(());
        self.cards.update(|shown| applied = cards.apply_with(shown, make, ShownCard::change));
        applied
    }
}

impl ShownCard {
    fn new(id: ElementId, card: &Card) -> Self {
        Self { id, title: RwSignal::new(card.title.clone()), done: RwSignal::new(card.done) }
    }

    fn change(&mut self, delta: &Delta<Card>) -> Result<(), DeltaError> {
        let Delta::<Card> { title, done } = delta;
        if let Some(title) = title {
            self.title.set(title.to.clone());
        }
        if let Some(done) = done {
            self.done.set(done.to);
        }
        Ok(())
    }
}
