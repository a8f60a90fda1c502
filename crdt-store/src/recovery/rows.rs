//! Rows of a store as pages have them, told by their shape alone.
//!
//! Pages that are not used any more have rows too, of earlier times. They are as good as others:
//! what is in them proves itself, or is passed over.

use std::collections::{BTreeMap, HashSet};

use crdt_core::DocumentId;

use super::pages::Pages;
use super::record::{Record, Value, records};
use crate::backend::sqlite::rows::tips_of;
use crate::backend::{Check, Tip};
use crate::replica::check;

/// All rows that were found.
#[derive(Default)]
pub(super) struct Rows {
    /// By the numbers of the documents in this file.
    pub(super) documents: BTreeMap<i64, Document>,
    pub(super) contents: Vec<Content>,
    known: HashSet<(i64, Table, i64, Check)>,
}

/// What the file says of a document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: DocumentId,
    pub(super) type_name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) changes: u64,
    pub(super) removed: bool,
    pub(super) tips: Vec<Tip>,
    changed_at: i64,
}

/// Something of a document.
#[derive(Debug)]
pub(super) struct Content {
    /// Its number in this file.
    pub(super) document: i64,
    pub(super) table: Table,
    /// The number in its table, or that of the first change.
    pub(super) number: i64,
    pub(super) bytes: Vec<u8>,
    /// Whether it is as it was written.
    pub(super) is_whole: bool,
}

/// What something of a document is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Table {
    Head,
    Changes,
    Outline,
    Append,
    Waiting,
}

impl Rows {
    /// Looks through all pages.
    pub(super) fn of(pages: &Pages) -> Self {
        let mut rows = Self::default();
        for view in pages.views() {
            for record in view.images().flat_map(|page| records(&view, &page)) {
                rows.enter(record);
            }
        }
        rows.contents.sort_by_key(|content| (content.document, content.table, content.number));
        rows
    }

    fn enter(&mut self, record: Record) {
        use Value::{Blob, Integer, Text};
        let Record { number, values } = record;
        if let Some(number) = number {
            if let Some(document) = document(&values) {
                self.list(number, document);
            }
            return;
        }
        let mut values = values.into_iter();
        let mut next = || values.next();
        match (next(), next(), next(), next(), next(), next()) {
            (
                Some(Integer(document)),
                Some(Integer(number)),
                Some(Blob(bytes)),
                Some(Blob(checked)),
                None,
                ..,
            ) if checked.len() == size_of::<Check>() => {
                self.keep(document, Table::Waiting, number, bytes, &checked);
            }
            (
                Some(Integer(document)),
                Some(Integer(number)),
                Some(Integer(_)),
                Some(Blob(bytes)),
                Some(Blob(checked)),
                None,
            ) => self.keep(document, Table::Append, number, bytes, &checked),
            (
                Some(Integer(document)),
                Some(Text(kind)),
                Some(Integer(first)),
                Some(Blob(bytes)),
                Some(Blob(checked)),
                None,
            ) => {
                let table = match &*kind {
                    "head" => Table::Head,
                    "changes" => Table::Changes,
                    "outline" => Table::Outline,
                    _ => return,
                };
                self.keep(document, table, first, bytes, &checked);
            }
            _ => {}
        }
    }

    /// The newest that is said of a document counts.
    fn list(&mut self, number: i64, document: Document) {
        let known = self.documents.get(&number);
        if known.is_none_or(|known| known.changed_at <= document.changed_at) {
            self.documents.insert(number, document);
        }
    }

    fn keep(&mut self, document: i64, table: Table, number: i64, bytes: Vec<u8>, checked: &[u8]) {
        let hash = check(&bytes);
        if self.known.insert((document, table, number, hash)) {
            let is_whole = *checked == hash;
            self.contents.push(Content { document, table, number, bytes, is_whole });
        }
    }
}

fn document(values: &[Value]) -> Option<Document> {
    use Value::{Blob, Integer, Null, Text};
    let text = |value: &Value| match value {
        Null => Some(None),
        Text(text) => Some(Some(text.clone())),
        _ => None,
    };
    match values {
        [
            Null,
            Blob(id),
            type_name,
            title,
            Integer(changes),
            Integer(_),
            Integer(changed_at),
            Integer(removed),
            Integer(_),
            Integer(_),
            Integer(_),
            Integer(_),
            Integer(_),
            Blob(tips),
        ] => Some(Document {
            id: DocumentId::from_bytes(id.as_slice().try_into().ok()?),
            type_name: text(type_name)?,
            title: text(title)?,
            changes: u64::try_from(*changes).ok()?,
            removed: *removed != 0,
            tips: tips_of(tips),
            changed_at: *changed_at,
        }),
        _ => None,
    }
}
