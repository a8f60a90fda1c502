//! What a step costs does not grow with the history.

use std::sync::Arc;

use crdt_core::{Document, Text};
use crdt_store::backend::{Access, Backend as _, Memory};
use crdt_store::{Store, Stored};

use super::wrapped::{Counts, Fault, Faulty};
use super::{key, text};

fn watched(inner: &Arc<Memory>) -> (Store, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let place = Faulty::new(inner.clone(), Fault::None, counts.clone());
    (Store::over(Arc::new(place), Some(key(1))), counts)
}

/// Of so many changes, the calls and bytes of one between compactions, and the bytes of all.
fn typed(text: &mut Stored<Text>, counts: &Counts, changes: usize) -> ((u64, u64), u64) {
    let (mut least, mut all) = ((u64::MAX, u64::MAX), 0);
    for _ in 0..changes {
        let at = text.read().len() / 2;
        counts.take();
        text.change(|text| text.insert(at, "x")).unwrap();
        let (calls, bytes) = counts.take();
        least = (least.0.min(calls), least.1.min(bytes));
        all += bytes;
    }
    (least, all)
}

#[test]
fn a_change_costs_the_same_however_long_the_history_is() {
    let inner = Arc::new(Memory::new());
    let (store, counts) = watched(&inner);
    let mut text = store.create::<Text>().unwrap();
    let (early, _) = typed(&mut text, &counts, 200);
    typed(&mut text, &counts, 6_000);
    let (late, all) = typed(&mut text, &counts, 2_000);
    assert_eq!(early.0, late.0, "calls");
    assert!(late.1 <= early.1 + 64, "{} bytes for a change early, {} late", early.1, late.1);
    // With what is written again now and then.
    assert!(all / 2_000 <= 8 * late.1, "{} bytes a change", all / 2_000);
}

#[test]
fn bringing_in_costs_what_others_wrote() {
    let inner = Arc::new(Memory::new());
    let (store, _) = watched(&inner);
    let (other, counts) = watched(&inner);
    let mut writer = store.create::<Text>().unwrap();
    let mut reader = other.open_document::<Text>(writer.id()).unwrap();
    let mut brought_in = |changes: usize| {
        for _ in 0..changes {
            writer.change(|text| text.push_str("x")).unwrap();
        }
        counts.take();
        reader.refresh().unwrap();
        counts.take()
    };
    brought_in(100);
    let early = brought_in(1);
    brought_in(5_000);
    let late = brought_in(1);
    assert_eq!(early.0, late.0, "calls");
    assert!(late.1 <= early.1 + 64, "{} bytes early, {} late", early.1, late.1);
    assert!(brought_in(0).1 == 0);
}

/// A relay that knows no types, or an app with an older type, leaves a base without a state for
/// this one.
#[test]
fn a_document_is_gone_through_once_and_not_each_time_it_is_opened() {
    let (store, _) = watched(&Arc::new(Memory::new()));
    let mut elsewhere = Document::<Text>::create(key(2)).unwrap();
    for _ in 0..5_000 {
        elsewhere.change(|text| text.push_str("x")).unwrap();
    }
    store.join_history(elsewhere.id()).unwrap().apply(&elsewhere.export(&[])).unwrap();
    let mut opened = store.open_document::<Text>(elsewhere.id()).unwrap();
    assert!(opened.was_replayed());
    opened.change(|text| text.push_str("y")).unwrap();
    assert!(!store.open_document::<Text>(elsewhere.id()).unwrap().was_replayed());
}

/// Others write while a handle works out what the base is to be: to another document, and to this one,
/// so that what was worked out is not written, or worked out again for who asked for it.
#[test]
fn others_write_while_a_document_is_compacted() {
    for asked in [false, true] {
        let inner = Arc::new(Memory::new());
        let place = Arc::new(Faulty::new(inner.clone(), Fault::None, Arc::default()));
        let store = Store::over(place.clone(), Some(key(1)));
        let other = watched(&inner).0;
        let mut body = store.create::<Text>().unwrap();
        let mut same = other.open_document::<Text>(body.id()).unwrap();
        let (wrote, written) = std::sync::mpsc::channel();
        place.while_compacting(move || {
            other.create::<Text>().unwrap().change(|text| text.push_str("beside")).unwrap();
            same.change(|text| text.push_str("meanwhile")).unwrap();
            wrote.send(()).unwrap();
        });
        if asked {
            body.compact().unwrap();
        } else {
            // It is long enough to become the base with this change.
            body.change(|body| body.push_str(text(20_000))).unwrap();
        }
        written.try_recv().expect("nobody could write");
        let (before, appended) = (body.heads(), if asked { 0 } else { 2 });
        let rows = inner.begin(Access::Read).unwrap();
        assert_eq!(rows.tail(&body.id()).unwrap().len(), appended);
        drop(rows);
        assert_eq!(body.refresh().unwrap(), !asked);
        assert_eq!(body.heads() == before, asked);
        body.change(|text| text.push_str("on")).unwrap();
        let opened = watched(&inner).0.open_document::<Text>(body.id()).unwrap();
        assert_eq!(opened.value(), body.value());
        assert!(opened.value().contains("meanwhile") && opened.value().ends_with("on"));
    }
}
