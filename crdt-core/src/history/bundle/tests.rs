//! Both forms of a bundle hold the same changes, and no bytes make reading columns panic.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::members::Members;
use super::write::Outgoing;
use super::{Bundle, COLUMNS, ROWS, Totals, columns};
use crate::codec::{DecodeError, Reader, read_block, write, write_block};
use crate::history::{ChangeIndex, History};
use crate::{ChangeOptions, Document, DocumentId, EditError, Json, Keypair};

/// A step of a session: which replica does what, and two numbers for it to go by.
type Step = (usize, u8, u16, u16);

fn session() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..3usize, 0..10u8, any::<u16>(), any::<u16>()), 1..60)
}

/// Three replicas of a document. Two of them write under one key, so that its chain forks.
fn replicas(steps: &[Step]) -> Vec<Document<Json>> {
    let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
    let founder = Document::<Json>::create(key(1)).expect("randomness");
    let mut all = vec![founder];
    for secret in [2, 2] {
        all.push(all[0].fork(key(secret)));
    }
    for (replica, action, a, b) in steps {
        if *action >= 8 {
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
        2 => page.remove("/gone").or(Ok(())),
        3 => {
            page.set("/gone", true)?;
            page.set("/list", serde_json::json!([]))?;
            (0..a % 5).try_for_each(|item| page.push("/list", item))
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
    history.lacking(have.map_or(&[], core::slice::from_ref))
}

/// The members of a bundle as columns, as they lie uncompressed.
fn blocks(outgoing: &Outgoing<'_>) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    columns::write(&mut bytes, outgoing);
    let mut reader = Reader::new(&bytes);
    let mut blocks = Vec::new();
    while !reader.is_empty() {
        blocks.push(read_block(&mut reader, usize::MAX).expect("a block"));
    }
    blocks
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
            let outgoing = Outgoing::new(history, &members);
            let decoded = |form| {
                let bytes = outgoing.write(form, &BTreeMap::new());
                Bundle::decode(&bytes, history.document(), None, |_| None)
            };
            let (rows, columns) = (decoded(ROWS), decoded(COLUMNS));
            prop_assert_eq!(format!("{rows:?}"), format!("{columns:?}"));
            let rows = rows.expect("genuine changes");
            let expected = members.iter().map(|change| history.chains.hash_of(*change));
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
        let outgoing = Outgoing::new(replica.history(), &members);
        let bytes = outgoing.write(COLUMNS, &BTreeMap::new());
        let bundle = Bundle::decode(&bytes, replica.id(), None, |_| None).expect("genuine changes");
        let whole = blocks(&outgoing);
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
