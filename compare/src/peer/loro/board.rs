//! A board as a list of map containers.

use loro::{
    Container, ExportMode, LoroDoc, LoroList, LoroMap, LoroText, LoroValue, ValueOrContainer,
};

use crate::fault::{Fault, Result};
use crate::task::board::{Board, Card, Edit, Status};

pub(super) struct ContainerBoard<const SNAPSHOT: bool> {
    document: LoroDoc,
    cards: LoroList,
}

impl<const SNAPSHOT: bool> ContainerBoard<SNAPSHOT> {
    fn new(document: LoroDoc) -> Self {
        let cards = document.get_list("cards");
        Self { document, cards }
    }

    fn insert(&self, at: usize, card: &Card) -> Result<()> {
        let map = self.cards.insert_container(at, LoroMap::new())?;
        map.insert("title", card.title.as_str())?;
        map.insert("status", card.status.name())?;
        map.insert("points", card.points)?;
        let tags = map.insert_container("tags", LoroMap::new())?;
        card.tags.iter().try_for_each(|tag| tags.insert(tag, true))?;
        map.insert_container("body", LoroText::new())?.insert(0, &card.body)?;
        Ok(())
    }

    fn set(&self, at: usize, field: &str, value: impl Into<LoroValue>) -> Result<()> {
        match self.cards.get(at) {
            Some(ValueOrContainer::Container(Container::Map(card))) => {
                Ok(card.insert(field, value)?)
            }
            _ => Err(Fault::peer("there is no such card").into()),
        }
    }
}

impl<const SNAPSHOT: bool> Board for ContainerBoard<SNAPSHOT> {
    fn build(cards: &[Card]) -> Result<Self> {
        let board = Self::new(LoroDoc::new());
        cards.iter().enumerate().try_for_each(|(at, card)| board.insert(at, card))?;
        board.document.commit();
        Ok(board)
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        edits.iter().try_for_each(|edit| match edit {
            Edit::Title(at, title) => self.set(*at, "title", title.as_str()),
            Edit::Status(at, status) => self.set(*at, "status", status.name()),
            Edit::Points(at, points) => self.set(*at, "points", *points),
            Edit::Remove(at) => Ok(self.cards.delete(*at, 1)?),
            Edit::Insert(at, card) => self.insert(*at, card),
        })?;
        self.document.commit();
        Ok(())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        let mode = if SNAPSHOT { ExportMode::Snapshot } else { ExportMode::all_updates() };
        Ok(self.document.export(mode)?)
    }

    fn merged(&self, message: &[u8]) -> Result<Self> {
        let document = LoroDoc::new();
        document.import(message)?;
        Ok(Self::new(document))
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.export(ExportMode::Snapshot)?)
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self::new(LoroDoc::from_snapshot(saved)?))
    }

    fn read(&self) -> Result<Vec<Card>> {
        let LoroValue::List(cards) = self.cards.get_deep_value() else {
            return Err(Fault::peer("the cards are no list").into());
        };
        let cards = cards.iter().map(read_card);
        cards.collect::<Option<_>>().ok_or_else(|| Fault::peer("a card is incomplete").into())
    }
}

fn read_card(card: &LoroValue) -> Option<Card> {
    let LoroValue::Map(card) = card else {
        return None;
    };
    let text = |field: &str| match card.get(field)? {
        LoroValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    let LoroValue::I64(points) = card.get("points")? else {
        return None;
    };
    let LoroValue::Map(tags) = card.get("tags")? else {
        return None;
    };
    Some(Card {
        title: text("title")?,
        status: Status::named(&text("status")?)?,
        points: *points,
        tags: tags.keys().cloned().collect(),
        body: text("body")?,
    })
}
