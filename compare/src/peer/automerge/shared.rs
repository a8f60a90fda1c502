//! The document of `crdt-benchmarks`, with a text, a list, a map and a counter that the founder makes.

use automerge::transaction::{Transactable as _, Transaction};
use automerge::{AutoSerde, Automerge, ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue, Value};

use super::actor;
use crate::fault::{Fault, Result};
use crate::task::crdt_benchmarks::{ADDRESS, Content, Edit, Shared};

pub(super) struct ObjectShared {
    document: Automerge,
    objects: Objects,
}

struct Objects {
    text: ObjId,
    list: ObjId,
    map: ObjId,
}

const KEY: &str = "v";
const COUNT: &str = "count";

impl ObjectShared {
    fn new(document: Automerge) -> Result<Self> {
        let object = |name: &str| -> Result<ObjId> {
            let found = document.get(ROOT, name)?;
            Ok(found.ok_or_else(|| Fault::peer("an object is missing"))?.1)
        };
        let objects = Objects { text: object("text")?, list: object("list")?, map: object("map")? };
        Ok(Self { document, objects })
    }
}

impl Shared for ObjectShared {
    fn found() -> Result<Self> {
        let mut document = Automerge::new().with_actor(actor(usize::MAX));
        let mut transaction = document.transaction();
        transaction.put_object(ROOT, "text", ObjType::Text)?;
        transaction.put_object(ROOT, "list", ObjType::List)?;
        transaction.put_object(ROOT, "map", ObjType::Map)?;
        transaction.put(ROOT, COUNT, ScalarValue::counter(0))?;
        transaction.commit();
        Self::new(document)
    }

    fn replica(&mut self, client: usize) -> Result<Self> {
        Self::new(Automerge::load(&self.document.save())?.with_actor(actor(client)))
    }

    fn change(&mut self, edits: &[Edit]) -> Result<Vec<u8>> {
        let mut transaction = self.document.transaction();
        edits.iter().try_for_each(|edit| make(&mut transaction, &self.objects, edit))?;
        transaction.commit();
        let change = self.document.get_last_local_change();
        let mut change = change.ok_or_else(|| Fault::peer("no change was made"))?;
        Ok(change.bytes().into_owned())
    }

    fn receive(&mut self, messages: &[Vec<u8>]) -> Result<()> {
        // Changes that arrive together are cheaper to apply together.
        let changes = messages.iter().map(|message| automerge::Change::from_bytes(message.clone()));
        let changes = changes.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(self.document.apply_changes(changes)?)
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Self::new(Automerge::load(saved)?)
    }

    fn content(&self) -> Result<Content> {
        let mut all = serde_json::to_value(AutoSerde::from(&self.document))?;
        let count = match self.document.get(ROOT, COUNT)? {
            Some((Value::Scalar(count), _)) => count.as_i64(),
            _ => None,
        };
        Ok(Content {
            text: self.document.text(&self.objects.text)?,
            list: all["list"].take(),
            map: all["map"].take(),
            count: count.ok_or_else(|| Fault::peer("there is no counter"))?,
        })
    }
}

fn make(transaction: &mut Transaction<'_>, objects: &Objects, edit: &Edit) -> Result<()> {
    let Objects { text, list, map } = objects;
    match edit {
        Edit::InsertText(at, inserted) => transaction.splice_text(text, *at, 0, inserted)?,
        Edit::DeleteText(at, count) => {
            transaction.splice_text(text, *at, isize::try_from(*count)?, "")?;
        }
        Edit::InsertNumbers(at, numbers) => {
            transaction.splice(list, *at, 0, numbers.iter().copied())?;
        }
        Edit::InsertString(at, string) => transaction.insert(list, *at, string.as_str())?,
        Edit::SetNumber(number) => transaction.put(map, KEY, *number)?,
        Edit::SetUser(name) => {
            let user = transaction.put_object(map, KEY, ObjType::Map)?;
            transaction.put(&user, "name", name.as_str())?;
            transaction.put(&user, "address", ADDRESS)?;
        }
        Edit::SetString(string) => transaction.put(map, KEY, string.as_str())?,
        Edit::Add(delta) => transaction.increment(ROOT, COUNT, *delta)?,
    }
    Ok(())
}
