//! A board as a typed document.

use std::collections::BTreeSet;

use crdt_core::{CrdtNode, Document, EditError};

use super::{founder, key, received};
use crate::fault::Result;
use crate::task::board::{Board, Card, Edit, Status};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Kanban {
    cards: Vec<Item>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Item {
    title: String,
    status: State,
    points: i64,
    tags: BTreeSet<String>,
    #[crdt(text)]
    body: String,
}

#[derive(CrdtNode, Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Todo,
    Doing,
    Done,
}

impl From<Status> for State {
    fn from(status: Status) -> Self {
        match status {
            Status::Todo => Self::Todo,
            Status::Doing => Self::Doing,
            Status::Done => Self::Done,
        }
    }
}

impl From<State> for Status {
    fn from(state: State) -> Self {
        match state {
            State::Todo => Self::Todo,
            State::Doing => Self::Doing,
            State::Done => Self::Done,
        }
    }
}

impl From<&Card> for Item {
    fn from(card: &Card) -> Self {
        let Card { title, status, points, tags, body } = card.clone();
        Self { title, status: status.into(), points, tags, body }
    }
}

impl From<Item> for Card {
    fn from(Item { title, status, points, tags, body }: Item) -> Self {
        Self { title, status: status.into(), points, tags, body }
    }
}

pub(super) struct TypedBoard {
    document: Document<Kanban>,
}

impl Board for TypedBoard {
    fn build(cards: &[Card]) -> Result<Self> {
        let mut document = Document::<Kanban>::create(founder())?;
        document.change(|board| board.cards.extend(cards.iter().map(Item::from)))?;
        Ok(Self { document })
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        Ok(self.document.change(|board| edits.iter().try_for_each(|edit| make(board, edit)))?)
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.export(&[]))
    }

    fn merged(&self, message: &[u8]) -> Result<Self> {
        let mut document = Document::join(self.document.id(), key(1));
        received(&document.apply(message)?)?;
        Ok(Self { document })
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self { document: Document::load(saved, founder())? })
    }

    fn read(&self) -> Result<Vec<Card>> {
        Ok(self.document.value().cards.into_iter().map(Card::from).collect())
    }

    fn update(&mut self, card: usize, points: i64) -> Option<Result<()>> {
        let updated = self.document.update(|board| board.cards[card].points = points);
        Some(updated.map_err(Into::into))
    }
}

fn make(
    board: &mut <Kanban as CrdtNode>::Editor<'_>,
    edit: &Edit,
) -> std::result::Result<(), EditError> {
    match edit {
        Edit::Title(at, title) => board.cards.at(*at)?.title.set(title.as_str()),
        Edit::Status(at, status) => board.cards.at(*at)?.status.set((*status).into()),
        Edit::Points(at, points) => board.cards.at(*at)?.points.set(*points),
        Edit::Remove(at) => board.cards.delete(*at..=*at),
        Edit::Insert(at, card) => board.cards.insert(*at, card.into()).map(drop),
    }
}
