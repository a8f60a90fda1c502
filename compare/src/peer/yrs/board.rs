//! A board as an array of maps.

use yrs::types::ToJson as _;
use yrs::{Any, Array as _, ArrayRef, Doc, In, Map as _, MapPrelim, Out};
use yrs::{TextPrelim, Transact as _, TransactionMut};

use super::{apply, state};
use crate::fault::{Fault, Result};
use crate::task::board::{Board, Card, Edit, Status};

pub(super) struct ArrayBoard<const V2: bool> {
    document: Doc,
    cards: ArrayRef,
}

impl<const V2: bool> ArrayBoard<V2> {
    fn new() -> Self {
        let document = Doc::new();
        let cards = document.get_or_insert_array("cards");
        Self { document, cards }
    }

    fn receive(message: &[u8]) -> Result<Self> {
        let board = Self::new();
        apply::<V2>(&mut board.document.transact_mut(), message)?;
        Ok(board)
    }
}

impl<const V2: bool> Board for ArrayBoard<V2> {
    fn build(cards: &[Card]) -> Result<Self> {
        let board = Self::new();
        let mut transaction = board.document.transact_mut();
        for card in cards {
            board.cards.push_back(&mut transaction, prelim(card));
        }
        drop(transaction);
        Ok(board)
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        let mut transaction = self.document.transact_mut();
        edits.iter().try_for_each(|edit| make(&mut transaction, &self.cards, edit))
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        Ok(state::<V2>(&self.document))
    }

    fn merged(&self, message: &[u8]) -> Result<Self> {
        Self::receive(message)
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(state::<V2>(&self.document))
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Self::receive(saved)
    }

    fn read(&self) -> Result<Vec<Card>> {
        let Any::Array(cards) = self.cards.to_json(&self.document.transact()) else {
            return Err(Fault::peer("the cards are no list").into());
        };
        let cards = cards.iter().map(read_card);
        cards.collect::<Option<_>>().ok_or_else(|| Fault::peer("a card is incomplete").into())
    }
}

fn make(transaction: &mut TransactionMut<'_>, cards: &ArrayRef, edit: &Edit) -> Result<()> {
    match edit {
        Edit::Title(at, title) => set(transaction, cards, *at, "title", title.as_str()),
        Edit::Status(at, status) => set(transaction, cards, *at, "status", status.name()),
        Edit::Points(at, points) => set(transaction, cards, *at, "points", *points),
        Edit::Remove(at) => Ok(cards.remove(transaction, u32::try_from(*at)?)),
        Edit::Insert(at, card) => {
            cards.insert(transaction, u32::try_from(*at)?, prelim(card));
            Ok(())
        }
    }
}

fn set(
    transaction: &mut TransactionMut<'_>,
    cards: &ArrayRef,
    at: usize,
    field: &str,
    value: impl Into<Any>,
) -> Result<()> {
    match cards.get(transaction, u32::try_from(at)?) {
        Some(Out::YMap(card)) => {
            card.insert(transaction, field, value.into());
            Ok(())
        }
        _ => Err(Fault::peer("there is no such card").into()),
    }
}

fn prelim(card: &Card) -> MapPrelim {
    let tags = card.tags.iter().map(|tag| (tag.as_str(), In::from(true)));
    MapPrelim::from_iter([
        ("title", In::from(card.title.as_str())),
        ("status", In::from(card.status.name())),
        ("points", In::from(card.points)),
        ("tags", In::Map(MapPrelim::from_iter(tags))),
        ("body", In::from(TextPrelim::new(card.body.as_str()))),
    ])
}

fn read_card(card: &Any) -> Option<Card> {
    let Any::Map(card) = card else {
        return None;
    };
    let text = |field: &str| match card.get(field)? {
        Any::String(text) => Some(text.to_string()),
        _ => None,
    };
    let Any::Number(points) = card.get("points")? else {
        return None;
    };
    let Any::Map(tags) = card.get("tags")? else {
        return None;
    };
    Some(Card {
        title: text("title")?,
        status: Status::named(&text("status")?)?,
        points: points.as_i64()?,
        tags: tags.keys().cloned().collect(),
        body: text("body")?,
    })
}
