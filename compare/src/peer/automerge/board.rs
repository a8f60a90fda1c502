//! A board as a list of maps. Whole cards are made from values, all of a board with one `splice` and one
//! card with `batch_create_object`, which its documentation names as the fast way.

use std::collections::{BTreeSet, HashMap};

use automerge::hydrate::{Map, Value};
use automerge::transaction::Transactable;
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding};

use super::actor;
use crate::fault::{Fault, Result};
use crate::task::board::{Board, Card, Edit, Status};

pub(super) struct MapBoard {
    document: Automerge,
    cards: ObjId,
}

impl MapBoard {
    fn new(document: Automerge) -> Result<Self> {
        let found = document.get(ROOT, "cards")?;
        let (_, cards) = found.ok_or_else(|| Fault::peer("there are no cards"))?;
        Ok(Self { document, cards })
    }
}

impl Board for MapBoard {
    fn build(cards: &[Card]) -> Result<Self> {
        let mut document = Automerge::new().with_actor(actor(0));
        let mut transaction = document.transaction();
        let list = transaction.put_object(ROOT, "cards", ObjType::List)?;
        transaction.splice(&list, 0, 0, cards.iter().map(value))?;
        transaction.commit();
        Self::new(document)
    }

    fn edit(&mut self, edits: &[Edit]) -> Result<()> {
        let mut transaction = self.document.transaction();
        edits.iter().try_for_each(|edit| make(&mut transaction, &self.cards, edit))?;
        transaction.commit();
        Ok(())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        self.save()
    }

    fn merged(&self, message: &[u8]) -> Result<Self> {
        let mut document = Automerge::new().with_actor(actor(1));
        document.load_incremental(message)?;
        Self::new(document)
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Self::new(Automerge::load(saved)?)
    }

    fn read(&self) -> Result<Vec<Card>> {
        let Value::List(cards) = ReadDoc::hydrate(&self.document, &self.cards, None)? else {
            return Err(Fault::peer("the cards are no list").into());
        };
        let cards = cards.iter().map(|card| match &card.value {
            Value::Map(card) => read_card(card),
            _ => None,
        });
        cards.collect::<Option<_>>().ok_or_else(|| Fault::peer("a card is incomplete").into())
    }
}

/// Makes an edit in a transaction, be it explicit or not.
pub(super) fn make<T>(transaction: &mut T, cards: &ObjId, edit: &Edit) -> Result<()>
where
    T: Transactable + ReadDoc,
{
    match edit {
        Edit::Title(at, title) => put(transaction, cards, *at, "title", title.as_str()),
        Edit::Status(at, status) => put(transaction, cards, *at, "status", status.name()),
        Edit::Points(at, points) => put(transaction, cards, *at, "points", *points),
        Edit::Remove(at) => Ok(transaction.delete(cards, *at)?),
        Edit::Insert(at, card) => {
            transaction.batch_create_object(cards, *at, &value(card), true)?;
            Ok(())
        }
    }
}

fn put<T>(
    transaction: &mut T,
    cards: &ObjId,
    at: usize,
    field: &str,
    value: impl Into<ScalarValue>,
) -> Result<()>
where
    T: Transactable + ReadDoc,
{
    let card = transaction.get(cards, at)?;
    let (_, card) = card.ok_or_else(|| Fault::peer("there is no such card"))?;
    Ok(transaction.put(card, field, value)?)
}

fn value(card: &Card) -> Value {
    let tags = card.tags.iter().map(|tag| (tag.as_str(), Value::scalar(true)));
    Value::from(HashMap::from([
        ("title", Value::scalar(card.title.as_str())),
        ("status", Value::scalar(card.status.name())),
        ("points", Value::scalar(card.points)),
        ("tags", Value::from(tags.collect::<HashMap<_, _>>())),
        ("body", Value::text(TextEncoding::platform_default(), &card.body)),
    ]))
}

fn read_card(card: &Map) -> Option<Card> {
    let text = |field: &str| match card.get(field)? {
        Value::Scalar(ScalarValue::Str(text)) => Some(text.to_string()),
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    };
    let points = match card.get("points")? {
        Value::Scalar(ScalarValue::Int(points)) => *points,
        _ => return None,
    };
    let tags: BTreeSet<String> = match card.get("tags")? {
        Value::Map(tags) => tags.iter().map(|(tag, _)| tag.clone()).collect(),
        _ => return None,
    };
    let status = Status::named(&text("status")?)?;
    Some(Card { title: text("title")?, status, points, tags, body: text("body")? })
}
