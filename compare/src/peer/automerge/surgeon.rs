//! Autosurgeon: plain values that are compared with an automerge document. Texts and messages are
//! automerge's own.
//!
//! The board is built, read and updated through values. It is edited through automerge, as programs
//! do that edit much: `reconcile` compares the whole board each time, and panics in this version when
//! a text has come to another place in a list. A set is a map to `true`, as it has no sets.

use std::collections::BTreeMap;

use automerge::{ActorId, AutoCommit, ROOT, ReadDoc as _};
use autosurgeon::{Hydrate, Reconcile, Text, hydrate, reconcile};

use super::board::make;
use crate::fault::{Fault, Result};
use crate::task::board::{self, Board, Card, Edit, Status};
use crate::task::{Offer, Task};

/// How it does a task.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Board => Offer::Run(board::run::<ValueBoard>),
        Task::Signing | Task::Growth => Offer::Absent,
        _ => Offer::Cannot("what it does is automerge's"),
    }
}

#[derive(Reconcile, Hydrate)]
struct Kanban {
    cards: Vec<Item>,
}

#[derive(Reconcile, Hydrate)]
struct Item {
    title: String,
    status: String,
    points: i64,
    tags: BTreeMap<String, bool>,
    body: Text,
}

impl Item {
    fn new(card: &Card) -> Self {
        Self {
            title: card.title.clone(),
            status: card.status.name().to_owned(),
            points: card.points,
            tags: card.tags.iter().map(|tag| (tag.clone(), true)).collect(),
            body: Text::with_value(&card.body),
        }
    }

    fn card(self) -> Option<Card> {
        Some(Card {
            title: self.title,
            status: Status::named(&self.status)?,
            points: self.points,
            tags: self.tags.into_keys().collect(),
            body: self.body.as_str().to_owned(),
        })
    }
}

struct ValueBoard {
    document: AutoCommit,
}

impl Board for ValueBoard {
    fn build(cards: &[Card]) -> Result<Self> {
        let mut document = AutoCommit::new().with_actor(ActorId::from(&b"founder"[..]));
        let value = Kanban { cards: cards.iter().map(Item::new).collect() };
        reconcile(&mut document, &value)?;
        document.commit();
        Ok(Self { document })
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        let found = self.document.get(ROOT, "cards")?;
        let (_, cards) = found.ok_or_else(|| Fault::peer("there are no cards"))?;
        edits.iter().try_for_each(|edit| make(&mut self.document, &cards, edit))?;
        self.document.commit();
        Ok(())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        self.save()
    }

    fn merged(&self, message: &[u8]) -> Result<Self> {
        let mut document = AutoCommit::new();
        document.load_incremental(message)?;
        Ok(Self { document })
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self { document: AutoCommit::load(saved)? })
    }

    fn read(&self) -> Result<Vec<Card>> {
        let value: Kanban = hydrate(&self.document)?;
        let cards = value.cards.into_iter().map(Item::card);
        cards.collect::<Option<_>>().ok_or_else(|| Fault::peer("a card is incomplete").into())
    }

    fn update(&mut self, card: usize, points: i64) -> Option<Result<()>> {
        Some(self.set_points(card, points))
    }
}

impl ValueBoard {
    fn set_points(&mut self, card: usize, points: i64) -> Result<()> {
        let mut value: Kanban = hydrate(&self.document)?;
        value.cards[card].points = points;
        reconcile(&mut self.document, &value)?;
        self.document.commit();
        Ok(())
    }
}
