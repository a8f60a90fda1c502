//! Scripts that abort, beside a document that never sees what is aborted.

use proptest::prelude::*;

use super::super::{create, key};
use super::scripts::{Scripted, Shelf, Sums};
use crate::crypto::{ChangeHash, Digest, sha256};
use crate::document::{ChangeOptions, Document, LoadOptions, Observer, Prepared};
use crate::history::{Change, Heads, PendingLimits};
use crate::node::{CrdtNode, Json, Text};

/// What anyone can see of a document; of bytes their length and hash.
#[derive(PartialEq, Debug)]
pub(super) struct Seen {
    history: String,
    missing: Vec<ChangeHash>,
    /// Signs what is unsigned, so that it is not always looked at.
    saved: Option<[(usize, Digest); 2]>,
    bytes: [(usize, Digest); 2],
    sizes: Vec<u64>,
    digest: Digest,
}

impl Seen {
    pub(super) fn of<T: CrdtNode>(document: &Document<T>, saved: bool) -> Self {
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
type Said = (Heads, Vec<Vec<u8>>);

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
