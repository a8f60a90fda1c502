//! What is prepared and aborted leaves everything as it was, at the cost of what was prepared.

mod scripts;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;

use super::{create, key};
use crate::crypto::{ChangeHash, Digest, sha256};
use crate::document::{ChangeOptions, Document, LoadOptions, Observer, Prepared};
use crate::history::{Change, Draft, History, PendingLimits, Tags, tag};
use crate::node::{CrdtNode, EditError, Json, Text};
use crate::op::limits::MAX_DEPENDENCIES;
use crate::steps;
use scripts::{Scripted, Shelf, Sums};

/// What anyone can see of a document; of bytes their length and hash.
#[derive(PartialEq, Debug)]
struct Seen {
    history: String,
    missing: Vec<ChangeHash>,
    /// Signs what is unsigned, so that it is not always looked at.
    saved: Option<[(usize, Digest); 2]>,
    bytes: [(usize, Digest); 2],
    sizes: Vec<u64>,
    digest: Digest,
}

impl Seen {
    fn of<T: CrdtNode>(document: &Document<T>, saved: bool) -> Self {
        let hashed = |bytes: Vec<u8>| (bytes.len(), Digest(sha256(&bytes)));
        let saved = saved.then(|| [document.save(), document.export(&[])].map(hashed));
        let history = document.history();
        Self {
            history: format!("{history:?} {:?}", history.genesis().is_some()),
            missing: history.missing(),
            saved,
            bytes: [history.save(), document.frontier().to_bytes()].map(hashed),
            sizes: history.authors().map(|author| history.bytes_by(&author)).collect(),
            digest: document.digest(),
        }
    }
}

/// What was said of something prepared: the heads, and what waits.
type Said = (Vec<ChangeHash>, Vec<Vec<u8>>);

/// A step of a script: what happens, to what, and whether it is accepted.
type Step = (u8, u32, bool);

fn script() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..12u8, any::<u32>(), any::<bool>()), 1..60)
}

/// A document that sees what is aborted, one that does not, and what comes from elsewhere.
struct World<T: CrdtNode> {
    document: Document<T>,
    twin: Document<T>,
    observers: [Observer; 2],
    others: Vec<Document<T>>,
    bundles: Vec<Vec<u8>>,
}

const LIMITS: PendingLimits = PendingLimits { bytes: 1 << 20, bundles: 3 };

impl<T: Scripted> World<T> {
    fn new(founded: bool) -> Self {
        let begin = || {
            let found = create::<T>();
            if founded { found } else { Document::join(found.id(), key(1)) }
        };
        let [mut document, mut twin] = [begin(), begin()].map(|it| it.with_pending_limits(LIMITS));
        let observers = [document.observe(), twin.observe()];
        let first = Document::load(&create::<T>().save(), key(2)).expect("it was saved");
        let joined = |number| Document::join(document.id(), key(number));
        let mut others = vec![first, joined(3), joined(4)];
        // A joined replica may know of the genesis before, or not.
        let founded = others[0].export_all();
        others[1].apply(&founded).expect("it is genuine");
        Self { document, twin, observers, others, bundles: vec![founded] }
    }

    fn step(&mut self, (kind, by, accept): Step) {
        match kind {
            0..=3 => self.write(by, accept),
            4..=5 => self.write_elsewhere(by),
            6..=9 => self.arrive(by, accept),
            10 => self.look(),
            _ => self.open_again(),
        }
    }

    /// What is seen of both, which is the same.
    fn seen(&self, by: u32) -> Seen {
        let seen = Seen::of(&self.document, by.is_multiple_of(3));
        assert_eq!(Seen::of(&self.twin, by.is_multiple_of(3)), seen);
        seen
    }

    fn write(&mut self, by: u32, accept: bool) {
        let before = self.seen(by);
        let had = self.document.heads();
        let edit = |editor: &mut T::Editor<'_>| T::edit_by(editor, by);
        let said = match self.document.prepare(&ChangeOptions::new(), edit) {
            Ok(prepared) if accept => Some(accepted(prepared, &had, &mut self.others[0])),
            prepared => aborted(prepared, &had, by),
        };
        if said.is_some() {
            self.twin.change(edit).expect("it is the same");
            // What leaves is signed.
            self.twin.export(&had);
        }
        self.is_as(&before, said);
    }

    /// All is as before, unless something was accepted: then it is as was said of it.
    fn is_as(&self, before: &Seen, said: Option<Said>) {
        if let Some((heads, waiting)) = said {
            assert_eq!(self.document.heads(), heads);
            assert!(self.document.history().waiting().eq(waiting));
        } else {
            assert_eq!(Seen::of(&self.document, before.saved.is_some()), *before);
        }
    }

    fn write_elsewhere(&mut self, by: u32) {
        let other = &mut self.others[by as usize % 3];
        if by.is_multiple_of(5) {
            other.apply(&self.document.export(&[])).expect("it is genuine");
        }
        let had = other.heads();
        let _ = other.change(|editor| T::edit_by(editor, by / 3));
        self.bundles.push(other.export(&had));
        if by.is_multiple_of(7) {
            let whole = other.export(&[]);
            self.bundles.push(whole);
        }
    }

    fn arrive(&mut self, by: u32, accept: bool) {
        let before = self.seen(by);
        let had = self.document.heads();
        let some = (0..=by % 4).map(|more| (by / 4 + more * more * 7) as usize);
        let some = some.map(|at| &*self.bundles[at % self.bundles.len()]);
        let mut bytes = some.collect::<Vec<_>>().concat();
        if by.is_multiple_of(11)
            && let Some(last) = bytes.last_mut()
        {
            *last ^= 1;
        }
        let said = match self.document.prepare_apply(&bytes) {
            Ok(prepared) if accept => {
                let outcome = prepared.result().clone();
                assert_eq!(self.twin.apply(&bytes), Ok(outcome));
                Some(accepted(prepared, &had, &mut self.others[0]))
            }
            prepared => aborted(prepared, &had, by),
        };
        self.is_as(&before, said);
    }

    fn look(&mut self) {
        let [one, other] = &mut self.observers;
        let (look, expected) = (self.document.look(one), self.twin.look(other));
        assert_eq!(look.seen, expected.seen);
        let hashes =
            |changes: &[Change<'_>]| -> Vec<_> { changes.iter().map(Change::hash).collect() };
        assert_eq!(hashes(&look.changes), hashes(&expected.changes));
    }

    fn open_again(&mut self) {
        self.look();
        let options = LoadOptions::new().pending_limits(LIMITS);
        for document in [&mut self.document, &mut self.twin] {
            let saved = document.save();
            *document = Document::load_with(&options, &saved, Some(key(1))).expect("as saved");
        }
        self.observers = [self.document.observe(), self.twin.observe()];
    }

    fn end(mut self) {
        self.look();
        self.seen(0);
        assert!(self.document.equivocations().is_empty());
        for other in &mut self.others {
            other.merge(&mut self.twin).expect("they are replicas of one document");
            other.merge(&mut self.document).expect("they are replicas of one document");
            assert_eq!(other.heads(), self.document.heads());
            assert_eq!(other.digest(), self.document.digest());
        }
        assert!(self.document.equivocations().is_empty());
        let built = Document::<T>::load_verified(&self.document.save(), None).expect("it is valid");
        assert_eq!(built.digest(), self.document.digest());
    }
}

/// Has another replica take in what is prepared, and accepts it. Gives what was said of it.
fn accepted<T: CrdtNode, R>(
    prepared: Prepared<'_, T, R>,
    had: &[ChangeHash],
    other: &mut Document<T>,
) -> Said {
    let said = (prepared.heads(), prepared.waiting().map(<[u8]>::to_vec).collect::<Vec<_>>());
    let bytes = prepared.export(had);
    assert_eq!(prepared.pending().0, said.1.len());
    assert_eq!(prepared.is_empty(), bytes.is_empty());
    other.apply(&bytes).expect("it is genuine");
    prepared.accept();
    said
}

/// Drops what was prepared, if anything was, and may have a look at it before.
fn aborted<T: CrdtNode, R, E>(
    prepared: Result<Prepared<'_, T, R>, E>,
    had: &[ChangeHash],
    by: u32,
) -> Option<Said> {
    let prepared = prepared.ok()?;
    if by.is_multiple_of(2) {
        assert_eq!(prepared.is_empty(), prepared.export(had).is_empty());
    }
    None
}

fn play<T: Scripted>(founded: bool, script: Vec<Step>) {
    let mut world = World::<T>::new(founded);
    for step in script {
        world.step(step);
    }
    world.end();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn aborted_edits_of_texts_leave_no_trace(founded: bool, script in script()) {
        play::<Text>(founded, script);
    }

    #[test]
    fn aborted_edits_of_lists_leave_no_trace(founded: bool, script in script()) {
        play::<Shelf>(founded, script);
    }

    #[test]
    fn aborted_edits_of_maps_leave_no_trace(founded: bool, script in script()) {
        play::<Sums>(founded, script);
    }

    #[test]
    fn aborted_edits_of_json_leave_no_trace(founded: bool, script in script()) {
        play::<Json>(founded, script);
    }
}

/// A list with more heads than one change can name, and the bytes that bring another one.
fn with_many_heads() -> (Document<Vec<u8>>, Vec<u8>) {
    let (founded, author) = (create::<Vec<u8>>(), key(2).author());
    let mut list = Document::<Vec<u8>>::join(founded.id(), key(3));
    list.apply(&founded.export_all()).expect("it is genuine");
    let mut bundles = (0..=MAX_DEPENDENCIES / 2 + 1).map(|number| {
        let mut alone = History::new(founded.id());
        alone.apply(&founded.export_all()).expect("it is genuine");
        let mut draft = Draft::blank(author, None, 0);
        draft.tags = Tags::new([(tag::MESSAGE, number.to_le_bytes().to_vec())]);
        alone.commit(&mut draft).expect("it is small");
        alone.export_signed(&[], Some(&key(2)))
    });
    let late = bundles.next().expect("there are many");
    list.apply(&bundles.flatten().collect::<Vec<u8>>()).expect("they are genuine");
    (list, late)
}

/// Several changes are one change to the caller, also where it comes to nothing.
#[test]
fn what_no_change_holds_is_aborted_as_a_whole() {
    let (mut list, late) = with_many_heads();
    let mut observer = list.observe();
    let before = Seen::of(&list, true);
    let (had, options) = (list.heads(), ChangeOptions::new());
    let prepared = list.prepare(&options, |list| list.push(1)).expect("several changes hold it");
    assert!(!prepared.is_empty() && prepared.heads().len() == 1);
    assert!(!prepared.export(&had).is_empty());
    let undone = *prepared.result();
    drop(prepared);
    assert_eq!(Seen::of(&list, true), before);
    assert_eq!(list.look(&mut observer).changes.len(), 0);
    assert_eq!(list.element_id(undone), None);

    // What comes then is not mixed up with it.
    list.apply(&late).expect("it is genuine");
    let prepared = list.prepare(&options, |list| list.extend([2, 3])).expect("they hold it");
    let made = prepared.accept();
    assert_eq!(list.value(), [2, 3]);
    let position = |new| list.read().position_of(list.element_id(new)?);
    assert_eq!(made.map(position).collect::<Vec<_>>(), [Some(0), Some(1)]);
    assert_eq!(list.heads().len(), 1);
    assert!(list.equivocations().iter().all(|fork| Some(fork.author) != list.author()));
}

#[test]
fn an_element_of_an_aborted_change_has_no_name() {
    let mut list = create::<Vec<u8>>();
    let options = ChangeOptions::new();
    let prepared = list.prepare(&options, |list| list.push(1)).expect("it fits");
    let undone = *prepared.result();
    drop(prepared);
    let made = list.prepare(&options, |list| list.push(2)).expect("it fits").accept();
    assert_eq!(list.element_id(undone), None);
    assert!(list.element_id(made).is_some());
}

#[test]
fn an_update_is_prepared_too() {
    let mut list = create::<Vec<String>>();
    let options = ChangeOptions::new().message("all of it");
    let add = |list: &mut Vec<String>| {
        list.push("a".to_owned());
        Ok::<_, EditError>(list.len())
    };
    drop(list.try_prepare_update(&options, add).expect("it fits"));
    assert!(list.heads().is_empty() && list.value().is_empty());
    let prepared = list.try_prepare_update(&options, add).expect("it fits");
    assert_eq!((*prepared.result(), prepared.accept()), (1, 1));
    assert_eq!(list.value(), ["a"]);
    let mut reader = Document::<Vec<String>>::load_read_only(&list.save()).expect("it was saved");
    let refused = reader.try_prepare_update(&options, add).map(Prepared::accept);
    assert_eq!(refused, Err(EditError::ReadOnly));
    let nothing = list.try_prepare_update(&options, |_| Ok::<_, EditError>(())).expect("it is one");
    assert!(nothing.is_empty() && nothing.heads().len() == 1);
}

/// What a closure did before it panicked is not there, whatever was aborted before.
#[test]
fn a_closure_that_panics_prepares_nothing() {
    let mut text = create::<Text>();
    text.change(|text| text.push_str("kept")).expect("it fits");
    drop(text.prepare(&ChangeOptions::new(), |text| text.push_str("not")));
    let before = Seen::of(&text, true);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _ = text.prepare(&ChangeOptions::new(), |text| {
            text.push_str("nor this")?;
            if true { panic!("a fault of the app") } else { Ok(()) }
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(Seen::of(&text, true), before);
}

/// Whoever leaks it cannot fork the chain by that.
#[test]
fn what_is_forgotten_is_accepted() {
    let mut text = create::<Text>();
    let mut other = Document::<Text>::join(text.id(), key(2));
    let mut observer = text.observe();
    core::mem::forget(text.prepare(&ChangeOptions::new(), |text| text.push_str("a")));
    other.apply(&text.export(&[])).expect("it is genuine");
    text.change(|text| text.push_str("b")).expect("it fits");
    other.change(|text| text.push_str("c")).expect("it fits");
    core::mem::forget(text.prepare_apply(&other.export(&[])).expect("it is genuine"));
    text.merge(&mut other).expect("they are replicas of one document");
    assert_eq!((text.value(), text.digest()), (other.value(), other.digest()));
    assert!(text.equivocations().is_empty());
    let look = text.look(&mut observer);
    assert!(look.changes.len() == 3 && look.seen.delta().is_some());
}

/// A relay has no document.
#[test]
fn a_history_prepares_what_comes_too() {
    let mut text = create::<Text>();
    let mut bundles = Vec::new();
    for letter in ["a", "b", "c"] {
        let had = text.heads();
        text.change(|text| text.push_str(letter)).expect("it fits");
        bundles.push(text.export(&had));
    }
    let mut relay = History::new(text.id());
    relay.apply(&bundles[2]).expect("it waits");
    for bytes in [bundles[1].clone(), bundles[..2].concat(), bundles[0].clone()] {
        let before = (relay.save(), relay.pending(), relay.genesis().is_some());
        let prepared = relay.prepare_apply(&bytes).expect("it is genuine");
        assert_eq!(prepared.is_empty(), prepared.outcome().applied.is_empty());
        assert_eq!(prepared.pending().0, prepared.waiting().count());
        drop(prepared);
        assert_eq!((relay.save(), relay.pending(), relay.genesis().is_some()), before);
    }
    let prepared = relay.prepare_apply(&bundles[..2].concat()).expect("it is genuine");
    let (heads, bytes) = (prepared.heads(), prepared.export(&[]));
    assert_eq!(prepared.accept().applied.len(), 3);
    assert_eq!((relay.heads(), relay.export(&[]), relay.pending().0), (heads, bytes, 0));
}

/// Bundles that wait are given out as they are taken in, oldest first.
#[test]
fn what_waits_can_be_kept_elsewhere() {
    let mut text = create::<Text>();
    let mut bundles = Vec::new();
    for letter in ["a", "b", "c", "d"] {
        let had = text.heads();
        text.change(|text| text.push_str(letter)).expect("it fits");
        bundles.push(text.export(&had));
    }
    let mut relay = History::new(text.id());
    for late in [3, 1, 2] {
        relay.apply(&bundles[late]).expect("it waits");
    }
    let waiting: Vec<&[u8]> = relay.waiting().collect();
    assert_eq!(waiting, [&*bundles[3], &*bundles[1], &*bundles[2]]);
    let mut other = History::new(text.id());
    for bundle in waiting {
        other.apply(bundle).expect("it waits there too");
    }
    other.apply(&bundles[0]).expect("it is genuine");
    assert_eq!((other.heads(), other.waiting().count()), (text.heads(), 0));
}

/// The steps that aborting takes after so many changes, of a change and of what comes.
fn steps_of_aborts(changes: u32) -> [usize; 2] {
    let mut text = create::<Text>();
    let mut other = text.fork(key(2)).expect("another key");
    for number in 0..changes {
        let by = if number % 2 == 0 { &mut text } else { &mut other };
        by.change(|text| text.insert(0, "a")).expect("it fits");
        text.merge(&mut other).expect("they are replicas of one document");
    }
    let had = other.heads();
    (0..5).for_each(|_| other.change(|text| text.insert(0, "b")).expect("it fits"));
    let [late, early] = [2, 1].map(|_| {
        let heads = other.heads();
        other.change(|text| text.insert(0, "c")).expect("it fits");
        other.export(&heads)
    });
    text.apply(&early).expect("it waits");
    let options = ChangeOptions::new();
    let edits = |text: &mut crate::Editor<'_, Text>| {
        text.delete(0..2)?;
        (0..3).try_for_each(|_| text.insert(1, "d"))
    };
    let prepared = text.prepare(&options, edits).expect("it fits");
    let local = steps::of(|| drop(prepared));
    let bytes = [other.export(&had), late].concat();
    let prepared = text.prepare_apply(&bytes).expect("it is genuine");
    assert_eq!(prepared.result().applied.len(), 7);
    [local, steps::of(|| drop(prepared))]
}

/// A place in a text is found in O(log n); beside that the length of the history does not count.
#[test]
fn an_abort_costs_what_was_prepared() {
    let [few, many] = [20, 400].map(steps_of_aborts);
    assert!(few[0] > 3 && many[0] < 2 * few[0], "{few:?} {many:?}");
    assert!(few[1] > 7 && many[1] == few[1], "{few:?} {many:?}");
}
