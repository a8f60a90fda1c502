//! The document of `crdt-benchmarks`, with root containers.

use std::collections::HashMap;

use loro::{ExportMode, LoroDoc, LoroValue};

use super::Outbox;
use crate::fault::{Fault, Result};
use crate::task::crdt_benchmarks::{ADDRESS, Content, Edit, Shared};

pub(super) struct RootShared {
    document: LoroDoc,
    outbox: Outbox,
}

const KEY: &str = "v";

impl RootShared {
    fn new(document: LoroDoc) -> Self {
        let outbox = Outbox::new(&document);
        Self { document, outbox }
    }

    fn make(&self, edit: &Edit) -> Result<()> {
        let document = &self.document;
        let map = || document.get_map("map");
        let list = || document.get_list("list");
        match edit {
            Edit::InsertText(at, text) => document.get_text("text").insert(*at, text)?,
            Edit::DeleteText(at, count) => document.get_text("text").delete(*at, *count)?,
            Edit::InsertNumbers(at, numbers) => {
                let list = list();
                (*at..).zip(numbers).try_for_each(|(at, number)| list.insert(at, *number))?;
            }
            Edit::InsertString(at, string) => list().insert(*at, string.as_str())?,
            Edit::SetNumber(number) => map().insert(KEY, *number)?,
            Edit::SetUser(name) => {
                let user = [("name", name.as_str()), ("address", ADDRESS)];
                let user = user.map(|(field, value)| (field.to_owned(), LoroValue::from(value)));
                map().insert(KEY, LoroValue::from(HashMap::from(user)))?;
            }
            Edit::SetString(string) => map().insert(KEY, string.as_str())?,
            // Its counter is a floating-point number.
            Edit::Add(delta) => document.get_counter("count").increment(*delta as f64)?,
        }
        Ok(())
    }
}

impl Shared for RootShared {
    fn found() -> Result<Self> {
        Ok(Self::new(LoroDoc::new()))
    }

    fn replica(&mut self, client: usize) -> Result<Self> {
        let document = LoroDoc::new();
        document.set_peer_id(u64::try_from(client)? + 1)?;
        document.import(&self.document.export(ExportMode::all_updates())?)?;
        Ok(Self::new(document))
    }

    fn change(&mut self, edits: &[Edit]) -> Result<Vec<u8>> {
        edits.iter().try_for_each(|edit| self.make(edit))?;
        self.document.commit();
        Ok(self.outbox.take())
    }

    fn receive(&mut self, messages: &[Vec<u8>]) -> Result<()> {
        // Updates that arrive together are cheaper to import together.
        let status = match messages {
            [message] => self.document.import(message)?,
            messages => self.document.import_batch(messages)?,
        };
        if status.pending.is_some() {
            return Err(Fault::peer("a message was not applied").into());
        }
        Ok(())
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.export(ExportMode::Snapshot)?)
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self::new(LoroDoc::from_snapshot(saved)?))
    }

    fn content(&self) -> Result<Content> {
        let document = &self.document;
        Ok(Content {
            text: document.get_text("text").to_string(),
            list: serde_json::to_value(document.get_list("list").get_deep_value())?,
            map: serde_json::to_value(document.get_map("map").get_deep_value())?,
            count: document.get_counter("count").get() as i64,
        })
    }
}
