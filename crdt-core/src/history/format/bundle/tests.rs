//! Both forms of a bundle hold the same changes, and no bytes make reading columns panic.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::columns::{self, Column};
use super::members::Members;
use super::{Bundle, Form, MAGIC, Unreadable};
use crate::codec::{
    ColumnWriter, DecodeError, Reader, read_block, write, write_block, write_columns,
};
use crate::history::export::lacking::lacking;
use crate::history::export::outgoing::Outgoing;
use crate::history::format::genesis::Genesis;
use crate::history::format::totals::Totals;
use crate::history::tests::listed::list_some;
use crate::history::{ChangeIndex, History};
use crate::{ChangeOptions, Document, DocumentId, EditError, Json, Keypair};

/// A step of a session: which replica does what, and two numbers for it to go by.
pub(crate) type Step = (usize, u8, u16, u16);

pub(crate) fn session() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..3usize, 0..11u8, any::<u16>(), any::<u16>()), 1..60)
}

/// Three replicas of a document. Two of them write under one key, so that its chain forks.
pub(crate) fn replicas(steps: &[Step]) -> Vec<Document<Json>> {
    let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
    let founder = Document::<Json>::create(key(1)).expect("randomness");
    let mut all = vec![founder];
    for secret in [2, 2] {
        all.push(all[0].fork(key(secret)).expect("it proves itself"));
    }
    for (replica, action, a, b) in steps {
        if *action == 10 {
            // No editor lists anything at random, so a stranger does.
            let mut history = History::new(all[*replica].id());
            history.apply(&all[*replica].export(&[])).expect("genuine changes");
            list_some(&mut history, &key(3), *a, *b);
            let bytes = history.export_signed(&[], Some(&key(3)));
            all[*replica].apply(&bytes).expect("genuine changes");
        } else if *action >= 8 {
            let bytes = all[usize::from(*a) % 3].export(&all[*replica].heads());
            all[*replica].apply(&bytes).expect("genuine changes");
        } else {
            let options = match b % 7 {
                0 => ChangeOptions::new()
                    .message(format!("by {replica}"))
                    .claimed_time(u64::from(*b)),
                _ => ChangeOptions::new(),
            };
            all[*replica]
                .change_with(&options, |page| edit(page, *action, *a, *b))
                .expect("an edit");
        }
    }
    all
}

fn edit(
    page: &mut crate::node::JsonEditor<'_>,
    action: u8,
    a: u16,
    b: u16,
) -> Result<(), EditError> {
    let key = format!("/{}", a % 4);
    if page.get("").is_none_or(|root| root.as_object().is_none()) {
        page.set("", serde_json::json!({}))?;
    }
    match action {
        0 => page.set(key, b),
        1 => page.set(key, serde_json::json!({ "list": [a, "é"], "more": { "deep": b } })),
        2 => page.remove("/gone").map(drop).or(Ok(())),
        3 => {
            page.set("/gone", true)?;
            page.set("/list", serde_json::json!([]))?;
            (0..a % 5).try_for_each(|item| page.push("/list", item).map(drop))
        }
        4 if a.is_multiple_of(3) => {
            let mut text = page.text("/text")?;
            let end = text.len();
            text.delete(end / 2..end)
        }
        5 => {
            let mut text = page.text("/text")?;
            let end = text.len();
            text.delete(end.saturating_sub(1)..end)
        }
        _ => {
            let mut text = page.text("/text")?;
            let position =
                if b.is_multiple_of(3) { usize::from(b) % (text.len() + 1) } else { text.len() };
            text.insert(position, ["a", "typed", "ßeta", "🎈"][usize::from(a) % 4])
        }
    }
}

/// Changes that lie above one of them, or all.
fn members(history: &History, from: u16) -> Vec<ChangeIndex> {
    let all: Vec<_> = history.changes().map(|change| change.hash()).collect();
    let have = all.get(usize::from(from) % (all.len() * 2 + 1));
    lacking(&history.kept.store, have.map_or(&[], core::slice::from_ref))
}

/// The members of a bundle as columns, as they lie uncompressed.
fn blocks(bundle: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(bundle);
    let mut frame = || {
        reader.take(MAGIC.len() + 1)?;
        match reader.byte()? {
            0 => drop(reader.take(32)?),
            _ => Genesis::skip(&mut reader)?,
        }
        Totals::read(&mut reader)?;
        for _ in ["authors", "outside"] {
            let count = reader.count(32)?;
            reader.take(32 * count)?;
        }
        Ok::<(), DecodeError>(())
    };
    frame().expect("a bundle");
    (0..5).map(|_| read_block(&mut reader, usize::MAX).expect("a block")).collect()
}

/// Reads columns that lie uncompressed.
fn read(blocks: &[Vec<u8>], document: &DocumentId, bundle: &Bundle) -> Result<(), DecodeError> {
    let mut bytes = Vec::new();
    for block in blocks {
        write::length(&mut bytes, block.len());
        write::bytes(&mut bytes, block);
    }
    let Bundle { authors, outside, totals, .. } = bundle;
    let mut members = Members::new(document, authors.clone(), outside.clone(), *totals);
    columns::read(&mut Reader::new(&bytes), &mut members)
}

/// Columns of so many changes of one author that set a field to 5, one after the other, of which
/// each column can be put in another way; also the dictionary and the content.
struct Spelling {
    columns: BTreeMap<usize, Vec<u64>>,
    changes: usize,
    dictionary: Vec<u8>,
    content: Vec<u8>,
}

impl Spelling {
    fn of(changes: usize) -> Self {
        let each = |value| vec![value; changes];
        let columns = [
            (Column::Lane, each(0)),
            (Column::LaneAuthor, vec![0]),
            (Column::LaneStart, vec![0]),
            (Column::Dependencies, each(0)),
            (Column::TagBytes, each(0)),
            (Column::Counters, each(1)),
            (Column::Shape, each(0)),
            (Column::Replaced, each(0)),
            (Column::PayloadBytes, each(0)),
        ];
        Self {
            columns: columns.map(|(column, values)| (column as usize, values)).into(),
            changes,
            dictionary: b"\x01\x01\x02\x00\x01a".to_vec(),
            content: vec![5; changes],
        }
    }

    /// A move or an annul of one change, whose list begins with a name and goes on with others as
    /// the columns say it.
    fn listing(kind: u8, counters: u64, heads: &[u64], distances: &[u64]) -> Self {
        let mut spelling = Self::of(1);
        let said = if kind == 10 { Column::Place } else { Column::Standing };
        let length = if kind == 10 { counters } else { heads.len() as u64 };
        spelling.dictionary[0] = kind;
        spelling.content.clear();
        spelling
            .with(Column::Replaced, &[])
            .with(Column::PayloadBytes, &[])
            .with(Column::Counters, &[counters])
            .with(said, &[0])
            .with(Column::Length, &[length])
            .with(Column::Listed, heads)
            .with(Column::ListedCounter, distances)
    }

    fn with(mut self, column: Column, values: &[u64]) -> Self {
        self.columns.insert(column as usize, values.to_vec());
        self
    }

    fn read(&self) -> Result<(), DecodeError> {
        let totals = Totals { changes: self.changes, ops: 10, bytes: 1000 };
        Self::expand(&self.to_bytes(), totals).map(|_| ())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut columns: [ColumnWriter; columns::COLUMNS] = Default::default();
        for (column, values) in &self.columns {
            for value in values {
                columns[*column].push(*value);
            }
        }
        let columns = write_columns(columns);
        let mut bytes = Vec::new();
        for block in [&columns, &self.dictionary, &Vec::new(), &Vec::new(), &self.content] {
            write_block(&mut bytes, block);
        }
        bytes
    }

    /// What columns of that author hold, however short they are.
    fn expand(bytes: &[u8], totals: Totals) -> Result<Members, DecodeError> {
        let authors = vec![Keypair::from_secret_bytes(&[1; 32]).author()];
        let document = DocumentId::from_bytes([0; 32]);
        let mut members = Members::new(&document, authors, Vec::new(), totals);
        columns::read(&mut Reader::new(bytes), &mut members)?;
        Ok(members)
    }
}

/// Of what columns say the shortest spelling is read, and what could be shorter is refused.
#[test]
fn columns_are_as_short_as_they_can_be() {
    assert_eq!(Spelling::of(2).read(), Ok(()));
    let lane = Spelling::of(2)
        .with(Column::Lane, &[0, 1])
        .with(Column::LaneAuthor, &[0, 0])
        .with(Column::LaneStart, &[0, 1]);
    assert_eq!(lane.read(), Err(DecodeError::NotShortest("a lane")));
    let mut tags = Spelling::of(1).with(Column::TagBytes, &[1]);
    tags.content.insert(0, 0);
    assert_eq!(tags.read(), Err(DecodeError::NotShortest("no tags")));
    let payload = Spelling::of(1).with(Column::PayloadBytes, &[1]);
    assert_eq!(payload.read(), Err(DecodeError::NotShortest("the length of a payload")));
    // The same path either way: keys stand in their column, fields in shapes.
    let mut key = Spelling::of(1);
    key.dictionary[3] = 2;
    assert_eq!(key.read(), Err(DecodeError::InvalidSegment));
    let mut field = Spelling::of(1).with(Column::Symbol, &[0]);
    field.dictionary[2] = 1;
    assert_eq!(field.read(), Err(DecodeError::InvalidSegment));
    field.dictionary[3] = 2;
    assert_eq!(field.read(), Ok(()));
}

/// Lists of names have one spelling, and none is longer than what is left of the canonical bytes:
/// a run of a column can say without end that the next name comes next.
#[test]
fn lists_are_as_short_as_they_can_be() {
    let moved = |counters, heads: &[u64], distances: &[u64]| {
        Spelling::listing(10, counters, heads, distances).read()
    };
    let annul =
        |heads: &[u64], distances: &[u64]| Spelling::listing(11, 1, heads, distances).read();
    // Distances are folded, so that 2 is the next and 1 the one before.
    assert_eq!(moved(4, &[1, 0, 2, 1], &[6, 6, 1]), Ok(()));
    assert_eq!(moved(2, &[1, 1], &[6, 2]), Err(DecodeError::NotShortest("a name")));
    assert_eq!(moved(2, &[0, 1], &[6]), Err(DecodeError::NoNameBefore));
    assert_eq!(moved(0, &[], &[]), Err(DecodeError::TrailingBytes), "no counters, no ops");
    assert_eq!(annul(&[1, 0, 1, 2], &[6, 6, 1]), Ok(()));
    assert_eq!(annul(&[], &[]), Err(DecodeError::EmptyOp("a list of no names")));
    assert_eq!(annul(&[1, 1], &[6, 2]), Err(DecodeError::NotShortest("a name")));
    assert_eq!(annul(&[1, 1], &[6, 1]), Err(DecodeError::Unsorted("names")));
    assert_eq!(annul(&[2, 1], &[6, 6]), Err(DecodeError::Unsorted("names")));
    let odd = Spelling::listing(11, 1, &[1], &[6]).with(Column::Standing, &[2]);
    assert_eq!(odd.read(), Err(DecodeError::InvalidStanding));
    // The bundle states 1000 bytes.
    let long = [&[1][..], &[0; 899]].concat();
    assert_eq!(moved(900, &long, &[6]), Ok(()));
    let bytes = Spelling::listing(10, 900, &long, &[6]).to_bytes();
    assert!(bytes.len() < 90, "{}", bytes.len());
    for kind in [10, 11] {
        let endless = Spelling::listing(kind, u64::from(u32::MAX) - 9, &long, &[6]);
        let endless = endless.with(Column::Length, &[u64::from(u32::MAX) - 9]);
        assert_eq!(endless.read(), Err(DecodeError::WrongTotals));
    }
}

/// Where columns would be denser than a bundle may be, it is written in rows, and columns are
/// refused before anything of them is read.
#[test]
fn what_is_too_dense_in_columns_is_written_in_rows() {
    let mut document =
        Document::<Json>::create(Keypair::from_secret_bytes(&[1; 32])).expect("randomness");
    for place in 0..6000 {
        document.change(|page| page.text("/text")?.insert(place, "a")).expect("an edit");
    }
    let history = document.history();
    let members: Vec<ChangeIndex> = (0..history.end()).collect();
    let outgoing = Outgoing::new(&history.kept.store, &members).expect("a whole history");
    let columns = outgoing.write(Form::Columns, &BTreeMap::new()).expect("a history of changes");
    let decode = |bytes: &[u8]| Bundle::decode(bytes, history.document(), None, |_| None);
    let dense = decode(&columns).map(|bundle| bundle.hashes);
    assert_eq!(dense, Err(Unreadable::Malformed(DecodeError::TooDense)));
    assert_eq!(Bundle::stated(&columns), Err(DecodeError::TooDense));
    let written = outgoing.write_densely(&BTreeMap::new()).expect("a history of changes");
    assert_eq!(written[MAGIC.len()], Form::Rows as u8);
    assert_eq!(decode(&written).expect("genuine changes").hashes.len(), 6000);
    let few = Outgoing::new(&history.kept.store, &members[..1000]).expect("a whole history");
    let written = few.write_densely(&BTreeMap::new()).expect("a history of changes");
    assert_eq!(written[MAGIC.len()], Form::Columns as u8);
}

/// The bound on expansion is looked at before columns are. Were it not, some hundred bytes would be
/// taken for megabytes.
#[test]
fn without_the_bound_a_few_bytes_expand_to_many() {
    let changes = 20_000;
    // Of each change: 76 bytes beside its body of 9 bytes, and the hash of the one before.
    let totals = Totals { changes, ops: changes, bytes: changes * (76 + 9 + 32) - 32 };
    let bytes = Spelling::of(changes).to_bytes();
    let expanded = Spelling::expand(&bytes, totals).expect("nobody has looked at the bound");
    let held = expanded.finish(None, Vec::new(), totals).expect("exactly what is stated");
    assert_eq!(held.hashes.len(), changes);
    assert!(bytes.len() < 300 && totals.bytes > 2_000_000, "{}", bytes.len());
    assert_eq!(totals.check(bytes.len()), Err(DecodeError::TooDense));
}

/// What is expanded is bounded by what the bundle states, however many blocks claim it.
#[test]
fn blocks_share_one_budget() {
    let block = vec![0; 2000];
    let mut bytes = Vec::new();
    for _ in 0..5 {
        write_block(&mut bytes, &block);
    }
    let read = |stated| {
        let totals = Totals { changes: 1, ops: 1, bytes: stated };
        let mut members =
            Members::new(&DocumentId::from_bytes([0; 32]), Vec::new(), Vec::new(), totals);
        columns::read(&mut Reader::new(&bytes), &mut members)
    };
    assert_eq!(read(1000), Err(DecodeError::OverLimit("bytes of a block")));
    assert_eq!(read(4000), Err(DecodeError::OverLimit("bytes of a block")));
    assert_ne!(read(4488), Err(DecodeError::OverLimit("bytes of a block")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn rows_and_columns_are_the_same_changes(steps in session(), from in any::<u16>()) {
        for replica in &replicas(&steps) {
            let history = replica.history();
            let members = members(history, from);
            let outgoing = Outgoing::new(&history.kept.store, &members).expect("a whole history");
            let decoded = |form| {
                let bytes = outgoing.write(form, &BTreeMap::new()).expect("a history of changes");
                Bundle::decode(&bytes, history.document(), None, |_| None)
            };
            let (rows, columns) = (decoded(Form::Rows), decoded(Form::Columns));
            prop_assert_eq!(format!("{rows:?}"), format!("{columns:?}"));
            let rows = rows.expect("genuine changes");
            let expected = members.iter().map(|change| history.chains().hash_of(*change));
            prop_assert_eq!(rows.hashes, expected.collect::<Vec<_>>());
        }
    }

    /// What is still canonical after a byte has changed is accepted as other changes (their hashes
    /// then have no signature); everything else is refused. The bodies are checked once more in
    /// debug builds.
    #[test]
    fn no_columns_make_reading_panic(
        steps in session(),
        spoiled in prop::collection::vec((any::<usize>(), any::<usize>(), any::<u8>()), 1..60),
    ) {
        let replica = &replicas(&steps)[0];
        let members = members(replica.history(), 0);
        let store = &replica.history().kept.store;
        let outgoing = Outgoing::new(store, &members).expect("a whole history");
        let bytes = outgoing.write(Form::Columns, &BTreeMap::new()).expect("a history of changes");
        let bundle = Bundle::decode(&bytes, replica.id(), None, |_| None).expect("genuine changes");
        let whole = blocks(&bytes);
        prop_assert_eq!(read(&whole, &replica.id(), &bundle), Ok(()));
        for (block, place, byte) in spoiled {
            let mut blocks = whole.clone();
            let count = blocks.len();
            let block = &mut blocks[block % count];
            if block.is_empty() {
                continue;
            }
            let place = place % block.len();
            match byte % 8 {
                0 => block.truncate(place),
                1 => block.insert(place, byte),
                _ => block[place] = byte,
            }
            let _ = read(&blocks, &replica.id(), &bundle);
        }
    }
}
