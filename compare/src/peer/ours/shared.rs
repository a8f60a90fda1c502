//! The document of `crdt-benchmarks`, typed.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, EditError, Register};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{founder, key, received};
use crate::fault::Result;
use crate::task::crdt_benchmarks::{ADDRESS, Content, Edit, Shared};

#[derive(CrdtNode)]
struct Everything {
    #[crdt(text)]
    text: String,
    numbers: Vec<i64>,
    strings: Vec<String>,
    number_map: BTreeMap<String, i64>,
    user_map: BTreeMap<String, Register<User>>,
    string_map: BTreeMap<String, String>,
    #[crdt(counter)]
    count: i64,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct User {
    name: String,
    address: String,
}

pub(super) struct TypedShared {
    document: Document<Everything>,
}

const KEY: &str = "v";

impl Shared for TypedShared {
    fn found() -> Result<Self> {
        Ok(Self { document: Document::create(founder())? })
    }

    fn replica(&mut self, client: usize) -> Result<Self> {
        let mut document = Document::join(self.document.id(), key(client));
        received(&document.apply(&self.document.export(&[]))?)?;
        Ok(Self { document })
    }

    fn change(&mut self, edits: &[Edit]) -> Result<Vec<u8>> {
        let before = self.document.heads();
        self.document.change(|document| edits.iter().try_for_each(|edit| make(document, edit)))?;
        Ok(self.document.export(&before))
    }

    fn receive(&mut self, messages: &[Vec<u8>]) -> Result<()> {
        messages.iter().try_for_each(|message| received(&self.document.apply(message)?))
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self { document: Document::load(saved, founder())? })
    }

    fn content(&self) -> Result<Content> {
        let all = self.document.value();
        let list = all.numbers.into_iter().map(Value::from);
        let list = list.chain(all.strings.into_iter().map(Value::from)).collect();
        let mut map = Map::new();
        map.extend(all.number_map.into_iter().map(|(key, number)| (key, number.into())));
        map.extend(all.string_map.into_iter().map(|(key, string)| (key, string.into())));
        for (key, Register(user)) in all.user_map {
            map.insert(key, serde_json::to_value(user)?);
        }
        Ok(Content { text: all.text, list, map: map.into(), count: all.count })
    }
}

fn make(
    document: &mut <Everything as CrdtNode>::Editor<'_>,
    edit: &Edit,
) -> std::result::Result<(), EditError> {
    match edit {
        Edit::InsertText(at, text) => document.text.insert(*at, text),
        Edit::DeleteText(at, count) => document.text.delete(*at..*at + *count),
        Edit::InsertNumbers(at, numbers) => {
            document.numbers.insert_all(*at, numbers.iter().copied()).map(drop)
        }
        Edit::InsertString(at, string) => document.strings.insert(*at, string.clone()).map(drop),
        Edit::SetNumber(number) => document.number_map.insert(KEY, *number),
        Edit::SetUser(name) => {
            let user = User { name: name.clone(), address: ADDRESS.to_owned() };
            document.user_map.insert(KEY, Register(user))
        }
        Edit::SetString(string) => document.string_map.insert(KEY, string.clone()),
        Edit::Add(delta) => document.count.add(*delta),
    }
}
