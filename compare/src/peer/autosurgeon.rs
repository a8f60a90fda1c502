//! Autosurgeon: plain values that are compared with an automerge document. Texts and messages are
//! automerge's own.
//!
//! A whole board is compared with each `reconcile`, so all edits are made in one. A set is a map to
//! `true`, as it has no sets. Cards have no key of their own by which they could be aligned.

use std::collections::BTreeMap;

use automerge::{ActorId, AutoCommit};
use autosurgeon::{Hydrate, Reconcile, Text, hydrate, reconcile};

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

impl From<&Card> for Item {
    fn from(card: &Card) -> Self {
        Self {
            title: card.title.clone(),
            status: card.status.name().to_owned(),
            points: card.points,
            tags: card.tags.iter().map(|tag| (tag.clone(), true)).collect(),
            body: Text::with_value(&card.body),
        }
    }
}

impl Item {
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

impl ValueBoard {
    fn edit_value(&mut self, edit: impl FnOnce(&mut Vec<Item>)) -> Result<()> {
        let mut value: Kanban = hydrate(&self.document)?;
        edit(&mut value.cards);
        reconcile(&mut self.document, &value)?;
        self.document.commit();
        Ok(())
    }
}

impl Board for ValueBoard {
    fn build(cards: &[Card]) -> Result<Self> {
        let mut document = AutoCommit::new().with_actor(ActorId::from(&b"founder"[..]));
        let value = Kanban { cards: cards.iter().map(Item::from).collect() };
        reconcile(&mut document, &value)?;
        document.commit();
        Ok(Self { document })
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        self.edit_value(|cards| {
            for edit in edits {
                match edit {
                    Edit::Title(at, title) => cards[*at].title.clone_from(title),
                    Edit::Status(at, status) => cards[*at].status = status.name().to_owned(),
                    Edit::Points(at, points) => cards[*at].points = *points,
                    Edit::Remove(at) => drop(cards.remove(*at)),
                    Edit::Insert(at, card) => cards.insert(*at, card.into()),
                }
            }
        })
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
        Some(self.edit_value(|cards| cards[card].points = points))
    }

    fn edits_per_change() -> usize {
        usize::MAX
    }
}
