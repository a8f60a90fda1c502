//! Whatever changes there are, they come out as they went in.

use crdt_core::{ChangeOptions, Document, EditError, History, Json, LooseBundle, serde_json::json};
use crdt_sync::shorthand::{MAX_CHAINS, MAX_LIVE_BYTES, MAX_UNACKNOWLEDGED, Session};
use proptest::prelude::*;

use crate::links::{End, Replica, key, pass};

/// So many cases, and no files of those that fail.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// Which replica does what, and two numbers for it to go by.
pub(crate) type Step = (usize, u8, u16, u16);

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..4_usize, 0..12_u8, any::<u16>(), any::<u16>()), 1..80)
}

pub(crate) fn edit(replica: &mut Document<Json>, action: u8, a: u16, b: u16) {
    let options = match b % 5 {
        0 => ChangeOptions::new().message(format!("{a}")).claimed_time(u64::from(b)),
        1 => ChangeOptions::new().claimed_time(1_700_000_000_000 + u64::from(a)),
        _ => ChangeOptions::new(),
    };
    let edited = replica.change_with(&options, |page| -> Result<(), EditError> {
        if page.get("").is_none_or(|root| root.as_object().is_none()) {
            page.set("", json!({}))?;
        }
        match action {
            0 => page.set(format!("/{}", a % 4), b),
            1 => page.set(format!("/{}", a % 4), json!({ "list": [a, "é"], "deep": { "b": b } })),
            2 => {
                page.set("/list", json!([]))?;
                (0..a % 5).try_for_each(|item| page.push("/list", item).map(drop))
            }
            3 => {
                let mut text = page.text("/text")?;
                let end = text.len();
                text.delete(end / 2..end)
            }
            4 => page.text("/text")?.insert(0, "pasted ".repeat(usize::from(a % 500))),
            _ => {
                let mut text = page.text("/text")?;
                let place = if b.is_multiple_of(3) {
                    usize::from(b) % (text.len() + 1)
                } else {
                    text.len()
                };
                text.insert(place, ["a", "typed", "ßeta", "🎈"][usize::from(a) % 4])
            }
        }
    });
    edited.expect("an edit");
}

/// Four replicas, two of which write under one key, so that its chain forks.
pub(crate) fn replicas() -> Vec<Document<Json>> {
    let mut founder = Document::<Json>::create(key(1)).expect("randomness");
    founder.change(|page| page.set("", json!({}))).expect("an edit");
    let fork = |secret| founder.fork(key(secret)).expect("it proves itself");
    let others = [2, 2, 3].map(fork);
    [founder].into_iter().chain(others).collect()
}

/// Replicas and a relay that each is connected to. A connection is a pair of ends: at the replica,
/// and at the relay.
fn run(steps: &[Step]) -> (Vec<Document<Json>>, History) {
    let mut all = replicas();
    let mut relay = History::new(all[0].id());
    relay.apply(&all[0].export(&[])).expect("genuine");
    let mut links: Vec<[End; 2]> =
        all.iter().map(|replica| [End::new(replica), End::new(&relay)]).collect();
    let settle = steps.len() as u64..;
    let rest =
        settle.take(2).flat_map(|_| (0..4).flat_map(|replica| [(replica, 8), (replica, 10)]));
    let rest = rest.map(|(replica, action)| (replica, action, 0, 0));
    for (replica, action, a, b) in steps.iter().copied().chain(rest) {
        let (end, [here, there]) = (&mut all[replica], &mut links[replica]);
        match action {
            8 | 9 => drop(pass((here, end), (there, &mut relay))),
            10 | 11 => drop(pass((there, &relay), (here, end))),
            _ => edit(end, action, a, b),
        }
    }
    (all, relay)
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn replicas_on_a_relay_become_equal(steps in steps()) {
        let (all, relay) = run(&steps);
        for replica in &all {
            prop_assert_eq!(replica.heads(), relay.heads());
            prop_assert_eq!(replica.digest(), all[0].digest());
        }
    }
}

/// One bundle of all changes of a replica, signed.
fn whole(replica: &Document<Json>) -> LooseBundle {
    let bundles = LooseBundle::read_all(replica.id(), &replica.export(&[])).expect("genuine");
    bundles.into_iter().next().expect("one")
}

#[test]
fn what_is_too_large_goes_as_it_is_and_changes_nothing() {
    let mut mine = replicas().remove(0);
    let small = whole(&mine);
    let text = "x".repeat(MAX_LIVE_BYTES);
    mine.change(|page| page.set("/a", text)).expect("an edit");
    let mut session = Session::new(mine.id());
    assert_eq!(session.encode(&whole(&mine)), None);
    assert_eq!(session.encode(&LooseBundle::new(mine.id())), None);
    let frame = session.encode(&small).expect("small enough");
    assert_eq!(Session::new(mine.id()).encode(&small), Some(frame));
    let other = Document::<Json>::create(key(5)).expect("randomness");
    assert_eq!(Session::new(other.id()).encode(&small), None);
}

/// The record of the document goes with the first frame, so that whoever has nothing can read it.
#[test]
fn the_record_of_the_document_is_brought() {
    let mine = replicas().remove(0);
    let frame = Session::new(mine.id()).encode(&whole(&mine)).expect("small enough");
    let bytes = Session::new(mine.id()).decode(&frame).expect("the first frame");
    let mut yours = History::new(mine.id());
    yours.apply(&bytes).expect("it was signed");
    assert_eq!(yours.genesis(), mine.history().genesis());
    assert_eq!(yours.heads(), mine.heads());
}

/// Many changes in a frame, by several authors, one signature for each; and more changes than are
/// kept until they are acknowledged.
#[test]
fn many_changes_go_in_a_frame() {
    let mut all = replicas();
    let mut relay = History::new(all[0].id());
    relay.apply(&all[0].export(&[])).expect("genuine");
    let (mut here, mut there) = (End::new(&all[0]), End::new(&relay));
    for number in 0..40 {
        edit(&mut all[1], 0, number, 2);
        edit(&mut all[3], 0, number, 2);
    }
    let others = [all[1].export(&[]), all[3].export(&[])];
    for bytes in &others {
        Replica::apply(&mut all[0], bytes);
    }
    let lengths = pass((&mut here, &all[0]), (&mut there, &mut relay));
    assert!(lengths.len() == 1 && lengths[0] < 80 * 30, "{lengths:?}");
    for number in 0..2 * u16::try_from(MAX_UNACKNOWLEDGED).expect("few") {
        edit(&mut all[0], 0, number, 2);
        pass((&mut here, &all[0]), (&mut there, &mut relay));
    }
    // The relay hears of somebody else, and acknowledges what it may.
    edit(&mut all[2], 0, 1, 2);
    Replica::apply(&mut relay, &all[2].export(&[]));
    for _ in 0..2 {
        pass((&mut there, &relay), (&mut here, &mut all[0]));
        edit(&mut all[0], 0, 1, 2);
        pass((&mut here, &all[0]), (&mut there, &mut relay));
    }
    assert_eq!(relay.heads(), all[0].heads());
}

/// More authors, and more hashes, than dictionaries hold.
#[test]
fn forgetting_goes_alike_on_both_sides() {
    let founder = replicas().remove(0);
    let authors = u8::try_from(MAX_CHAINS + 8).expect("few");
    let fork = |secret| founder.fork(key(secret)).expect("it proves itself");
    let mut all: Vec<_> = (10..10 + authors).map(fork).collect();
    let mut relay = History::new(founder.id());
    relay.apply(&founder.export(&[])).expect("genuine");
    let mut reader = fork(9);
    let [mut there, mut here] = [End::new(&relay), End::new(&reader)];
    for number in 0..400_usize {
        // Some write more often than others, and some upon what others wrote long before.
        let author = number * number % 61 % all.len();
        if number % 3 == 0 {
            Replica::apply(&mut all[author], &relay.export(&[]));
        }
        edit(&mut all[author], 0, u16::try_from(number).expect("few"), 1);
        Replica::apply(&mut relay, &all[author].export(&[]));
        pass((&mut there, &relay), (&mut here, &mut reader));
    }
    assert_eq!(reader.heads(), relay.heads());
}
