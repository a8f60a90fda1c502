//! The document of `crdt-benchmarks`, with root types.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use yrs::types::ToJson as _;
use yrs::{Any, Array as _, ArrayRef, ClientID, Doc, GetString as _, Map as _, MapRef, Options};
use yrs::{Text as _, TextRef, Transact as _, TransactionMut};

use super::{Outbox, apply, state};
use crate::fault::{Fault, Result};
use crate::task::crdt_benchmarks::{ADDRESS, Content, Edit, Shared};

pub(super) struct RootShared<const V2: bool> {
    document: Doc,
    roots: Roots,
    outbox: Outbox,
}

struct Roots {
    text: TextRef,
    list: ArrayRef,
    map: MapRef,
}

const KEY: &str = "v";

impl<const V2: bool> RootShared<V2> {
    fn new(client: usize) -> Result<Self> {
        let client = ClientID::new(u64::try_from(client)? + 1);
        let document = Doc::with_options(Options::with_client_id(client));
        let roots = Roots {
            text: document.get_or_insert_text("text"),
            list: document.get_or_insert_array("list"),
            map: document.get_or_insert_map("map"),
        };
        let outbox = super::observe::<V2>(&document)?;
        Ok(Self { document, roots, outbox })
    }
}

impl<const V2: bool> Shared for RootShared<V2> {
    fn found() -> Result<Self> {
        Self::new(1 << 20)
    }

    fn replica(&mut self, client: usize) -> Result<Self> {
        let mut replica = Self::new(client)?;
        replica.receive(&[state::<V2>(&self.document)])?;
        Ok(replica)
    }

    fn change(&mut self, edits: &[Edit]) -> Result<Vec<u8>> {
        let mut transaction = self.document.transact_mut();
        edits.iter().try_for_each(|edit| make(&mut transaction, &self.roots, edit))?;
        drop(transaction);
        Ok(self.outbox.take())
    }

    fn receive(&mut self, messages: &[Vec<u8>]) -> Result<()> {
        // One transaction for all, as in the suite.
        let mut transaction = self.document.transact_mut();
        messages.iter().try_for_each(|message| apply::<V2>(&mut transaction, message))
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(state::<V2>(&self.document))
    }

    fn open(saved: &[u8]) -> Result<Self> {
        let mut opened = Self::new(1 << 21)?;
        opened.receive(&[saved.to_vec()])?;
        Ok(opened)
    }

    fn content(&self) -> Result<Content> {
        let transaction = self.document.transact();
        Ok(Content {
            text: self.roots.text.get_string(&transaction),
            list: json(&self.roots.list.to_json(&transaction))?,
            map: json(&self.roots.map.to_json(&transaction))?,
            count: 0,
        })
    }
}

fn json(value: &Any) -> Result<Value> {
    Ok(serde_json::to_value(value)?)
}

fn make(transaction: &mut TransactionMut<'_>, roots: &Roots, edit: &Edit) -> Result<()> {
    let place = |at: &usize| u32::try_from(*at);
    match edit {
        Edit::InsertText(at, text) => roots.text.insert(transaction, place(at)?, text),
        Edit::DeleteText(at, count) => {
            roots.text.remove_range(transaction, place(at)?, place(count)?);
        }
        Edit::InsertNumbers(at, numbers) => {
            roots.list.insert_range(transaction, place(at)?, numbers.iter().copied());
        }
        Edit::InsertString(at, string) => {
            roots.list.insert_range(transaction, place(at)?, [string.as_str()]);
        }
        Edit::SetNumber(number) => set(transaction, roots, Any::from(*number)),
        Edit::SetUser(name) => {
            let user = [("name", name.as_str()), ("address", ADDRESS)];
            let user = user.map(|(field, value)| (field.to_owned(), Any::from(value)));
            set(transaction, roots, Any::Map(Arc::new(HashMap::from(user))));
        }
        Edit::SetString(string) => set(transaction, roots, Any::from(string.as_str())),
        Edit::Add(_) => return Err(Fault::Cannot("has no counter").into()),
    }
    Ok(())
}

fn set(transaction: &mut TransactionMut<'_>, roots: &Roots, value: Any) {
    roots.map.insert(transaction, KEY, value);
}
